package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
)

// client speaks HTTP over one connection that it keeps. It does as little as it can, because it takes its
// time from the same cores as the server that is measured.
type client struct {
	name  int
	conn  net.Conn
	in    *bufio.Reader
	token string
	asked int // how many requests so far
}

func dial(ctx context.Context, address string, name int) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{name: name, conn: conn, in: bufio.NewReader(conn)}, nil
}

// stake puts one token into a pool, under a key that is never used again.
func (c *client) stake(pool string) error {
	const body = `{"amount":"1000000000"}`
	c.asked++
	_, err := fmt.Fprintf(c.conn, "POST /v1/pools/%s/stakes HTTP/1.1\r\nHost: bench\r\nBench-From: %s\r\nAuthorization: Bearer %s\r\n"+
		"Idempotency-Key: bench-%d-%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		pool, home(c.name), c.token, c.name, c.asked, len(body), body)
	if err != nil {
		return err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusCreated {
		err = fmt.Errorf("a stake was answered %d: %s", response.StatusCode, answer)
	}
	return err
}
