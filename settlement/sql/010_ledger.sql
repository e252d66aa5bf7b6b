-- The double-entry ledger. A positive amount debits an account, a negative one credits it; each transaction sums
-- to zero, checked once when it commits; a posting joins only the transaction being written; nothing changes later.
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO settler, auditor;

CREATE TABLE ledger.account (name text PRIMARY KEY);
CREATE TABLE ledger.txn (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  ref text NOT NULL UNIQUE,
  at_ms bigint NOT NULL,
  corrects bigint REFERENCES ledger.txn,
  written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE TABLE ledger.posting (
  txn bigint NOT NULL,  -- the one being written, says the trigger below; transactions are never deleted
  line integer NOT NULL,
  account text NOT NULL REFERENCES ledger.account,
  amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
  PRIMARY KEY (txn, line)
);

-- Deferred triggers run as whoever commits, who may have no right to read postings: hence SECURITY DEFINER.
CREATE FUNCTION ledger.check_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  total numeric;
  lines bigint;
BEGIN
  SELECT sum(amount_fen), count(*) INTO total, lines FROM ledger.posting WHERE txn = NEW.id;
  IF lines < 2 OR total <> 0 THEN
    RAISE 'transaction % (%) does not balance: % lines, sum %', NEW.id, NEW.ref, lines, total;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON ledger.txn DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger.check_balance();

CREATE FUNCTION ledger.check_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT txn FROM written) w WHERE NOT EXISTS
             (SELECT FROM txn t WHERE t.id = w.txn AND t.written_by = pg_current_xact_id())) THEN
    RAISE 'a posting can join only the transaction being written';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER joins AFTER INSERT ON ledger.posting REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_postings();

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'the ledger is never changed; correct by a new transaction';
END $$;
CREATE TRIGGER txn_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.txn EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.posting EXECUTE FUNCTION ledger.refuse_change();

-- Posts one transaction; `accounts` and `amounts` run in parallel, zero amounts are left out.
CREATE FUNCTION ledger.post(kind text, ref text, at_ms bigint, accounts text[], amounts bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
  new_id bigint;
BEGIN
  INSERT INTO account SELECT DISTINCT unnest(accounts) ON CONFLICT DO NOTHING;
  INSERT INTO txn (kind, ref, at_ms) VALUES (post.kind, post.ref, post.at_ms) RETURNING id INTO new_id;
  INSERT INTO posting SELECT new_id, o, a, m FROM unnest(accounts, amounts) WITH ORDINALITY AS u(a, m, o) WHERE m <> 0;
  RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION ledger.post(text, text, bigint, text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post(text, text, bigint, text[], bigint[]) TO settler;

CREATE VIEW ledger.balance AS SELECT account, sum(amount_fen)::bigint AS fen FROM ledger.posting GROUP BY account;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO settler, auditor;
