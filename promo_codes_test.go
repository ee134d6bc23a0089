package twist_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/journal"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/ports"
	"github.com/twist-platform/twist/testkit"
)

// reserves keeps a code for shop.
func (c coded) reserves(code string) attribution.Reservation {
	c.t.Helper()
	r, err := c.Attribution.ReservePromo(c.ctx(), c.signIn("shop"), c.program, code)
	require.NoError(c.t, err)
	return r
}

// releases gives a code of shop's up.
func (c coded) releases(code string) {
	c.t.Helper()
	require.NoError(c.t, c.Attribution.ReleasePromo(c.ctx(), c.signIn("shop"), c.program, code))
}

// makes makes a link with a code.
func (c coded) makes(name, promo string) (attribution.Link, error) {
	made, err := c.Attribution.MakeLink(c.ctx(), c.signIn(name), attribution.NewLink{Program: c.program, Destination: "https://shop.example/", Promo: promo})
	return made.Link, err
}

// promos lists the codes of the program as shop sees them.
func (c coded) promos() []twist.PromoCode {
	c.t.Helper()
	all, err := c.Attribution.PromoCodes(c.ctx(), c.signIn("shop"), c.program, "", 100)
	require.NoError(c.t, err)
	return all
}

// I-18: a code that the merchant keeps earns nobody anything, from the moment when it is kept until it is given up; what
// was earned before stays.
func TestReservedCodesDoNotEarn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		before, err := c.types("1", "FAY-10", "")
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, c.grossOf(before))
		c.clock.Advance(time.Second)
		reserved := c.reserves(" fay1o ")
		require.Equal(t, attribution.Reservation{Program: c.program, Promo: "FAY1O", At: c.clock.Now()}, reserved)
		click := c.visit("ada")
		for _, order := range []struct {
			promo string
			click attribution.ClickID
		}{{"FAY-10", ""}, {"FAY1O", ""}, {"fay-io", click}} {
			require.ErrorIs(t, got(c.types("2", order.promo, order.click)), attribution.ErrPromoUnknown)
		}
		again, err := c.types("1", "FAY-10", "")
		require.NoError(t, err)
		require.Equal(t, before, again, "what was answered is answered again")
		clicked, err := c.types("2", "", click)
		require.NoError(t, err, "what was refused kept nothing, and her click still earns")
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, c.grossOf(clicked))

		c.releases("FAYIO")
		after, err := c.types("3", "FAY-10", "")
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"ada": testkit.TWIST(2)}, c.grossOf(after))
		for _, event := range c.told() {
			require.NotContains(t, strings.ToUpper(fmt.Sprintf("%+v", event)), "FAY")
		}
		c.sound()
	})
}

// No link is made with a code that the merchant keeps, nor with one that looks the same, and whoever tries is told no
// more than that it is taken.
func TestReservedCodesAreTaken(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		c.reserves("SUMMER20")
		for _, code := range []string{"SUMMER20", "summer-zo"} {
			require.Equal(t, attribution.ErrPromoTaken, got(c.makes("bea", code)))
		}
		tried, err := c.Attribution.MakeLinks(c.ctx(), c.signIn("bea"), []attribution.NewLink{
			{Program: c.program, Destination: "https://shop.example/", Promo: "SUMMER20"}, {Program: c.program, Destination: "https://shop.example/", Promo: "WINTER20"},
		})
		require.NoError(t, err)
		require.Equal(t, attribution.ErrPromoTaken, tried[0].Err)
		require.NoError(t, tried[1].Err)
		require.ErrorIs(t, got(c.types("1", "SUMMER20", "")), attribution.ErrPromoUnknown)

		c.releases("SUMMER20")
		made, err := c.makes("bea", "SUMMER20")
		require.NoError(t, err)
		sold, err := c.types("1", "SUMMER20", "")
		require.NoError(t, err)
		require.Equal(t, map[string]money.Amount{"bea": testkit.TWIST(2)}, c.grossOf(sold))

		c.reserves("SUMMER20") // after she has withdrawn the link, it is no more hers than before
		_, err = c.Attribution.WithdrawLink(c.ctx(), c.signIn("bea"), made.ID)
		require.NoError(t, err)
		require.ErrorIs(t, got(c.makes("bea", "SUMMER20")), attribution.ErrPromoTaken)
		require.ErrorIs(t, got(c.types("2", "SUMMER20", "")), attribution.ErrPromoUnknown)
		c.sound()
	})
}

