-- +goose Up

-- What a line of an order earns: a part of it, or a flat amount; for products and tiers by rates of their own.
ALTER TABLE programs
	ADD COLUMN flat  bigint NOT NULL DEFAULT 0,
	ADD COLUMN rates jsonb  NOT NULL DEFAULT '[]',
	DROP CONSTRAINT programs_rate,
	ADD CONSTRAINT programs_rate CHECK ((rate BETWEEN 1 AND 10000 AND flat = 0) OR (rate = 0 AND flat > 0)),
	ADD CONSTRAINT programs_rates CHECK (jsonb_typeof(rates) = 'array' AND jsonb_array_length(rates) <= 100);
DROP TRIGGER programs_close_once ON programs;
CREATE TRIGGER programs_close_once BEFORE UPDATE ON programs FOR EACH ROW
	WHEN (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.rate, OLD.window_ns, OLD.hold_ns, OLD.model, OLD.refund_ns, OLD.flat, OLD.rates)
		IS DISTINCT FROM (NEW.closed_at, NEW.rate, NEW.window_ns, NEW.hold_ns, NEW.model, NEW.refund_ns, NEW.flat, NEW.rates))
	EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (flat, rates) ON programs TO twist_app;

-- What a conversion was priced by, and what the order consisted of.
ALTER TABLE conversions
	ADD COLUMN flat  bigint NOT NULL DEFAULT 0,
	ADD COLUMN rates jsonb  NOT NULL DEFAULT '[]',
	ADD COLUMN items jsonb  NOT NULL DEFAULT '[]',
	DROP CONSTRAINT conversions_rule,
	ADD CONSTRAINT conversions_rule CHECK (
		model IN ('last', 'first', 'linear', 'time_decay', 'position')
		AND (rule = 0 OR (rule > 0 AND window_ns > 0 AND ((rate BETWEEN 1 AND 10000 AND flat = 0) OR (rate = 0 AND flat > 0))))
	),
	ADD CONSTRAINT conversions_rates CHECK (jsonb_typeof(rates) = 'array' AND jsonb_array_length(rates) <= 100),
	ADD CONSTRAINT conversions_items CHECK (jsonb_typeof(items) = 'array' AND jsonb_array_length(items) <= 100);
DROP TRIGGER conversions_fixed ON conversions;
CREATE TRIGGER conversions_fixed BEFORE UPDATE ON conversions FOR EACH ROW
	WHEN ((OLD.id, OLD.program, OLD.order_id, OLD.amount, OLD.currency, OLD.click, OLD.touch, OLD.at, OLD.rule, OLD.model, OLD.window_ns, OLD.rate,
			OLD.flat, OLD.rates, OLD.items)
		IS DISTINCT FROM (NEW.id, NEW.program, NEW.order_id, NEW.amount, NEW.currency, NEW.click, NEW.touch, NEW.at, NEW.rule, NEW.model, NEW.window_ns, NEW.rate,
			NEW.flat, NEW.rates, NEW.items))
	EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE touches
	ADD COLUMN tier text COLLATE "C" NOT NULL DEFAULT '',
	ADD CONSTRAINT touches_tier CHECK (tier IN ('', 'BRONZE', 'SILVER', 'GOLD', 'PLATINUM'));
