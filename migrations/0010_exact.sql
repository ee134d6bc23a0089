-- +goose Up

-- From PostgreSQL 16 on, whoever creates a role without being superuser may hand it out and not work as it.
-- +goose StatementBegin
DO $$
BEGIN
	IF current_setting('server_version_num')::int >= 160000 THEN
		IF NOT pg_has_role(current_user, 'twist_app', 'SET') THEN
			EXECUTE format('GRANT twist_app TO %I WITH INHERIT FALSE, SET TRUE', current_user);
		END IF;
	END IF;
END
$$;
-- +goose StatementEnd

-- The program asks which steps were taken, and refuses to work on a schema that it does not know.
GRANT SELECT ON goose_db_version TO twist_app;

ALTER TABLE lines ADD CONSTRAINT lines_stripe CHECK (stripe BETWEEN 0 AND 15);

-- What waits twice could never be sealed.
ALTER TABLE waiting ADD CONSTRAINT waiting_item UNIQUE (source, id);

-- What a row is, whose it is and what was agreed on stays as it was said first, also for whoever owns the
-- table; only what happens to it moves.
-- +goose StatementBegin
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% keeps what was said first: a change of it is refused', TG_TABLE_NAME USING ERRCODE = 'TW010';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER programs_fixed BEFORE UPDATE ON programs FOR EACH ROW
	WHEN ((OLD.id, OLD.merchant, OLD.opened_at) IS DISTINCT FROM (NEW.id, NEW.merchant, NEW.opened_at))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER pools_fixed BEFORE UPDATE ON pools FOR EACH ROW
	WHEN ((OLD.id, OLD.influencer, OLD.owner, OLD.opened_at) IS DISTINCT FROM (NEW.id, NEW.influencer, NEW.owner, NEW.opened_at))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER positions_fixed BEFORE UPDATE ON positions FOR EACH ROW
	WHEN ((OLD.id, OLD.pool, OLD.account) IS DISTINCT FROM (NEW.id, NEW.pool, NEW.account))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER conversions_fixed BEFORE UPDATE ON conversions FOR EACH ROW
	WHEN ((OLD.id, OLD.program, OLD.order_id, OLD.amount, OLD.currency, OLD.click, OLD.touch, OLD.at)
		IS DISTINCT FROM (NEW.id, NEW.program, NEW.order_id, NEW.amount, NEW.currency, NEW.click, NEW.touch, NEW.at))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER commissions_fixed BEFORE UPDATE ON commissions FOR EACH ROW
	WHEN ((OLD.id, OLD.conversion, OLD.program, OLD.influencer, OLD.holder, OLD.pool, OLD.amount, OLD.rate, OLD.gross, OLD.earned_at)
		IS DISTINCT FROM (NEW.id, NEW.conversion, NEW.program, NEW.influencer, NEW.holder, NEW.pool, NEW.amount, NEW.rate, NEW.gross, NEW.earned_at))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER payouts_fixed BEFORE UPDATE ON payouts FOR EACH ROW
	WHEN ((OLD.id, OLD.account, OLD.destination, OLD.amount, OLD.fee, OLD.requested_at)
		IS DISTINCT FROM (NEW.id, NEW.account, NEW.destination, NEW.amount, NEW.fee, NEW.requested_at))
	EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER attempts_fixed BEFORE UPDATE ON attempts FOR EACH ROW
	WHEN ((OLD.payout, OLD.n, OLD.signature, OLD.raw, OLD.genesis, OLD.blockhash, OLD.last_valid_height, OLD.slot, OLD.signed_at)
		IS DISTINCT FROM (NEW.payout, NEW.n, NEW.signature, NEW.raw, NEW.genesis, NEW.blockhash, NEW.last_valid_height, NEW.slot, NEW.signed_at))
	EXECUTE FUNCTION refuse_rewrite();