// Her link says that its code is reserved, and visitors do not bring the code to the shop any more; the merchant sees of
// every code whose it is and whether it earns.
func TestPromoCodesAreSeen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		ada, shop := c.signIn("ada"), c.signIn("shop")
		c.clock.Advance(time.Second)
		tea, err := c.makes("bea", "tea-time")
		require.NoError(t, err)
		require.Equal(t, []twist.PromoCode{
			{Promo: "FAY-10", Link: c.link.ID, Influencer: c.link.Influencer, Earns: true, MadeAt: c.link.MadeAt},
			{Promo: "TEA-TIME", Link: tea.ID, Influencer: tea.Influencer, Earns: true, MadeAt: tea.MadeAt},
		}, c.promos())
		leads := func() bool {
			visit, err := c.Attribution.Click(c.ctx(), c.link.Code, twist.Arrival{})
			require.NoError(t, err)
			return strings.Contains(visit.Landing, "promo=FAY-10")
		}
		requireReserved := func(want bool) {
			t.Helper()
			one, err := c.Attribution.Link(c.ctx(), ada, c.link.ID)
			require.NoError(t, err)
			all, err := c.Attribution.Links(c.ctx(), ada, "", 9)
			require.NoError(t, err)
			require.Equal(t, want, one.Reserved)
			require.Contains(t, all, one)
			require.Equal(t, !want, leads())
			require.Equal(t, []bool{want, !want}, []bool{c.promos()[0].Reserved, c.promos()[0].Earns})
		}
		requireReserved(false)
		reserved := c.reserves("FAY-10")
		requireReserved(true)
		c.clock.Advance(time.Second)
		require.Equal(t, reserved, c.reserves("FAYIO"), "one that is reserved stays as it is")
		coupon := c.reserves("SUMMER20")
		list := func(after attribution.Promo, limit int) []attribution.Reservation {
			all, err := c.Attribution.Reservations(c.ctx(), shop, c.program, after, limit)
			require.NoError(t, err)
			return all
		}
		require.Equal(t, []attribution.Reservation{reserved, coupon}, list("", 9))
		require.Equal(t, []attribution.Reservation{reserved}, list("", 1))
		require.Equal(t, []attribution.Reservation{coupon}, list("FAY-10", 9))
		page, err := c.Attribution.PromoCodes(c.ctx(), shop, c.program, "FAY-10", 9)
		require.NoError(t, err)
		require.Equal(t, tea.ID, page[0].Link)

		for _, switched := range []func() (attribution.Link, error){
			func() (attribution.Link, error) { return c.Attribution.WithdrawLink(c.ctx(), ada, c.link.ID) },
			func() (attribution.Link, error) {
				return c.Attribution.RestoreLink(c.ctx(), ada, c.link.ID, c.clock.Now().Add(time.Hour))
			},
		} {
			link, err := switched()
			require.NoError(t, err)
			require.True(t, link.Reserved)
		}
		c.releases("FAY-10")
		c.releases("FAY-10")
		requireReserved(false)
		require.Equal(t, []attribution.Reservation{coupon}, list("", 9))
		c.clock.Advance(time.Hour)
		require.False(t, c.promos()[0].Earns, "it has expired")
		c.closes(c.program)
		require.False(t, c.promos()[1].Earns)
		told := slices.DeleteFunc(c.kinds(0), func(k journal.Kind) bool { return k != journal.PromoReserved && k != journal.PromoReleased })
		require.Equal(t, []journal.Kind{journal.PromoReserved, journal.PromoReserved, journal.PromoReleased}, told, "what changes nothing is not told")
		c.sound()
	})
}

// Only a program's merchant sees and keeps its codes; to everybody else it is not there.
func TestReservationsAreTheMerchants(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		other := c.world.program("rival", 0)
		for name, program := range map[string]attribution.ProgramID{"ada": c.program, "rival": c.program, "shop": other, "cyd": "prog_none"} {
			by := c.signIn(name)
			for _, err := range []error{
				got(c.Attribution.ReservePromo(c.ctx(), by, program, "FAY-10")), c.Attribution.ReleasePromo(c.ctx(), by, program, "FAY-10"),
				got(c.Attribution.PromoCodes(c.ctx(), by, program, "", 9)), got(c.Attribution.Reservations(c.ctx(), by, program, "", 9)),
			} {
				require.Equal(t, attribution.ErrProgramNotFound, err, name)
			}
		}
		rival := c.signIn("rival")
		_, err := c.Attribution.ReservePromo(c.ctx(), rival, other, "FAY-10")
		require.NoError(t, err)
		_, err = c.types("1", "FAY-10", "")
		require.NoError(t, err, "a code is reserved in one program")
		for _, code := range []string{"", "FAY", "fay 10"} {
			require.ErrorIs(t, got(c.Attribution.ReservePromo(c.ctx(), rival, other, code)), attribution.ErrPromo)
			require.ErrorIs(t, c.Attribution.ReleasePromo(c.ctx(), rival, other, code), attribution.ErrPromo)
		}
		c.sound()
	})
}

