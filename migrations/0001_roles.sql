-- +goose Up

-- The program works as twist_app, whoever it connects as: what that role was not granted, no bug of ours
-- can do. A role belongs to the whole server, so it may be there already.
-- +goose StatementBegin
DO $$
BEGIN
	CREATE ROLE twist_app NOLOGIN;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
	IF NOT pg_has_role(current_user, 'twist_app', 'MEMBER') THEN
		EXECUTE format('GRANT twist_app TO %I', current_user);
	END IF;
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO twist_app', current_schema());
END
$$;
-- +goose StatementEnd

-- What is written once stays as it is, also for whoever owns the table.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'TW010';
END
$$;
-- +goose StatementEnd
