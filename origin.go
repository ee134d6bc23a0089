package twist

import (
	"context"
	"net/netip"

	"github.com/twist-platform/twist/core/identity"
)

// Origin is where a call came from, as the door it came through saw it: for limits and for the audit log,
// never for who acts.
type Origin struct {
	IP        netip.Addr // of the client, not of a proxy; never invalid for a call over the network
	RequestID string     // ours
	UserAgent string     // theirs: it may be any text
	Country   string     // ISO 3166-1 alpha-2, as a proxy of ours says; empty when none does

	// Account is whose token came with the call, and Session which of its sessions or API keys; empty before a token
	// was found good. They are for the records: what a call may do is decided from its Caller.
	Account identity.AccountID
	Session identity.SessionID
}

type originKey struct{}

// WithOrigin gives a context whose calls came from there.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf gives where the call under ctx came from. A job and a call of an embedder have none.
func OriginOf(ctx context.Context) (Origin, bool) {
	o, ok := ctx.Value(originKey{}).(Origin)
	return o, ok
}

// Visitor is whom the address stands for in a quota: itself, or in IPv6 its network of 64 bits, all of which
// one customer of a provider has.
func (o Origin) Visitor() string {
	if network, err := o.IP.Prefix(64); err == nil && o.IP.Is6() {
		return network.String()
	}
	return o.IP.String()
}
