package ports

import (
	"context"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// ProgramReader reads programs.
type ProgramReader interface {
	// Get gives a program, or ErrProgramNotFound.
	Get(ctx context.Context, id attribution.ProgramID) (attribution.Program, error)
	// All gives at most limit programs in the order of their ids, after the one named.
	All(ctx context.Context, after attribution.ProgramID, limit int) ([]attribution.Program, error)
	// ListByMerchant gives at most limit programs of a merchant in the order of their ids, after the one named.
	ListByMerchant(ctx context.Context, merchant attribution.AccountID, after attribution.ProgramID, limit int) ([]attribution.Program, error)
}

// Programs keeps programs.
type Programs interface {
	// Get is ProgramReader's, inside the unit of work.
	Get(ctx context.Context, id attribution.ProgramID) (attribution.Program, error)
	// Lock gives a program, or ErrProgramNotFound, and holds it.
	Lock(ctx context.Context, id attribution.ProgramID) (attribution.Program, error)
	// Add opens a program.
	Add(ctx context.Context, p attribution.Program) error
	// Put replaces the rate, window and hold of a program and when it was closed, and nothing else of it; one that
	// was never added is ErrProgramNotFound.
	Put(ctx context.Context, p attribution.Program) error
}

// LinkReader reads links, each with whether its promo code is reserved.
type LinkReader interface {
	// Get gives a link, or ErrLinkNotFound.
	Get(ctx context.Context, id attribution.LinkID) (attribution.Link, error)
	// FindByCode gives the link of a code, if there is one.
	FindByCode(ctx context.Context, code string) (attribution.Link, bool, error)
	// FindByPromo gives the link of a program whose promo code has a Look, active or not, if there is one. No link has
	// the empty one.
	FindByPromo(ctx context.Context, program attribution.ProgramID, look string) (attribution.Link, bool, error)
	// ListByHolder gives at most limit links of a holder in the order of their ids, after the one named.
	ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.LinkID, limit int) ([]attribution.Link, error)
	// ListByPromo gives at most limit links of a program that have a promo code, active or not, in the order of its Look,
	// after the one named.
	ListByPromo(ctx context.Context, program attribution.ProgramID, after string, limit int) ([]attribution.Link, error)
}

// Links keeps links, and gives each with whether its promo code is reserved. Whoever makes one, or changes whether one is
// active, holds its holder's influencer.
type Links interface {
	// Lock gives a link, or ErrLinkNotFound, and holds it.
	Lock(ctx context.Context, id attribution.LinkID) (attribution.Link, error)
	// FindSame gives a link that is active at a moment and the Same as one that is not kept, the oldest of several,
	// if there is one.
	FindSame(ctx context.Context, as attribution.Link, now time.Time) (attribution.Link, bool, error)
	// Add keeps a link; a code in use is ErrCodeTaken, and a promo code whose Look one of the program has, or a reservation
	// there, is ErrPromoTaken.
	Add(ctx context.Context, l attribution.Link) error
	// Put replaces when a link expires and when it was withdrawn, and nothing else of it; one that was never
	// added is ErrLinkNotFound.
	Put(ctx context.Context, l attribution.Link) error
	// CountActive counts the links of a holder that are active at a moment, and no more of them than most.
	CountActive(ctx context.Context, holder attribution.AccountID, now time.Time, most int) (int, error)
}

// ReservationReader reads which promo codes merchants keep for themselves.
type ReservationReader interface {
	// List gives at most limit reservations of a program in the order of their Look, after the one named.
	List(ctx context.Context, program attribution.ProgramID, after string, limit int) ([]attribution.Reservation, error)
}

// Reservations keeps which promo codes merchants keep for themselves, one per program and Look, whether or not a link has
// one. Whoever writes holds the program.
type Reservations interface {
	// Find gives the reservation of a program whose promo code has a Look, if there is one.
	Find(ctx context.Context, program attribution.ProgramID, look string) (attribution.Reservation, bool, error)
	// Count counts the reservations of a program.
	Count(ctx context.Context, program attribution.ProgramID) (int, error)
	// Add keeps a reservation; a second one of a program with the same Look is refused.
	Add(ctx context.Context, r attribution.Reservation) error
	// Remove drops the reservation of a program whose promo code has a Look, if there is one.
	Remove(ctx context.Context, program attribution.ProgramID, look string) error
}

