package attribution

import (
	"time"

	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/core/money"
)

// Faults of a conversion.
var (
	ErrConversionNotFound = fault.New(fault.NotFound, "conversion_not_found", "there is no such conversion")
	ErrOrderID            = fault.New(fault.Invalid, "order_id_invalid", "an order id has 1 to 100 printable characters")
	ErrOrderAmount        = fault.New(fault.Invalid, "order_amount_invalid", "an order's amount is positive")
	ErrCurrency           = fault.New(fault.Invalid, "currency_unsupported", "orders are reported in TWIST")
	ErrOrderConflict      = fault.New(fault.Conflict, "order_conflict", "the order was already reported with other contents")
	ErrClickNotFound      = fault.New(fault.Invalid, "click_not_found", "there is no such click for this program")
	ErrRefundID           = fault.New(fault.Invalid, "refund_id_invalid", "a refund id has 1 to 100 printable characters")
	ErrRefundAmount       = fault.New(fault.Invalid, "refund_amount_invalid", "a refund's amount is positive")
	ErrRefundExceeds      = fault.New(fault.Invalid, "refund_exceeds_order", "more would be refunded than the order's amount")
	ErrRefundConflict     = fault.New(fault.Conflict, "refund_conflict", "the refund was already reported with another amount")
	ErrRefundWindow       = fault.New(fault.Conflict, "refund_window_closed", "all that was earned was shared too long ago to be taken back")
)

// Order is what a merchant reports. The program and ID together are its key: the same order again is
// the same conversion, and the same key with other contents is refused.
type Order struct {
	Program  ProgramID
	ID       string
	Amount   money.Amount // base units of Currency
	Currency string
	Click    ClickID // the click the merchant kept; empty when there was none
	Promo    Promo   // the code that the buyer typed; empty when there was none. It is not kept: names are in it
	Customer string  // whom the merchant knows the buyer as; empty when it does not say. It is not kept either
	Items    []Item  // what it consists of; none when the merchant does not say
}

// Currency is the one in which orders are reported.
const Currency = "TWIST"

// Check returns the first fault of the order.
func (o Order) Check() error {
	switch {
	case !printable(o.ID):
		return ErrOrderID
	case !o.Amount.Positive():
		return ErrOrderAmount
	case o.Currency != Currency:
		return ErrCurrency.Saying("not in %.10q", o.Currency)
	}
	if o.Promo != "" {
		if _, err := ParsePromo(string(o.Promo)); err != nil {
			return err
		}
	}
	if o.Customer != "" && !printable(o.Customer) {
		return ErrCustomer
	}
	return o.checkItems()
}

// Conversion is an order that was reported, once.
type Conversion struct {
	ID       ConversionID
	Order    Order
	Rule     Rule
	Promoted bool    // by a promo code
	Bound    bool    // by the binding of its customer
	More     bool    // there were clicks of the visitor beyond those that were considered
	Touch    ClickID // the latest click that has a part in it; empty when none counted
	Refunded money.Amount
	At       time.Time
}

// Refund is one reported refund of a conversion. Its ID is the merchant's.
type Refund struct {
	Conversion ConversionID
	ID         string
	Amount     money.Amount // of the order
	Reversed   money.Amount // of the commissions
	Kept       money.Amount // of the commissions too: what it would have taken back and was final
	At         time.Time
}

// CheckRefundID returns ErrRefundID unless a merchant's refund id has 1 to 100 printable characters.
func CheckRefundID(id string) error {
	if !printable(id) {
		return ErrRefundID
	}
	return nil
}

// Refund records that amount of the order went back to the buyer, or returns the fault. Whether it is too
// late is for its commissions to say.
func (c Conversion) Refund(id string, amount money.Amount, now time.Time) (Conversion, Refund, error) {
	if err := CheckRefundID(id); err != nil {
		return Conversion{}, Refund{}, err
	}
	if !amount.Positive() {
		return Conversion{}, Refund{}, ErrRefundAmount
	}
	refunded, err := c.Refunded.Add(amount)
	if err != nil || refunded > c.Order.Amount {
		return Conversion{}, Refund{}, ErrRefundExceeds
	}
	c.Refunded = refunded
	return c, Refund{Conversion: c.ID, ID: id, Amount: amount, At: now}, nil
}
