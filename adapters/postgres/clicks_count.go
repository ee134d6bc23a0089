package postgres

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// appendClicks keeps clicks and counts those that it kept, in one statement: what was kept already is counted no second
// time. Each click counts for its link and for its program, whose counts have the empty link, by the hour and by the day.
//
// The row of a visitor of a program says in which hours of a day they came, and names the first link that they followed with
// the hours of that one; a further link has a row of its own. A visitor is new in an hour exactly when its bit was not set
// before, and new in the day when no bit was: so visitors are counted once, in whatever order and by however many at once
// clicks are told.
//
// Clicks are given in the order of their ids, and those of one visitor of a program on one day are on one link: a row can be
// written once in a statement. Everybody takes keys in one order, those of clicks, visitors, further links, hours and days,
// so that none deadlocks with another.
const appendClicks = keepClicks + ` ON CONFLICT (id) DO NOTHING` + countClicks

// appendFresh is the same for clicks of which none is kept, and fails where one is: to look for each of them before it is kept
// takes up to a tenth of the time, and nearly never finds one.
const appendFresh = keepClicks + countClicks

const keepClicks = `
	WITH given AS MATERIALIZED (
		SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::text[], $11::timestamptz[], $12::integer[], $13::bytea[], $14::bytea[], $15::boolean[])
			AS c (id, link, program, influencer, holder, visitor, verdict, country, device, origin, at, rules, of_link, of_program, excess)
	), kept AS (
		INSERT INTO clicks (id, link, program, influencer, holder, visitor, verdict, country, device, origin, at, rules, excess)
		SELECT id, link, program, influencer, holder, visitor, verdict, country, device, origin, at, rules, excess FROM given`

const countClicks = `
		RETURNING id, program, link, holder, verdict, at AT TIME ZONE 'UTC' AS at, excess
	), clicked AS (
		SELECT k.program, k.link, k.holder, k.verdict, k.at::date AS day, extract(hour FROM k.at)::integer AS hour, g.of_program, g.of_link, count(*) AS clicks,
			count(*) FILTER (WHERE k.excess) AS excess
		FROM kept AS k JOIN given AS g USING (id) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
	), whose AS (
		SELECT day, of_program AS visitor, of_link, bit_or(1 << hour) AS hours FROM clicked WHERE of_link IS NOT NULL GROUP BY 1, 2, 3
	), noted AS (
		INSERT INTO click_visitors AS v (day, visitor, hours, added, link, link_hours, link_added)
		SELECT day, visitor, hours, hours, of_link, hours, hours FROM whose ORDER BY 1, 2
		ON CONFLICT (day, visitor) DO UPDATE SET added = excluded.hours & ~v.hours, hours = v.hours | excluded.hours,
			link_added = CASE WHEN v.link = excluded.link THEN excluded.hours & ~v.link_hours ELSE 0 END,
			link_hours = CASE WHEN v.link = excluded.link THEN excluded.hours | v.link_hours ELSE v.link_hours END
		RETURNING *
	), further AS (
		INSERT INTO click_visitors AS v (day, visitor, hours, added)
		SELECT w.day, w.of_link, w.hours, w.hours FROM noted AS n JOIN whose AS w USING (day, visitor) WHERE n.link IS DISTINCT FROM w.of_link ORDER BY 1, 2
		ON CONFLICT (day, visitor) DO UPDATE SET added = excluded.hours & ~v.hours, hours = v.hours | excluded.hours
		RETURNING day, visitor, hours, added
	), seen AS (
		SELECT day, visitor, hours, added FROM noted
		UNION ALL SELECT day, link, link_hours, link_added FROM noted
		UNION ALL SELECT day, visitor, hours, added FROM further
	), tally AS MATERIALIZED (
		SELECT program, coalesce(link, '') AS link, CASE WHEN grouping(link) = 0 THEN max(holder) ELSE '' END AS holder, verdict, c.day, hour, sum(clicks) AS clicks, sum(excess) AS excess,
			coalesce(CASE WHEN grouping(link) = 0 THEN sum(l.added >> hour & 1) ELSE sum(p.added >> hour & 1) END, 0) AS visitors,
			coalesce(CASE WHEN grouping(link) = 0 THEN sum((l.added = l.hours AND l.added & -l.added = 1 << hour)::integer)
				ELSE sum((p.added = p.hours AND p.added & -p.added = 1 << hour)::integer) END, 0) AS newcomers
		FROM clicked AS c
		LEFT JOIN seen AS p ON p.day = c.day AND p.visitor = c.of_program
		LEFT JOIN seen AS l ON l.day = c.day AND l.visitor = c.of_link
		GROUP BY GROUPING SETS ((program, link, verdict, c.day, hour), (program, verdict, c.day, hour))
	), hourly AS (
		INSERT INTO click_hours AS h (program, link, hour, verdict, stripe, clicks, visitors)
		SELECT program, link, (day + hour * interval '1 hour') AT TIME ZONE 'UTC', verdict, pg_backend_pid() % 16, clicks, visitors FROM tally ORDER BY 1, 2, 3, 4
		ON CONFLICT (program, link, hour, verdict, stripe) DO UPDATE SET clicks = h.clicks + excluded.clicks, visitors = h.visitors + excluded.visitors
	)
	INSERT INTO click_days AS d (program, link, day, verdict, stripe, holder, clicks, visitors, excess)
	SELECT program, link, day, verdict, pg_backend_pid() % 16, max(holder), sum(clicks), sum(newcomers), sum(excess) FROM tally GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
	ON CONFLICT (program, link, day, verdict, stripe) DO UPDATE SET clicks = d.clicks + excluded.clicks, visitors = d.visitors + excluded.visitors,
		excess = d.excess + excluded.excess`

