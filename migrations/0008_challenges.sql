-- +goose Up

-- What wallets were asked to sign and have not answered. It is unlogged: no answer waits for a disk, and a
-- database that crashed, was restored or took over from another begins without any. So no challenge comes
-- back that was taken, and who was asked is asked again.
CREATE UNLOGGED TABLE challenges (
	id         text COLLATE "C" NOT NULL,
	purpose    text COLLATE "C" NOT NULL,
	wallet     text COLLATE "C" NOT NULL,
	domain     text             NOT NULL,
	uri        text             NOT NULL,
	chain_id   text             NOT NULL,
	statement  text             NOT NULL,
	nonce      text             NOT NULL,
	issued_at  timestamptz      NOT NULL,
	expires_at timestamptz      NOT NULL,
	attempts   integer          NOT NULL,
	CONSTRAINT challenges_pkey PRIMARY KEY (id),
	CONSTRAINT challenges_attempts CHECK (attempts >= 0)
) WITH (fillfactor = 80);
CREATE INDEX challenges_expiry ON challenges (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON challenges TO twist_app;