-- hold_balances makes the rows of balances that are not there yet, and holds all of them in one order: also
-- those that are made wait for their turn, or two who take rows in order would wait for each other.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION hold_balances(addresses text[], assets text[], stripes smallint[])
RETURNS TABLE (address text, asset text, stripe smallint, balance bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	one record;
BEGIN
	IF EXISTS (
		SELECT FROM unnest(addresses, assets, stripes) AS k (address, asset, stripe)
		WHERE NOT EXISTS (
			SELECT FROM balances AS b WHERE b.address = k.address AND b.asset = k.asset AND b.stripe = k.stripe
		)
	) THEN
		FOR one IN
			SELECT DISTINCT u.address COLLATE "C" AS address, u.asset COLLATE "C" AS asset, u.stripe
			FROM unnest(addresses, assets, stripes) AS u (address, asset, stripe)
			ORDER BY 1, 2, 3
		LOOP
			PERFORM FROM balances AS b WHERE b.address = one.address AND b.asset = one.asset AND b.stripe = one.stripe FOR UPDATE;
			CONTINUE WHEN FOUND;
			INSERT INTO balances (address, asset, stripe, version, balance) VALUES (one.address, one.asset, one.stripe, 0, 0)
			ON CONFLICT DO NOTHING;
			CONTINUE WHEN FOUND;
			PERFORM FROM balances AS b WHERE b.address = one.address AND b.asset = one.asset AND b.stripe = one.stripe FOR UPDATE;
		END LOOP;
	END IF;

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

-- refuse_taken refuses a reference that is taken, and nothing else.
-- +goose StatementBegin
CREATE FUNCTION refuse_taken(asked text, ours bytea) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM entries WHERE reference = asked) THEN
		PERFORM refuse_reference(asked, ours);
	END IF;
END
$$;
-- +goose StatementEnd

