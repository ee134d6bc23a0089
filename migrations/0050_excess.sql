-- +goose Up

-- Which of the valid clicks came from where more of them were made that day than are held against anybody, and how many of a
-- day's did. All that was kept before is held against whom it was for, as it was.
ALTER TABLE clicks ADD COLUMN excess boolean NOT NULL DEFAULT false;
ALTER TABLE click_days
	ADD COLUMN excess bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT click_days_excess CHECK (excess BETWEEN 0 AND clicks AND (excess = 0 OR verdict = 'valid'));
DROP TRIGGER click_days_grow ON click_days;
CREATE TRIGGER click_days_grow BEFORE UPDATE ON click_days FOR EACH ROW
	WHEN (NEW.clicks < OLD.clicks OR NEW.visitors < OLD.visitors OR NEW.excess < OLD.excess) EXECUTE FUNCTION refuse_change();
GRANT UPDATE (excess) ON click_days TO twist_app;
