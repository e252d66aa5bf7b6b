-- Who is paid, where, and what tax is withheld. A person is a keyed hash of the identity document; no number and no whole
-- name is kept here.
CREATE TABLE settlement.claim_rule (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  identity_above_fen bigint NOT NULL,
  tax_above_fen bigint NOT NULL,
  tax_percent integer NOT NULL CHECK (tax_percent BETWEEN 0 AND 100),
  outlet_most_fen bigint NOT NULL
);
-- Four ministries' notice in force from 2024-09-01: above 3 000 yuan the winner is registered; what one person wins in one
-- draw of one game above 10 000 yuan is taxed 20 % as a whole. What an outlet may pay is a setting of each province.
INSERT INTO settlement.claim_rule VALUES (true, 300000, 1000000, 20, 1000000);

-- Prizes only a provincial centre pays: the first prize of a game, whatever it comes to.
CREATE TABLE settlement.provincial_tier (game text, tier integer, PRIMARY KEY (game, tier));
INSERT INTO settlement.provincial_tier VALUES ('ssq', 1), ('qlc', 1), ('kl8', 33);

CREATE TABLE settlement.claim_place (
  terminal integer PRIMARY KEY,
  place text NOT NULL CHECK (place IN ('city', 'province'))
);
CREATE TABLE settlement.person (
  person bytea PRIMARY KEY CHECK (length(person) = 32),
  shown text NOT NULL
);
CREATE TABLE settlement.identity (
  game text NOT NULL,
  draw integer NOT NULL,
  idx bigint NOT NULL,
  person bytea NOT NULL REFERENCES settlement.person,
  at_ms bigint NOT NULL,
  by_role text NOT NULL DEFAULT session_user,
  PRIMARY KEY (game, draw, idx),
  FOREIGN KEY (game, draw, idx) REFERENCES settlement.winner
);

-- An exchange ticket: given with an early prize of a ticket of several draws, it stands for the others from then on. A
-- later one takes the place of an earlier.
CREATE TABLE settlement.exchange (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  game text NOT NULL,
  draw integer NOT NULL,
  idx bigint NOT NULL,
  t_hash bytea NOT NULL CHECK (length(t_hash) = 32),
  s_hash bytea NOT NULL CHECK (length(s_hash) = 32),
  claim_hash bytea NOT NULL,
  at_ms bigint NOT NULL,
  UNIQUE (game, draw, idx, claim_hash)
);
CREATE INDEX ON settlement.exchange (claim_hash);
-- An exchange ticket that never reached its customer, withdrawn by two approvers: what it was made from stands again.
CREATE TABLE settlement.reinstatement (
  claim_hash bytea PRIMARY KEY CHECK (length(claim_hash) = 32),
  envelope text NOT NULL,
  at_ms bigint NOT NULL
);

-- Whether these are the secrets of the ticket that stands for a leaf: 'right', 'wrong', or 'old' when they were, before an
-- exchange.
CREATE FUNCTION settlement.secret_of(game text, draw integer, idx bigint, t_hash bytea, s_hash bytea) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = settlement, pg_temp AS $$
DECLARE
  held record;
  newest boolean := true;
BEGIN
  FOR held IN
    SELECT e.id, e.t_hash, e.s_hash, EXISTS (SELECT FROM reinstatement r WHERE r.claim_hash = e.claim_hash) AS withdrawn FROM exchange e
      WHERE e.game = secret_of.game AND e.draw = secret_of.draw AND e.idx = secret_of.idx
    UNION ALL SELECT 0, w.t_hash, w.s_hash, false FROM winner w
      WHERE w.game = secret_of.game AND w.draw = secret_of.draw AND w.idx = secret_of.idx
    ORDER BY id DESC
  LOOP
    IF held.t_hash = secret_of.t_hash AND held.s_hash = secret_of.s_hash THEN
      RETURN CASE WHEN newest AND NOT held.withdrawn THEN 'right' ELSE 'old' END;
    END IF;
    newest := newest AND held.withdrawn;
  END LOOP;
  RETURN 'wrong';
END $$;

-- Why a claim cannot be paid now, as a refusal number; 0 when it can, or when this very claim has been paid.
CREATE FUNCTION settlement.check_claim(origin text, idx bigint, t bytea, s bytea, claim_hash bytea, terminal bigint, now_ms bigint)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = settlement, pg_temp AS $$
DECLARE
  log record;
  st record;
  w record;
  p record;
  rule record;
  at_place text;
