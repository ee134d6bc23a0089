package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/twist-platform/twist/core/attribution"
)

// Clicks is ports.ClickLog over the database of a Store. It stands outside the unit of work.
type Clicks struct{ store *Store }

// Clicks gives the log of clicks.
func (s *Store) Clicks() *Clicks { return &Clicks{s} }

// clickRow is a click.
type clickRow struct {
	ID         attribution.ClickID
	Link       attribution.LinkID
	Program    attribution.ProgramID
	Influencer attribution.InfluencerID
	Holder     attribution.AccountID
	Visitor    string
	At         time.Time
	Verdict    attribution.Verdict
	Rules      int
	Country    string
	Device     string
	Origin     attribution.Origin
	Excess     bool
}

const clickColumns = `id, link, program, influencer, holder, visitor, at, verdict, rules, country, device, origin, excess`

func (r clickRow) value() attribution.Click {
	return attribution.Click{
		ID: r.ID, Link: r.Link, Program: r.Program, Influencer: r.Influencer, Holder: r.Holder, Visitor: r.Visitor, At: r.At.UTC(),
		Verdict: r.Verdict, Rules: r.Rules, Country: r.Country, Device: r.Device, Origin: r.Origin, Excess: r.Excess,
	}
}

// Append keeps clicks, in one statement where nobody follows two links of a program on a day, and in one for each such link
// where somebody does. One kept already stays as it was, and of one that is told twice the first is kept.
func (c *Clicks) Append(ctx context.Context, clicks ...attribution.Click) error {
	byID, given := func(a, b attribution.Click) int { return cmp.Compare(a.ID, b.ID) }, slices.Clone(clicks)
	if !slices.IsSortedFunc(given, byID) { // as they nearly are when they were told in turn
		slices.SortStableFunc(given, byID)
	}
	given = slices.CompactFunc(given, func(a, b attribution.Click) bool { return a.ID == b.ID })
	for _, some := range byLink(given) {
		if err := c.append(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// append keeps clicks of which those of one visitor of a program on one day are on one link.
func (c *Clicks) append(ctx context.Context, clicks []visit) error {
	var columns [10][]string
	for n := range columns {
		columns[n] = make([]string, len(clicks))
	}
	times, rules, excess := make([]time.Time, len(clicks)), make([]int, len(clicks)), make([]bool, len(clicks))
	ofLinks, ofPrograms := make([][]byte, len(clicks)), make([][]byte, len(clicks))
	for i, k := range clicks {
		for n, text := range [...]string{
			string(k.ID), string(k.Link), string(k.Program), string(k.Influencer), string(k.Holder), k.Visitor,
			string(k.Verdict), k.Country, k.Device, string(k.Origin),
		} {
			columns[n][i] = text
		}
		times[i], rules[i], excess[i] = k.At, k.Rules, k.Excess
		ofLinks[i], ofPrograms[i] = k.ofLink, k.ofProgram
	}
	args := make([]any, 0, len(columns)+5)
	for _, texts := range columns {
		args = append(args, texts)
	}
	if !storable(args) {
		return ErrText
	}
	args = append(args, times, rules, ofLinks, ofPrograms, excess)
	_, err := c.store.db.DB.ExecContext(ctx, appendFresh, args...)
	if told(err) || strayed(err) {
		_, err = c.store.db.DB.ExecContext(ctx, appendClicks, args...)
	}
	if strayed(err) {
		_, err = c.store.db.DB.ExecContext(ctx, appendClicks, args...)
	}
	if err != nil {
		return translate(err)
	}
	return nil
}

// told reports that a click was kept already.
func told(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == uniqueViolation
}

// strayed reports that the table of a click's day was made while the click was on its way to the rest.
func strayed(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == checkViolation && said.ConstraintName == ""
}

// checkViolation is the condition of a row that a table refuses; it names no constraint where only the table is wrong.
const checkViolation = "23514"

// uniqueViolation is the condition of a row whose key is there.
const uniqueViolation = "23505"

// ahead is for how many days there is a table before they begin: a job may fail for as long.
const ahead = 7

// Rotate makes the tables of the days to come, and drops those of days that ended a span before now, which is at least
// attribution.ClicksKept; it gives how many it dropped.
func (c *Clicks) Rotate(ctx context.Context, now time.Time, keep time.Duration) (dropped int, err error) {
	days := int((keep + 24*time.Hour - 1) / (24 * time.Hour))
	err = c.store.db.DB.QueryRowContext(ctx, `SELECT rotate_clicks($1::date, $2, $3)`, now.UTC().Format(time.DateOnly), ahead, days).Scan(&dropped)
	if err != nil {
		return 0, translate(err)
	}
	return dropped, nil
}

// Find gives a click.
func (c *Clicks) Find(ctx context.Context, id attribution.ClickID) (attribution.Click, bool, error) {
	found, err := c.list(ctx, `SELECT `+clickColumns+` FROM clicks WHERE id = $1`, string(id))
	if err != nil || len(found) == 0 {
		return attribution.Click{}, false, err
	}
	return found[0], true, nil
}

// ByVisitor gives a visitor's valid clicks for a program, latest first. The function keeps its plan from the first call on.
func (c *Clicks) ByVisitor(ctx context.Context, program attribution.ProgramID, visitor string, since time.Time, limit int) ([]attribution.Click, error) {
	return c.list(ctx, `
		SELECT `+clickColumns+` FROM visitor_clicks($1, $2, $3, $4) ORDER BY at DESC, id DESC`, string(program), visitor, since, most(limit))
}

func (c *Clicks) list(ctx context.Context, statement string, args ...any) ([]attribution.Click, error) {
	var found []clickRow
	if err := c.scan(ctx, &found, statement, args...); err != nil {
		return nil, err
	}
	var clicks []attribution.Click
	for _, r := range found {
		clicks = append(clicks, r.value())
	}
	return clicks, nil
}

// scan puts the rows of a statement into a slice of models.
func (c *Clicks) scan(ctx context.Context, into any, statement string, args ...any) error {
	if !storable(args) {
		return nil // by such a text nothing is found
	}
	rows, err := c.store.db.DB.QueryContext(ctx, statement, args...)
	if err != nil {
		return translate(err)
	}
	if err := c.store.db.ScanRows(ctx, rows, into); err != nil {
		return translate(err)
	}
	return nil
}
