-- +goose Up

ALTER TABLE programs
	ADD COLUMN model text COLLATE "C" NOT NULL DEFAULT 'last',
	ADD CONSTRAINT programs_model CHECK (model IN ('last', 'first', 'linear', 'time_decay', 'position'));
DROP TRIGGER programs_close_once ON programs;
CREATE TRIGGER programs_close_once BEFORE UPDATE ON programs FOR EACH ROW
	WHEN (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.rate, OLD.window_ns, OLD.hold_ns, OLD.model)
		IS DISTINCT FROM (NEW.closed_at, NEW.rate, NEW.window_ns, NEW.hold_ns, NEW.model))
	EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (model) ON programs TO twist_app;

-- By what a conversion was decided, as it was then. Version 0 is what was decided before touches were kept: by the last
-- click alone, under what its program says to this day.
ALTER TABLE conversions
	ADD COLUMN rule      integer          NOT NULL DEFAULT 0,
	ADD COLUMN model     text COLLATE "C" NOT NULL DEFAULT 'last',
	ADD COLUMN window_ns bigint           NOT NULL DEFAULT 0,
	ADD COLUMN rate      integer          NOT NULL DEFAULT 0;
UPDATE conversions AS c SET window_ns = p.window_ns, rate = p.rate FROM programs AS p WHERE p.id = c.program;
ALTER TABLE conversions ADD CONSTRAINT conversions_rule CHECK (
	model IN ('last', 'first', 'linear', 'time_decay', 'position')
	AND (rule = 0 OR (rule > 0 AND window_ns > 0 AND rate BETWEEN 1 AND 10000))
);
DROP TRIGGER conversions_fixed ON conversions;
CREATE TRIGGER conversions_fixed BEFORE UPDATE ON conversions FOR EACH ROW
	WHEN ((OLD.id, OLD.program, OLD.order_id, OLD.amount, OLD.currency, OLD.click, OLD.touch, OLD.at, OLD.rule, OLD.model, OLD.window_ns, OLD.rate)
		IS DISTINCT FROM (NEW.id, NEW.program, NEW.order_id, NEW.amount, NEW.currency, NEW.click, NEW.touch, NEW.at, NEW.rule, NEW.model, NEW.window_ns, NEW.rate))
	EXECUTE FUNCTION refuse_rewrite();

-- What a conversion considered, so that it can be explained when the clicks are gone.
CREATE TABLE touches (
	conversion text COLLATE "C" NOT NULL REFERENCES conversions (id),
	click      text COLLATE "C" NOT NULL,
	link       text COLLATE "C" NOT NULL, -- which an erasure may have removed
	influencer text COLLATE "C" NOT NULL REFERENCES influencers (id),
	holder     text COLLATE "C" NOT NULL REFERENCES accounts (id),
	at         timestamptz      NOT NULL,
	reason     text COLLATE "C" NOT NULL,
	CONSTRAINT touches_pkey PRIMARY KEY (conversion, click),
	CONSTRAINT touches_reason CHECK (reason IN ('counted', 'window_over', 'after_conversion', 'other_program'))
);
INSERT INTO touches (conversion, click, link, influencer, holder, at, reason)
SELECT c.id, k.id, k.link, k.influencer, k.holder, k.at, 'counted' FROM conversions AS c JOIN clicks AS k ON k.id = c.touch;
CREATE TRIGGER touches_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON touches FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON touches TO twist_app;