// ConversionReader reads conversions and their refunds.
type ConversionReader interface {
	// Get gives a conversion, or ErrConversionNotFound.
	Get(ctx context.Context, id attribution.ConversionID) (attribution.Conversion, error)
	// Refunds gives at most limit refunds of a conversion in the order of their ids, after the one named.
	Refunds(ctx context.Context, id attribution.ConversionID, after string, limit int) ([]attribution.Refund, error)
	// List gives at most limit conversions in the order of their ids, after the one named.
	List(ctx context.Context, after attribution.ConversionID, limit int) ([]attribution.Conversion, error)
	// ListByProgram gives at most limit conversions of a program in the order of their ids, after the one
	// named.
	ListByProgram(ctx context.Context, program attribution.ProgramID, after attribution.ConversionID, limit int) ([]attribution.Conversion, error)
	// AllRefunds gives at most limit refunds in the order of conversion and id, after the one given.
	AllRefunds(ctx context.Context, after attribution.Refund, limit int) ([]attribution.Refund, error)
}

// Conversions keeps conversions, one per program and order id, and their refunds.
type Conversions interface {
	// Lock gives a conversion, or ErrConversionNotFound, and holds it with its commissions.
	Lock(ctx context.Context, id attribution.ConversionID) (attribution.Conversion, error)
	// Add keeps a new conversion; an order that has one is ErrOrderConflict.
	Add(ctx context.Context, c attribution.Conversion) error
	// Put replaces a conversion; one that was never added is ErrConversionNotFound.
	Put(ctx context.Context, c attribution.Conversion) error
	// AddRefund keeps a refund; a second one of a conversion with the same id is ErrRefundConflict.
	AddRefund(ctx context.Context, r attribution.Refund) error
}

// TouchReader reads what conversions considered.
type TouchReader interface {
	// ListByConversion gives the touches of a conversion in the order of their clicks' ids.
	ListByConversion(ctx context.Context, id attribution.ConversionID) ([]attribution.Touch, error)
	// All gives at most limit touches in the order of conversion and click, after the one given.
	All(ctx context.Context, after attribution.Touch, limit int) ([]attribution.Touch, error)
}

// Touches keeps what conversions considered. Whoever writes them has just added their conversion.
type Touches interface {
	// Add keeps touches, all or none; a second one of a conversion for the same click is refused.
	Add(ctx context.Context, touches ...attribution.Touch) error
}

// BindingReader reads which customers are bound to whom.
type BindingReader interface {
	// Find gives the binding of a customer in a program, whether or not it is over, if there is one.
	Find(ctx context.Context, program attribution.ProgramID, customer attribution.Customer) (attribution.Binding, bool, error)
}

// Bindings keeps which customers are bound to whom. Whoever binds holds the account of the holder, or the conversion of a
// commission of the holder's that is held: an account that has one is not erased.
type Bindings interface {
	// Bind keeps the binding of a customer, unless it has one in the program that still binds when this one begins: then
	// that one stays. One that waits for its commission is kept beside it, and Find does not give it.
	Bind(ctx context.Context, b attribution.Binding) error
	// Unbind drops the binding that an order made of its customer to a holder, if it made one and that still stands,
	// and one that waits.
	Unbind(ctx context.Context, by attribution.ConversionID, holder attribution.AccountID) error
	// Take gives the binding that waits for a commission, and drops it.
	Take(ctx context.Context, commission attribution.CommissionID) (attribution.Binding, bool, error)
	// Forget drops at most limit bindings that do not bind any more at a moment, and gives how many it dropped.
	Forget(ctx context.Context, now time.Time, limit int) (int, error)
}

// CommissionReader reads commissions.
type CommissionReader interface {
	// Get gives a commission, or ErrCommissionNotFound.
	Get(ctx context.Context, id attribution.CommissionID) (attribution.Commission, error)
	// ListByConversion gives the commissions of a conversion in the order of their ids.
	ListByConversion(ctx context.Context, id attribution.ConversionID) ([]attribution.Commission, error)
	// ListByHolder gives at most limit commissions of a holder in the order of their ids, after the
	// one named.
	ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.CommissionID, limit int) ([]attribution.Commission, error)
	// Due gives at most limit pending commissions whose hold is over, those due first first, then by id, behind
	// the end of the hold and the id of the one given. Behind the zero Commission it begins.
	Due(ctx context.Context, now time.Time, behind attribution.Commission, limit int) ([]attribution.Commission, error)
	// ListByState gives at most limit commissions in a state, of a program or of all where none is named, in the order of
	// their ids, which is oldest first, after the one named.
	ListByState(ctx context.Context, program attribution.ProgramID, state attribution.State, after attribution.CommissionID, limit int) ([]attribution.Commission, error)
	// All gives at most limit commissions in the order of conversion and id, after the one given.
	All(ctx context.Context, after attribution.Commission, limit int) ([]attribution.Commission, error)
}

// Commissions keeps commissions. Whoever writes one holds its conversion's lock.
type Commissions interface {
	// ListByConversion is CommissionReader's, inside the unit of work.
	ListByConversion(ctx context.Context, id attribution.ConversionID) ([]attribution.Commission, error)
	// HasUnfunded reports whether a program has a commission that waits for its budget.
	HasUnfunded(ctx context.Context, program attribution.ProgramID) (bool, error)
	// CountEarned counts the commissions of a holder in a program that were earned at a moment or later and neither rejected
	// nor reversed, and no more of them than most.
	CountEarned(ctx context.Context, program attribution.ProgramID, holder attribution.AccountID, since time.Time, most int) (int, error)
	// Put creates or replaces a commission.
	Put(ctx context.Context, c attribution.Commission) error
}

