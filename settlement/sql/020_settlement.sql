-- Winners, statements, claims. A winner is a row, paid at most once: that is a uniqueness constraint.
CREATE SCHEMA settlement;
GRANT USAGE ON SCHEMA settlement TO settler, auditor, issuer;

CREATE TABLE settlement.opening (
  game text PRIMARY KEY,
  envelope text NOT NULL,
  pool_fen bigint NOT NULL CHECK (pool_fen >= 0),
  adjustment_fen bigint NOT NULL CHECK (adjustment_fen >= 0),
  special_rule boolean NOT NULL
);
-- How a draw ended: prizes, or the refund of a cancelled one, which has no pool and no end.
CREATE TABLE settlement.statement (
  game text NOT NULL,
  draw integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('prizes', 'refund')),
  envelope text NOT NULL,
  owed_tickets bigint NOT NULL,
  owed_fen bigint NOT NULL,
  pool_after_fen bigint,
  special_rule_next boolean,
  claim_until_ms bigint,
  each_fen bigint[],  -- what a line of each tier gets
  PRIMARY KEY (game, draw),
  CHECK (num_nonnulls(pool_after_fen, special_rule_next, claim_until_ms, each_fen) = CASE kind WHEN 'prizes' THEN 4 ELSE 0 END)
);
-- Of 3d: a jurisdiction whose lines win other amounts than the statement's.
CREATE TABLE settlement.own_amounts (
  game text NOT NULL,
  draw integer NOT NULL,
  jurisdiction text NOT NULL CHECK (jurisdiction <> ''),
  each_fen bigint[] NOT NULL,
  PRIMARY KEY (game, draw, jurisdiction),
  FOREIGN KEY (game, draw) REFERENCES settlement.statement
);
CREATE TABLE settlement.agreed (
  game text NOT NULL,
  draw integer NOT NULL,
  envelope text NOT NULL,
  PRIMARY KEY (game, draw),
  FOREIGN KEY (game, draw) REFERENCES settlement.statement
);
-- A ticket that is owed money: its prize, or what it cost. Each draw has parts of its own.
CREATE TABLE settlement.winner (
  game text NOT NULL,
  draw integer NOT NULL,
  idx bigint NOT NULL,
  terminal integer NOT NULL,
  jurisdiction text NOT NULL,
  prize_fen bigint NOT NULL CHECK (prize_fen > 0),
  tiers integer[] NOT NULL,  -- it wins in, ascending; none of a refund
  lines integer[] NOT NULL,  -- in each of them
  t_hash bytea NOT NULL,
  s_hash bytea NOT NULL,
  PRIMARY KEY (game, draw, idx)
) PARTITION BY RANGE (game, draw, idx);
CREATE TABLE settlement.payment (
  game text NOT NULL,
  draw integer NOT NULL,
  idx bigint NOT NULL,
  claim_hash bytea NOT NULL UNIQUE,
  terminal integer NOT NULL,
  paid_fen bigint NOT NULL,  -- into the winner's hand
  tax_fen bigint NOT NULL CHECK (tax_fen >= 0),
  paid_ms bigint NOT NULL,
  txn bigint NOT NULL REFERENCES ledger.txn,
  PRIMARY KEY (game, draw, idx),
  FOREIGN KEY (game, draw, idx) REFERENCES settlement.winner
);
CREATE TABLE settlement.expiry (
  game text NOT NULL,
  draw integer NOT NULL,
  at_ms bigint NOT NULL,
  forfeited_fen bigint NOT NULL,
  PRIMARY KEY (game, draw),
  FOREIGN KEY (game, draw) REFERENCES settlement.agreed
);
-- Of one draw: who pays a prize shares it, who forfeits what is unpaid has it alone.
CREATE FUNCTION settlement.claims_lock(game text, draw integer) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT hashtextextended('claims:' || game || ':' || draw, 0) $$;
-- Draws are settled one after the other.
CREATE FUNCTION settlement.settling_lock() RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT hashtextextended('settling', 0) $$;
CREATE TABLE settlement.allocation (
  period text PRIMARY KEY,
  envelope text NOT NULL
);

-- How one draw of a ticket stands, by the place of its leaf.
CREATE FUNCTION settlement.ticket_state(log integer, idx bigint, OUT state text, OUT prize_fen bigint)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = settlement, pg_temp AS $$
DECLARE
  l record;
  w record;
  st record;
BEGIN
  state := 'sold'; prize_fen := 0;
  SELECT * INTO l FROM issuance.log x WHERE x.id = ticket_state.log AND x.game IS NOT NULL;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO st FROM statement x WHERE x.game = l.game AND x.draw = l.draw;
  IF NOT FOUND OR st.kind = 'prizes' AND NOT EXISTS (SELECT FROM agreed a WHERE a.game = l.game AND a.draw = l.draw) THEN
    RETURN;
  END IF;
  state := 'lost';
  SELECT * INTO w FROM winner x WHERE x.game = l.game AND x.draw = l.draw AND x.idx = ticket_state.idx;
  IF NOT FOUND THEN RETURN; END IF;
  prize_fen := w.prize_fen;
  state := CASE
    WHEN EXISTS (SELECT FROM payment p WHERE p.game = l.game AND p.draw = l.draw AND p.idx = ticket_state.idx) THEN 'paid'
    WHEN EXISTS (SELECT FROM expiry e WHERE e.game = l.game AND e.draw = l.draw) THEN 'forfeited'
    WHEN st.kind = 'refund' THEN 'refund'
    ELSE 'won' END;
