package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

var errForgetful = errors.New("a test needs a durable server, and fsync, full_page_writes or synchronous_commit is off there")

// given joins the server that the environment names. It is not ours: only our databases go.
func given(ctx context.Context, c config, text string) (*server, error) {
	admin, err := parse(text)
	if err != nil {
		return nil, err
	}
	s, err := join(ctx, "named by "+givenURL, admin, nil)
	if err != nil || !c.durable {
		return s, err
	}
	if err := s.requireDurable(ctx); err != nil {
		return nil, errors.Join(err, s.lease.Close(ctx))
	}
	return s, nil
}

func (s *server) requireDurable(ctx context.Context) error {
	const lossy = `SELECT current_setting('fsync') = 'off' OR current_setting('full_page_writes') = 'off'
		OR current_setting('synchronous_commit') = 'off'`
	var loses bool
	if err := s.lease.QueryRow(ctx, lossy).Scan(&loses); err != nil {
		return fmt.Errorf("ask whether it is durable: %w", err)
	}
	if loses {
		return errForgetful
	}
	return nil
}

// parse takes a URL and not the other form of a connection string, as databases are named by its path.
func parse(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return nil, errors.New("it is no postgres:// URL") // and is not repeated: it may hold a password
	}
	query := u.Query()
	query.Del("dbname")
	query.Del("database")
	u.RawQuery = query.Encode()
	return u, nil
}