// WaitingReader reads what waits for a budget, or for somebody to look at an alert. To find where anything waits costs the same
// however much does.
type WaitingReader interface {
	// Programs gives at most limit programs of which a commission waits for the budget, in the order of their ids, after the
	// one named.
	Programs(ctx context.Context, after attribution.ProgramID, limit int) ([]attribution.ProgramID, error)
	// Alerts gives at most limit alerts for which a commission is held, or will be once it is funded, in the order of their
	// ids, after the one named.
	Alerts(ctx context.Context, after attribution.AlertID, limit int) ([]attribution.AlertID, error)
	// ListByAlert gives at most limit commissions that an alert holds, or will once they are funded, in the order of their
	// ids, after the one named.
	ListByAlert(ctx context.Context, alert attribution.AlertID, after attribution.CommissionID, limit int) ([]attribution.Commission, error)
}

// OrderReader reads what orders earned, and adds it up by when they were reported.
type OrderReader interface {
	// Sum gives, for each of some periods that follow one another, what came of the orders of a link, or of all orders
	// of a program where the link is empty.
	Sum(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Orders, error)
	// SumLinks gives at most limit links of a program, a holder, or a holder in a program, that orders earned something
	// by in a period, the greatest by a ranking first, by conversions where that is RankClicks, of equal ones the
	// lesser id first. Where links are named, it gives only those of them.
	SumLinks(ctx context.Context, of attribution.Whose, period attribution.Period, by attribution.Ranking, only []attribution.LinkID, limit int) ([]attribution.LinkOrders, error)
	// Commissions gives at most limit commissions of a program in the order of their ids, after the one named.
	Commissions(ctx context.Context, program attribution.ProgramID, after attribution.CommissionID, limit int) ([]attribution.Commission, error)
}

// DebtReader reads debts.
type DebtReader interface {
	// All gives at most limit debts in the order of holder and program, after the one given.
	All(ctx context.Context, after attribution.Debt, limit int) ([]attribution.Debt, error)
	// ListByHolder gives at most limit debts of a holder in the order of their programs, after the one named.
	ListByHolder(ctx context.Context, holder attribution.AccountID, after attribution.ProgramID, limit int) ([]attribution.Debt, error)
}

// Debts keeps what holders owe to budgets.
type Debts interface {
	// Lock gives all debts of a holder, oldest first, then by program, and holds the holder's debts,
	// those not yet made too.
	Lock(ctx context.Context, holder attribution.AccountID) ([]attribution.Debt, error)
	// Put creates or replaces the debt of a holder to a program; one of nothing is removed.
	Put(ctx context.Context, d attribution.Debt) error
}

// ClickLog keeps clicks. It only grows, until they are of no use to anybody any more, stands outside the unit of work
// and never decides about money by itself.
type ClickLog interface {
	// Append keeps clicks. When it answers nil they are kept; a click kept already stays as it was.
	Append(ctx context.Context, clicks ...attribution.Click) error
	// Find gives a click, if it was kept, whatever its verdict.
	Find(ctx context.Context, id attribution.ClickID) (attribution.Click, bool, error)
	// ByVisitor gives at most limit clicks of a visitor for a program from since on that are attribution.Valid,
	// latest first, of equal moments the greater id first.
	ByVisitor(ctx context.Context, program attribution.ProgramID, visitor string, since time.Time, limit int) ([]attribution.Click, error)
	// Count gives, for each of some periods that follow one another, what was counted of the clicks of a link, or of all
	// links of a program where the link is empty. All periods are hours, or all are made of whole days. What waits on its
	// way to the log may be missing; what was dropped long ago is not.
	Count(ctx context.Context, program attribution.ProgramID, link attribution.LinkID, periods []attribution.Period) ([]attribution.Visits, error)
	// CountLinks gives at most limit links of a program, a holder, or a holder in a program, that had valid clicks in
	// some days (UTC), those that had most first, of equal ones the lesser id first. Where links are named, it gives
	// only those of them.
	CountLinks(ctx context.Context, of attribution.Whose, days attribution.Period, only []attribution.LinkID, limit int) ([]attribution.LinkVisits, error)
	// Rotate drops clicks of the days (UTC) that ended a span before now, as the ids of the clicks or their times have
	// it, makes ready for the days to come, and gives how many days it dropped. A span is whole days and at least
	// attribution.ClicksKept. What was counted stays counted.
	Rotate(ctx context.Context, now time.Time, keep time.Duration) (int, error)
}
