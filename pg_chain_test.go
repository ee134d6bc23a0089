package twist_test

import (
	"context"
	"net"
	"net/rpc"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/twist-platform/twist/core/payouts"
	"github.com/twist-platform/twist/ports"
)

// ChainService is a chain for other processes: it outlives them, as a network does.
type ChainService struct{ chain ports.Chain }

// Page is what Arrivals asks for and gives.
type Page struct {
	From     uint64
	Limit    int
	Arrivals []payouts.Arrival
	Next     uint64
}

func (s *ChainService) Head(_ struct{}, head *payouts.Head) (err error) {
	*head, err = s.chain.Head(context.Background())
	return err
}

func (s *ChainService) Submit(raw []byte, _ *struct{}) error {
	return s.chain.Submit(context.Background(), raw)
}

func (s *ChainService) Look(signature payouts.Signature, seen *[]payouts.Sighting) (err error) {
	*seen, err = s.chain.Look(context.Background(), signature)
	return err
}

func (s *ChainService) Arrivals(asked Page, page *Page) (err error) {
	page.Arrivals, page.Next, err = s.chain.Arrivals(context.Background(), asked.From, asked.Limit)
	return err
}

func (s *ChainService) Reserve(_ struct{}, reserve *payouts.Reserve) (err error) {
	*reserve, err = s.chain.Reserve(context.Background())
	return err
}

// serveChain gives the address at which a chain answers until the test ends.
func serveChain(t testing.TB, chain ports.Chain) string {
	t.Helper()
	server := rpc.NewServer()
	require.NoError(t, server.RegisterName("Chain", &ChainService{chain}))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go server.ServeConn(conn)
		}
	}()
	return listener.Addr().String()
}

// farChain is the chain of another process.
type farChain struct{ line *rpc.Client }

// ask makes one call. Whatever went wrong, the chain did not answer.
func (c farChain) ask(method string, args, reply any) error {
	if err := c.line.Call("Chain."+method, args, reply); err != nil {
		return ports.ErrChain.Because(err)
	}
	return nil
}

func (c farChain) Head(context.Context) (head payouts.Head, err error) {
	err = c.ask("Head", struct{}{}, &head)
	return head, err
}

func (c farChain) Submit(_ context.Context, raw []byte) error {
	return c.ask("Submit", raw, &struct{}{})
}

func (c farChain) Look(_ context.Context, signature payouts.Signature) (seen []payouts.Sighting, err error) {
	err = c.ask("Look", signature, &seen)
	return seen, err
}

func (c farChain) Arrivals(_ context.Context, from uint64, limit int) (arrived []payouts.Arrival, next uint64, err error) {
	var page Page
	err = c.ask("Arrivals", Page{From: from, Limit: limit}, &page)
	return page.Arrivals, page.Next, err
}

func (c farChain) Reserve(context.Context) (reserve payouts.Reserve, err error) {
	err = c.ask("Reserve", struct{}{}, &reserve)
	return reserve, err
}
