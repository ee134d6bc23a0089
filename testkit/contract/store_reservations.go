package contract

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
	"github.com/twist-platform/twist/ports"
)

func reservationTests() map[string]storeTest {
	return map[string]storeTest{
		"a_promo_code_is_reserved_by_its_look":           seeded(reservationFind),
		"reservations_are_listed_in_the_order_of_looks":  seeded(reservationLists),
		"no_link_is_added_with_a_reserved_code":          seeded(reservationRefusesLinks),
		"links_say_that_their_code_is_reserved":          seeded(reservationOfLinks),
		"links_are_listed_in_the_order_of_their_looks":   seeded(linksByPromo),
		"reservations_counted_under_their_program_limit": seeded(reservationRace),
	}
}

func reserve(all ...attribution.Reservation) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Reservations.Add, all...) }
}

func release(r attribution.Reservation) func(ctx context.Context, tx ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error {
		return tx.Reservations.Remove(ctx, r.Program, r.Promo.Look())
	}
}

func listReservations(t *testing.T, s ports.Store, program attribution.ProgramID, after string, limit int) []attribution.Reservation {
	t.Helper()
	return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Reservation, error) {
		return v.Reservations.List(ctx, program, after, limit)
	})
}

func reservationFind(t *testing.T, s ports.Store) {
	look := func(program attribution.ProgramID, look string) (r found[attribution.Reservation], count int) {
		r = inside(t, s, func(ctx context.Context, tx ports.Tx) (found[attribution.Reservation], error) {
			return find(tx.Reservations.Find(ctx, program, look))
		})
		return r, inside(t, s, func(ctx context.Context, tx ports.Tx) (int, error) { return tx.Reservations.Count(ctx, program) })
	}
	requireKept := func(want found[attribution.Reservation], program attribution.ProgramID, text string, counted int) {
		t.Helper()
		r, count := look(program, text)
		require.Equal(t, want, r)
		require.Equal(t, counted, count)
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	one := reservation(20)
	abandon(t, s, reserve(one))
	requireKept(absent[attribution.Reservation](), one.Program, "SUMMERZO", 0)
	write(t, s, reserve(one))
	requireKept(present(one), one.Program, "SUMMERZO", 1)
	requireKept(absent[attribution.Reservation](), one.Program, "SUMMER-20", 1)
	requireKept(absent[attribution.Reservation](), program(1).ID, "SUMMERZO", 0)
	like := reservation(20)
	like.Promo = "SUMMERZO"
	refuse(t, s, fault.Internal, reserve(like))
	like.Program = program(1).ID
	write(t, s, reserve(like))
	requireKept(present(like), like.Program, "SUMMERZO", 1)
	abandon(t, s, release(one))
	requireKept(present(one), one.Program, "SUMMERZO", 1)
	for range 2 {
		write(t, s, release(one))
		requireKept(absent[attribution.Reservation](), one.Program, "SUMMERZO", 0)
	}
	requireKept(present(like), like.Program, "SUMMERZO", 1)
}

func reservationLists(t *testing.T, s ports.Store) {
	elsewhere := reservation(7)
	elsewhere.Program = program(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	write(t, s, reserve(reservation(8), reservation(4), elsewhere, reservation(9))) // which look like B, 4 and 9
	program := reservation(0).Program
	require.Equal(t, []attribution.Reservation{reservation(4), reservation(9), reservation(8)}, listReservations(t, s, program, "", 9))
	require.Equal(t, []attribution.Reservation{reservation(4), reservation(9)}, listReservations(t, s, program, "", 2))
	require.Equal(t, []attribution.Reservation{reservation(8)}, listReservations(t, s, program, reservation(9).Promo.Look(), 9))
	require.Empty(t, listReservations(t, s, program, reservation(8).Promo.Look(), 9))
	require.Empty(t, listReservations(t, s, program, "", 0))
	require.Equal(t, []attribution.Reservation{elsewhere}, listReservations(t, s, elsewhere.Program, "", 9))
}

func reservationRefusesLinks(t *testing.T, s ports.Store) {
	made := link(1)
	made.Promo = "SUMMERZO"
	add := func(l attribution.Link) func(ctx context.Context, tx ports.Tx) error {
		return func(ctx context.Context, tx ports.Tx) error { return tx.Links.Add(ctx, l) }
	}
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	write(t, s, reserve(reservation(20)))
	refuse(t, s, attribution.ErrPromoTaken, add(made))
	elsewhere := made
	elsewhere.ID, elsewhere.Code, elsewhere.Program = link(2).ID, link(2).Code, program(1).ID
	write(t, s, add(elsewhere))
	write(t, s, add(link(3))) // which has no code
	write(t, s, release(reservation(20)))
	write(t, s, add(made))
}

func reservationOfLinks(t *testing.T, s ports.Store) {
	made, other := link(1), link(2)
	made.Promo, made.ExpiresAt, other.Promo = "SUMMERZO", later(9), "SUMMER"
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return putAll(ctx, tx.Links.Add, made, other) })
	requireLinks := func(reserved bool) {
		t.Helper()
		made.Reserved = reserved
		require.Equal(t, made, getLink(t, s, 1))
		require.Equal(t, other, getLink(t, s, 2))
		require.NoError(t, s.Read(t.Context(), func(ctx context.Context, v ports.View) error {
			byCode, err := find(v.Links.FindByCode(ctx, made.Code))
			byPromo, err2 := find(v.Links.FindByPromo(ctx, made.Program, "SUMMERZO"))
			ofHolder, err3 := v.Links.ListByHolder(ctx, made.Holder, "", 9)
			ofProgram, err4 := v.Links.ListByPromo(ctx, made.Program, "", 9)
			require.Equal(t, []found[attribution.Link]{present(made), present(made)}, []found[attribution.Link]{byCode, byPromo})
			require.Equal(t, []attribution.Link{link(0), made, other}, ofHolder)
			require.Equal(t, []attribution.Link{other, made}, ofProgram)
			return first(func() error { return err }, func() error { return err2 }, func() error { return err3 }, func() error { return err4 })
		}))
		require.Equal(t, made, inside(t, s, func(ctx context.Context, tx ports.Tx) (attribution.Link, error) { return tx.Links.Lock(ctx, made.ID) }))
		require.Equal(t, present(made), inside(t, s, func(ctx context.Context, tx ports.Tx) (found[attribution.Link], error) {
			return find(tx.Links.FindSame(ctx, made, later(2)))
		}))
	}
	requireLinks(false)
	write(t, s, reserve(reservation(20)))
	requireLinks(true)
	made.ExpiresAt, made.Reserved = later(10), false // which nobody writes
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Links.Put(ctx, made) })
	requireLinks(true)
	write(t, s, release(reservation(20)))
	requireLinks(false)
}