END $$;

-- A draw's winners are written once. begin_owed throws away what an attempt that came to nothing left. Each part of the table, for
-- the indexes from `first` to before `next`, is made, written and closed (begin_part, end_part) by one transaction: nobody else ever
-- may write to it. end_owed takes the parts into the table, in the transaction that writes the draw's statement and no other.
CREATE FUNCTION settlement.part_name(game text, draw integer, number integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT format('settlement.%I', 'winner_' || game || '_' || draw || '_' || number) $$;
CREATE FUNCTION settlement.begin_owed(game text, draw integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(settling_lock());
  IF EXISTS (SELECT FROM statement s WHERE s.game = begin_owed.game AND s.draw = begin_owed.draw) THEN
    RAISE '% % has its statement', begin_owed.game, begin_owed.draw;
  END IF;
  FOR number IN 1 .. 8 LOOP
    EXECUTE format('DROP TABLE IF EXISTS %s', part_name(begin_owed.game, begin_owed.draw, number));
  END LOOP;
END $$;
CREATE FUNCTION settlement.begin_part(game text, draw integer, number integer, first bigint, next bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  part text := part_name(begin_part.game, begin_part.draw, number);
BEGIN
  IF number NOT BETWEEN 1 AND 8
     OR EXISTS (SELECT FROM statement s WHERE s.game = begin_part.game AND s.draw = begin_part.draw)
     OR NOT EXISTS (SELECT FROM issuance.draw d WHERE d.game = begin_part.game AND d.draw = begin_part.draw) THEN
    RAISE '% % has its statement, or is no draw, or needs no part %', begin_part.game, begin_part.draw, number;
  END IF;
  -- What the table asks of a part is so checked row by row, and not once more when it is taken.
  EXECUTE format('CREATE TABLE %s (LIKE settlement.winner INCLUDING CONSTRAINTS, CHECK (game = %L AND draw = %s AND idx >= %s%s))', part,
                 begin_part.game, begin_part.draw, first, ' AND idx < ' || next);
  EXECUTE format('GRANT INSERT ON %s TO settler', part);
  RETURN part;
END $$;
CREATE FUNCTION settlement.end_part(game text, draw integer, number integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
BEGIN
  EXECUTE format('REVOKE INSERT ON %s FROM settler', part_name(game, draw, number));
  EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (game, draw, idx)', part_name(game, draw, number));
END $$;
CREATE FUNCTION settlement.end_owed(game text, draw integer, firsts bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  part text;
BEGIN
  IF NOT EXISTS (SELECT FROM statement s WHERE s.game = end_owed.game AND s.draw = end_owed.draw AND s.xmin = pg_current_xact_id()::xid) THEN
    RAISE 'the winners of % % are taken with its statement', end_owed.game, end_owed.draw;
  END IF;
  FOR number IN 1 .. cardinality(firsts) LOOP
    part := part_name(end_owed.game, end_owed.draw, number);
    EXECUTE format('REVOKE INSERT ON %s FROM settler', part);  -- of one that was not closed
    EXECUTE format('ALTER TABLE settlement.winner ATTACH PARTITION %s FOR VALUES FROM (%L, %s, %s) TO (%L, %s, %s)', part, end_owed.game,
                   end_owed.draw, firsts[number], end_owed.game, end_owed.draw, COALESCE(firsts[number + 1]::text, 'MAXVALUE'));
  END LOOP;
END $$;
-- What the statement says is owed is what its winners are owed, ticket by ticket.
CREATE FUNCTION settlement.check_owed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  tickets bigint;
  fen numeric;
BEGIN
  SELECT count(*), COALESCE(sum(w.prize_fen), 0) INTO tickets, fen FROM winner w WHERE w.game = NEW.game AND w.draw = NEW.draw;
  IF tickets <> NEW.owed_tickets OR fen <> NEW.owed_fen THEN
    RAISE 'the winners of % % are % tickets with % fen, the statement has % with %', NEW.game, NEW.draw, tickets, fen,
      NEW.owed_tickets, NEW.owed_fen;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER owed_adds_up AFTER INSERT ON settlement.statement DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION settlement.check_owed();

REVOKE ALL ON FUNCTION settlement.ticket_state(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settlement.ticket_state(integer, bigint) TO issuer;
REVOKE ALL ON FUNCTION settlement.begin_owed(text, integer), settlement.begin_part(text, integer, integer, bigint, bigint),
  settlement.end_part(text, integer, integer), settlement.end_owed(text, integer, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settlement.begin_owed(text, integer), settlement.begin_part(text, integer, integer, bigint, bigint),
  settlement.end_part(text, integer, integer), settlement.end_owed(text, integer, bigint[]) TO settler;
GRANT SELECT ON ALL TABLES IN SCHEMA settlement TO settler, auditor;
GRANT INSERT ON ALL TABLES IN SCHEMA settlement TO settler;
REVOKE INSERT ON settlement.payment, settlement.winner FROM settler;