-- refuse_id says that an entry's id is taken, as the index would.
-- +goose StatementBegin
CREATE FUNCTION refuse_id(taken text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the id % is taken', taken USING ERRCODE = 'unique_violation', CONSTRAINT = 'entries_pkey';
END
$$;
-- +goose StatementEnd

-- record_entry appends one entry and the lines it leaves. Its changes come in the order of their keys, one
-- for each ledger account; one that draws takes from as many stripes as it needs, the one named first. What
-- is asked first decides: the reference, then the rows in order, then the id.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION record_entry(
	entry_id text, entry_reference text, entry_kind text, entry_at timestamptz, entry_postings jsonb, entry_metadata jsonb,
	entry_digest bytea, addresses text[], assets text[], stripes smallint[], deltas bigint[], floors boolean[], draws boolean[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v    bigint;
	b    bigint;
	rest bigint;
	s    record;
	kept boolean;
	done lines[] := '{}';
BEGIN
	INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
	VALUES (entry_id, entry_reference, entry_kind, entry_at, entry_postings, entry_metadata, entry_digest)
	ON CONFLICT DO NOTHING;
	kept := FOUND;
	IF NOT kept THEN
		PERFORM refuse_taken(entry_reference, entry_digest);
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

	IF NOT kept THEN
		PERFORM refuse_id(entry_id);
	END IF;
	INSERT INTO lines SELECT * FROM unnest(done);
	INSERT INTO waiting (source, id) VALUES ('entry', entry_id); -- now that its rows are held: turns follow versions
END
$$;
-- +goose StatementEnd

-- record_entries appends entries that draw from no stripes, in order, as record_entry would one by one: the
-- first that is refused decides, and of one entry what record_entry asks first. The changes are those of all
-- entries, each with the place of its own. Two entries of a batch may have the same id or reference, so an
-- entry is told by its place. Sums up to the first refusal are right; no later one is looked at.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION record_entries(
	ids text[], refs text[], kinds text[], ats timestamptz[], postings jsonb[], metadata jsonb[], digests bytea[],
	places integer[], addresses text[], assets text[], stripes smallint[], deltas bigint[], floors boolean[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	fresh text[];   -- the ids that were kept: whoever has another was here before
	known integer;  -- the first whose reference is taken, before or by an earlier one of the batch
	named integer;  -- the first whose id is
	wrong record;   -- the first change that breaks a floor or does not fit
BEGIN
	WITH kept AS (
		INSERT INTO entries (id, reference, kind, at, postings, metadata, digest)
		SELECT e.id, e.reference, e.kind, e.at, e.postings, e.metadata, e.digest
		FROM unnest(ids, refs, kinds, ats, postings, metadata, digests)
			WITH ORDINALITY AS e (id, reference, kind, at, postings, metadata, digest, n)
		ORDER BY e.n
		ON CONFLICT DO NOTHING
		RETURNING id
	)
	SELECT coalesce(array_agg(id), '{}') INTO fresh FROM kept;
	IF cardinality(fresh) < cardinality(ids) THEN
		SELECT
			min(e.n) FILTER (WHERE e.same_reference > 1 OR EXISTS (
				SELECT FROM entries AS old WHERE old.reference = e.reference AND old.id <> ALL (fresh))),
			min(e.n) FILTER (WHERE e.same_id > 1 OR e.id <> ALL (fresh) AND EXISTS (
				SELECT FROM entries AS old WHERE old.id = e.id))
		INTO known, named
		FROM (
			SELECT e.id, e.reference, e.n,
				row_number() OVER (PARTITION BY e.reference ORDER BY e.n) AS same_reference,
				row_number() OVER (PARTITION BY e.id ORDER BY e.n) AS same_id
			FROM unnest(ids, refs) WITH ORDINALITY AS e (id, reference, n)
		) AS e;
	END IF;

	PERFORM FROM hold_balances(addresses, assets, stripes);

	WITH moves AS MATERIALIZED (
		SELECT c.n, c.address, c.asset, c.stripe, c.delta, c.floored,
			b.version + row_number() OVER w AS version, b.balance + sum(c.delta) OVER w AS after
		FROM unnest(places, addresses, assets, stripes, deltas, floors) AS c (n, address, asset, stripe, delta, floored)
		JOIN balances AS b ON b.address = c.address AND b.asset = c.asset AND b.stripe = c.stripe
		WINDOW w AS (PARTITION BY b.address, b.asset, b.stripe ORDER BY c.n)
	), refused AS MATERIALIZED (
		SELECT m.n, m.address, m.floored AND m.after < 0 AS short, -m.delta AS needed, m.after - m.delta AS stands
		FROM moves AS m
		WHERE (m.floored AND m.delta < 0 AND m.after < 0) OR abs(m.after) > 9223372036854775807
		ORDER BY m.n, m.address COLLATE "C", m.asset COLLATE "C" LIMIT 1
	), added AS (
		INSERT INTO lines (entry, address, asset, stripe, version, delta, before, after)
		SELECT ids[m.n], m.address, m.asset, m.stripe, m.version, m.delta, (m.after - m.delta)::bigint, m.after::bigint
		FROM moves AS m
		WHERE known IS NULL AND named IS NULL AND NOT EXISTS (SELECT FROM refused)
		ORDER BY m.n
	), moved AS (
		UPDATE balances AS b SET version = m.version, balance = m.after::bigint
		FROM (
			SELECT DISTINCT ON (address, asset, stripe) address, asset, stripe, version, after
			FROM moves ORDER BY address, asset, stripe, n DESC
		) AS m
		WHERE b.address = m.address AND b.asset = m.asset AND b.stripe = m.stripe
			AND known IS NULL AND named IS NULL AND NOT EXISTS (SELECT FROM refused)
	)
	SELECT * INTO wrong FROM refused;

	-- Places that are not there are after all others.
	IF known <= least(wrong.n, named, known) THEN
		PERFORM refuse_reference(refs[known], digests[known]);
	ELSIF wrong.n <= least(wrong.n, named) AND wrong.short THEN
		PERFORM refuse_floor(wrong.address, wrong.needed, wrong.stands);
	ELSIF wrong.n <= least(wrong.n, named) THEN
		RAISE EXCEPTION '% does not fit', wrong.address USING ERRCODE = 'numeric_value_out_of_range';
	ELSIF named IS NOT NULL THEN
		PERFORM refuse_id(ids[named]);
	END IF;
	INSERT INTO waiting (source, id) SELECT 'entry', e.id FROM unnest(ids) WITH ORDINALITY AS e (id, n) ORDER BY e.n;
END
$$;
-- +goose StatementEnd
