//go:build !unix

package spool

import (
	"errors"
	"os"
)

// lock refuses: nothing here holds a folder for one process.
func lock(string) (*os.File, error) { return nil, errors.New("a spool needs a Unix system") }
