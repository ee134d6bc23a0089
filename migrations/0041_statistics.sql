-- +goose Up

-- Which link of an influencer's a commission is counted for: the one of hers with the latest touch that had a part. Of what
-- was earned before touches were kept nobody knows.
ALTER TABLE commissions ADD COLUMN link text COLLATE "C" NOT NULL DEFAULT '';
UPDATE commissions AS c SET link = coalesce((
	SELECT t.link FROM touches AS t
	WHERE t.conversion = c.conversion AND t.influencer = c.influencer AND t.reason = 'counted'
		AND (v.model NOT IN ('last', 'first') OR t.click = v.touch)
	ORDER BY t.at DESC, t.click DESC LIMIT 1), '')
FROM conversions AS v WHERE v.id = c.conversion;
DROP TRIGGER commissions_fixed ON commissions;
CREATE TRIGGER commissions_fixed BEFORE UPDATE ON commissions FOR EACH ROW
	WHEN ((OLD.id, OLD.conversion, OLD.program, OLD.influencer, OLD.holder, OLD.link, OLD.pool, OLD.amount, OLD.rate, OLD.gross, OLD.earned_at,
			coalesce(OLD.final_at, OLD.earned_at + interval '2160 hours'))
		IS DISTINCT FROM (NEW.id, NEW.conversion, NEW.program, NEW.influencer, NEW.holder, NEW.link, NEW.pool, NEW.amount, NEW.rate, NEW.gross, NEW.earned_at,
			coalesce(NEW.final_at, NEW.earned_at + interval '2160 hours')))
	EXECUTE FUNCTION refuse_rewrite();
CREATE INDEX commissions_link ON commissions (link, earned_at) WHERE link <> '';
CREATE INDEX commissions_program_at ON commissions (program, earned_at);
CREATE INDEX commissions_exported ON commissions (program, id);
CREATE INDEX commissions_earned ON commissions (holder, earned_at);
CREATE INDEX conversions_at ON conversions (program, at) INCLUDE (amount);

-- Who followed a link on a day, or any link of a program: a hash of the day, the program, the link or none, and the name that
-- a browser keeps; with the hours in which it made valid clicks, a bit each, and those of them that its last statement added.
-- It is what new visitors are told from known ones by, and goes with the clicks of its day.
CREATE TABLE click_visitors (
	day     date    NOT NULL,
	visitor bytea   NOT NULL,
	hours   integer NOT NULL,
	added   integer NOT NULL,
	CONSTRAINT click_visitors_pkey PRIMARY KEY (day, visitor),
	CONSTRAINT click_visitors_visitor CHECK (octet_length(visitor) = 16),
	CONSTRAINT click_visitors_hours CHECK (hours BETWEEN 1 AND 16777215 AND added > 0 AND added & hours = added)
) PARTITION BY RANGE (day);
CREATE TABLE click_visitors_rest PARTITION OF click_visitors DEFAULT;
GRANT SELECT, INSERT, UPDATE (hours, added) ON click_visitors TO twist_app;

-- How many visitors made the valid clicks of an hour; and the same for programs, whose rows have an empty link, and for
-- days, whose rows of links say whose those are.
ALTER TABLE click_hours
	ADD COLUMN visitors bigint NOT NULL DEFAULT 0,
	ADD CONSTRAINT click_hours_visitors CHECK (visitors >= 0);
DROP TRIGGER click_hours_grow ON click_hours;
CREATE TRIGGER click_hours_grow BEFORE UPDATE ON click_hours FOR EACH ROW
	WHEN (NEW.clicks < OLD.clicks OR NEW.visitors < OLD.visitors) EXECUTE FUNCTION refuse_change();
DROP INDEX click_hours_program;
GRANT UPDATE (visitors) ON click_hours TO twist_app;

CREATE TABLE click_days (
	program  text COLLATE "C" NOT NULL,
	link     text COLLATE "C" NOT NULL,
	day      date             NOT NULL,
	verdict  text COLLATE "C" NOT NULL,
	stripe   smallint         NOT NULL,
	holder   text COLLATE "C" NOT NULL,
	clicks   bigint           NOT NULL,
	visitors bigint           NOT NULL,
	CONSTRAINT click_days_pkey PRIMARY KEY (program, link, day, verdict, stripe),
	CONSTRAINT click_days_stripe CHECK (stripe BETWEEN 0 AND 15),
	CONSTRAINT click_days_clicks CHECK (clicks > 0),
	CONSTRAINT click_days_visitors CHECK (visitors >= 0)
) WITH (fillfactor = 70);
CREATE INDEX click_days_holder ON click_days (holder, day) WHERE verdict = 'valid' AND link <> '';
CREATE INDEX click_days_program ON click_days (program, day) WHERE verdict = 'valid' AND link <> '';
GRANT SELECT, INSERT, UPDATE (clicks, visitors) ON click_days TO twist_app;
CREATE TRIGGER click_days_kept BEFORE DELETE OR TRUNCATE ON click_days FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER click_days_grow BEFORE UPDATE ON click_days FOR EACH ROW
	WHEN (NEW.clicks < OLD.clicks OR NEW.visitors < OLD.visitors) EXECUTE FUNCTION refuse_change();