func linksByPromo(t *testing.T, s ports.Store) {
	coded := func(n int, promo attribution.Promo) attribution.Link {
		l := link(n)
		l.Promo = promo
		return l
	}
	late, early, off, elsewhere := coded(1, "TEA-8"), coded(2, "TEA-9"), coded(3, "TEA-A"), coded(4, "TEA-4")
	off.WithdrawnAt, elsewhere.Program = later(5), program(1).ID
	write(t, s, func(ctx context.Context, tx ports.Tx) error { return tx.Programs.Add(ctx, program(1)) })
	write(t, s, func(ctx context.Context, tx ports.Tx) error {
		return putAll(ctx, tx.Links.Add, late, early, off, elsewhere, link(5))
	})
	list := func(after string, limit int) []attribution.Link {
		return view(t, s, func(ctx context.Context, v ports.View) ([]attribution.Link, error) {
			return v.Links.ListByPromo(ctx, late.Program, after, limit)
		})
	}
	require.Equal(t, []attribution.Link{early, off, late}, list("", 9)) // 8 looks like B
	require.Equal(t, []attribution.Link{early, off}, list("", 2))
	require.Equal(t, []attribution.Link{late}, list(off.Promo.Look(), 9))
	require.Empty(t, list(late.Promo.Look(), 9))
	require.Empty(t, list("", 0))
}

// reservationRace has everybody reserve a code unless the program has three.
func reservationRace(t *testing.T, s ports.Store) {
	const most = 3
	requireWinners(t, most, attribution.ErrReservationLimit, contend(t, s, func(ctx context.Context, tx ports.Tx, n int) error {
		held, err := tx.Programs.Lock(ctx, program(0).ID)
		if err != nil {
			return err
		}
		count, err := tx.Reservations.Count(ctx, held.ID)
		if err != nil {
			return err
		}
		if count >= most {
			return attribution.ErrReservationLimit
		}
		return tx.Reservations.Add(ctx, reservation(n))
	}))
	require.Len(t, listReservations(t, s, program(0).ID, "", racers), most)
}
