-- +goose Up

-- Clicks stand in one table a day, which is dropped as a whole when nobody needs it any more. The day is that of the
-- click's id, which begins with the milliseconds at which it was made: so the id alone is the key, and alone finds the
-- table. What was kept before, ids of another making and days that have no table yet are in the rest: no click is lost.
DROP TRIGGER clicks_immutable ON clicks;
ALTER TABLE clicks RENAME TO clicks_rest;
ALTER TABLE clicks_rest RENAME CONSTRAINT clicks_pkey TO clicks_rest_pkey;
DROP INDEX clicks_visitor;
REVOKE ALL ON clicks_rest FROM twist_app;

CREATE TABLE clicks (LIKE clicks_rest INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (id);
ALTER TABLE clicks ADD CONSTRAINT clicks_pkey PRIMARY KEY (id);
-- A visitor's clicks that count, latest first; and by program and link, whose visitors are counted.
CREATE INDEX clicks_visitor ON clicks (program, visitor, at DESC, id DESC) INCLUDE (link) WHERE verdict = 'valid';
ALTER TABLE clicks ATTACH PARTITION clicks_rest DEFAULT;
CREATE TRIGGER clicks_immutable BEFORE UPDATE ON clicks FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON clicks TO twist_app;

-- How many clicks of each verdict a link had in an hour. They move with the clicks, in one statement, and stay when those
-- are dropped: they name no visitor. Writers at once take a stripe each, so that none waits for another; what a link
-- had is the sum of its stripes.
CREATE TABLE click_hours (
	program text COLLATE "C" NOT NULL,
	link    text COLLATE "C" NOT NULL,
	hour    timestamptz      NOT NULL,
	verdict text COLLATE "C" NOT NULL,
	stripe  smallint         NOT NULL,
	clicks  bigint           NOT NULL,
	CONSTRAINT click_hours_pkey PRIMARY KEY (program, link, hour, verdict, stripe),
	CONSTRAINT click_hours_hour CHECK (hour = date_trunc('hour', hour, 'UTC')),
	CONSTRAINT click_hours_stripe CHECK (stripe BETWEEN 0 AND 15),
	CONSTRAINT click_hours_clicks CHECK (clicks > 0)
) WITH (fillfactor = 70);
CREATE INDEX click_hours_program ON click_hours (program, hour);
INSERT INTO click_hours (program, link, hour, verdict, stripe, clicks)
SELECT program, link, date_trunc('hour', at, 'UTC'), verdict, 0, count(*) FROM clicks GROUP BY 1, 2, 3, 4;
GRANT SELECT, INSERT, UPDATE (clicks) ON click_hours TO twist_app;
CREATE TRIGGER click_hours_kept BEFORE DELETE OR TRUNCATE ON click_hours FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER click_hours_grow BEFORE UPDATE ON click_hours FOR EACH ROW WHEN (NEW.clicks < OLD.clicks) EXECUTE FUNCTION refuse_change();

-- click_bound is the least id that a click of a day can have: ten digits of base 32 are the milliseconds.
-- +goose StatementBegin
CREATE FUNCTION click_bound(day date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT 'clk_' || string_agg(
		substr('0123456789abcdefghjkmnpqrstvwxyz', (((extract(epoch FROM day) * 1000)::bigint >> (45 - 5 * n)) & 31)::integer + 1, 1), '' ORDER BY n)
	FROM generate_series(0, 9) AS n
$$;
-- +goose StatementEnd

-- rotate_clicks makes the tables of a day and of those after it, and drops those of days that ended long before; it gives
-- how many it dropped. It has the rights of who owns them, whoever calls it, so it drops nothing younger than half a year, by what it
-- is told and by the server's own clock.
-- +goose StatementBegin
CREATE FUNCTION rotate_clicks(today date, ahead integer, keeps integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	day     date;
	part    text;
	oldest  date := least(today, (now() AT TIME ZONE 'UTC')::date) - keeps;
	dropped integer := 0;
BEGIN
	IF ahead NOT BETWEEN 0 AND 30 OR keeps < 180 THEN
		RAISE EXCEPTION 'clicks cannot be kept % days, with % ahead', keeps, ahead USING ERRCODE = '22023';
	END IF;
	PERFORM hold_name('clicks', 'days');
	-- Before anything is made: what follows then waits for nobody who waits for it.
	FOR part IN
		SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'clicks'::regclass AND c.relname ~ '^clicks_[0-9]{8}$'
			AND to_date(substr(c.relname, 8), 'YYYYMMDD') < oldest ORDER BY 1
	LOOP
		EXECUTE format('DROP TABLE %I', part);
		dropped := dropped + 1;
	END LOOP;
	FOR day IN SELECT today + n FROM generate_series(0, ahead) AS n LOOP
		part := 'clicks_' || to_char(day, 'YYYYMMDD');
		CONTINUE WHEN to_regclass(part) IS NOT NULL;
		LOCK TABLE clicks_rest IN ACCESS EXCLUSIVE MODE; -- so that nobody adds to it what belongs to the new table
		EXECUTE format('CREATE TABLE %I (LIKE clicks INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', part);
		EXECUTE format('WITH moved AS (DELETE FROM clicks_rest WHERE id >= %L AND id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
			click_bound(day), click_bound(day + 1), part);
		EXECUTE format('ALTER TABLE clicks ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, click_bound(day), click_bound(day + 1));
	END LOOP;
	WITH gone AS (DELETE FROM clicks_rest WHERE at < oldest::timestamp AT TIME ZONE 'UTC' RETURNING at)
	SELECT dropped + count(DISTINCT date_trunc('day', at, 'UTC')) INTO dropped FROM gone;
	RETURN dropped;
END
$$;
-- +goose StatementEnd

-- Whose rights it has, it works in our schema only, and it never keeps the clicks of others waiting for long.
-- +goose StatementBegin
DO $$
BEGIN
	EXECUTE format('ALTER FUNCTION rotate_clicks(date, integer, integer) SET search_path = %I, pg_temp', current_schema());
END
$$;
-- +goose StatementEnd
ALTER FUNCTION rotate_clicks(date, integer, integer) SET lock_timeout = '2s';
REVOKE EXECUTE ON FUNCTION rotate_clicks(date, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotate_clicks(date, integer, integer) TO twist_app;
