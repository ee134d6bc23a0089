-- +goose Up

-- What the platform keeps of what counted for a bonus, which bounds all bonuses of its month. Of one that was found before, which
-- stays what was promised, nobody kept it: zero. No more of those are made, nor by a worker that is older than this.
ALTER TABLE bonuses
	ADD COLUMN fees bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT bonuses_bounded CHECK (fees >= 0 AND (fees = 0 OR amount <= fees));
-- +goose StatementBegin
CREATE FUNCTION refuse_unbounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'a bonus says what the platform keeps of what counted: whoever finds one without is older than this schema' USING ERRCODE = 'TW010';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER bonuses_unbounded BEFORE INSERT ON bonuses FOR EACH ROW WHEN (NEW.fees = 0) EXECUTE FUNCTION refuse_unbounded();
DROP TRIGGER bonuses_fixed ON bonuses;
CREATE TRIGGER bonuses_fixed BEFORE UPDATE ON bonuses FOR EACH ROW
	WHEN ((OLD.id, OLD.influencer, OLD.holder, OLD.month, OLD.kind, OLD.conversions, OLD.tier, OLD.fees, OLD.amount, OLD.due_at)
		IS DISTINCT FROM (NEW.id, NEW.influencer, NEW.holder, NEW.month, NEW.kind, NEW.conversions, NEW.tier, NEW.fees, NEW.amount, NEW.due_at))
	EXECUTE FUNCTION refuse_rewrite();

-- The first day of the month, of UTC, in which a commission was settled: approved, and its refund window over; of one that nobody
-- knows to be approved, none. Hours are as long in every time zone, so it depends on nothing but what it is given. Counting
-- a month reads that month alone.
-- +goose StatementBegin
CREATE FUNCTION settled_month(approved timestamptz, final timestamptz, earned timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN approved IS NOT NULL
		THEN date_trunc('month', greatest(approved, coalesce(final, earned + interval '2160 hours')) AT TIME ZONE 'UTC')::date END
$$;
-- +goose StatementEnd
CREATE INDEX commissions_settled ON commissions (settled_month(approved_at, final_at, earned_at), influencer) WHERE state = 'approved';
DROP INDEX commissions_approved;
