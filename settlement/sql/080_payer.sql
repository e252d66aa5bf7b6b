-- Payment by proof. A ticket that is owed money names the hash of its sale's leaf, from which alone its secrets come; the payer, a
-- program with a login and a key of its own, pays after it has checked the agreed list, and signs each payment.
ALTER TABLE settlement.winner ADD COLUMN leaf_hash bytea CHECK (length(leaf_hash) = 32);
ALTER TABLE settlement.winner ALTER COLUMN t_hash DROP NOT NULL, ALTER COLUMN s_hash DROP NOT NULL;
-- Root of each 256 tickets of a draw's list, in order of index: a path is made from one tile's rows and these.
CREATE TABLE settlement.winner_tile (
  game text NOT NULL,
  draw integer NOT NULL,
  tile integer NOT NULL,
  first_idx bigint NOT NULL,
  root bytea NOT NULL CHECK (length(root) = 32),
  PRIMARY KEY (game, draw, tile),
  FOREIGN KEY (game, draw) REFERENCES settlement.statement
);
-- A tile comes with the statement, and no later.
CREATE FUNCTION settlement.check_tile() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM statement s WHERE s.game = NEW.game AND s.draw = NEW.draw AND s.xmin = pg_current_xact_id()::xid) THEN
    RAISE 'the tiles of % % are taken with its statement', NEW.game, NEW.draw;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER with_statement BEFORE INSERT ON settlement.winner_tile FOR EACH ROW EXECUTE FUNCTION settlement.check_tile();
-- The row that ends a draw's claims follows the leaf.
CREATE FUNCTION settlement.check_expired() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM issuance.draw_step d WHERE d.game = NEW.game AND d.draw = NEW.draw AND d.state = 'expired'
                 AND d.reason = NEW.forfeited_fen::text) THEN
    RAISE 'central has not logged that the claims of % % end with % fen', NEW.game, NEW.draw, NEW.forfeited_fen;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER logged BEFORE INSERT ON settlement.expiry FOR EACH ROW EXECUTE FUNCTION settlement.check_expired();
CREATE TRIGGER winner_tile_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.winner_tile EXECUTE FUNCTION settlement.refuse_change();
-- The payer's signed word; of payments before there was a payer none.
ALTER TABLE settlement.payment ADD COLUMN paper bytea;

-- Refunds are agreed on as prizes are.
INSERT INTO issuance.transition VALUES ('refunding', 'repaying');
CREATE OR REPLACE FUNCTION settlement.check_logged() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM issuance.draw_step d WHERE d.game = NEW.game AND d.draw = NEW.draw AND d.state IN ('paying', 'repaying')) THEN
    RAISE 'central has not logged that % % is paid', NEW.game, NEW.draw;
  END IF;
  RETURN NEW;
END $$;

-- As before, and nothing is owed of a draw before the control has agreed, a refund included.
CREATE OR REPLACE FUNCTION settlement.ticket_state(log integer, idx bigint, OUT state text, OUT prize_fen bigint)
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
  IF NOT FOUND OR NOT EXISTS (SELECT FROM agreed a WHERE a.game = l.game AND a.draw = l.draw) THEN RETURN; END IF;
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

-- Why a ticket that is on the agreed list cannot be paid now, as a refusal number; 0 when it can. What the logs decide (list, secrets,
-- agreement, end of the claim period) the payer has looked at: these are the rules of counters and persons.
CREATE FUNCTION settlement.may_pay(game text, draw integer, idx bigint, prize_fen bigint, terminal bigint)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = settlement, pg_temp AS $$
DECLARE
  st record;
  w record;
  rule record;
  at_place text;
BEGIN
  SELECT * INTO st FROM statement x WHERE x.game = may_pay.game AND x.draw = may_pay.draw;
  IF NOT FOUND THEN RETURN 607; END IF;
  SELECT * INTO w FROM winner x WHERE x.game = may_pay.game AND x.draw = may_pay.draw AND x.idx = may_pay.idx;
  IF NOT FOUND OR w.prize_fen <> may_pay.prize_fen THEN RETURN 603; END IF;
  IF EXISTS (SELECT FROM payment x WHERE x.game = may_pay.game AND x.draw = may_pay.draw AND x.idx = may_pay.idx) THEN RETURN 604; END IF;
  IF EXISTS (SELECT FROM expiry e WHERE e.game = may_pay.game AND e.draw = may_pay.draw) THEN RETURN 605; END IF;
  SELECT * INTO rule FROM claim_rule;
  SELECT place INTO at_place FROM claim_place c WHERE c.terminal = may_pay.terminal;
  IF st.kind = 'prizes' AND w.prize_fen > rule.identity_above_fen AND NOT EXISTS
    (SELECT FROM identity i WHERE i.game = may_pay.game AND i.draw = may_pay.draw AND i.idx = may_pay.idx) THEN RETURN 608; END IF;
  IF at_place IS NULL AND w.prize_fen > rule.outlet_most_fen THEN RETURN 620; END IF;
  IF at_place IS DISTINCT FROM 'province' AND EXISTS
    (SELECT FROM provincial_tier t WHERE t.game = may_pay.game AND t.tier = ANY (w.tiers)) THEN RETURN 620; END IF;
  RETURN 0;
