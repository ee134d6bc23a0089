package api

import (
	"context"
	"net/http"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/qr"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
	"github.com/twist-platform/twist/core/fault"
)

type makeLinkRequest struct {
	ProgramID   string     `json:"program_id"`
	Destination string     `json:"destination"`
	PromoCode   *string    `json:"promo_code" doc:"what a buyer types who followed no link: letters, digits and single hyphens, in either case; absent: none"`
	ExpiresAt   *time.Time `json:"expires_at" doc:"until when it leads anywhere; absent: for good"`
}

// until is when something ends: never only where no moment is said. The library takes the first moment of all for never,
// so that whoever says it is given the one after it, which is as long over.
func until(said *time.Time) time.Time {
	switch {
	case said == nil:
		return time.Time{}
	case said.IsZero():
		return said.Add(time.Microsecond)
	}
	return *said
}

func (r makeLinkRequest) wanted() (attribution.NewLink, error) {
	n := attribution.NewLink{Program: attribution.ProgramID(r.ProgramID), Destination: r.Destination, ExpiresAt: until(r.ExpiresAt)}
	if r.PromoCode != nil {
		if n.Promo = *r.PromoCode; n.Promo == "" { // which the library takes for none
			return n, attribution.ErrPromo
		}
	}
	return n, nil
}

type linkBody struct {
	ID          string     `json:"id"`
	Code        string     `json:"code"`
	Path        string     `json:"path" doc:"on this server"`
	ProgramID   string     `json:"program_id"`
	Destination string     `json:"destination"`
	PromoCode   string     `json:"promo_code,omitempty"`
	Reserved    bool       `json:"promo_code_reserved,omitempty" doc:"the program's merchant keeps the promo code: no order earns by it; what is clicked still does"`
	MadeAt      time.Time  `json:"made_at"`
	ExpiresAt   *time.Time `json:"expires_at,omitempty" doc:"from when on it leads nowhere; absent: never"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"since when it leads nowhere; absent: it was not withdrawn"`

	found bool
}

func linkOf(l attribution.Link) linkBody {
	return linkBody{
		ID: string(l.ID), Code: l.Code, Path: linkPath(l), ProgramID: string(l.Program), Destination: l.Destination,
		PromoCode: string(l.Promo), Reserved: l.Reserved, MadeAt: l.MadeAt, ExpiresAt: unlessZero(l.ExpiresAt), WithdrawnAt: unlessZero(l.WithdrawnAt),
	}
}

func linkPath(l attribution.Link) string { return "/r/" + l.Code }

// WasThere reports a link that was asked for and had been made before.
func (b linkBody) WasThere() bool { return b.found }

func makeLink(a *twist.Attribution) rpc.Call[makeLinkRequest, linkBody] {
	return func(ctx context.Context, by twist.Caller, req makeLinkRequest) (linkBody, error) {
		n, err := req.wanted()
		if err != nil {
			return linkBody{}, err
		}
		made, err := a.MakeLink(ctx, by, n)
		body := linkOf(made.Link)
		body.found = made.Found
		return body, err
	}
}

type makeLinksRequest struct {
	Links []makeLinkRequest `json:"links" doc:"1 to 100"`
}

type triedBody struct {
	Link    *linkBody    `json:"link,omitempty" doc:"the link, if there is one"`
	Found   bool         `json:"found" doc:"whether it was there before"`
	Problem *rpc.Problem `json:"problem,omitempty" doc:"why there is none; its status is what it would be if only this had been asked for"`
}

type triedLinks struct {
	Items []triedBody `json:"items" doc:"in the order in which they were asked for"`
}

func makeLinks(a *twist.Attribution) rpc.Call[makeLinksRequest, triedLinks] {
	return func(ctx context.Context, by twist.Caller, req makeLinksRequest) (triedLinks, error) {
		wanted := make([]attribution.NewLink, len(req.Links))
		for i, r := range req.Links {
			n, err := r.wanted()
			if err != nil {
				n.Promo = " " // which is none either, and this link's fault alone
			}
			wanted[i] = n
		}
		tried, err := a.MakeLinks(ctx, by, wanted)
		if err != nil {
			return triedLinks{}, err
		}
		out := triedLinks{Items: make([]triedBody, len(tried))}
		for i, t := range tried {
			if t.Err != nil {
				p := rpc.Part(ctx, t.Err)
				out.Items[i].Problem = &p
				continue
			}
			link := linkOf(t.Made.Link)
			out.Items[i].Link, out.Items[i].Found = &link, t.Made.Found
		}
		return out, nil
	}
}

func links(a *twist.Attribution) rpc.Call[page, list[linkBody]] {
	return func(ctx context.Context, by twist.Caller, req page) (list[linkBody], error) {
		rows, err := a.Links(ctx, by, attribution.LinkID(req.After), req.Limit+1)
		return listed(rows, req.Limit, func(l attribution.Link) string { return string(l.ID) }, linkOf), err
	}
}

