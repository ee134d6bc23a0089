//go:build !unix

package pgtest

import (
	"errors"
	"syscall"
)

// unprivileged refuses: the script that runs the server needs a Unix.
func unprivileged() (*syscall.SysProcAttr, error) {
	return nil, errors.New("this needs a Unix")
}
