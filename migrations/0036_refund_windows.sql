-- +goose Up

-- A program says how long what was shared may be taken back, and a commission keeps until when; where it says nothing it is
-- 90 days, as it was for all.
ALTER TABLE programs
	ADD COLUMN refund_ns bigint NOT NULL DEFAULT 7776000000000000,
	ADD CONSTRAINT programs_refunds CHECK (refund_ns BETWEEN 0 AND 7776000000000000);
DROP TRIGGER programs_close_once ON programs;
CREATE TRIGGER programs_close_once BEFORE UPDATE ON programs FOR EACH ROW
	WHEN (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.rate, OLD.window_ns, OLD.hold_ns, OLD.model, OLD.refund_ns)
		IS DISTINCT FROM (NEW.closed_at, NEW.rate, NEW.window_ns, NEW.hold_ns, NEW.model, NEW.refund_ns))
	EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (refund_ns) ON programs TO twist_app;

ALTER TABLE commissions
	ADD COLUMN final_at timestamptz,
	ADD CONSTRAINT commissions_final CHECK (final_at - earned_at BETWEEN interval '0' AND interval '2160 hours');
DROP TRIGGER commissions_fixed ON commissions;
CREATE TRIGGER commissions_fixed BEFORE UPDATE ON commissions FOR EACH ROW
	WHEN ((OLD.id, OLD.conversion, OLD.program, OLD.influencer, OLD.holder, OLD.pool, OLD.amount, OLD.rate, OLD.gross, OLD.earned_at,
			coalesce(OLD.final_at, OLD.earned_at + interval '2160 hours'))
		IS DISTINCT FROM (NEW.id, NEW.conversion, NEW.program, NEW.influencer, NEW.holder, NEW.pool, NEW.amount, NEW.rate, NEW.gross, NEW.earned_at,
			coalesce(NEW.final_at, NEW.earned_at + interval '2160 hours')))
	EXECUTE FUNCTION refuse_rewrite();
