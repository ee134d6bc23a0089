-- +goose Up

-- A visitor's valid clicks for a program, latest first. There is a table for each day: to plan over all of them takes ten times as
-- long as to look in them, and PostgreSQL would plan six times on each connection before it keeps a plan. This one is kept at once.
-- +goose StatementBegin
CREATE FUNCTION visitor_clicks(whose text, who text, since timestamptz, most integer) RETURNS SETOF clicks LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY
	SELECT * FROM clicks WHERE program = whose AND visitor = who AND at >= since AND verdict = 'valid' -- a constant, so that the index fits
	ORDER BY at DESC, id DESC LIMIT most;
END
$$;
-- +goose StatementEnd
