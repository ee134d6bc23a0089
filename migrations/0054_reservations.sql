-- +goose Up

-- Promo codes that merchants keep for themselves, by what they are taken for. One may be that of a link from before: no
-- order earns by it from then on, until the merchant gives it up again.
CREATE TABLE reservations (
	program    text COLLATE "C" NOT NULL REFERENCES programs (id),
	promo      text COLLATE "C" NOT NULL,
	promo_look text COLLATE "C" NOT NULL,
	at         timestamptz      NOT NULL,
	CONSTRAINT reservations_pkey PRIMARY KEY (program, promo_look),
	CONSTRAINT reservations_form CHECK (promo ~ '^[A-Z0-9-]+$' AND promo_look ~ '^[A-Z34679]+$')
);
GRANT SELECT, INSERT, DELETE ON reservations TO twist_app;

-- forget_account deletes what an erased account told and was told, table after table in the order in which
-- writers lock.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_account(whose text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM outcomes WHERE account = whose;
	DELETE FROM api_keys WHERE account = whose;
	DELETE FROM applications WHERE account = whose;
	UPDATE influencers SET username = NULL, handle = NULL, display_name = '', bio = '', verified = false, withdrawn = ''
	WHERE account = whose AND username IS NOT NULL;
	DELETE FROM emails WHERE account = whose;
	DELETE FROM mails WHERE account = whose;
	UPDATE programs SET name = '' WHERE merchant = whose AND name <> '';
	DELETE FROM links WHERE holder = whose;
	DELETE FROM reservations WHERE program IN (SELECT id FROM programs WHERE merchant = whose);
	DELETE FROM bindings WHERE holder = whose;
	DELETE FROM conducts WHERE account = whose;
END
$$;
-- +goose StatementEnd