BEGIN
  SELECT * INTO log FROM issuance.log l WHERE l.origin = check_claim.origin AND l.game IS NOT NULL;
  IF NOT FOUND THEN RETURN 413; END IF;
  SELECT * INTO st FROM statement x WHERE x.game = log.game AND x.draw = log.draw;
  IF NOT FOUND THEN RETURN 607; END IF;
  IF st.kind = 'prizes' AND NOT EXISTS (SELECT FROM agreed a WHERE a.game = log.game AND a.draw = log.draw) THEN
    RETURN 602;
  END IF;
  SELECT * INTO w FROM winner x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = check_claim.idx;
  IF NOT FOUND THEN RETURN 603; END IF;
  CASE secret_of(log.game, log.draw, check_claim.idx, sha256(t), sha256(s))
    WHEN 'old' THEN RETURN 621;
    WHEN 'wrong' THEN RETURN 415;
    ELSE NULL;
  END CASE;
  SELECT * INTO p FROM payment x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = check_claim.idx;
  IF FOUND THEN RETURN CASE WHEN p.claim_hash = check_claim.claim_hash THEN 0 ELSE 604 END; END IF;
  IF now_ms > st.claim_until_ms OR EXISTS (SELECT FROM expiry e WHERE e.game = log.game AND e.draw = log.draw) THEN
    RETURN 605;
  END IF;
  SELECT * INTO rule FROM claim_rule;
  SELECT place INTO at_place FROM claim_place c WHERE c.terminal = check_claim.terminal;
  IF st.kind = 'prizes' AND w.prize_fen > rule.identity_above_fen AND NOT EXISTS
    (SELECT FROM identity i WHERE i.game = log.game AND i.draw = log.draw AND i.idx = check_claim.idx) THEN RETURN 608; END IF;
  IF at_place IS NULL AND w.prize_fen > rule.outlet_most_fen THEN RETURN 620; END IF;
  IF at_place IS DISTINCT FROM 'province' AND EXISTS (SELECT FROM provincial_tier t WHERE t.game = log.game AND t.tier = ANY (w.tiers)) THEN
    RETURN 620;
  END IF;
  RETURN 0;
END $$;

