package twist

import (
	"context"
	"slices"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/ports"
)

// maxRanked bounds a ranking of links.
const maxRanked = 100

// LinkStatistics gives the periods of a link of the caller's that have a part in a span, whole, each with what happened in
// it. A span without an end ends now, and one without a beginning is attribution.Step.Usual. What was clicked in the last
// moments may be missing. Somebody else's link is attribution.ErrLinkNotFound.
func (a *Attribution) LinkStatistics(ctx context.Context, by Caller, id attribution.LinkID, step attribution.Step, of attribution.Period) ([]attribution.Statistic, error) {
	link, err := a.Link(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return a.statistics(ctx, link.Program, link.ID, step, of)
}

// ProgramStatistics is LinkStatistics of all links of a program of the caller's together, and of all its orders, whether
// or not somebody earned by them. Somebody else's program is attribution.ErrProgramNotFound.
func (a *Attribution) ProgramStatistics(ctx context.Context, by Caller, id attribution.ProgramID, step attribution.Step, of attribution.Period) ([]attribution.Statistic, error) {
	if err := a.mine(ctx, by, id); err != nil {
		return nil, err
	}
	return a.statistics(ctx, id, "", step, of)
}

// mine returns attribution.ErrProgramNotFound unless a program is the caller's.
func (a *Attribution) mine(ctx context.Context, by Caller, id attribution.ProgramID) error {
	return a.c.Store.Read(ctx, func(ctx context.Context, v ports.View) error {
		_, err := ownProgram(ctx, v.Programs, by, id)
		return err
	})
}

func (a *Attribution) statistics(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, step attribution.Step, of attribution.Period) ([]attribution.Statistic, error) {
	periods, err := attribution.Periods(step, a.span(step, of))
	if err != nil {
		return nil, err
	}
	visits, err := a.c.Clicks.Count(ctx, program, link, periods)
	if err != nil {
		return nil, err
	}
	orders, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.Orders, error) {
		return v.Orders.Sum(ctx, program, link, periods)
	})
	if err != nil {
		return nil, err
	}
	all := make([]attribution.Statistic, len(periods))
	for i, p := range periods {
		all[i] = attribution.Statistic{Period: p, Visits: visits[i], Orders: orders[i]}
	}
	return all, nil
}

// span is a period with the ends that were left out.
func (a *Attribution) span(step attribution.Step, of attribution.Period) attribution.Period {
	if of.To.IsZero() {
		of.To = a.c.Clock.Now()
	}
	if of.From.IsZero() {
		of.From = step.Usual(of.To).From
	}
	return of
}

// TopLinks gives at most limit links of the caller's, those first that brought most over the whole days of a span,
// which is as for LinkStatistics and of at most attribution.MaxRanked days; a link that brought nothing of what they
// are ranked by is not among them.
func (a *Attribution) TopLinks(ctx context.Context, by Caller, of attribution.Period, rank attribution.Ranking, limit int) ([]attribution.LinkStanding, error) {
	return a.top(ctx, attribution.Whose{Holder: attribution.AccountID(by.Account)}, of, rank, limit)
}

// TopLinksOf is TopLinks of a program of the caller's, whosever the links are.
func (a *Attribution) TopLinksOf(ctx context.Context, by Caller, id attribution.ProgramID, of attribution.Period, rank attribution.Ranking, limit int) ([]attribution.LinkStanding, error) {
	if err := a.mine(ctx, by, id); err != nil {
		return nil, err
	}
	return a.top(ctx, attribution.Whose{Program: id}, of, rank, limit)
}

func (a *Attribution) top(ctx context.Context, whose attribution.Whose, of attribution.Period, rank attribution.Ranking, limit int) ([]attribution.LinkStanding, error) {
	if err := rank.Check(); err != nil {
		return nil, err
	}
	days, err := attribution.Ranked(a.span(attribution.Daily, of))
	if err != nil {
		return nil, err
	}
	limit = min(limit, maxRanked)
	var links []attribution.LinkID // nil: all there are
	var visits []attribution.LinkVisits
	if rank == attribution.RankClicks {
		if visits, err = a.c.Clicks.CountLinks(ctx, whose, days, nil, limit); err != nil {
			return nil, err
		}
		links = namesOf(visits, func(v attribution.LinkVisits) attribution.LinkID { return v.Link })
	}
	orders, err := ports.Read(ctx, a.c.Store, func(ctx context.Context, v ports.View) ([]attribution.LinkOrders, error) {
		return v.Orders.SumLinks(ctx, whose, days, rank, links, limit)
	})
	if err != nil {
		return nil, err
	}
	if rank != attribution.RankClicks {
		orders = slices.DeleteFunc(orders, func(o attribution.LinkOrders) bool { return rank == attribution.RankCommission && o.Kept() == 0 })
		links = namesOf(orders, func(o attribution.LinkOrders) attribution.LinkID { return o.Link })
		if visits, err = a.c.Clicks.CountLinks(ctx, whose, days, links, limit); err != nil {
			return nil, err
		}
	}
	return standings(links, visits, orders), nil
}

// namesOf gives the links of rows; of no rows it is no links, which is not nil.
func namesOf[T any](rows []T, link func(T) attribution.LinkID) []attribution.LinkID {
	names := make([]attribution.LinkID, len(rows))
	for i, row := range rows {
		names[i] = link(row)
	}
	return names
}

// standings puts together what links brought, in the order of the links.
func standings(links []attribution.LinkID, visits []attribution.LinkVisits, orders []attribution.LinkOrders) []attribution.LinkStanding {
	all := make([]attribution.LinkStanding, len(links))
	for i, link := range links {
		all[i].Link = link
		for _, v := range visits {
			if v.Link == link {
				all[i].Valid, all[i].Visitors = v.Valid, v.Visitors
			}
		}
		for _, o := range orders {
			if o.Link == link {
				all[i].Orders = o.Orders
			}
		}
	}
	return all
}