-- What was counted before counts on; visitors of days whose clicks are gone were never counted.
CREATE TEMP TABLE seen ON COMMIT DROP AS
SELECT day, program, link, visitor, bit_or(1 << hour) AS hours FROM (
	SELECT (at AT TIME ZONE 'UTC')::date AS day, program, l.link, visitor, extract(hour FROM at AT TIME ZONE 'UTC')::integer AS hour
	FROM clicks AS k CROSS JOIN LATERAL (VALUES (k.link), ('')) AS l (link) WHERE verdict = 'valid' AND visitor <> ''
) AS c GROUP BY 1, 2, 3, 4;
INSERT INTO click_visitors (day, visitor, hours, added)
SELECT day, substr(sha256(convert_to(to_char(day, 'YYYYMMDD') || E'\n' || program || E'\n' || link || E'\n' || visitor, 'UTF8')), 1, 16), hours, hours
FROM seen;
INSERT INTO click_hours (program, link, hour, verdict, stripe, clicks)
SELECT program, '', hour, verdict, 0, sum(clicks) FROM click_hours GROUP BY 1, 3, 4;
INSERT INTO click_days (program, link, day, verdict, stripe, holder, clicks, visitors)
SELECT h.program, h.link, (h.hour AT TIME ZONE 'UTC')::date, h.verdict, 0, coalesce(max(l.holder), ''), sum(h.clicks), 0
FROM click_hours AS h LEFT JOIN links AS l ON l.id = h.link GROUP BY 1, 2, 3, 4;
UPDATE click_hours AS h SET visitors = s.visitors FROM (
	SELECT h.program, h.link, h.hour, min(h.stripe) AS stripe, v.visitors
	FROM click_hours AS h JOIN (
		SELECT program, link, (day + n * interval '1 hour') AT TIME ZONE 'UTC' AS hour, count(*) AS visitors
		FROM seen, generate_series(0, 23) AS n WHERE hours >> n & 1 = 1 GROUP BY 1, 2, 3
	) AS v USING (program, link, hour) WHERE h.verdict = 'valid' GROUP BY 1, 2, 3, 5
) AS s WHERE h.program = s.program AND h.link = s.link AND h.hour = s.hour AND h.verdict = 'valid' AND h.stripe = s.stripe;
UPDATE click_days AS d SET visitors = v.visitors FROM (
	SELECT program, link, day, count(*) AS visitors FROM seen GROUP BY 1, 2, 3
) AS v WHERE d.program = v.program AND d.link = v.link AND d.day = v.day AND d.verdict = 'valid';

-- Without it every rotation would read all clicks of the rest.
CREATE INDEX clicks_rest_at ON clicks_rest (at);

-- rotate_clicks makes the tables of a day and of those after it, of clicks and of visitors, and drops those of days that
-- ended long before; it gives how many days it dropped. It has the rights of who owns them, whoever calls it, so it drops nothing younger
-- than half a year, by what it is told and by the server's own clock.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION rotate_clicks(today date, ahead integer, keeps integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '2s' AS $$
DECLARE
	day     date;
	whole   text;
	part    text;
	key     text;
	low     text;
	high    text;
	oldest  date := least(today, (now() AT TIME ZONE 'UTC')::date) - keeps;
	dropped integer := 0;
BEGIN
	IF ahead NOT BETWEEN 0 AND 30 OR keeps < 180 THEN
		RAISE EXCEPTION 'clicks cannot be kept % days, with % ahead', keeps, ahead USING ERRCODE = '22023';
	END IF;
	PERFORM hold_name('clicks', 'days');
	-- Before anything is made, and clicks before visitors, as everybody takes them: what follows then waits for nobody who
	-- waits for it.
	FOREACH whole IN ARRAY ARRAY['clicks', 'click_visitors'] LOOP
		FOR part IN
			SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
			WHERE i.inhparent = whole::regclass AND c.relname ~ ('^' || whole || '_[0-9]{8}$')
				AND to_date(right(c.relname, 8), 'YYYYMMDD') < oldest ORDER BY 1
		LOOP
			EXECUTE format('DROP TABLE %I', part);
			IF whole = 'clicks' THEN
				dropped := dropped + 1;
			END IF;
		END LOOP;
	END LOOP;
	FOR day IN SELECT today + n FROM generate_series(0, ahead) AS n LOOP
		FOREACH whole IN ARRAY ARRAY['clicks', 'click_visitors'] LOOP
			part := whole || '_' || to_char(day, 'YYYYMMDD');
			CONTINUE WHEN to_regclass(part) IS NOT NULL;
			IF whole = 'clicks' THEN
				key := 'id'; low := click_bound(day); high := click_bound(day + 1);
			ELSE
				key := 'day'; low := day; high := day + 1;
			END IF;
			EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', whole || '_rest'); -- so that nobody adds to it what belongs to the new table
			EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', part, whole);
			EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %2$I < %4$L RETURNING *) INSERT INTO %I SELECT * FROM moved',
				whole || '_rest', key, low, high, part);
			EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', whole, part, low, high);
		END LOOP;
	END LOOP;
	DELETE FROM click_visitors_rest AS v WHERE v.day < oldest;
	WITH gone AS (DELETE FROM clicks_rest WHERE at < oldest::timestamp AT TIME ZONE 'UTC' RETURNING at)
	SELECT dropped + count(DISTINCT date_trunc('day', at, 'UTC')) INTO dropped FROM gone;
	RETURN dropped;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
	EXECUTE format('ALTER FUNCTION rotate_clicks(date, integer, integer) SET search_path = %I, pg_temp', current_schema());
END
$$;
-- +goose StatementEnd
