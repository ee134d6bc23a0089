-- +goose Up

CREATE TABLE entries (
	id        text COLLATE "C" NOT NULL,
	reference text COLLATE "C" NOT NULL,
	kind      text COLLATE "C" NOT NULL,
	at        timestamptz      NOT NULL,
	postings  jsonb            NOT NULL,
	metadata  jsonb            NOT NULL,
	digest    bytea            NOT NULL,
	CONSTRAINT entries_pkey PRIMARY KEY (id),
	CONSTRAINT entries_reference UNIQUE (reference),
	CONSTRAINT entries_postings CHECK (jsonb_typeof(postings) = 'array' AND jsonb_array_length(postings) > 0),
	CONSTRAINT entries_metadata CHECK (jsonb_typeof(metadata) = 'object'),
	CONSTRAINT entries_digest CHECK (octet_length(digest) = 32)
);

-- One row of a ledger account's history: it begins where the one before ended.
CREATE TABLE lines (
	entry   text COLLATE "C" NOT NULL,
	address text COLLATE "C" NOT NULL,
	asset   text COLLATE "C" NOT NULL,
	stripe  smallint         NOT NULL,
	version bigint           NOT NULL,
	delta   bigint           NOT NULL,
	before  bigint           NOT NULL,
	after   bigint           NOT NULL,
	CONSTRAINT lines_pkey PRIMARY KEY (address, asset, stripe, version),
	CONSTRAINT lines_version CHECK (version > 0),
	CONSTRAINT lines_sum CHECK (before + delta = after),
	CONSTRAINT lines_range CHECK (after <> '-9223372036854775808'::bigint)
);
CREATE INDEX lines_entry ON lines (entry);

-- What stands where. A ledger account of 16 stripes is the sum of its rows, and each row keeps the floor.
CREATE TABLE balances (
	address text COLLATE "C" NOT NULL,
	asset   text COLLATE "C" NOT NULL,
	stripe  smallint         NOT NULL,
	version bigint           NOT NULL,
	balance bigint           NOT NULL,
	CONSTRAINT balances_pkey PRIMARY KEY (address, asset, stripe),
	CONSTRAINT balances_version CHECK (version >= 0),
	CONSTRAINT balances_range CHECK (balance <> '-9223372036854775808'::bigint),
	CONSTRAINT balances_floor CHECK (
		balance >= 0 OR address IN ('world', 'platform:gas', 'platform:loss') OR address LIKE 'account:%:owed'
	),
	CONSTRAINT balances_stripe CHECK (
		stripe = 0 OR (stripe BETWEEN 1 AND 15 AND (address = 'world' OR address LIKE 'platform:%'))
	)
) WITH (fillfactor = 60); -- room for the next version on the same page

-- What is committed and has no seal yet. Turns grow in the order in which items were written.
CREATE TABLE waiting (
	turn   bigint GENERATED ALWAYS AS IDENTITY,
	source text COLLATE "C" NOT NULL,
	id     text COLLATE "C" NOT NULL,
	CONSTRAINT waiting_pkey PRIMARY KEY (turn),
	CONSTRAINT waiting_source CHECK (source IN ('entry', 'event'))
);

-- An entry takes from one ledger account what it gives to another. Whoever writes lines writes all lines
-- of an entry, which stands already, in one statement.
-- +goose StatementBegin
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM added GROUP BY entry, asset HAVING sum(delta) <> 0)
		OR EXISTS (SELECT FROM added AS a WHERE NOT EXISTS (SELECT FROM entries AS e WHERE e.id = a.entry)) THEN
		RAISE EXCEPTION 'lines that do not balance, or of no entry' USING ERRCODE = 'TW011';
	END IF;
	RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER lines_balance AFTER INSERT ON lines REFERENCING NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced();

CREATE TRIGGER entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lines_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER balances_kept BEFORE DELETE OR TRUNCATE ON balances FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON entries, lines TO twist_app;
GRANT SELECT, INSERT, UPDATE ON balances TO twist_app;
GRANT SELECT, INSERT, DELETE ON waiting TO twist_app;