END $$;

-- Begins a payment in a transaction that end_payment ends: locks what must wait, and says what tax is withheld and whether an outlet
-- pays from its drawer. A claim that was paid before comes back with its paper.
CREATE FUNCTION settlement.begin_payment(game text, draw integer, idx bigint, prize_fen bigint, claim_hash bytea, terminal bigint,
  OUT refusal integer, OUT tax_fen bigint, OUT outlet boolean, OUT paper bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  p record;
  who bytea;
  rule record;
  together bigint;
  withheld bigint;
BEGIN
  tax_fen := 0;
  outlet := NOT EXISTS (SELECT FROM claim_place c WHERE c.terminal = begin_payment.terminal);
  PERFORM pg_advisory_xact_lock_shared(claims_lock(begin_payment.game, begin_payment.draw));
  PERFORM FROM winner x WHERE x.game = begin_payment.game AND x.draw = begin_payment.draw AND x.idx = begin_payment.idx FOR UPDATE;
  SELECT * INTO p FROM payment x WHERE x.game = begin_payment.game AND x.draw = begin_payment.draw AND x.idx = begin_payment.idx;
  IF FOUND THEN
    refusal := CASE WHEN p.claim_hash = begin_payment.claim_hash AND p.paper IS NOT NULL THEN 0 ELSE 604 END;
    paper := p.paper;
    RETURN;
  END IF;
  refusal := may_pay(begin_payment.game, begin_payment.draw, begin_payment.idx, begin_payment.prize_fen, begin_payment.terminal);
  IF refusal <> 0 THEN RETURN; END IF;
  -- One person's prizes of a draw are taxed together, those paid before included; they are paid one after the other.
  SELECT i.person INTO who FROM identity i WHERE i.game = begin_payment.game AND i.draw = begin_payment.draw AND i.idx = begin_payment.idx;
  IF who IS NULL OR (SELECT x.kind FROM statement x WHERE x.game = begin_payment.game AND x.draw = begin_payment.draw) = 'refund' THEN RETURN; END IF;
  SELECT * INTO rule FROM claim_rule;
  PERFORM FROM person x WHERE x.person = who FOR UPDATE;
  SELECT COALESCE(sum(x.paid_fen + x.tax_fen), 0), COALESCE(sum(x.tax_fen), 0) INTO together, withheld
    FROM payment x JOIN identity i USING (game, draw, idx)
    WHERE i.person = who AND x.game = begin_payment.game AND x.draw = begin_payment.draw;
  together := together + begin_payment.prize_fen;
  -- At most the prize itself: what is left of the tax is withheld from the next.
  IF together > rule.tax_above_fen THEN
    tax_fen := LEAST(together * rule.tax_percent / 100 - withheld, begin_payment.prize_fen);
  END IF;
END $$;

-- Keeps a payment and posts it: once a ticket and once a claim. Central is handed the signed paper: by it alone, and not by this
-- row, the log has the payment and an outlet its deposit.
CREATE FUNCTION settlement.end_payment(game text, draw integer, idx bigint, claim_hash bytea, terminal bigint, paid_fen bigint, tax_fen bigint,
  at_ms bigint, outlet boolean, paper bytea, proof text, t_hash bytea, s_hash bytea, parts integer[], indices bigint[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  w record;
  st record;
  txn bigint;
  new_id bigint;
  accounts text[] := '{}';
  amounts bigint[] := '{}';
  refunded boolean;
BEGIN
  SELECT * INTO STRICT w FROM winner x WHERE x.game = end_payment.game AND x.draw = end_payment.draw AND x.idx = end_payment.idx;
  SELECT x.kind, COALESCE(o.each_fen, x.each_fen) AS each_fen INTO STRICT st FROM statement x
    LEFT JOIN own_amounts o ON o.game = x.game AND o.draw = x.draw AND o.jurisdiction = w.jurisdiction
    WHERE x.game = end_payment.game AND x.draw = end_payment.draw;
  refunded := st.kind = 'refund';
  IF end_payment.paper IS NULL THEN RAISE 'a payment has the payer''s signature'; END IF;
  IF end_payment.paid_fen < 0 OR end_payment.paid_fen + end_payment.tax_fen <> w.prize_fen THEN RAISE 'what is paid and withheld is not the prize'; END IF;
  FOR i IN 1..cardinality(w.tiers) LOOP
    accounts := accounts || format('prize-payable:%s:%s:%s:%s', end_payment.game, end_payment.draw, w.tiers[i], w.jurisdiction);
    amounts := amounts || st.each_fen[w.tiers[i]] * w.lines[i];
  END LOOP;
  accounts := accounts || format(CASE WHEN outlet THEN 'terminal:%s' ELSE 'prize-paid-by:%s' END, end_payment.terminal)
    || format('tax-payable:%s', w.jurisdiction);
  amounts := amounts || -end_payment.paid_fen || -end_payment.tax_fen;
  IF refunded THEN
    accounts := accounts || format('refund-payable:%s:%s:%s', end_payment.game, end_payment.draw, w.jurisdiction);
    amounts := amounts || w.prize_fen;
  END IF;
  -- A claim that was accepted in a month that is closed by now is paid all the same, and counts for the month after.
  txn := ledger.post(CASE WHEN refunded THEN 'refund' ELSE 'claim' END, 'claim:' || encode(end_payment.claim_hash, 'hex'),
    GREATEST(end_payment.at_ms, (SELECT c.ends_ms FROM ledger.closed_until c)), accounts, amounts);
  INSERT INTO payment (game, draw, idx, claim_hash, terminal, paid_fen, tax_fen, paid_ms, txn, paper)
    VALUES (end_payment.game, end_payment.draw, end_payment.idx, end_payment.claim_hash, end_payment.terminal, end_payment.paid_fen,
            end_payment.tax_fen, end_payment.at_ms, txn, end_payment.paper);
  INSERT INTO exchange (game, draw, idx, t_hash, s_hash, claim_hash, at_ms)
    SELECT l.game, l.draw, part.i, end_payment.t_hash, end_payment.s_hash, end_payment.claim_hash, end_payment.at_ms
    FROM unnest(parts, indices) AS part(log, i) JOIN issuance.log l ON l.id = part.log;
  PERFORM issuance.hand_in_payment(proof);
END $$;
CREATE FUNCTION issuance.hand_in_payment(body text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
DECLARE
  new_id bigint;
BEGIN
  INSERT INTO inbox (kind, body, by_role) VALUES ('payment', hand_in_payment.body, 'payer') RETURNING id INTO new_id;
  PERFORM pg_notify('inbox', new_id::text);
END $$;

-- Nobody pays as it was done before.
DROP FUNCTION settlement.pay(text, bigint, bytea, bytea, bytea, bigint, bigint, bytea, bytea, integer[], bigint[]);
DROP FUNCTION settlement.check_claim(text, bigint, bytea, bytea, bytea, bigint, bigint);
DROP FUNCTION settlement.secret_of(text, integer, bigint, bytea, bytea);
DROP FUNCTION issuance.restore_deposit(bigint, bigint, text);
REVOKE ALL ON FUNCTION issuance.hand_in_payment(text), settlement.may_pay(text, integer, bigint, bigint, bigint),
  settlement.begin_payment(text, integer, bigint, bigint, bytea, bigint),
  settlement.end_payment(text, integer, bigint, bytea, bigint, bigint, bigint, bigint, boolean, bytea, text, bytea, bytea, integer[], bigint[])
  FROM PUBLIC;
GRANT USAGE ON SCHEMA issuance, settlement TO payer;
GRANT SELECT ON issuance.installation, issuance.log, issuance.leaf, issuance.checkpoint TO payer;
GRANT SELECT ON settlement.winner, settlement.winner_tile, settlement.payment, settlement.exchange TO payer;
GRANT EXECUTE ON FUNCTION settlement.ticket_state(integer, bigint) TO payer;
GRANT SELECT ON settlement.winner_tile TO settler, auditor;
GRANT INSERT ON settlement.winner_tile TO settler;
GRANT EXECUTE ON FUNCTION settlement.may_pay(text, integer, bigint, bigint, bigint),
  settlement.begin_payment(text, integer, bigint, bigint, bytea, bigint),
  settlement.end_payment(text, integer, bigint, bytea, bigint, bigint, bigint, bigint, boolean, bytea, text, bytea, bytea, integer[], bigint[])
  TO payer;
