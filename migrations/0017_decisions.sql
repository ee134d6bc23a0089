-- +goose Up

-- Who agreed to a large payout, or refused it and why. From this amount on one needs a second person: nothing
-- larger was ever accepted before, so that every row may be held to it. The amount is payouts.ApprovalFrom.
ALTER TABLE payouts
	ADD COLUMN reason     text             NOT NULL DEFAULT '',
	ADD COLUMN decided_by text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN decided_at timestamptz,
	DROP CONSTRAINT payouts_state,
	ADD CONSTRAINT payouts_state CHECK (state IN (
		'requested', 'approved', 'queued', 'signed', 'broadcast', 'confirmed', 'settled', 'canceled', 'rejected', 'failed', 'unproven'
	)),
	ADD CONSTRAINT payouts_own CHECK (decided_by <> account),
	ADD CONSTRAINT payouts_decided CHECK ((decided_by = '') = (decided_at IS NULL)),
	ADD CONSTRAINT payouts_reason CHECK ((state = 'rejected') = (reason <> '') AND char_length(reason) <= 500),
	ADD CONSTRAINT payouts_second CHECK (CASE
		WHEN amount < 10000000000000 THEN decided_by = '' AND state <> 'rejected'
		WHEN decided_by = '' THEN state IN ('requested', 'canceled')
		ELSE state <> 'requested'
	END);

-- A decision is made once, also for whoever owns the table.
CREATE TRIGGER payouts_decided_once BEFORE UPDATE ON payouts FOR EACH ROW
	WHEN (OLD.decided_by <> '' AND (OLD.reason, OLD.decided_by, OLD.decided_at) IS DISTINCT FROM (NEW.reason, NEW.decided_by, NEW.decided_at))
	EXECUTE FUNCTION refuse_rewrite();

-- What waits for a person. The job that moves the others on must not read past it.
CREATE INDEX payouts_waiting ON payouts (id) WHERE state = 'requested' AND amount >= 10000000000000;
DROP INDEX payouts_open;
CREATE INDEX payouts_open ON payouts (state, changed_at, id) WHERE NOT (state = 'requested' AND amount >= 10000000000000);