-- hold_balances makes the rows of balances that are not there yet, and holds all of them in one order.
-- +goose StatementBegin
CREATE FUNCTION hold_balances(addresses text[], assets text[], stripes smallint[])
RETURNS TABLE (address text, asset text, stripe smallint, balance bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	INSERT INTO balances (address, asset, stripe, version, balance)
	SELECT DISTINCT k.address COLLATE "C", k.asset COLLATE "C", k.stripe, 0, 0
	FROM unnest(addresses, assets, stripes) AS k (address, asset, stripe)
	WHERE NOT EXISTS ( -- an insert that meets a row would write for nothing
		SELECT FROM balances AS b WHERE b.address = k.address AND b.asset = k.asset AND b.stripe = k.stripe
	)
	ORDER BY 1, 2, 3
	ON CONFLICT DO NOTHING;

	RETURN QUERY
	SELECT b.address, b.asset, b.stripe, b.balance
	FROM balances AS b
	WHERE (b.address, b.asset, b.stripe) IN (
		SELECT k.address, k.asset, k.stripe FROM unnest(addresses, assets, stripes) AS k (address, asset, stripe)
	)
	ORDER BY b.address, b.asset, b.stripe
	FOR UPDATE OF b;
END
$$;
-- +goose StatementEnd

-- refuse_reference says why an entry of a reference that is taken is refused: TW001 when the same one is
-- there already, TW002 when it is another.
-- +goose StatementBegin
CREATE FUNCTION refuse_reference(taken text, ours bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM entries WHERE reference = taken AND digest = ours) THEN
		RAISE EXCEPTION 'the entry is recorded' USING ERRCODE = 'TW001';
	END IF;
	RAISE EXCEPTION 'the reference is taken' USING ERRCODE = 'TW002';
END
$$;
-- +goose StatementEnd

-- refuse_floor is TW003: a floor would break.
-- +goose StatementBegin
CREATE FUNCTION refuse_floor(address text, needed numeric, stands numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% needs % and has %', address, needed, stands USING ERRCODE = 'TW003';
END
$$;
-- +goose StatementEnd

-- record_entry appends one entry and the lines it leaves. Its changes come in the order of their keys, one
-- for each ledger account; one that draws takes from as many stripes as it needs, the one named first.
-- +goose StatementBegin
CREATE FUNCTION record_entry(
	entry_id text, entry_reference text, entry_kind text, entry_at timestamptz, entry_postings jsonb, entry_metadata jsonb,
	entry_digest bytea, addresses text[], assets text[], stripes smallint[], deltas bigint[], floors boolean[], draws boolean[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v    bigint;
	b    bigint;
	rest bigint;
	s    record;
	done lines[] := '{}';
BEGIN
	INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
	VALUES (entry_id, entry_reference, entry_kind, entry_at, entry_postings, entry_metadata, entry_digest)
	ON CONFLICT (reference) DO NOTHING;
	IF NOT FOUND THEN
		PERFORM refuse_reference(entry_reference, entry_digest);
	END IF;

	FOR i IN 1 .. cardinality(addresses) LOOP
		IF draws[i] THEN
			rest := -deltas[i];
			FOR s IN
				SELECT stripe, balance FROM (
					SELECT stripe, balance FROM balances WHERE address = addresses[i] AND asset = assets[i] ORDER BY stripe FOR UPDATE
				) AS held
				WHERE balance > 0 ORDER BY (stripe - stripes[i] + 16) % 16
			LOOP
				EXIT WHEN rest = 0;
				UPDATE balances SET version = version + 1, balance = balance - least(rest, s.balance)
				WHERE address = addresses[i] AND asset = assets[i] AND stripe = s.stripe
				RETURNING version, balance INTO v, b;
				done := done || ROW (entry_id, addresses[i], assets[i], s.stripe, v, b - s.balance, s.balance, b)::lines;
				rest := rest - (s.balance - b);
			END LOOP;
			IF rest > 0 THEN
				PERFORM refuse_floor(addresses[i], -deltas[i], -deltas[i] - rest);
			END IF;
			CONTINUE;
		END IF;

		UPDATE balances SET version = version + 1, balance = balance + deltas[i]
		WHERE address = addresses[i] AND asset = assets[i] AND stripe = stripes[i]
			AND (NOT floors[i] OR deltas[i] >= 0 OR balance >= -deltas[i])
		RETURNING version, balance INTO v, b;
		IF NOT FOUND THEN
			IF floors[i] AND deltas[i] < 0 THEN
				PERFORM refuse_floor(addresses[i], -deltas[i], (
					SELECT coalesce(sum(balance), 0) FROM balances WHERE address = addresses[i] AND asset = assets[i]));
			END IF;
			INSERT INTO balances AS old (address, asset, stripe, version, balance)
			VALUES (addresses[i], assets[i], stripes[i], 1, deltas[i])
			ON CONFLICT (address, asset, stripe) DO UPDATE SET version = old.version + 1, balance = old.balance + excluded.balance
			RETURNING version, balance INTO v, b;
		END IF;
		done := done || ROW (entry_id, addresses[i], assets[i], stripes[i], v, deltas[i], b - deltas[i], b)::lines;
	END LOOP;

	INSERT INTO lines SELECT * FROM unnest(done);
	INSERT INTO waiting (source, id) VALUES ('entry', entry_id); -- now that its rows are held: turns follow versions
END
$$;
-- +goose StatementEnd

-- record_entries appends entries that draw from no stripes, in order, as record_entry would one by one: the
-- first that is refused decides. The changes are those of all entries, each with the place of its own.
-- +goose StatementBegin
CREATE FUNCTION record_entries(
	ids text[], refs text[], kinds text[], ats timestamptz[], postings jsonb[], metadata jsonb[], digests bytea[],
	places integer[], addresses text[], assets text[], stripes smallint[], deltas bigint[], floors boolean[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	taken integer; -- the first whose reference is
	short record;  -- the first that breaks a floor
BEGIN
	WITH kept AS (
		INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
		SELECT e.id, e.reference, e.kind, e.at, e.postings, e.metadata, e.digest
		FROM unnest(ids, refs, kinds, ats, postings, metadata, digests)
			WITH ORDINALITY AS e (id, reference, kind, at, postings, metadata, digest, n)
		ORDER BY e.n
		ON CONFLICT (reference) DO NOTHING
		RETURNING id
	)
	SELECT min(e.n) INTO taken
	FROM unnest(ids) WITH ORDINALITY AS e (id, n) WHERE NOT EXISTS (SELECT FROM kept WHERE kept.id = e.id);

	PERFORM FROM hold_balances(addresses, assets, stripes);

	WITH moves AS MATERIALIZED (
		SELECT c.n, c.address, c.asset, c.stripe, c.delta, c.floored,
			b.version + row_number() OVER w AS version, b.balance + sum(c.delta) OVER w AS after
		FROM unnest(places, addresses, assets, stripes, deltas, floors) AS c (n, address, asset, stripe, delta, floored)
		JOIN balances AS b ON b.address = c.address AND b.asset = c.asset AND b.stripe = c.stripe
		WINDOW w AS (PARTITION BY b.address, b.asset, b.stripe ORDER BY c.n)
	), added AS (
		INSERT INTO lines (entry, address, asset, stripe, version, delta, before, after)
		SELECT ids[m.n], m.address, m.asset, m.stripe, m.version, m.delta, (m.after - m.delta)::bigint, m.after::bigint
		FROM moves AS m
		WHERE taken IS NULL AND m.n < coalesce(
			(SELECT min(s.n) FROM moves AS s WHERE s.floored AND s.delta < 0 AND s.after < 0), 2147483647)
		ORDER BY m.n
	), moved AS (
		UPDATE balances AS b SET version = m.version, balance = m.after::bigint
		FROM (
			SELECT DISTINCT ON (address, asset, stripe) address, asset, stripe, version, after
			FROM moves ORDER BY address, asset, stripe, n DESC
		) AS m
		WHERE b.address = m.address AND b.asset = m.asset AND b.stripe = m.stripe
			AND NOT EXISTS (SELECT FROM moves AS s WHERE s.floored AND s.delta < 0 AND s.after < 0)
	)
	SELECT m.n, m.address, -m.delta AS needed, m.after - m.delta AS stands INTO short
	FROM moves AS m WHERE m.floored AND m.delta < 0 AND m.after < 0 ORDER BY m.n, m.address COLLATE "C", m.asset COLLATE "C" LIMIT 1;

	IF taken IS NOT NULL AND (short.n IS NULL OR taken <= short.n) THEN
		PERFORM refuse_reference(refs[taken], digests[taken]);
	ELSIF short.n IS NOT NULL THEN
		PERFORM refuse_floor(short.address, short.needed, short.stands);
	END IF;
	INSERT INTO waiting (source, id) SELECT 'entry', e.id FROM unnest(ids) WITH ORDINALITY AS e (id, n) ORDER BY e.n;
END
$$;
-- +goose StatementEnd
