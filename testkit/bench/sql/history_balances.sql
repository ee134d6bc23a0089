-- Every row of balances as the last of its lines leaves it: each holder and pool has its turn once in a round.
UPDATE balances SET
	version = version + current_setting('bench.entries')::bigint / current_setting('bench.half')::bigint,
	balance = balance + current_setting('bench.entries')::bigint / current_setting('bench.half')::bigint * CASE WHEN address LIKE 'pool:%' THEN 10 ELSE -10 END
WHERE address LIKE 'pool:%:staked' OR address LIKE 'account:%:available';
