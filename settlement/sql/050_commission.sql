-- The retailer's part of the issuance fee: a jurisdiction's rate for a game, from a draw on. A rate is never changed; a
-- later one takes its place for later draws.
CREATE TABLE settlement.commission_rate (
  game text NOT NULL,
  jurisdiction text NOT NULL,
  from_draw integer NOT NULL,
  permille integer NOT NULL CHECK (permille BETWEEN 0 AND 130),
  by_role text NOT NULL DEFAULT session_user,
  PRIMARY KEY (game, jurisdiction, from_draw)
);
GRANT SELECT ON settlement.commission_rate TO settler, auditor;
GRANT INSERT (game, jurisdiction, from_draw, permille) ON settlement.commission_rate TO settler;

-- What a bank says came in under a reference, as its statement has it.
CREATE TABLE settlement.bank_credit (
  reference text PRIMARY KEY,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  day text NOT NULL,
  statement text NOT NULL  -- SHA-256 of the file
);
GRANT SELECT ON settlement.bank_credit TO settler, auditor;
GRANT INSERT ON settlement.bank_credit TO settler;
