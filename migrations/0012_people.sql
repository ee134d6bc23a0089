-- +goose Up

-- Who registered before terms were asked for agreed to none.
ALTER TABLE influencers
	ADD COLUMN bio               text             NOT NULL DEFAULT '',
	ADD COLUMN terms             text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN terms_accepted_at timestamptz,
	ADD COLUMN verified          boolean          NOT NULL DEFAULT false,
	ADD CONSTRAINT influencers_bio CHECK (char_length(bio) <= 500),
	ADD CONSTRAINT influencers_terms CHECK ((terms = '') = (terms_accepted_at IS NULL));

-- How an account is reached. The address that is proven and the one that is to be have their columns each;
-- a proven one belongs to one account, whatever its case.
CREATE TABLE emails (
	account      text COLLATE "C" NOT NULL REFERENCES accounts (id),
	verified     text COLLATE "C" NOT NULL,
	verified_key text COLLATE "C" NOT NULL,
	verified_at  timestamptz,
	verification text COLLATE "C" NOT NULL,
	pending      text COLLATE "C" NOT NULL,
	token        bytea,
	pending_at   timestamptz,
	expires_at   timestamptz,
	asked        integer          NOT NULL,
	asked_since  timestamptz,
	CONSTRAINT emails_key CHECK (verified_key = lower(verified COLLATE "C")),
	CONSTRAINT emails_verified CHECK ((verified = '') = (verified_at IS NULL)),
	CONSTRAINT emails_pending CHECK ((pending = '') = (verification = '') AND (pending = '') = (pending_at IS NULL)),
	CONSTRAINT emails_token CHECK (octet_length(token) = 32 AND pending <> '' OR token IS NULL),
	CONSTRAINT emails_expires CHECK ((token IS NULL) = (expires_at IS NULL)),
	CONSTRAINT emails_asked CHECK (asked >= 0 AND (asked = 0) = (asked_since IS NULL))
);
CREATE UNIQUE INDEX emails_taken ON emails (verified_key) WHERE verified_key <> '';
ALTER TABLE emails ADD CONSTRAINT emails_pkey PRIMARY KEY (account);

-- Letters that are owed. A row holds neither an address nor a token: a letter is made when it leaves.
CREATE TABLE mails (
	id           text COLLATE "C" NOT NULL,
	account      text COLLATE "C" NOT NULL REFERENCES accounts (id),
	verification text COLLATE "C" NOT NULL,
	state        text COLLATE "C" NOT NULL,
	tries        integer          NOT NULL,
	due_at       timestamptz      NOT NULL,
	fault        text COLLATE "C" NOT NULL,
	queued_at    timestamptz      NOT NULL,
	changed_at   timestamptz      NOT NULL,
	CONSTRAINT mails_pkey PRIMARY KEY (id),
	CONSTRAINT mails_state CHECK (state IN ('waiting', 'sent', 'parked', 'dropped')),
	CONSTRAINT mails_tries CHECK (tries BETWEEN 0 AND 8)
);
CREATE INDEX mails_due ON mails (due_at, id) WHERE state = 'waiting';
CREATE INDEX mails_by_state ON mails (state, id);

CREATE TABLE applications (
	id         text COLLATE "C" NOT NULL,
	account    text COLLATE "C" NOT NULL REFERENCES accounts (id),
	kind       text COLLATE "C" NOT NULL,
	text       text             NOT NULL,
	state      text COLLATE "C" NOT NULL,
	reason     text             NOT NULL,
	decided_by text COLLATE "C" NOT NULL,
	made_at    timestamptz      NOT NULL,
	decided_at timestamptz,
	CONSTRAINT applications_kind CHECK (kind IN ('influencer_verified')),
	CONSTRAINT applications_state CHECK (state IN ('pending', 'approved', 'rejected')),
	CONSTRAINT applications_decided CHECK ((state = 'pending') = (decided_by = '') AND (state = 'pending') = (decided_at IS NULL)),
	CONSTRAINT applications_reason CHECK ((state = 'rejected') = (reason <> '')),
	CONSTRAINT applications_own CHECK (decided_by <> account)
);
-- The first that is asked: who applies twice is told so.
CREATE UNIQUE INDEX applications_open ON applications (account, kind) WHERE state = 'pending';
ALTER TABLE applications ADD CONSTRAINT applications_pkey PRIMARY KEY (id);
CREATE INDEX applications_by_account ON applications (account, id);
CREATE INDEX applications_by_state ON applications (state, id);

GRANT SELECT, INSERT ON emails, mails, applications TO twist_app;
GRANT UPDATE (display_name, bio, terms, terms_accepted_at, verified) ON influencers TO twist_app;
GRANT UPDATE ON emails, mails, applications TO twist_app;
