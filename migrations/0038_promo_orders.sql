-- +goose Up

-- By what else a conversion was decided: by a promo code, by a program that was closed; and whether a visitor had more
-- clicks than were considered.
ALTER TABLE conversions
	ADD COLUMN promoted boolean NOT NULL DEFAULT false,
	ADD COLUMN more     boolean NOT NULL DEFAULT false,
	ADD COLUMN until    timestamptz;
DROP TRIGGER conversions_fixed ON conversions;
CREATE TRIGGER conversions_fixed BEFORE UPDATE ON conversions FOR EACH ROW
	WHEN ((OLD.id, OLD.program, OLD.order_id, OLD.amount, OLD.currency, OLD.click, OLD.touch, OLD.at, OLD.rule, OLD.model, OLD.window_ns, OLD.rate,
			OLD.flat, OLD.rates, OLD.items, OLD.promoted, OLD.more, OLD.until)
		IS DISTINCT FROM (NEW.id, NEW.program, NEW.order_id, NEW.amount, NEW.currency, NEW.click, NEW.touch, NEW.at, NEW.rule, NEW.model, NEW.window_ns, NEW.rate,
			NEW.flat, NEW.rates, NEW.items, NEW.promoted, NEW.more, NEW.until))
	EXECUTE FUNCTION refuse_rewrite();

-- The touch of a promo code has no click.
ALTER TABLE touches
	DROP CONSTRAINT touches_reason,
	ADD CONSTRAINT touches_reason CHECK (reason IN (
		'counted', 'window_over', 'after_conversion', 'other_program', 'filtered', 'program_closed', 'promo_code_decided', 'link_off'));
