-- Months are closed and mistakes corrected; nothing that was written changes.

-- A month, YYYYMM in Beijing, after which no transaction is dated in it, and the trial balance as it stood.
CREATE TABLE ledger.period (
  period integer PRIMARY KEY CHECK (period BETWEEN 200001 AND 999912 AND period % 100 BETWEEN 1 AND 12),
  ends_ms bigint NOT NULL UNIQUE,  -- first instant after it
  closed_ms bigint NOT NULL,
  by_role text NOT NULL DEFAULT session_user
);
CREATE TABLE ledger.trial_balance (
  period integer NOT NULL REFERENCES ledger.period,
  heading text NOT NULL REFERENCES ledger.heading,
  debit_fen bigint NOT NULL CHECK (debit_fen >= 0),    -- of the period
  credit_fen bigint NOT NULL CHECK (credit_fen >= 0),
  balance_fen bigint NOT NULL,                         -- at its end
  PRIMARY KEY (period, heading)
);
-- One row, which whoever posts holds: a transaction whose snapshot is older than a close is refused and done again.
CREATE TABLE ledger.closed_until (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  ends_ms bigint NOT NULL
);
INSERT INTO ledger.closed_until VALUES (true, 0);
CREATE TRIGGER period_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.period EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER trial_balance_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.trial_balance EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.check_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  until bigint;
BEGIN
  SELECT c.ends_ms INTO STRICT until FROM closed_until c FOR SHARE;
  IF NEW.at_ms < until THEN RAISE 'the period is closed: %', NEW.ref USING ERRCODE = 'LP001'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER period_is_open BEFORE INSERT ON ledger.txn FOR EACH ROW EXECUTE FUNCTION ledger.check_open();

-- Closes a month an hour after its end at the earliest, by the machine's clock too where money is real. What was accepted in
-- it and is posted later, a claim that a crash cut off, counts for the month after (settlement.pay). Months are closed in
-- order. Answers 'closed'; 'before' when it was, which changes nothing; 'early' or 'order' when it cannot be now.
CREATE FUNCTION ledger.close_period(period integer, now_ms bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  first date := make_date(close_period.period / 100, close_period.period % 100, 1);
  begins bigint := (first - date '1970-01-01') * 86400000::bigint - 28800000;
  ends bigint := ((first + interval '1 month')::date - date '1970-01-01') * 86400000::bigint - 28800000;
  last record;
  total numeric;
BEGIN
  LOCK TABLE txn IN SHARE ROW EXCLUSIVE MODE;  -- nobody posts meanwhile, nobody else closes
  IF EXISTS (SELECT FROM period p WHERE p.period = close_period.period) THEN RETURN 'before'; END IF;
  IF now_ms < ends + 3600000 OR NOT (SELECT i.demo FROM issuance.installation i) AND extract(epoch FROM clock_timestamp()) * 1000 < ends + 3600000 THEN
    RETURN 'early';
  END IF;
  SELECT * INTO last FROM period p ORDER BY p.ends_ms DESC LIMIT 1;
  IF FOUND AND last.ends_ms <> begins OR NOT FOUND AND EXISTS (SELECT FROM txn t WHERE t.at_ms < begins) THEN RETURN 'order'; END IF;
  INSERT INTO period VALUES (close_period.period, ends, now_ms);
  UPDATE closed_until SET ends_ms = ends;
  INSERT INTO trial_balance
    SELECT close_period.period, l.heading, COALESCE(sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0 AND l.at_ms >= begins), 0),
      COALESCE(-sum(l.amount_fen) FILTER (WHERE l.amount_fen < 0 AND l.at_ms >= begins), 0), sum(l.amount_fen)
    FROM line l WHERE l.at_ms < ends GROUP BY l.heading;
  SELECT sum(balance_fen) INTO total FROM trial_balance b WHERE b.period = close_period.period;
  IF total <> 0 THEN RAISE 'the trial balance of % is off by % fen', close_period.period, total; END IF;
  RETURN 'closed';
END $$;

-- What two approvers signed to correct a transaction, with what was posted in its place, if anything.
CREATE TABLE ledger.correction (
  corrects bigint PRIMARY KEY REFERENCES ledger.txn,
  envelope text NOT NULL,
  at_ms bigint NOT NULL
);
CREATE TRIGGER correction_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.correction EXECUTE FUNCTION ledger.refuse_change();
-- Reverses a transaction line by line and posts the lines it should have had, which move fee, commission and fund only. What
-- a signed statement, a deposit in central's books or a paid claim wrote stands: such a thing is undone where it was done.
-- Answers 'corrected'; 'before' when this very paper did; 'unknown', 'stands', 'otherwise', 'empty' or 'heading' when it is refused.
CREATE FUNCTION ledger.correct(ref text, envelope text, at_ms bigint, accounts text[], amounts bigint[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  wrong record;
  held record;
  new_id bigint;
BEGIN
  SELECT * INTO wrong FROM txn t WHERE t.ref = correct.ref FOR UPDATE;
  IF NOT FOUND THEN RETURN 'unknown'; END IF;
  IF wrong.kind NOT IN ('commission', 'allocation', 'correction') THEN RETURN 'stands'; END IF;
  SELECT * INTO held FROM correction c WHERE c.corrects = wrong.id;
  IF FOUND THEN RETURN CASE WHEN held.envelope = correct.envelope THEN 'before' ELSE 'otherwise' END; END IF;
  -- What was allocated is published and spent by: it is moved, not taken back.
  IF wrong.ref ~ '^(correction:)*allocation:' AND cardinality(accounts) = 0 THEN RETURN 'empty'; END IF;
  IF EXISTS (SELECT FROM unnest(accounts) a WHERE split_part(a, ':', 1) = 'commission' AND NOT EXISTS
      (SELECT FROM issuance.terminal t WHERE t.id::text = split_part(a, ':', 2))) THEN
    RETURN 'heading';
  END IF;
  IF EXISTS (SELECT FROM unnest(accounts) a WHERE split_part(a, ':', 1) NOT IN ('fee', 'commission', 'fund', 'fund-forfeited-local',
      'fund-local', 'fund-social-security', 'fund-special', 'fund-sport', 'fund-programme', 'fund-civil-affairs-carried')) THEN
    RETURN 'heading';
  END IF;
  INSERT INTO correction VALUES (wrong.id, correct.envelope, correct.at_ms);
  INSERT INTO txn (kind, ref, at_ms, corrects) VALUES ('reversal', 'reversal:' || correct.ref, correct.at_ms, wrong.id) RETURNING id INTO new_id;
  INSERT INTO posting SELECT new_id, p.line, p.account, -p.amount_fen FROM posting p WHERE p.txn = wrong.id;
  IF cardinality(accounts) > 0 THEN
    PERFORM post('correction', 'correction:' || correct.ref, correct.at_ms, accounts, amounts);
  END IF;
  RETURN 'corrected';
EXCEPTION WHEN SQLSTATE 'LP002' THEN  -- an account the chart has not: nothing of this was done
  RETURN 'heading';
END $$;
REVOKE ALL ON FUNCTION ledger.close_period(integer, bigint), ledger.correct(text, text, bigint, text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.close_period(integer, bigint), ledger.correct(text, text, bigint, text[], bigint[]) TO settler;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO settler, auditor;
