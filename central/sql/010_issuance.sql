-- Issuance: what central writes. Sales, records, tiles and steps are only ever inserted; the lease is the one
-- row that changes. Times are milliseconds UTC and come in as arguments.
CREATE SCHEMA issuance;
GRANT USAGE ON SCHEMA issuance TO issuer, settler, auditor, operator;

CREATE TABLE issuance.installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  operator text NOT NULL,
  demo boolean NOT NULL,
  made_ms bigint NOT NULL
);

CREATE TABLE issuance.lease (
  name text NOT NULL,
  epoch bigint NOT NULL,
  holder text NOT NULL,
  taken_at timestamptz NOT NULL,
  PRIMARY KEY (name, epoch)
);
CREATE UNIQUE INDEX lease_name ON issuance.lease (name);

-- What a batch begins with: a writer whose epoch is not the lease's any more writes nothing.
CREATE FUNCTION issuance.hold_lease(epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM issuance.lease l WHERE l.name = 'writer' AND l.epoch = hold_lease.epoch FOR KEY SHARE;
  IF NOT FOUND THEN RAISE 'deposed: epoch % is over', hold_lease.epoch; END IF;
END $$;

-- Log 0 is the audit log; every draw has one of its own.
CREATE TABLE issuance.log (
  id integer PRIMARY KEY,
  origin text NOT NULL UNIQUE,
  game text,
  draw integer,
  UNIQUE (game, draw)
);

-- Leaves first .. first + count - 1 of a log, as one batch appended them: an entry bundle (u16 length, octets).
CREATE TABLE issuance.leaf (
  log integer NOT NULL,
  first bigint NOT NULL,
  count integer NOT NULL,
  bundle bytea NOT NULL,
  PRIMARY KEY (log, first)
) PARTITION BY LIST (log);

-- Hashes of leaves, 256 a row, with the root over them; only the last row of a sealed log is shorter and has none.
-- Restart reads these, not leaves, and hashes nothing below the roots.
CREATE TABLE issuance.tile (
  log integer NOT NULL,
  idx bigint NOT NULL,
  hashes bytea NOT NULL,
  root bytea,
  PRIMARY KEY (log, idx)
);

-- Batch records, the heads whose root they name, and what the batch changed in terminal heads, balances and totals.
CREATE TABLE issuance.batch (
  number bigint PRIMARY KEY,
  epoch bigint NOT NULL,
  at_ms bigint NOT NULL,
  record bytea NOT NULL,
  heads bytea NOT NULL,
  changes bytea NOT NULL
);
CREATE INDEX batch_at ON issuance.batch (at_ms);
-- The whole working state after a record, now and then.
CREATE TABLE issuance.snapshot (
  number bigint PRIMARY KEY REFERENCES issuance.batch,
  body bytea NOT NULL
);
-- In which record each accepted message of a terminal is: u64 each, for consecutive numbers from `first`. Made from
-- the changes of batches some time after them; accepted_until says up to which record.
CREATE TABLE issuance.accepted_page (
  terminal integer NOT NULL,
  first bigint NOT NULL,
  records bytea NOT NULL,
  PRIMARY KEY (terminal, first)
);
CREATE TABLE issuance.accepted_until (number bigint PRIMARY KEY);

-- Hashes and signatures do not compress; trying (pglz) costs more than all the rest of a batch. A bundle repeats origins and
-- heads of messages: lz4 takes a sixth off it for under a microsecond a sale.
ALTER TABLE issuance.leaf ALTER COLUMN bundle SET COMPRESSION lz4;
ALTER TABLE issuance.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE issuance.batch ALTER COLUMN changes SET STORAGE EXTERNAL;
ALTER TABLE issuance.snapshot ALTER COLUMN body SET STORAGE EXTERNAL;
-- What is only appended is analyzed again and again, each time at the weight of a commit: a sample of 3000 rows says as much about
-- numbers in order as one of 30 000, and nobody searches by octets. Partitions of leaf have the same (add_log).
ALTER TABLE issuance.tile ALTER COLUMN log SET STATISTICS 10, ALTER COLUMN idx SET STATISTICS 10, ALTER COLUMN hashes SET STATISTICS 0,
  ALTER COLUMN root SET STATISTICS 0;
ALTER TABLE issuance.batch ALTER COLUMN number SET STATISTICS 10, ALTER COLUMN epoch SET STATISTICS 10, ALTER COLUMN at_ms SET STATISTICS 10,
  ALTER COLUMN record SET STATISTICS 0, ALTER COLUMN heads SET STATISTICS 0, ALTER COLUMN changes SET STATISTICS 0;
ALTER TABLE issuance.accepted_page ALTER COLUMN terminal SET STATISTICS 10, ALTER COLUMN first SET STATISTICS 10,
  ALTER COLUMN records SET STATISTICS 0;

CREATE TABLE issuance.terminal (
  id integer PRIMARY KEY CHECK (id > 0),
  name text NOT NULL,
  jurisdiction text NOT NULL,
  public_key bytea NOT NULL UNIQUE,
  enrolled_ms bigint NOT NULL
);
CREATE TABLE issuance.terminal_step (
  terminal integer NOT NULL REFERENCES issuance.terminal,
  record bigint NOT NULL,
  suspended boolean NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (terminal, record)
);

-- VRF keys that were opened from escrow: no plan names them again.
CREATE TABLE issuance.retired_key (
  vrf_key bytea PRIMARY KEY,
  official text NOT NULL,
  record bigint NOT NULL
);

CREATE TABLE issuance.draw (
  game text NOT NULL,
  draw integer NOT NULL,
  log integer NOT NULL UNIQUE REFERENCES issuance.log,
  close_ms bigint NOT NULL,
  plan text NOT NULL,
  plan_leaf bigint NOT NULL,
  PRIMARY KEY (game, draw)
);
-- The life of a draw, one row a step; the trigger holds the same table of transitions as the programs.
CREATE TABLE issuance.draw_step (
  game text NOT NULL,
  draw integer NOT NULL,
  ordinal integer NOT NULL,
  state text NOT NULL,
  at_ms bigint NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (game, draw, ordinal),
  UNIQUE (game, draw, state),
  FOREIGN KEY (game, draw) REFERENCES issuance.draw
);
CREATE TABLE issuance.transition (before text NOT NULL, after text NOT NULL, PRIMARY KEY (before, after));
INSERT INTO issuance.transition VALUES
  ('planned', 'open'), ('open', 'closed'), ('closed', 'sealed'), ('sealed', 'drawn'), ('sealed', 'deferred'),
  ('deferred', 'drawn'), ('sealed', 'fallback'), ('deferred', 'fallback'), ('fallback', 'drawn'), ('drawn', 'certified'), ('certified', 'settled'), ('settled', 'paying'),
  ('paying', 'expired'), ('closed', 'postponed'), ('postponed', 'sealed'), ('sealed', 'cancelled'),
  ('deferred', 'cancelled'), ('cancelled', 'refunding');
CREATE FUNCTION issuance.check_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT * INTO last FROM issuance.draw_step s WHERE s.game = NEW.game AND s.draw = NEW.draw
    ORDER BY ordinal DESC LIMIT 1;
  IF NOT FOUND THEN
    IF NEW.state <> 'planned' OR NEW.ordinal <> 1 THEN RAISE 'a draw begins as planned'; END IF;
  ELSIF NEW.ordinal <> last.ordinal + 1
     OR NOT EXISTS (SELECT FROM issuance.transition t WHERE t.before = last.state AND t.after = NEW.state) THEN
    RAISE 'draw % % cannot go from % to %', NEW.game, NEW.draw, last.state, NEW.state;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_step BEFORE INSERT ON issuance.draw_step FOR EACH ROW EXECUTE FUNCTION issuance.check_step();

CREATE TABLE issuance.seal (
  game text NOT NULL,
  draw integer NOT NULL,
  envelope text NOT NULL,
  terminals bytea NOT NULL,
  PRIMARY KEY (game, draw)
);

-- Checkpoints as published, with the cosignatures they had.
CREATE TABLE issuance.checkpoint (
  log integer NOT NULL REFERENCES issuance.log,
  size bigint NOT NULL,
  note text NOT NULL,
  signers integer NOT NULL,
  latest_ms bigint NOT NULL,
  PRIMARY KEY (log, size, signers)
);

-- What other programs hand to the one writer. Nobody edits a row; the answer is a row beside it. Rows are committed in
-- another order than they are numbered; what is older than every transaction under way is all there is, by `xact`.
CREATE TABLE issuance.inbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  body text NOT NULL CHECK (length(body) <= 200000),
  by_role text NOT NULL,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX inbox_xact ON issuance.inbox (xact);
CREATE TABLE issuance.inbox_done (
  id bigint PRIMARY KEY REFERENCES issuance.inbox,
  record bigint NOT NULL,
  answer text NOT NULL
);
CREATE TABLE issuance.permitted (by_role text NOT NULL, kind text NOT NULL, PRIMARY KEY (by_role, kind));
INSERT INTO issuance.permitted VALUES
  ('operator', 'enrol'), ('operator', 'suspend'), ('operator', 'resume'), ('operator', 'plan'),
  ('operator', 'open'), ('operator', 'close'), ('operator', 'seal'), ('operator', 'certificate'),
  ('operator', 'deferral'), ('operator', 'fallback'), ('operator', 'cancellation'), ('operator', 'limit'), ('operator', 'note'),
  ('settler', 'credit'), ('settler', 'statement'), ('settler', 'paying'), ('settler', 'expired'),
  ('settler', 'refund'), ('settler', 'allocation'), ('settler', 'reinstatement'), ('settler', 'correction'),
  ('settler', 'note');
-- What an outlet paid out comes back into its deposit: handed in by settlement's own function, in its transaction.
CREATE FUNCTION issuance.restore_deposit(terminal bigint, amount_fen bigint, reference text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
DECLARE
  new_id bigint;
BEGIN
  INSERT INTO inbox (kind, body, by_role)
    VALUES ('credit', json_build_object('terminal', terminal, 'amount_fen', amount_fen, 'reference', reference)::text, 'settlement')
    RETURNING id INTO new_id;
  PERFORM pg_notify('inbox', new_id::text);
END $$;
REVOKE ALL ON FUNCTION issuance.restore_deposit(bigint, bigint, text) FROM PUBLIC;
CREATE FUNCTION issuance.hand_in(kind text, body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
DECLARE
  new_id bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM permitted p WHERE p.by_role = session_user AND p.kind = hand_in.kind) THEN
    RAISE insufficient_privilege USING MESSAGE = format('%s may not hand in %s', session_user, hand_in.kind);
  END IF;
  INSERT INTO inbox (kind, body, by_role) VALUES (hand_in.kind, hand_in.body, session_user) RETURNING id INTO new_id;
  PERFORM pg_notify('inbox', new_id::text);
  RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION issuance.hand_in(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION issuance.hand_in(text, text) TO operator, settler;

CREATE FUNCTION issuance.add_log(log integer, origin text, game text, draw integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
BEGIN
  INSERT INTO log VALUES (add_log.log, add_log.origin, add_log.game, add_log.draw);
  EXECUTE format('CREATE TABLE issuance.leaf_%s PARTITION OF issuance.leaf FOR VALUES IN (%s)', add_log.log, add_log.log);
  EXECUTE format('ALTER TABLE issuance.leaf_%s ALTER COLUMN log SET STATISTICS 10, ALTER COLUMN first SET STATISTICS 10, '
                 'ALTER COLUMN count SET STATISTICS 10, ALTER COLUMN bundle SET STATISTICS 0', add_log.log);
END $$;

-- Art. 22: from the seal to the certificate nobody reads, changes or deletes the draw's data. A detached
-- partition carries no grants, so no role short of its owner reaches it, through the parent or directly.
CREATE FUNCTION issuance.lock_away(log integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE issuance.leaf DETACH PARTITION issuance.leaf_%s', lock_away.log);
END $$;
CREATE FUNCTION issuance.bring_back(game text, draw integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
DECLARE
  id integer;
BEGIN
  IF NOT EXISTS (SELECT FROM draw_step s WHERE s.game = bring_back.game AND s.draw = bring_back.draw
                 AND s.state IN ('certified', 'cancelled')) THEN
    RAISE insufficient_privilege USING MESSAGE = 'the draw is neither certified nor cancelled';
  END IF;
  SELECT d.log INTO STRICT id FROM draw d WHERE d.game = bring_back.game AND d.draw = bring_back.draw;
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = format('issuance.leaf_%s', id)::regclass) THEN
    EXECUTE format('ALTER TABLE issuance.leaf ATTACH PARTITION issuance.leaf_%s FOR VALUES IN (%s)', id, id);
  END IF;
END $$;
REVOKE ALL ON FUNCTION issuance.add_log(integer, text, text, integer), issuance.lock_away(integer),
  issuance.bring_back(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION issuance.add_log(integer, text, text, integer), issuance.lock_away(integer),
  issuance.bring_back(text, integer) TO issuer;

GRANT SELECT ON ALL TABLES IN SCHEMA issuance TO issuer, auditor;
GRANT SELECT ON issuance.installation, issuance.log, issuance.leaf, issuance.tile, issuance.terminal, issuance.draw,
  issuance.draw_step, issuance.seal, issuance.checkpoint, issuance.inbox_done TO settler;
GRANT SELECT ON issuance.installation, issuance.draw, issuance.draw_step, issuance.terminal, issuance.terminal_step,
  issuance.seal, issuance.checkpoint, issuance.log, issuance.inbox_done, issuance.batch TO operator;
GRANT INSERT ON issuance.installation, issuance.leaf, issuance.tile, issuance.accepted_page, issuance.accepted_until, issuance.batch,
  issuance.snapshot, issuance.terminal, issuance.terminal_step, issuance.draw, issuance.draw_step, issuance.seal,
  issuance.checkpoint, issuance.inbox_done, issuance.lease, issuance.retired_key TO issuer;
GRANT UPDATE ON issuance.lease TO issuer;
