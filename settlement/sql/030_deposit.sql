-- Deposits by bank reference: what was handed to central under it. A row is written in the transaction that hands
-- in, so a retry after any crash finds it, waits for the same answer, and posts once.
CREATE TABLE settlement.deposit (
  reference text NOT NULL,
  inbox bigint NOT NULL REFERENCES issuance.inbox,
  terminal integer NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  PRIMARY KEY (reference, inbox)
);
GRANT SELECT ON settlement.deposit TO settler, auditor;
GRANT INSERT ON settlement.deposit TO settler;
