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
CREATE TRIGGER period_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.period EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER trial_balance_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.trial_balance EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.check_open() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM period p WHERE p.ends_ms > NEW.at_ms) THEN
    RAISE 'the period is closed: %', NEW.ref;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER period_is_open BEFORE INSERT ON ledger.txn FOR EACH ROW EXECUTE FUNCTION ledger.check_open();

-- Closes a month an hour after its end at the earliest: nobody is still writing what began in it. A second time changes
-- nothing. Months are closed in order.
CREATE FUNCTION ledger.close_period(period integer, now_ms bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  next date := make_date(close_period.period / 100, close_period.period % 100, 1) + interval '1 month';
  begins bigint;
  ends bigint := (next - date '1970-01-01') * 86400000::bigint - 28800000;
  last record;
  total numeric;
BEGIN
  begins := (make_date(close_period.period / 100, close_period.period % 100, 1) - date '1970-01-01') * 86400000::bigint - 28800000;
  IF EXISTS (SELECT FROM period p WHERE p.period = close_period.period) THEN RETURN false; END IF;
  IF now_ms < ends + 3600000 THEN RAISE 'the period % is not over', close_period.period; END IF;
  LOCK TABLE txn IN SHARE MODE;
  SELECT * INTO last FROM period p ORDER BY p.ends_ms DESC LIMIT 1;
  IF FOUND AND last.ends_ms <> begins THEN RAISE 'the period after % is the next to be closed', last.period; END IF;
  IF NOT FOUND AND EXISTS (SELECT FROM txn t WHERE t.at_ms < begins) THEN
    RAISE 'an earlier period is not closed';
  END IF;
  INSERT INTO period VALUES (close_period.period, ends, now_ms);
  INSERT INTO trial_balance
    SELECT close_period.period, l.heading, COALESCE(sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0 AND l.at_ms >= begins), 0),
      COALESCE(-sum(l.amount_fen) FILTER (WHERE l.amount_fen < 0 AND l.at_ms >= begins), 0), sum(l.amount_fen)
    FROM line l WHERE l.at_ms < ends GROUP BY l.heading;
  SELECT sum(balance_fen) INTO total FROM trial_balance b WHERE b.period = close_period.period;
  IF total <> 0 THEN RAISE 'the trial balance of % is off by % fen', close_period.period, total; END IF;
  RETURN true;
END $$;

-- What two approvers signed to correct a transaction, with what was posted in its place, if anything.
CREATE TABLE ledger.correction (
  corrects bigint PRIMARY KEY REFERENCES ledger.txn,
  envelope text NOT NULL,
  at_ms bigint NOT NULL
);
CREATE TRIGGER correction_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.correction EXECUTE FUNCTION ledger.refuse_change();
-- Reverses a transaction line by line and posts the lines it should have had. What a signed statement, a deposit in
-- central's books or a paid claim wrote stands: such a thing is undone where it was done.
CREATE FUNCTION ledger.correct(ref text, envelope text, at_ms bigint, accounts text[], amounts bigint[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  wrong record;
  new_id bigint;
BEGIN
  SELECT * INTO wrong FROM txn t WHERE t.ref = correct.ref FOR UPDATE;
  IF NOT FOUND THEN RAISE no_data_found USING MESSAGE = format('no transaction %s', correct.ref); END IF;
  IF wrong.kind NOT IN ('commission', 'allocation', 'correction') THEN
    RAISE insufficient_privilege USING MESSAGE = format('a %s is not corrected in the books', wrong.kind);
  END IF;
  IF EXISTS (SELECT FROM correction c WHERE c.corrects = wrong.id AND c.envelope = correct.envelope) THEN RETURN false; END IF;
  INSERT INTO correction VALUES (wrong.id, correct.envelope, correct.at_ms);
  INSERT INTO txn (kind, ref, at_ms, corrects) VALUES ('reversal', 'reversal:' || correct.ref, correct.at_ms, wrong.id) RETURNING id INTO new_id;
  INSERT INTO posting SELECT new_id, p.line, p.account, -p.amount_fen FROM posting p WHERE p.txn = wrong.id;
  IF cardinality(accounts) > 0 THEN
    PERFORM post('correction', 'correction:' || correct.ref, correct.at_ms, accounts, amounts);
  END IF;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION ledger.close_period(integer, bigint), ledger.correct(text, text, bigint, text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.close_period(integer, bigint), ledger.correct(text, text, bigint, text[], bigint[]) TO settler;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO settler, auditor;
