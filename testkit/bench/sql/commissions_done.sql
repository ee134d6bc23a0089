-- Nearly all commissions are history, settled in one of three years' months: one in a thousand is pending and not due, one in a
-- thousand unfunded.
UPDATE commissions SET state = 'approved', fee = 10000, fans = 18000, net = 72000, approved_at = now() + (100 + abs(hashtext(id) % 1000)) * interval '1 day',
	holder = 'acct_' || lpad((1 + hashtext(id) % 1000 + 1000)::text, 26, '0'), influencer = 'infl_' || lpad((1 + hashtext(id) % 1000 + 1000)::text, 26, '0');
UPDATE commissions SET state = 'pending', fee = 0, fans = 0, net = 0, mature_at = now() + interval '10 days', approved_at = NULL WHERE id LIKE '%001';
UPDATE commissions SET state = 'unfunded', fee = 0, fans = 0, net = 0, approved_at = NULL WHERE id LIKE '%002';
