package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/fault"
)

var (
	errGone   = fault.New(fault.Gone, "gone_for_good", "it was here")
	errDriver = errors.New("driver: connection refused on 10.0.0.7")
)

func TestKinds(t *testing.T) {
	t.Parallel()
	want := []string{
		"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "gone", "limited", "unavailable",
	}
	require.Len(t, fault.Kinds(), len(want))
	for i, kind := range fault.Kinds() {
		require.Equal(t, fault.Kind(i), kind, "in order, without a gap")
		require.Equal(t, want[i], kind.String())
		require.Equal(t, want[i], kind.Error())
	}
	require.Equal(t, "kind(9)", fault.Kind(len(want)).String(), "a kind nobody declared shows itself")
	var zero fault.Kind
	require.Equal(t, fault.Internal, zero)
}

func TestIsAsksForKindAndCode(t *testing.T) {
	t.Parallel()
	enriched := errGone.Saying("at %d", 7).Because(errDriver)
	for name, test := range map[string]struct {
		err, target error
		want        bool
	}{
		"itself":                          {errGone, errGone, true},
		"its_kind":                        {errGone, fault.Gone, true},
		"another_kind":                    {errGone, fault.NotFound, false},
		"enriched_is_the_declared":        {enriched, errGone, true},
		"declared_is_the_enriched":        {errGone, enriched, true},
		"enriched_keeps_its_kind":         {enriched, fault.Gone, true},
		"enriched_is_also_its_cause":      {enriched, errDriver, true},
		"the_cause_is_not_the_fault":      {errDriver, errGone, false},
		"wrapped":                         {fmt.Errorf("opening: %w", enriched), errGone, true},
		"wrapped_kind":                    {fmt.Errorf("opening: %w", enriched), fault.Gone, true},
		"joined":                          {errors.Join(errDriver, errGone), errGone, true},
		"same_code_declared_twice":        {errGone, fault.New(fault.Invalid, "gone_for_good", "elsewhere"), true},
		"same_kind_and_message":           {errGone, fault.New(fault.Gone, "gone_too", "it was here"), false},
		"an_error_of_no_kind":             {errGone, errDriver, false},
		"the_kind_of_a_cause_shows":       {errGone.Because(fault.Limited), fault.Limited, true},
		"a_fault_as_cause_shows":          {fault.ErrInternal.Because(errGone), errGone, true},
		"a_kind_is_an_error_of_that_kind": {fault.Gone, fault.Gone, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, errors.Is(test.err, test.target))
		})
	}
}

func TestAsFindsTheFault(t *testing.T) {
	t.Parallel()
	var found *fault.Fault
	require.ErrorAs(t, fmt.Errorf("opening: %w", errGone.Saying("now")), &found)
	require.Equal(t, "gone_for_good", found.Code())
	require.Equal(t, "now", found.Detail())
}

func TestEnrichingCopies(t *testing.T) {
	t.Parallel()
	declared := fault.New(fault.Conflict, "taken", "it is taken")
	said := declared.Saying("by %s", "ann")
	caused := said.Because(errDriver)

	require.Equal(t, fault.New(fault.Conflict, "taken", "it is taken"), declared)
	require.Equal(t, "by ann", said.Detail())
	require.NoError(t, said.Unwrap())
	require.Equal(t, "by ann", caused.Detail())
	require.Equal(t, errDriver, caused.Unwrap())
	require.Equal(t, "by bob", caused.Saying("by bob").Detail(), "the last detail counts")
	require.Equal(t, errDriver, caused.Saying("by bob").Unwrap())
	for _, f := range []*fault.Fault{declared, said, caused} {
		require.Equal(t, fault.Conflict, f.Kind())
		require.Equal(t, "taken", f.Code())
		require.Equal(t, "it is taken", f.Message())
	}
}

func TestErrorIsForLogs(t *testing.T) {
	t.Parallel()
	require.EqualError(t, errGone, "it was here")
	require.EqualError(t, errGone.Saying("at %d", 7), "it was here: at 7")
	require.EqualError(t, errGone.Because(errDriver), "it was here: driver: connection refused on 10.0.0.7")
	require.EqualError(t, errGone.Saying("at 7").Because(errDriver), "it was here: at 7: driver: connection refused on 10.0.0.7")
	require.NotContains(t, errGone.Because(errDriver).Message(), "10.0.0.7", "a cause is not for callers")
}

func TestOf(t *testing.T) {
	t.Parallel()
	require.Nil(t, fault.Of(nil))

	said := errGone.Saying("now")
	require.Same(t, said, fault.Of(said))
	require.Same(t, said, fault.Of(fmt.Errorf("opening: %w", said)))
	outer := fault.New(fault.Unavailable, "store_down", "the store does not answer").Because(said)
	require.Same(t, outer, fault.Of(outer), "the outermost decides")

	unknown := fault.Of(errDriver)
	require.ErrorIs(t, unknown, fault.ErrInternal)
	require.ErrorIs(t, unknown, errDriver, "kept for logs")
	require.Equal(t, fault.Internal, unknown.Kind())
	require.NotContains(t, unknown.Message(), "driver")
	require.Equal(t, "internal", fault.Of(fault.Gone).Code(), "a bare kind is not a declared fault")
	require.NoError(t, fault.ErrInternal.Unwrap(), "the declared one is not touched")
}
