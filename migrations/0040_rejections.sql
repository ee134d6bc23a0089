-- +goose Up

-- A commission may be held until somebody has looked at it, and refused; each has a reason.
ALTER TABLE commissions
	ADD COLUMN reason text NOT NULL DEFAULT '',
	DROP CONSTRAINT commissions_state,
	ADD CONSTRAINT commissions_state CHECK (state IN ('unfunded', 'pending', 'held', 'approved', 'rejected', 'reversed', 'waived')),
	ADD CONSTRAINT commissions_reason CHECK (
		CASE state WHEN 'unfunded' THEN true ELSE (reason <> '') = (state IN ('held', 'rejected')) END AND char_length(reason) <= 500
	);
DROP INDEX commissions_unfunded;
CREATE INDEX commissions_state ON commissions (state, id);
CREATE INDEX commissions_program ON commissions (program, state, id);
