-- A plan that its signers took back before anything was sold. Its row goes from the calendar to a table of its own, and the
-- draw may be planned again; the draw's log, in which nothing stands, is kept.
CREATE TABLE issuance.withdrawn_plan (
  plan_leaf bigint PRIMARY KEY,
  game text NOT NULL,
  draw integer NOT NULL,
  close_ms bigint NOT NULL,
  plan text NOT NULL,
  withdrawal_leaf bigint NOT NULL UNIQUE,
  withdrawal text NOT NULL
);
GRANT SELECT ON issuance.withdrawn_plan TO issuer, settler, auditor;

-- Only a draw that is planned and no more, and whose log is empty.
CREATE FUNCTION issuance.withdraw_plan(epoch bigint, of_game text, of_draw integer, leaf bigint, paper text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = issuance, pg_temp AS $$
DECLARE
  held issuance.draw;
BEGIN
  PERFORM issuance.hold_lease(epoch);
  SELECT * INTO STRICT held FROM issuance.draw d WHERE d.game = of_game AND d.draw = of_draw;
  IF EXISTS (SELECT FROM issuance.draw_step s WHERE s.game = of_game AND s.draw = of_draw AND s.state <> 'planned')
     OR EXISTS (SELECT FROM issuance.leaf l WHERE l.log = held.log) THEN
    RAISE 'draw % % is more than planned', of_game, of_draw;
  END IF;
  INSERT INTO issuance.withdrawn_plan VALUES (held.plan_leaf, held.game, held.draw, held.close_ms, held.plan, leaf, paper);
  DELETE FROM issuance.draw_step s WHERE s.game = of_game AND s.draw = of_draw;
  DELETE FROM issuance.draw d WHERE d.game = of_game AND d.draw = of_draw;
END $$;
REVOKE ALL ON FUNCTION issuance.withdraw_plan FROM PUBLIC;
GRANT EXECUTE ON FUNCTION issuance.withdraw_plan TO issuer;
INSERT INTO issuance.permitted VALUES ('operator', 'withdrawal');

-- Two counts that `central status` shows, for roles that may read neither the inbox nor the leaves.
CREATE FUNCTION issuance.status_counts(OUT inbox_waiting bigint, OUT audit_leaves bigint)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = issuance, pg_temp AS $$
  SELECT (SELECT count(*) FROM inbox i WHERE NOT EXISTS (SELECT FROM inbox_done d WHERE d.id = i.id)),
         (SELECT COALESCE(sum(count), 0) FROM leaf WHERE log = 0);
$$;
REVOKE ALL ON FUNCTION issuance.status_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION issuance.status_counts() TO operator, issuer, settler, auditor;
