\set n random(1, :pools)
SELECT id, influencer, owner, state, share, minimum, epoch, active, waiting, reward_index, carry, funded, paid, stakers, opened_at
FROM pools WHERE id > 'pool_' || lpad(:n::text, 26, '0') ORDER BY id LIMIT 50;
