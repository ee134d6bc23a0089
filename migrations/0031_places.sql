-- +goose Up

-- Who staked from an address on a day, each account once, and when, the newest last. The address is hidden: what is
-- kept of it is a hash under a key that the database does not have, another one each day. What is two days old says
-- nothing any more, and goes with the next stakes.
CREATE TABLE places (
	visitor  text COLLATE "C" NOT NULL,
	day      bigint           NOT NULL,
	accounts text[]           NOT NULL,
	times    bigint[]         NOT NULL,
	CONSTRAINT places_pkey PRIMARY KEY (visitor),
	CONSTRAINT places_visitor CHECK (visitor ~ '^[0-9a-f]{32}$'),
	CONSTRAINT places_visits CHECK (
		cardinality(accounts) = cardinality(times) AND cardinality(times) BETWEEN 1 AND 20
		AND array_position(times, NULL) IS NULL AND array_position(accounts, NULL) IS NULL
	)
) WITH (fillfactor = 50);
CREATE INDEX places_day ON places (day);
GRANT SELECT, INSERT, UPDATE, DELETE ON places TO twist_app;

ALTER TABLE alerts DROP CONSTRAINT alerts_kind, ADD CONSTRAINT alerts_kind CHECK (kind IN ('stakes', 'pool', 'address'));

-- note_place remembers a stake where it came from, and gives who staked there, those of the day before first. The rows
-- of both days are held from here on, the older one first; note_stake comes before it.
-- +goose StatementBegin
CREATE FUNCTION note_place(whose text, moment bigint, kept integer, today bigint, here text, earlier text)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	b places;
	p places;
	at integer;
BEGIN
	IF here = '' THEN
		RETURN '{}';
	END IF;
	SELECT * INTO b FROM places WHERE visitor = earlier FOR UPDATE;
	INSERT INTO places AS old (visitor, day, accounts, times) VALUES (here, today, ARRAY[whose], ARRAY[moment])
	ON CONFLICT (visitor) DO UPDATE SET day = old.day RETURNING * INTO p;
	at := array_position(p.accounts, whose);
	IF at IS NOT NULL THEN
		p.accounts := p.accounts[:at - 1] || p.accounts[at + 1:];
		p.times := p.times[:at - 1] || p.times[at + 1:];
	END IF;
	p.accounts := (p.accounts || whose)[greatest(1, cardinality(p.accounts) + 2 - kept):];
	p.times := (p.times || moment)[greatest(1, cardinality(p.times) + 2 - kept):];
	UPDATE places SET accounts = p.accounts, times = p.times WHERE visitor = here;
	DELETE FROM places WHERE visitor IN (
		SELECT visitor FROM places WHERE day < today - 2 ORDER BY day LIMIT 2 FOR UPDATE SKIP LOCKED
	);
	RETURN jsonb_build_object(
		'neighbors', coalesce(b.accounts, '{}') || p.accounts, 'near', coalesce(b.times, '{}') || p.times
	);
END
$$;
-- +goose StatementEnd
