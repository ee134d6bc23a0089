WITH k AS MATERIALIZED (
	SELECT 1 + floor(random() * 5000)::integer AS source, 5001 + floor(random() * 5000)::integer AS destination,
		1 + floor(random() * 1000)::bigint AS amount
	FROM generate_series(1, 100)
), changes AS MATERIALIZED (
	SELECT id, sum(delta)::bigint AS delta
	FROM (SELECT source AS id, -amount AS delta FROM k UNION ALL SELECT destination, amount FROM k) AS m GROUP BY id
), held AS MATERIALIZED (
	SELECT id, balance FROM bare_balances WHERE id IN (SELECT id FROM changes) ORDER BY id FOR UPDATE
), moved AS (
	UPDATE bare_balances AS b SET balance = h.balance + c.delta FROM changes AS c JOIN held AS h USING (id) WHERE b.id = c.id
)
INSERT INTO bare_transfers (source, destination, amount) SELECT source, destination, amount FROM k;
