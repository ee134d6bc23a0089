-- +goose Up

-- A merchant may change what orders to come earn, and close a program for good. What it is, and whose, stays.
ALTER TABLE programs
	ADD COLUMN closed_at timestamptz,
	ADD CONSTRAINT programs_closing CHECK (closed_at >= opened_at);
CREATE TRIGGER programs_close_once BEFORE UPDATE ON programs FOR EACH ROW
	WHEN (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.rate, OLD.window_ns, OLD.hold_ns)
		IS DISTINCT FROM (NEW.closed_at, NEW.rate, NEW.window_ns, NEW.hold_ns))
	EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (rate, window_ns, hold_ns, closed_at) ON programs TO twist_app;

-- An influencer may waive what a merchant does not fund.
ALTER TABLE commissions
	DROP CONSTRAINT commissions_state,
	ADD CONSTRAINT commissions_state CHECK (state IN ('unfunded', 'pending', 'approved', 'reversed', 'waived'));
