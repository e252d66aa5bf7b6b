-- Payment begins when central has logged what it begins by: the control's agreement, or the statement of refunds. Rows of settlement
-- alone open nothing.

-- The row that lets claims in follows the leaf.
CREATE FUNCTION settlement.check_logged() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM issuance.draw_step d WHERE d.game = NEW.game AND d.draw = NEW.draw AND d.state = 'paying') THEN
    RAISE 'central has not logged that % % is paid', NEW.game, NEW.draw;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER logged BEFORE INSERT ON settlement.agreed FOR EACH ROW EXECUTE FUNCTION settlement.check_logged();
CREATE TRIGGER agreed_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.agreed EXECUTE FUNCTION settlement.refuse_change();

-- As before, and central's own steps are asked too.
CREATE OR REPLACE FUNCTION settlement.check_claim(origin text, idx bigint, t bytea, s bytea, claim_hash bytea, terminal bigint, now_ms bigint)
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
  IF NOT EXISTS (SELECT FROM issuance.draw_step d WHERE d.game = log.game AND d.draw = log.draw AND d.state IN ('paying', 'refunding')) THEN
    RETURN 602;
  END IF;
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
