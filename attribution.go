package twist

import (
	"context"
	"errors"
	"time"

	"github.com/twist-platform/twist/core/attribution"
)

// Attribution runs programs, links and clicks, and turns conversions into commissions.
type Attribution struct {
	c     Config
	links *recent[string, lead] // by code, those that lead somewhere
	off   *recent[string, lead] // by code, those that do not; the link of a code of none has no id
}

// The bounds of what is remembered about links.
const (
	// LinkLife is how long a process may go on leading visitors by a link that another process switched off. What it
	// switched off itself it knows at once.
	LinkLife = time.Minute
	// LinkOffLife is how long a process may go on sending visitors away from a link that another process made, or
	// switched on again. What it did itself it knows at once.
	LinkOffLife = 5 * time.Second
	// mostLinks bounds each of the two halves of the memory of links that lead somewhere, and mostOff of those that do
	// not: strangers choose their codes, and take no room from the others.
	mostLinks, mostOff = 8_192, 4_096
)

// programs is what both sides of a unit of work can read of programs.
type programs interface {
	Get(ctx context.Context, id attribution.ProgramID) (attribution.Program, error)
}

// ownProgram gives a program of the caller's. Somebody else's does not exist for the caller.
func ownProgram(ctx context.Context, r programs, by Caller, id attribution.ProgramID) (attribution.Program, error) {
	program, err := r.Get(ctx, id)
	if err == nil && program.Merchant != attribution.AccountID(by.Account) {
		err = attribution.ErrProgramNotFound
	}
	if err != nil {
		return attribution.Program{}, err
	}
	return program, nil
}

// ownConversion returns ErrConversionNotFound unless the conversion is of a program of the caller's.
func ownConversion(ctx context.Context, r programs, by Caller, c attribution.Conversion) error {
	_, err := ownProgram(ctx, r, by, c.Order.Program)
	if errors.Is(err, attribution.ErrProgramNotFound) {
		return attribution.ErrConversionNotFound
	}
	return err
}