// Counts are added up from their stripes; $3 says where each period begins, and $4 where the last one ends.
const (
	countHours = `
		SELECT width_bucket(hour, $3::timestamptz[]) AS n, verdict, sum(clicks)::bigint AS clicks, sum(visitors)::bigint AS visitors FROM click_hours
		WHERE program = $1 AND link = $2 AND hour >= ($3::timestamptz[])[1] AND hour < $4::timestamptz GROUP BY 1, 2`
	countDays = `
		SELECT width_bucket(day::timestamp, $3::timestamp[]) AS n, verdict, sum(clicks)::bigint AS clicks, sum(visitors)::bigint AS visitors FROM click_days
		WHERE program = $1 AND link = $2 AND day >= ($3::timestamp[])[1]::date AND day < $4::timestamp::date GROUP BY 1, 2`
)

// visitsRow is what one period has of one verdict.
type visitsRow struct {
	N        int
	Verdict  attribution.Verdict
	Clicks   int64
	Visitors int64
}

// Count adds up the clicks of periods.
func (c *Clicks) Count(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Visits, error) {
	all := make([]attribution.Visits, len(periods))
	if len(periods) == 0 {
		return all, nil
	}
	statement := countDays
	if periods[0].To.Sub(periods[0].From) == time.Hour {
		statement = countHours
	}
	var rows []visitsRow
	starts, end := bounds(periods)
	if err := c.scan(ctx, &rows, statement, string(program), string(link), starts, end); err != nil {
		return nil, err
	}
	for _, r := range rows {
		all[r.N-1] = all[r.N-1].Count(r.Verdict, r.Clicks, r.Visitors)
	}
	return all, nil
}

// bounds gives where periods that follow one another begin, and where the last one ends.
func bounds(periods []attribution.Period) (starts []time.Time, end time.Time) {
	for _, p := range periods {
		starts, end = append(starts, p.From.UTC()), p.To.UTC()
	}
	return starts, end
}

// Each asks by its own key for whose links they are: one statement for all would be planned for none.
const (
	countLinks = `
		SELECT link, sum(clicks)::bigint AS valid, sum(excess)::bigint AS excess, sum(visitors)::bigint AS visitors FROM click_days
		WHERE verdict = 'valid' AND link <> '' AND day >= $2::timestamp::date AND day < $3::timestamp::date
			AND ($4::text[] IS NULL OR link = ANY ($4::text[]))`
	countRanked    = ` GROUP BY link ORDER BY 2 DESC, link LIMIT $5`
	countOfProgram = countLinks + ` AND program = $1` + countRanked
	countOfHolder  = countLinks + ` AND holder = $1` + countRanked
	countOfBoth    = countLinks + ` AND holder = $1 AND program = $6` + countRanked
)

// linkVisitsRow is a link and its clicks.
type linkVisitsRow struct {
	Link     attribution.LinkID
	Valid    int64
	Excess   int64
	Visitors int64
}

// CountLinks adds up the clicks of links, and gives those that had most first.
func (c *Clicks) CountLinks(ctx context.Context, of attribution.Whose, days attribution.Period, only []attribution.LinkID, limit int) ([]attribution.LinkVisits, error) {
	statement, owner := ofWhose(of, countOfProgram, countOfHolder, countOfBoth)
	var rows []linkVisitsRow
	err := c.scan(ctx, &rows, statement, append([]any{owner, days.From.UTC(), days.To.UTC(), linkTexts(only), most(limit)}, inProgram(of)...)...)
	var all []attribution.LinkVisits
	for _, r := range rows {
		all = append(all, attribution.LinkVisits(r))
	}
	return all, err
}

// ofWhose gives the statement for whoever's links are asked for, and who that is.
func ofWhose(of attribution.Whose, ofProgram, ofHolder, ofBoth string) (statement, owner string) {
	switch {
	case of.Holder == "":
		return ofProgram, string(of.Program)
	case of.Program == "":
		return ofHolder, string(of.Holder)
	}
	return ofBoth, string(of.Holder)
}

// inProgram is what the statement for a holder in a program is told beyond the others.
func inProgram(of attribution.Whose) []any {
	if of.Holder == "" || of.Program == "" {
		return nil
	}
	return []any{string(of.Program)}
}

// linkTexts are the names of links that can be stored; nil stays nil, which stands for all.
func linkTexts(links []attribution.LinkID) []string {
	if links == nil {
		return nil
	}
	texts := []string{}
	for _, link := range links {
		if holds(string(link)) {
			texts = append(texts, string(link))
		}
	}
	return texts
}
