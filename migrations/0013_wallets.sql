-- +goose Up

-- Which wallet is linked to which account now. The wallet of an account's own row is the one that opened it,
-- also after it was unlinked and opened or joined another.
CREATE TABLE wallets (
	wallet    text COLLATE "C" NOT NULL,
	account   text COLLATE "C" NOT NULL REFERENCES accounts (id),
	linked_at timestamptz      NOT NULL,
	CONSTRAINT wallets_pkey PRIMARY KEY (wallet)
);
CREATE INDEX wallets_account ON wallets (account, wallet);
INSERT INTO wallets SELECT wallet, id, opened_at FROM accounts;
ALTER TABLE accounts DROP CONSTRAINT accounts_wallet;

-- A wallet is linked and unlinked; nothing moves it from one account to another.
CREATE TRIGGER wallets_unmoved BEFORE UPDATE OR TRUNCATE ON wallets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A challenge allows one thing, for ever.
CREATE TABLE assents (
	challenge text COLLATE "C" NOT NULL,
	purpose   text COLLATE "C" NOT NULL,
	account   text COLLATE "C" NOT NULL REFERENCES accounts (id),
	at        timestamptz      NOT NULL,
	CONSTRAINT assents_pkey PRIMARY KEY (challenge),
	CONSTRAINT assents_purpose CHECK (purpose IN ('link', 'step_up'))
);
CREATE TRIGGER assents_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON assents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whose business an answer is, and what it will make. A challenge that was asked before had neither.
ALTER TABLE challenges
	ADD COLUMN account text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN subject text COLLATE "C" NOT NULL DEFAULT '';

-- Where an account was paid before.
CREATE INDEX payouts_destination ON payouts (account, destination, requested_at);

GRANT SELECT, INSERT, DELETE ON wallets TO twist_app;
GRANT SELECT, INSERT ON assents TO twist_app;

-- hold_wallets holds the wallets of an account, and gives them as they stand once they are held.
-- +goose StatementBegin
CREATE FUNCTION hold_wallets(whose text) RETURNS SETOF wallets LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hold_name('wallets', whose);
	RETURN QUERY SELECT * FROM wallets WHERE account = whose ORDER BY wallet;
END
$$;
-- +goose StatementEnd
