-- The double-entry ledger. A positive amount debits an account, a negative one credits it; each transaction sums
-- to zero, checked once when it commits; a posting joins only the transaction being written; nothing changes later.
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO settler, auditor;

-- The chart of accounts. An account is a heading and, after colons, the parts it is kept by: 'pool:ssq', 'fund:ssq:2026097'.
CREATE TABLE ledger.heading (
  name text PRIMARY KEY,
  side text NOT NULL CHECK (side IN ('asset', 'liability', 'transit')),  -- transit: empty when a draw is settled
  parts text[] NOT NULL,
  least integer NOT NULL,  -- of the parts that must be there
  zh text NOT NULL,
  en text NOT NULL
);
INSERT INTO ledger.heading VALUES
  ('bank', 'asset', '{}', 0, '银行存款', 'at the bank'),
  ('opening', 'asset', '{game}', 1, '期初余额对应款', 'what opening balances were taken over with'),
  ('terminal', 'liability', '{terminal}', 1, '网点预存款', 'deposit of an outlet'),
  ('sales', 'transit', '{game,draw}', 2, '销售', 'sales of a draw'),
  ('prize-money', 'transit', '{game,draw}', 2, '当期奖金', 'prize money of a draw'),
  ('prize-payable', 'liability', '{game,draw,tier,jurisdiction}', 4, '应付奖金', 'prizes payable by tier'),
  ('refund-payable', 'liability', '{game,draw,jurisdiction}', 3, '应付退款', 'refunds payable'),
  ('prize-paid-by', 'liability', '{terminal}', 1, '中心兑付', 'paid out by a claim centre'),
  ('tax-payable', 'liability', '{jurisdiction}', 1, '代扣个人所得税', 'income tax withheld'),
  ('pool', 'liability', '{game,jurisdiction}', 1, '奖池', 'prize pool'),
  ('fixed-pool', 'liability', '{game}', 1, '固定奖奖池', 'pool of the fixed prizes'),
  ('adjustment', 'liability', '{game,jurisdiction}', 1, '调节基金', 'adjustment fund'),
  ('fee', 'liability', '{game,draw}', 2, '发行费', 'issuance fee'),
  ('fee-advanced', 'asset', '{game,jurisdiction}', 2, '发行费垫付', 'prizes advanced from the fee'),
  ('commission', 'liability', '{terminal}', 1, '代销费', 'commission owed to an outlet'),
  ('fund', 'liability', '{game,draw}', 2, '公益金', 'welfare fund of a draw'),
  ('fund-forfeited-local', 'liability', '{game,draw}', 2, '弃奖公益金（地方）', 'forfeited prizes, wholly local'),
  ('fund-local', 'liability', '{}', 0, '公益金（地方）', 'welfare fund, local half'),
  ('fund-social-security', 'liability', '{}', 0, '全国社会保障基金', 'national social security fund'),
  ('fund-special', 'liability', '{}', 0, '中央专项彩票公益金', 'central special fund'),
  ('fund-sport', 'liability', '{}', 0, '体育总局', 'sport'),
  ('fund-programme', 'liability', '{programme,county}', 2, '民政部项目', 'civil affairs by programme and county'),
  ('fund-civil-affairs-carried', 'liability', '{}', 0, '民政部结转', 'civil affairs, carried to the next period');
CREATE TABLE ledger.account (
  name text PRIMARY KEY,
  heading text NOT NULL,  -- one of the chart, says open_accounts, which alone writes here
  game text,
  draw integer,
  jurisdiction text,
  terminal integer
);
CREATE INDEX ON ledger.account (heading, game, draw) WHERE draw IS NOT NULL;
-- An account is opened when it is first posted to, with the parts its name has. The outlets of a nation are opened in one go.
CREATE FUNCTION ledger.open_accounts(names text[]) RETURNS void
LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
DECLARE
  row_text text;
BEGIN
  INSERT INTO account (name, heading, game, draw, jurisdiction, terminal)
    WITH chart AS MATERIALIZED (  -- where in a name its parts are; nothing where it has no such part
      SELECT h.name, h.least, cardinality(h.parts) AS most, array_position(h.parts, 'game') + 1 AS game_at,
        array_position(h.parts, 'draw') + 1 AS draw_at, array_position(h.parts, 'jurisdiction') + 1 AS jurisdiction_at,
        array_position(h.parts, 'terminal') + 1 AS terminal_at
      FROM heading h),
    unopened AS MATERIALIZED (
      SELECT n.name, split_part(n.name, ':', 1) AS heading, length(n.name) - length(replace(n.name, ':', '')) AS parts
      FROM (SELECT DISTINCT unnest(names) AS name) n WHERE NOT EXISTS (SELECT FROM account x WHERE x.name = n.name))
    SELECT u.name, c.name, NULLIF(split_part(u.name, ':', c.game_at), ''), NULLIF(split_part(u.name, ':', c.draw_at), '')::integer,
      NULLIF(split_part(u.name, ':', c.jurisdiction_at), ''), NULLIF(split_part(u.name, ':', c.terminal_at), '')::integer
    FROM unopened u
      LEFT JOIN chart c ON c.name = u.heading AND u.parts BETWEEN c.least AND c.most AND u.name !~ '::|:$'
    ON CONFLICT DO NOTHING;
EXCEPTION WHEN not_null_violation THEN
  GET STACKED DIAGNOSTICS row_text = PG_EXCEPTION_DETAIL;
  RAISE 'the chart of accounts has no such account: %', row_text USING ERRCODE = 'LP002';
END $$;

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
CREATE INDEX ON ledger.posting (account) INCLUDE (amount_fen);
CREATE UNIQUE INDEX ON ledger.txn (corrects);  -- once

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
  PERFORM open_accounts(accounts);
  INSERT INTO txn (kind, ref, at_ms) VALUES (post.kind, post.ref, post.at_ms) RETURNING id INTO new_id;
  INSERT INTO posting SELECT new_id, o, a, m FROM unnest(accounts, amounts) WITH ORDINALITY AS u(a, m, o) WHERE m <> 0;
  RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION ledger.open_accounts(text[]), ledger.post(text, text, bigint, text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post(text, text, bigint, text[], bigint[]) TO settler;

-- Every posting with the day it counts for in Beijing and the parts of its account.
CREATE VIEW ledger.line AS
  SELECT t.id AS txn, t.kind, t.ref, t.at_ms, date '1970-01-01' + ((t.at_ms + 28800000) / 86400000)::integer AS day, t.corrects,
    p.account, a.heading, a.game, a.draw, a.jurisdiction, a.terminal, p.amount_fen
  FROM ledger.posting p JOIN ledger.txn t ON t.id = p.txn JOIN ledger.account a ON a.name = p.account;
CREATE VIEW ledger.balance AS SELECT account, sum(amount_fen)::bigint AS fen FROM ledger.posting GROUP BY account;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO settler, auditor;
