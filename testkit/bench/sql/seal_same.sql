WITH last AS MATERIALIZED (
	SELECT coalesce((SELECT position FROM seals ORDER BY position DESC LIMIT 1), 0) AS position
), next AS MATERIALIZED (
	SELECT w.turn, w.source, w.id, row_number() OVER (ORDER BY w.turn) AS n FROM waiting AS w ORDER BY w.turn LIMIT 1000
), gone AS (
	DELETE FROM waiting AS w USING next WHERE w.turn = next.turn
)
INSERT INTO seals (position, source, id, digest, hash)
SELECT last.position + next.n, next.source, next.id, e.digest, sha256(e.digest || next.id::bytea)
FROM next JOIN entries AS e USING (id), last ORDER BY next.n;