-- Pays a committed claim in one transaction; a retry finishes what a crash cut off and says what was paid. What an outlet
-- paid comes back into its deposit; a centre pays from its own cash. With `exchange_t` the ticket's other leaves, given as
-- `part_logs` and `part_indices`, get the secrets of an exchange ticket.
CREATE FUNCTION settlement.pay(origin text, idx bigint, t bytea, s bytea, claim_hash bytea, terminal bigint, now_ms bigint,
  exchange_t bytea, exchange_s bytea, part_logs integer[], part_indices bigint[],
  OUT refusal integer, OUT paid_fen bigint, OUT tax_fen bigint, OUT paid_ms bigint, OUT paid_by bigint, OUT fresh boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  log record;
  st record;
  w record;
  p record;
  who bytea;
  rule record;
  together bigint;
  withheld bigint;
  txn bigint;
  accounts text[] := '{}';
  amounts bigint[] := '{}';
  outlet boolean;
  refunded boolean;
BEGIN
  fresh := false; paid_fen := 0; tax_fen := 0; paid_ms := 0; paid_by := 0;
  SELECT * INTO log FROM issuance.log l WHERE l.origin = pay.origin AND l.game IS NOT NULL;
  PERFORM pg_advisory_xact_lock_shared(settlement.claims_lock(log.game, log.draw));
  SELECT * INTO w FROM winner x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = pay.idx FOR UPDATE;
  refusal := check_claim(origin, idx, t, s, claim_hash, terminal, now_ms);
  SELECT * INTO p FROM payment x WHERE x.game = log.game AND x.draw = log.draw AND x.idx = pay.idx;
  IF FOUND THEN
    paid_fen := p.paid_fen; tax_fen := p.tax_fen; paid_ms := p.paid_ms; paid_by := p.terminal;
    RETURN;
  END IF;
  IF refusal <> 0 THEN RETURN; END IF;
  SELECT * INTO rule FROM claim_rule;
  SELECT x.kind, COALESCE(o.each_fen, x.each_fen) AS each_fen INTO STRICT st FROM statement x
    LEFT JOIN own_amounts o ON o.game = x.game AND o.draw = x.draw AND o.jurisdiction = w.jurisdiction
    WHERE x.game = log.game AND x.draw = log.draw;
  refunded := st.kind = 'refund';
  -- One person's prizes of a draw are taxed together, those paid before included; they are paid one after the other.
  SELECT i.person INTO who FROM identity i WHERE i.game = log.game AND i.draw = log.draw AND i.idx = pay.idx;
  IF who IS NOT NULL AND NOT refunded THEN
    PERFORM FROM person x WHERE x.person = who FOR UPDATE;
    SELECT COALESCE(sum(x.paid_fen + x.tax_fen), 0), COALESCE(sum(x.tax_fen), 0) INTO together, withheld
      FROM payment x JOIN identity i USING (game, draw, idx)
      WHERE i.person = who AND x.game = log.game AND x.draw = log.draw;
    together := together + w.prize_fen;
    IF together > rule.tax_above_fen THEN tax_fen := together * rule.tax_percent / 100 - withheld; END IF;
  END IF;
  FOR i IN 1..cardinality(w.tiers) LOOP
    accounts := accounts || format('prize-payable:%s:%s:%s:%s', log.game, log.draw, w.tiers[i], w.jurisdiction);
    amounts := amounts || st.each_fen[w.tiers[i]] * w.lines[i];
  END LOOP;
  outlet := NOT EXISTS (SELECT FROM claim_place c WHERE c.terminal = pay.terminal);
  paid_fen := w.prize_fen - tax_fen; paid_ms := now_ms; paid_by := pay.terminal; fresh := true;
  accounts := accounts || format(CASE WHEN outlet THEN 'terminal:%s' ELSE 'prize-paid-by:%s' END, pay.terminal);
  amounts := amounts || -paid_fen;
  accounts := accounts || format('tax-payable:%s', w.jurisdiction);
  amounts := amounts || -tax_fen;
  IF refunded THEN
    accounts := accounts || format('refund-payable:%s:%s:%s', log.game, log.draw, w.jurisdiction);
    amounts := amounts || w.prize_fen;
  END IF;
  -- A claim that was accepted in a month that is closed by now is paid all the same, and counts for the month after.
  txn := ledger.post(CASE WHEN refunded THEN 'refund' ELSE 'claim' END, 'claim:' || encode(claim_hash, 'hex'),
    GREATEST(now_ms, (SELECT c.ends_ms FROM ledger.closed_until c)), accounts, amounts);
  INSERT INTO payment VALUES (log.game, log.draw, pay.idx, pay.claim_hash, pay.terminal, paid_fen, tax_fen, now_ms, txn);
  IF outlet THEN
    PERFORM issuance.restore_deposit(pay.terminal, paid_fen, 'prize:' || left(encode(claim_hash, 'hex'), 56));
  END IF;
  IF length(exchange_t) > 0 THEN
    INSERT INTO exchange (game, draw, idx, t_hash, s_hash, claim_hash, at_ms)
      SELECT l.game, l.draw, part.i, exchange_t, exchange_s, pay.claim_hash, now_ms
      FROM unnest(part_logs, part_indices) AS part(log, i) JOIN issuance.log l ON l.id = part.log
      WHERE part.log <> log.id AND (ticket_state(part.log, part.i)).state IN ('sold', 'won', 'refund');
  END IF;
END $$;

REVOKE ALL ON FUNCTION settlement.secret_of(text, integer, bigint, bytea, bytea),
  settlement.check_claim(text, bigint, bytea, bytea, bytea, bigint, bigint),
  settlement.pay(text, bigint, bytea, bytea, bytea, bigint, bigint, bytea, bytea, integer[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settlement.check_claim(text, bigint, bytea, bytea, bytea, bigint, bigint),
  settlement.pay(text, bigint, bytea, bytea, bytea, bigint, bigint, bytea, bytea, integer[], bigint[]) TO issuer;
GRANT SELECT ON settlement.claim_rule, settlement.claim_place, settlement.provincial_tier, settlement.person, settlement.identity TO settler;
GRANT SELECT ON settlement.claim_rule, settlement.claim_place, settlement.provincial_tier, settlement.exchange TO auditor;
GRANT SELECT ON settlement.exchange, settlement.reinstatement TO settler;
GRANT SELECT ON settlement.reinstatement TO auditor;
GRANT INSERT ON settlement.reinstatement TO settler;
GRANT SELECT (game, draw, claim_hash) ON settlement.exchange TO issuer;
GRANT INSERT ON settlement.claim_place, settlement.person, settlement.identity TO settler;
