-- +goose Up

-- When a commission was shared: the month that its conversion counts in. Of what was shared before, its entry says it.
ALTER TABLE commissions ADD COLUMN approved_at timestamptz;
UPDATE commissions AS c SET approved_at = e.at FROM entries AS e WHERE e.reference = 'approval:' || c.id;
CREATE TRIGGER commissions_approved_once BEFORE UPDATE ON commissions FOR EACH ROW
	WHEN (OLD.approved_at IS NOT NULL AND OLD.approved_at IS DISTINCT FROM NEW.approved_at) EXECUTE FUNCTION refuse_rewrite();
CREATE INDEX commissions_approved ON commissions (influencer, approved_at) INCLUDE (holder) WHERE state = 'approved';

-- What an arrival that names no account is for; empty: nobody knows.
ALTER TABLE deposits
	ADD COLUMN purpose text COLLATE "C" NOT NULL DEFAULT '',
	ADD CONSTRAINT deposits_purpose CHECK (purpose IN ('', 'bonuses') AND (purpose = '' OR account = ''));

-- What influencers get from the platform for a month: one of each kind, by its key, whoever finds it first.
CREATE TABLE bonuses (
	id          text COLLATE "C" NOT NULL,
	influencer  text COLLATE "C" NOT NULL REFERENCES influencers (id),
	holder      text COLLATE "C" NOT NULL REFERENCES accounts (id),
	month       text COLLATE "C" NOT NULL,
	kind        text COLLATE "C" NOT NULL,
	conversions bigint           NOT NULL,
	tier        text COLLATE "C" NOT NULL,
	amount      bigint           NOT NULL,
	state       text COLLATE "C" NOT NULL,
	due_at      timestamptz      NOT NULL,
	short_at    timestamptz,
	ended_at    timestamptz,
	CONSTRAINT bonuses_pkey PRIMARY KEY (id),
	CONSTRAINT bonuses_once UNIQUE (influencer, month, kind),
	CONSTRAINT bonuses_month CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
	CONSTRAINT bonuses_kind CHECK (
		kind = 'conversions' AND conversions > 0 AND tier = '' OR kind = 'tier' AND conversions = 0 AND tier IN ('SILVER', 'GOLD', 'PLATINUM')
	),
	CONSTRAINT bonuses_amount CHECK (amount > 0),
	CONSTRAINT bonuses_state CHECK (state IN ('due', 'paid', 'lapsed')),
	CONSTRAINT bonuses_ended CHECK ((ended_at IS NULL) = (state = 'due'))
);
CREATE INDEX bonuses_holder ON bonuses (holder, id);
CREATE INDEX bonuses_state_id ON bonuses (state, id);
CREATE TRIGGER bonuses_kept BEFORE DELETE OR TRUNCATE ON bonuses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bonuses_fixed BEFORE UPDATE ON bonuses FOR EACH ROW
	WHEN ((OLD.id, OLD.influencer, OLD.holder, OLD.month, OLD.kind, OLD.conversions, OLD.tier, OLD.amount, OLD.due_at)
		IS DISTINCT FROM (NEW.id, NEW.influencer, NEW.holder, NEW.month, NEW.kind, NEW.conversions, NEW.tier, NEW.amount, NEW.due_at))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER bonuses_end_once BEFORE UPDATE ON bonuses FOR EACH ROW
	WHEN (OLD.state <> 'due' AND (OLD.state, OLD.ended_at) IS DISTINCT FROM (NEW.state, NEW.ended_at)) EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT, INSERT, UPDATE (state, short_at, ended_at) ON bonuses TO twist_app;

-- The months whose bonuses have all been found: where the next run goes on.
CREATE TABLE assessments (
	month text COLLATE "C" NOT NULL,
	at    timestamptz      NOT NULL,
	CONSTRAINT assessments_pkey PRIMARY KEY (month),
	CONSTRAINT assessments_month CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$')
);
CREATE TRIGGER assessments_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON assessments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON assessments TO twist_app;

-- What is set aside for bonuses may not reach.
ALTER TABLE alerts DROP CONSTRAINT alerts_kind, ADD CONSTRAINT alerts_kind CHECK (kind IN ('stakes', 'pool', 'address', 'orders', 'bonuses'));
