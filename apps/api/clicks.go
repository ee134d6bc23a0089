package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/device"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/attribution"
)

// visitorCookie keeps a browser's random name, under our seal, on our own domain. Scripts cannot read it.
const visitorCookie = "twist_visitor"

// browser is what browsers say with every call, and programs too.
type browser struct {
	Visitor string      `json:"-" cookie:"twist_visitor" doc:"what this browser was given before"` // visitorCookie
	Agent   string      `json:"-" header:"User-Agent" doc:"what the visitor says it is: a click of a program earns nothing"`
	Purpose string      `json:"-" header:"Sec-Purpose" doc:"what it is loaded for: what is loaded ahead earns nothing"`
	Earlier string      `json:"-" header:"Purpose" doc:"the same, as browsers said before"`
	Moz     string      `json:"-" header:"X-Moz" doc:"the same, as Firefox said before"`
	Dest    string      `json:"-" header:"Sec-Fetch-Dest" doc:"what the browser makes of it: a frame or a picture earns nothing"`
	Head    rpc.Heading `json:"-"`
}

func (b browser) arrival() twist.Arrival {
	return twist.Arrival{
		Browser: b.Visitor, Head: bool(b.Head), Purpose: strings.Join([]string{b.Purpose, b.Earlier, b.Moz}, " "), Dest: b.Dest,
		Agent: b.Agent, Device: device.Of(b.Agent),
	}
}

// followRequest reads a link that people share: networks append parameters of their own to it.
type followRequest struct {
	rpc.AnyQuery
	browser

	Code     string      `json:"-" path:"code"`
	Referrer string      `json:"-" header:"Referer" doc:"the page that the visitor comes from"`
	Looks    rpc.Looking `json:"-"`
}

func follow(a *twist.Attribution, secure bool) rpc.Call[followRequest, rpc.Redirect] {
	return func(ctx context.Context, _ twist.Caller, req followRequest) (rpc.Redirect, error) {
		if req.Looks { // its address clicks too often
			landing, err := a.Preview(ctx, req.Code)
			return rpc.Redirect{Location: landing}, err
		}
		by := req.arrival()
		by.Referrer = req.Referrer
		visit, err := a.Click(ctx, req.Code, by)
		return rpc.Redirect{Location: visit.Landing, Cookie: &http.Cookie{ //nolint:gosec // Secure follows the site: only localhost is ever http
			Name: visitorCookie, Value: visit.Browser, Path: "/", MaxAge: int(attribution.MaxWindow / time.Second),
			HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
		}}, err
	}
}

// beaconRequest is what a page tells of a visitor that came to it without following the link through us.
type beaconRequest struct {
	browser

	Link     string `json:"code" doc:"of the link, as ref in the page's own address"`
	Referrer string `json:"referrer,omitempty" doc:"the page that the visitor came from: document.referrer"`
	Kept     string `json:"visitor,omitempty" doc:"what an answer gave this browser before, if the page kept it"`
}

type beaconBody struct {
	ClickID string `json:"click_id,omitempty" doc:"for the order, as click in the address that a followed link leads to; absent if the click could not be kept"`
	Visitor string `json:"visitor" doc:"for the page to keep in this browser, and to tell with the next"`
}

func beacon(a *twist.Attribution) rpc.Call[beaconRequest, beaconBody] {
	return func(ctx context.Context, _ twist.Caller, req beaconRequest) (beaconBody, error) {
		by := req.arrival()
		by.Beacon, by.Referrer, by.Browser = true, req.Referrer, cmp.Or(req.Kept, req.Visitor)
		visit, err := a.Click(ctx, req.Link, by)
		return beaconBody{ClickID: string(visit.Click.ID), Visitor: visit.Browser}, err
	}
}

// clickRoutes count clicks, by one pipeline. What it says of a click the answer does not tell: whoever clicks for
// somebody's pay would learn by it.
func clickRoutes(p *twist.Platform, o Options) []rpc.Route {
	return []rpc.Route{
		rpc.On("GET /r/{code}", "links.follow", http.StatusFound, rpc.Public(), follow(p.Attribution, o.Secure)).
			Saying("Sends a visitor on to where a link leads, and counts the click."),
		rpc.On("POST /v1/clicks", "clicks.tell", http.StatusAccepted, rpc.Public(), beacon(p.Attribution)).
			Saying("Tells of a visitor that a page has by a link, and counts the click as following the link would."),
	}
}
