-- Holders are 1 to 5,000, pools 5,001 to 10,000.
\set source random(1, :sources)
\set destination 5000 + random(1, :destinations)
\set amount random(1, 1000)
WITH s AS (
	UPDATE bare_balances SET balance = balance - :amount::bigint WHERE id = :source
), d AS (
	UPDATE bare_balances SET balance = balance + :amount::bigint WHERE id = :destination
)
INSERT INTO bare_transfers (source, destination, amount) VALUES (:source, :destination, :amount);