func link(a *twist.Attribution) rpc.Call[byID, linkBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (linkBody, error) {
		l, err := a.Link(ctx, by, attribution.LinkID(req.ID))
		return linkOf(l), err
	}
}

func withdrawLink(a *twist.Attribution) rpc.Call[byID, linkBody] {
	return func(ctx context.Context, by twist.Caller, req byID) (linkBody, error) {
		l, err := a.WithdrawLink(ctx, by, attribution.LinkID(req.ID))
		return linkOf(l), err
	}
}

type restoreRequest struct {
	byID

	ExpiresAt *time.Time `json:"expires_at" doc:"until when it leads anywhere again; absent: for good"`
}

func restoreLink(a *twist.Attribution) rpc.Call[restoreRequest, linkBody] {
	return func(ctx context.Context, by twist.Caller, req restoreRequest) (linkBody, error) {
		l, err := a.RestoreLink(ctx, by, attribution.LinkID(req.ID), until(req.ExpiresAt))
		return linkOf(l), err
	}
}

type codeRequest struct {
	byID

	Size int `json:"-" query:"size" min:"100" max:"2000" default:"500" doc:"the side of the picture in pixels"`
}

// pictured draws the address of a link of the caller's. The same link in the same size is the same picture for ever.
func pictured(a *twist.Attribution, site, media string, draw func(text string, size int) ([]byte, error)) rpc.Call[codeRequest, rpc.Content] {
	return func(ctx context.Context, by twist.Caller, req codeRequest) (rpc.Content, error) {
		l, err := a.Link(ctx, by, attribution.LinkID(req.ID))
		if err != nil {
			return rpc.Content{}, err
		}
		picture, err := draw(site+linkPath(l), req.Size)
		if err != nil {
			return rpc.Content{}, fault.ErrInternal.Because(err)
		}
		return rpc.Content{Header: http.Header{
			"Content-Type": {media}, "Content-Security-Policy": {"default-src 'none'; sandbox"}, "Etag": {rpc.Tag(picture)},
		}, Body: picture}, nil
	}
}

// The media types of a picture.
const (
	mediaSVG = "image/svg+xml"
	mediaPNG = "image/png"
)

func linkRoutes(p *twist.Platform, o Options) []rpc.Route {
	return []rpc.Route{
		rpc.Once("POST /v1/links", "links.make", http.StatusCreated, rpc.Session(), makeLink(p.Attribution)).
			Saying("Makes a link for a program; the same one again is the one that there is."),
		rpc.Once("POST /v1/links/bulk", "links.make_many", http.StatusOK, rpc.Session(), makeLinks(p.Attribution)).
			Saying("Makes up to a hundred links, and says of each what became of it: one that is refused keeps no other from being made."),
		rpc.On("GET /v1/links", "links.list", http.StatusOK, rpc.Session(), links(p.Attribution)).
			Saying("Lists the caller's links, also those that lead nowhere any more."),
		rpc.On("GET /v1/links/{id}", "links.get", http.StatusOK, rpc.Session(), link(p.Attribution)).
			Saying("Shows one of the caller's links."),
		rpc.On("GET /v1/links/{id}/statistics", "links.statistics", http.StatusOK, rpc.Session(), linkStatistics(p.Attribution)).
			Saying("Counts the clicks, visitors and orders of one of the caller's links by hour, day, week or month."),
		rpc.On("GET /v1/me/top-links", "me.top_links", http.StatusOK, rpc.Session(), topMine(p.Attribution)).
			Saying("Ranks the caller's links by what they brought on whole days, 366 at most."),
		// Both say how the link shall be: said again, they change nothing.
		rpc.On("POST /v1/links/{id}/withdraw", "links.withdraw", http.StatusOK, rpc.Session(), withdrawLink(p.Attribution)).
			Saying("Switches a link off: it leads nowhere, and makes room for another. What was clicked before still earns."),
		rpc.On("POST /v1/links/{id}/restore", "links.restore", http.StatusOK, rpc.Session(), restoreLink(p.Attribution)).
			Saying("Makes a link active again that was withdrawn or has expired, or gives one another expiry."),
		rpc.On("GET /v1/links/{id}/qr.svg", "links.qr_svg", http.StatusOK, rpc.Session(), pictured(p.Attribution, o.Site, mediaSVG, qr.SVG)).
			Saying("Draws the address of a link as a QR code.").Giving(mediaSVG),
		rpc.On("GET /v1/links/{id}/qr.png", "links.qr_png", http.StatusOK, rpc.Session(), pictured(p.Attribution, o.Site, mediaPNG, qr.PNG)).
			Saying("Draws the address of a link as a QR code.").Giving(mediaPNG),
	}
}
