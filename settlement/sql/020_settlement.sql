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
CREATE TABLE settlement.statement (
  game text NOT NULL,
  draw integer NOT NULL,
  envelope text NOT NULL,
  pool_after_fen bigint NOT NULL,
  special_rule_next boolean NOT NULL,
  claim_until_ms bigint NOT NULL,
  PRIMARY KEY (game, draw)
);
CREATE TABLE settlement.agreed (
  game text NOT NULL,
  draw integer NOT NULL,
  envelope text NOT NULL,
  PRIMARY KEY (game, draw),
  FOREIGN KEY (game, draw) REFERENCES settlement.statement
);
CREATE TABLE settlement.winner (
  game text NOT NULL,
  draw integer NOT NULL,
  idx bigint NOT NULL,
  terminal integer NOT NULL,
  jurisdiction text NOT NULL,
  prize_fen bigint NOT NULL CHECK (prize_fen > 0),
  lines bigint[] NOT NULL,
  tier_fen bigint[] NOT NULL,
  t_hash bytea NOT NULL,
  s_hash bytea NOT NULL,
  PRIMARY KEY (game, draw, idx),
  FOREIGN KEY (game, draw) REFERENCES settlement.statement
);
CREATE TABLE settlement.payment (
  game text NOT NULL,
  draw integer NOT NULL,
  idx bigint NOT NULL,
  claim_hash bytea NOT NULL UNIQUE,
  terminal integer NOT NULL,
  paid_fen bigint NOT NULL,
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
CREATE TABLE settlement.allocation (
  period text PRIMARY KEY,
  envelope text NOT NULL
);

-- Why a claim cannot be paid now, as a refusal number; 0 when it can, or when this very claim has been paid.
CREATE FUNCTION settlement.check_claim(origin text, idx bigint, t bytea, s bytea, claim_hash bytea, terminal bigint, now_ms bigint)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = settlement, pg_temp AS $$
DECLARE
  log record;
  st record;
  w record;
  p record;
BEGIN
  SELECT * INTO log FROM issuance.log l WHERE l.origin = check_claim.origin AND l.game IS NOT NULL;
  IF NOT FOUND THEN RETURN 413; END IF;
  SELECT * INTO st FROM statement x WHERE x.game = log.game AND x.draw = log.draw;
  IF NOT FOUND THEN RETURN 607; END IF;
  IF NOT EXISTS (SELECT FROM agreed a WHERE a.game = log.game AND a.draw = log.draw) THEN RETURN 602; END IF;
  SELECT * INTO w FROM winner x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = check_claim.idx;
  IF NOT FOUND THEN RETURN 603; END IF;
  IF sha256(t) <> w.t_hash OR sha256(s) <> w.s_hash THEN RETURN 415; END IF;
  SELECT * INTO p FROM payment x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = check_claim.idx;
  IF FOUND THEN RETURN CASE WHEN p.claim_hash = check_claim.claim_hash THEN 0 ELSE 604 END; END IF;
  IF now_ms > st.claim_until_ms OR EXISTS (SELECT FROM expiry e WHERE e.game = log.game AND e.draw = log.draw) THEN
    RETURN 605;
  END IF;
  IF w.prize_fen > 300000 THEN RETURN 608; END IF;
  RETURN 0;
END $$;

-- Pays a committed claim in one transaction; a retry finishes what a crash cut off and says what was paid.
CREATE FUNCTION settlement.pay(origin text, idx bigint, t bytea, s bytea, claim_hash bytea, terminal bigint, now_ms bigint,
  OUT refusal integer, OUT paid_fen bigint, OUT paid_ms bigint, OUT paid_by bigint, OUT fresh boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  log record;
  w record;
  p record;
  txn bigint;
  accounts text[] := '{}';
  amounts bigint[] := '{}';
BEGIN
  fresh := false; paid_fen := 0; paid_ms := 0; paid_by := 0;
  SELECT * INTO log FROM issuance.log l WHERE l.origin = pay.origin AND l.game IS NOT NULL;
  SELECT * INTO w FROM winner x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = pay.idx FOR UPDATE;
  refusal := check_claim(origin, idx, t, s, claim_hash, terminal, now_ms);
  SELECT * INTO p FROM payment x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = pay.idx;
  IF FOUND THEN
    paid_fen := p.paid_fen; paid_ms := p.paid_ms; paid_by := p.terminal;
    RETURN;
  END IF;
  IF refusal <> 0 THEN RETURN; END IF;
  FOR tier IN 1..7 LOOP
    IF w.tier_fen[tier] > 0 THEN
      accounts := accounts || format('prize-payable:%s:%s:%s:%s', log.game, log.draw, tier, w.jurisdiction);
      amounts := amounts || w.tier_fen[tier];
    END IF;
  END LOOP;
  accounts := accounts || format('prize-paid-by:%s', pay.terminal);
  amounts := amounts || -w.prize_fen;
  txn := ledger.post('claim', 'claim:' || encode(claim_hash, 'hex'), now_ms, accounts, amounts);
  INSERT INTO payment VALUES (log.game, log.draw, pay.idx, pay.claim_hash, pay.terminal, w.prize_fen, now_ms, txn);
  paid_fen := w.prize_fen; paid_ms := now_ms; paid_by := pay.terminal; fresh := true;
END $$;

-- How one draw of a ticket stands, by the place of its leaf.
CREATE FUNCTION settlement.ticket_state(log integer, idx bigint, OUT state text, OUT prize_fen bigint)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = settlement, pg_temp AS $$
DECLARE
  l record;
  w record;
BEGIN
  state := 'sold'; prize_fen := 0;
  SELECT * INTO l FROM issuance.log x WHERE x.id = ticket_state.log AND x.game IS NOT NULL;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM agreed a WHERE a.game = l.game AND a.draw = l.draw) THEN RETURN; END IF;
  state := 'lost';
  SELECT * INTO w FROM winner x WHERE x.game = l.game AND x.draw = l.draw AND x.idx = ticket_state.idx;
  IF NOT FOUND THEN RETURN; END IF;
  prize_fen := w.prize_fen;
  state := CASE
    WHEN EXISTS (SELECT FROM payment p WHERE p.game = l.game AND p.draw = l.draw AND p.idx = ticket_state.idx) THEN 'paid'
    WHEN EXISTS (SELECT FROM expiry e WHERE e.game = l.game AND e.draw = l.draw) THEN 'forfeited'
    ELSE 'won' END;
END $$;

REVOKE ALL ON FUNCTION settlement.check_claim(text, bigint, bytea, bytea, bytea, bigint, bigint),
  settlement.pay(text, bigint, bytea, bytea, bytea, bigint, bigint), settlement.ticket_state(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settlement.check_claim(text, bigint, bytea, bytea, bytea, bigint, bigint),
  settlement.pay(text, bigint, bytea, bytea, bytea, bigint, bigint), settlement.ticket_state(integer, bigint) TO issuer;
GRANT SELECT ON ALL TABLES IN SCHEMA settlement TO settler, auditor;
GRANT INSERT ON ALL TABLES IN SCHEMA settlement TO settler;
REVOKE INSERT ON settlement.payment FROM settler;
