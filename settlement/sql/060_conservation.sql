-- Where every fen of a settled draw went: of a national game one row, of 3d one a jurisdiction. A row that does not add up,
-- or whose pools differ from the draw before or from the ledger, is refused and the settlement with it.
CREATE TABLE settlement.draw_money (
  game text NOT NULL,
  draw integer NOT NULL,
  jurisdiction text NOT NULL,  -- empty of a national game
  net_sales_fen bigint NOT NULL CHECK (net_sales_fen >= 0),
  prize_money_fen bigint NOT NULL CHECK (prize_money_fen >= 0),
  adjustment_accrued_fen bigint NOT NULL CHECK (adjustment_accrued_fen >= 0),
  fund_fen bigint NOT NULL CHECK (fund_fen >= 0),
  fee_fen bigint NOT NULL CHECK (fee_fen >= 0),
  prizes_fen bigint NOT NULL CHECK (prizes_fen >= 0),
  pool_before_fen bigint NOT NULL CHECK (pool_before_fen >= 0),
  pool_after_fen bigint NOT NULL CHECK (pool_after_fen >= 0),
  fixed_pool_before_fen bigint NOT NULL CHECK (fixed_pool_before_fen >= 0),
  fixed_pool_after_fen bigint NOT NULL CHECK (fixed_pool_after_fen >= 0),
  adjustment_before_fen bigint NOT NULL,
  adjustment_paid_fen bigint NOT NULL CHECK (adjustment_paid_fen >= 0),
  adjustment_gained_fen bigint NOT NULL CHECK (adjustment_gained_fen >= 0),
  adjustment_after_fen bigint NOT NULL,
  fee_advanced_fen bigint NOT NULL CHECK (fee_advanced_fen >= 0),
  PRIMARY KEY (game, draw, jurisdiction),
  FOREIGN KEY (game, draw) REFERENCES settlement.statement,
  CONSTRAINT sales_are_shared CHECK (net_sales_fen = prize_money_fen + adjustment_accrued_fen + fund_fen + fee_fen),
  CONSTRAINT prizes_are_covered CHECK (prize_money_fen + pool_before_fen + fixed_pool_before_fen + adjustment_paid_fen + fee_advanced_fen
    = prizes_fen + pool_after_fen + fixed_pool_after_fen + adjustment_gained_fen),
  CONSTRAINT adjustment_adds_up CHECK (adjustment_after_fen
    = adjustment_before_fen + adjustment_accrued_fen + adjustment_gained_fen - adjustment_paid_fen)
);

-- Fen an account is owed; `heading` with the game and, where there is one, the jurisdiction.
CREATE FUNCTION settlement.held(heading text, game text, jurisdiction text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
  SELECT COALESCE(-sum(p.amount_fen), 0)::bigint FROM posting p
  WHERE p.account = heading || ':' || game || CASE jurisdiction WHEN '' THEN '' ELSE ':' || jurisdiction END
$$;
CREATE FUNCTION settlement.check_money() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  before record;
BEGIN
  SELECT m.pool_after_fen AS pool, m.fixed_pool_after_fen AS fixed, m.adjustment_after_fen AS adjustment INTO before FROM draw_money m
    WHERE m.game = NEW.game AND m.jurisdiction = NEW.jurisdiction AND m.draw < NEW.draw ORDER BY m.draw DESC LIMIT 1;
  IF FOUND AND (before.pool, before.fixed, before.adjustment)
     IS DISTINCT FROM (NEW.pool_before_fen, NEW.fixed_pool_before_fen, NEW.adjustment_before_fen) THEN
    RAISE 'the pools of % % % do not begin as the draw before left them', NEW.game, NEW.draw, NEW.jurisdiction;
  END IF;
  IF (held('pool', NEW.game, NEW.jurisdiction), held('adjustment', NEW.game, NEW.jurisdiction), held('fixed-pool', NEW.game, ''))
     IS DISTINCT FROM (NEW.pool_after_fen, NEW.adjustment_after_fen, NEW.fixed_pool_after_fen) THEN
    RAISE 'the pools of % % % are not what the ledger has', NEW.game, NEW.draw, NEW.jurisdiction;
  END IF;
  IF held('sales', NEW.game, NEW.draw::text) <> 0 OR held('prize-money', NEW.game, NEW.draw::text) <> 0 THEN
    RAISE 'sales or prize money of % % is left over', NEW.game, NEW.draw;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER explained AFTER INSERT ON settlement.draw_money DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION settlement.check_money();
-- Every settled draw has its money.
CREATE FUNCTION settlement.check_has_money() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = settlement, pg_temp AS $$
DECLARE
  total numeric;
BEGIN
  SELECT sum(m.prizes_fen) INTO total FROM draw_money m WHERE m.game = NEW.game AND m.draw = NEW.draw;
  IF NEW.kind = 'prizes' AND total IS DISTINCT FROM NEW.owed_fen THEN
    RAISE 'the money of % % has % fen of prizes, its statement %', NEW.game, NEW.draw, total, NEW.owed_fen;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_money AFTER INSERT ON settlement.statement DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION settlement.check_has_money();
CREATE FUNCTION settlement.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'what was settled is never changed';
END $$;
CREATE TRIGGER statement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.statement EXECUTE FUNCTION settlement.refuse_change();
CREATE TRIGGER own_amounts_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.own_amounts EXECUTE FUNCTION settlement.refuse_change();
CREATE TRIGGER draw_money_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.draw_money EXECUTE FUNCTION settlement.refuse_change();
REVOKE ALL ON FUNCTION settlement.held(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settlement.held(text, text, text) TO settler;
GRANT SELECT ON settlement.draw_money TO settler, auditor;
GRANT INSERT ON settlement.draw_money TO settler;
