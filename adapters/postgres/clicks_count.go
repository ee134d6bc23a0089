package postgres

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// appendClicks keeps clicks and counts those that it kept, in one statement: what was kept already is counted no second
// time. Each click counts for its link and for its program, whose counts have the empty link, by the hour and by the day.
// A visitor is new in an hour exactly when the hour's bit was not set in the row of the day, and new in the day when the
// row had no bit: so visitors are counted once, in whatever order and by however many at once clicks are told.
// Everybody takes keys in one order, those of clicks, visitors, days and hours, so that none deadlocks with
// another; of a click told twice at once the first is kept.
const appendClicks = `
	WITH given AS MATERIALIZED (
		SELECT DISTINCT ON (id) *
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::text[], $11::timestamptz[], $12::integer[], $13::bytea[], $14::bytea[])
			WITH ORDINALITY AS c (id, link, program, influencer, holder, visitor, verdict, country, device, origin, at, rules, of_link, of_program, n)
		ORDER BY id, n
	), kept AS (
		INSERT INTO clicks (id, link, program, influencer, holder, visitor, verdict, country, device, origin, at, rules)
		SELECT id, link, program, influencer, holder, visitor, verdict, country, device, origin, at, rules FROM given ORDER BY id
		ON CONFLICT (id) DO NOTHING
		RETURNING id, program, link, holder, at AT TIME ZONE 'UTC' AS at, verdict
	), counted AS (
		SELECT program, link, holder, at, verdict FROM kept UNION ALL SELECT program, '', '', at, verdict FROM kept
	), visits AS (
		SELECT k.program, k.link, k.at::date AS day, 1 << extract(hour FROM k.at)::integer AS hour, g.of_link, g.of_program
		FROM kept AS k JOIN given AS g USING (id) WHERE g.of_link IS NOT NULL
	), whose AS (
		SELECT day, visitor, max(program) AS program, max(link) AS link, bit_or(hour) AS hours FROM (
			SELECT day, of_link AS visitor, program, link, hour FROM visits UNION ALL SELECT day, of_program, program, '', hour FROM visits
		) AS v GROUP BY 1, 2
	), noted AS (
		INSERT INTO click_visitors AS v (day, visitor, hours, added) SELECT day, visitor, hours, hours FROM whose ORDER BY 1, 2
		ON CONFLICT (day, visitor) DO UPDATE SET added = excluded.hours & ~v.hours, hours = v.hours | excluded.hours
			WHERE excluded.hours & ~v.hours <> 0
		RETURNING day, visitor, hours, added
	), seen AS (
		SELECT w.program, w.link, n.day, n.hours, n.added FROM noted AS n JOIN whose AS w USING (day, visitor)
	), bits AS MATERIALIZED (
		SELECT n, 1 << n AS bit FROM generate_series(0, 23) AS n
	), hours AS ( -- nearly always one, which is found by a hash
		SELECT program, link, day, n FROM seen JOIN bits ON bit = added UNION ALL
		SELECT program, link, day, n FROM (SELECT * FROM seen WHERE added & (added - 1) <> 0) AS s JOIN bits ON added & bit <> 0
	), hourly AS (
		INSERT INTO click_hours AS h (program, link, hour, verdict, stripe, clicks, visitors)
		SELECT program, link, hour AT TIME ZONE 'UTC', verdict, pg_backend_pid() % 16, sum(clicks), sum(visitors) FROM (
			SELECT program, link, date_trunc('hour', at), verdict, 1, 0 FROM counted
			UNION ALL
			SELECT program, link, day + n * interval '1 hour', 'valid', 0, 1 FROM hours
		) AS c (program, link, hour, verdict, clicks, visitors) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
		ON CONFLICT (program, link, hour, verdict, stripe) DO UPDATE SET clicks = h.clicks + excluded.clicks, visitors = h.visitors + excluded.visitors
	)
	INSERT INTO click_days AS d (program, link, day, verdict, stripe, holder, clicks, visitors)
	SELECT program, link, day, verdict, pg_backend_pid() % 16, max(holder), sum(clicks), sum(visitors) FROM (
		SELECT program, link, at::date, verdict, holder, 1, 0 FROM counted
		UNION ALL
		SELECT program, link, day, 'valid', '', 0, 1 FROM seen WHERE added = hours
	) AS c (program, link, day, verdict, holder, clicks, visitors) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
	ON CONFLICT (program, link, day, verdict, stripe) DO UPDATE SET clicks = d.clicks + excluded.clicks, visitors = d.visitors + excluded.visitors`

// visitorOf is what a visitor of a day is known by: of a link, or with none of a program. The hash is of all four, so that one
// tells nothing of another, and a row is short.
func visitorOf(k attribution.Click, link attribution.LinkID) []byte {
	if k.Verdict != attribution.Valid || k.Visitor == "" {
		return nil // a visit that counts no visitor
	}
	hash := sha256.Sum256([]byte(k.At.UTC().Format("20060102") + "\n" + string(k.Program) + "\n" + string(link) + "\n" + k.Visitor))
	return hash[:16]
}

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

// Each asks by its own key for whose links they are: one statement for both would be planned for neither.
const (
	countLinks = `
		SELECT link, sum(clicks)::bigint AS valid, sum(visitors)::bigint AS visitors FROM click_days
		WHERE verdict = 'valid' AND link <> '' AND day >= $2::timestamp::date AND day < $3::timestamp::date
			AND ($4::text[] IS NULL OR link = ANY ($4::text[]))`
	countRanked    = ` GROUP BY link ORDER BY 2 DESC, link LIMIT $5`
	countOfProgram = countLinks + ` AND program = $1` + countRanked
	countOfHolder  = countLinks + ` AND holder = $1` + countRanked
)

// linkVisitsRow is a link and its clicks.
type linkVisitsRow struct {
	Link     attribution.LinkID
	Valid    int64
	Visitors int64
}

// CountLinks adds up the clicks of links, and gives those that had most first.
func (c *Clicks) CountLinks(ctx context.Context, of attribution.Whose, days attribution.Period, only []attribution.LinkID, limit int) ([]attribution.LinkVisits, error) {
	statement, owner := ofWhose(of, countOfProgram, countOfHolder)
	var rows []linkVisitsRow
	err := c.scan(ctx, &rows, statement, owner, days.From.UTC(), days.To.UTC(), linkTexts(only), most(limit))
	var all []attribution.LinkVisits
	for _, r := range rows {
		all = append(all, attribution.LinkVisits(r))
	}
	return all, err
}

// ofWhose gives the statement for whoever's links are asked for, and who that is.
func ofWhose(of attribution.Whose, ofProgram, ofHolder string) (statement, owner string) {
	if of.Holder != "" {
		return ofHolder, string(of.Holder)
	}
	return ofProgram, string(of.Program)
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