// A program has a thousand reservations, and not one more however many are asked for at once.
func TestReservationsHaveALimit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		c := codedIn(w)
		for n := range attribution.MostReservations - 4 {
			c.reserves(letters(n))
		}
		_, errs := together(8, func(i int) (attribution.Reservation, error) {
			return c.Attribution.ReservePromo(c.ctx(), c.signIn("shop"), c.program, "LAST-"+letters(i))
		})
		requireRefused(t, errs, 4, attribution.ErrReservationLimit)
		require.Equal(t, letters(0), string(c.reserves(letters(0)).Promo), "one that is reserved is no more")
		c.releases(letters(0))
		c.reserves("ANOTHER")
		require.ErrorIs(t, got(c.Attribution.ReservePromo(c.ctx(), c.signIn("shop"), c.program, letters(0))), attribution.ErrReservationLimit)
		c.sound()
	})
}

// letters is a promo code of a number below 10,000, in letters that look like nothing else.
func letters(n int) string {
	const ten = "ACDEFGHJKM"
	return string([]byte{ten[n/1_000], ten[n/100%10], ten[n/10%10], ten[n%10]})
}

// I-18: of keeping a code, making links with it and reporting orders with it at the same moment, each comes before or
// after: a link there may be, but once the code is kept nothing earns by it.
func TestReservingWhileLinksAndOrdersCome(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		onBoth(t, func(t *testing.T, w *world) {
			c := codedIn(w)
			spelled := []string{"SUMMER20", "SUMMER-20", "SUMMERZO", "SUMMER-2O"}
			order := func(i, n int) (twist.Converted, error) {
				return c.types(fmt.Sprint("order-", i, "-", n), spelled[(i+n)%4], "")
			}
			callers := []string{"ada", "bea", "cyd"}
			sold, errs := together(21, func(i int) ([]twist.Converted, error) {
				switch {
				case i == 10:
					if _, err := c.Attribution.ReservePromo(c.ctx(), c.signIn("shop"), c.program, spelled[round]); err != nil {
						return nil, err
					}
					for n := range 4 {
						if err := got(order(i, n)); !errors.Is(err, attribution.ErrPromoUnknown) {
							return nil, fmt.Errorf("it is kept, and an order with it is %w", err)
						}
						late := attribution.NewLink{Program: c.program, Destination: "https://shop.example/late", Promo: spelled[n]}
						if err := got(c.Attribution.MakeLink(c.ctx(), c.signIn(callers[n%3]), late)); !errors.Is(err, attribution.ErrPromoTaken) {
							return nil, fmt.Errorf("it is kept, and a link with it is %w", err)
						}
					}
					return nil, nil
				case i%2 == 0 && (round%2 == 0 || i == 20): // many, or one who may come too late
					made, err := c.makes(callers[i%3], spelled[i%4])
					_, _, err = unless(made, err, attribution.ErrPromoTaken)
					return nil, err
				}
				var earned []twist.Converted
				for n := range 4 {
					one, err := order(i, n)
					_, ok, err := unless(one, err, attribution.ErrPromoUnknown)
					if err != nil {
						return nil, err
					}
					if ok {
						earned = append(earned, one)
					}
				}
				return earned, nil
			})
			requireAll(t, errs)
			all := c.promos()
			require.LessOrEqual(t, len(all), 2, "FAY-10, and one link at most")
			for _, code := range all {
				if code.Promo == "FAY-10" {
					continue
				}
				require.True(t, code.Reserved)
				require.False(t, code.Earns)
			}
			for _, each := range sold {
				for _, one := range each {
					require.Len(t, all, 2)
					require.Len(t, one.Commissions, 1)
				}
			}
			c.sound()
		})
	}
}

// I-13: her codes go with her; what the merchant keeps is the merchant's, and goes with the merchant.
func TestReservationsOutliveTheirInfluencers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		merchant := w.signIn("rival")
		program := w.program("rival", 0)
		c := coded{divided: divided{world: w, program: program}}
		fay := w.signIn("fay")
		_, err := w.Identity.Register(w.ctx(), fay, registration("fay"))
		require.NoError(t, err)
		_, err = c.makes("fay", "SUMMER20")
		require.NoError(t, err)
		_, err = w.Attribution.ReservePromo(w.ctx(), merchant, program, "SUMMER20")
		require.NoError(t, err)
		w.erases("fay")
		codes, err := w.Attribution.PromoCodes(w.ctx(), merchant, program, "", 9)
		require.NoError(t, err)
		require.Empty(t, codes)
		_, err = w.Identity.Register(w.ctx(), w.signIn("bea"), registration("bea"))
		require.NoError(t, err)
		require.ErrorIs(t, got(c.makes("bea", "SUMMER20")), attribution.ErrPromoTaken, "whoever goes frees no code that the merchant keeps")
		w.erases("rival")
		kept, err := ports.Read(w.ctx(), w.store, func(ctx context.Context, v ports.View) ([]attribution.Reservation, error) {
			return v.Reservations.List(ctx, program, "", 9)
		})
		require.NoError(t, err)
		require.Empty(t, kept)
		w.sound()
	})
}
