package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twist-platform/twist"
	"github.com/twist-platform/twist/apps/internal/rpc"
	"github.com/twist-platform/twist/core/money"
	"github.com/twist-platform/twist/core/staking"
)

// listingBody is a pool as it is found.
type listingBody struct {
	poolBody

	Influencer poolInfluencer `json:"influencer"`
	APY        staking.Yield  `json:"apy_bps" doc:"what a year would bring if every day were as the last 30 whole days were on average, in basis points; 100000 at most"`
	Trend      staking.Trend  `json:"trend" doc:"up or down: by more than a tenth in the last 7 whole days"`
	NetFlow    money.Amount   `json:"net_flow_7d" doc:"staked less left in those days; negative where more left"`
	FiguresAt  *string        `json:"figures_at,omitempty" doc:"the day, as 2006-01-02, before which the days are that apy_bps, trend and net_flow_7d tell of; absent until they are first computed"`
}

type poolInfluencer struct {
	Username    string `json:"username"`
	DisplayName string `json:"display_name"`
	Verified    bool   `json:"verified" doc:"whether it carries the badge"`
}

func listingOf(l twist.Listing) listingBody {
	body := listingBody{
		poolBody:   poolOf(l.Pool),
		Influencer: poolInfluencer{Username: l.Username, DisplayName: l.DisplayName, Verified: l.Verified},
		APY:        l.Figures.APY, Trend: l.Figures.Trend(), NetFlow: l.Figures.Net,
	}
	if l.Figures.Day != 0 {
		day := l.Figures.Day.Time().Format(time.DateOnly)
		body.FiguresAt = &day
	}
	return body
}

func pool(s *twist.Staking) rpc.Call[byID, listingBody] {
	return func(ctx context.Context, _ twist.Caller, req byID) (listingBody, error) {
		found, err := s.Listing(ctx, staking.PoolID(req.ID))
		return listingOf(found), err
	}
}

// searchRequest is the request of a search. What it looks for is part of the cursor.
type searchRequest struct {
	page

	Query     string        `json:"-" query:"query" max:"100" doc:"part of the username, display name or bio, whatever its case; one or two letters are the beginning of a word"`
	Sort      staking.Sort  `json:"-" query:"sort" default:"total_staked" doc:"the largest first; tier is the order of total_staked. What is staked and by how many is as it was within the last minute"`
	MinStaked money.Amount  `json:"-" query:"min_staked" doc:"in base units, within the last minute"`
	MinAPY    staking.Yield `json:"-" query:"min_apy_bps" doc:"in basis points"`
	Tiers     tierSet       `json:"-" query:"tiers" doc:"tiers, with commas between them, within the last minute; absent: any"`
	State     staking.State `json:"-" query:"state" doc:"absent: any"`
}

// tierSet is names of tiers with commas between them.
type tierSet string

// UnmarshalText reads names of tiers, each once.
func (s *tierSet) UnmarshalText(text []byte) error {
	*s = tierSet(text)
	if len(s.tiers()) != len(strings.Split(string(text), ",")) {
		return rpc.ErrParameter.Saying("tiers are names of tiers, each once, with commas between them")
	}
	return nil
}

// tiers are those named, lowest first.
func (s tierSet) tiers() (found []staking.Tier) {
	named := strings.Split(string(s), ",")
	for i, t := range tiers() {
		if slices.Contains(named, string(t)) {
			found = append(found, staking.Tiers()[i])
		}
	}
	return found
}

// errForeignCursor is a cursor of another search.
var errForeignCursor = rpc.ErrParameter.Saying("cursor is of a search for something else, or in another order")

// searched names what a search looks for, so that a cursor of one is not taken for that of another.
func (r searchRequest) searched() string {
	digest := sha256.Sum256(fmt.Appendf(nil, "%q %d %d %v %q", r.Query, r.MinStaked, r.MinAPY, r.Tiers.tiers(), r.State))
	return string(r.Sort) + "." + hex.EncodeToString(digest[:8])
}

// behind is the place that the cursor names.
func (r searchRequest) behind() (at staking.Place, err error) {
	if r.After == "" {
		return staking.Place{}, nil
	}
	words, err := r.After.words(4)
	if err != nil {
		return staking.Place{}, err
	}
	if words[0]+"."+words[1] != r.searched() {
		return staking.Place{}, errForeignCursor
	}
	at.Pool = staking.PoolID(words[3])
	at.Key, err = strconv.ParseInt(words[2], 10, 64)
	if err != nil || at.Pool == "" || at.Key < 0 && r.Sort != staking.ByTrend { // more can leave than comes, and nothing else is negative
		return staking.Place{}, errCursor
	}
	return at, nil
}

func listPools(s *twist.Staking) rpc.Call[searchRequest, list[listingBody]] {
	return func(ctx context.Context, _ twist.Caller, req searchRequest) (list[listingBody], error) {
		behind, err := req.behind()
		if err != nil {
			return list[listingBody]{}, err
		}
		rows, err := s.Search(ctx, staking.Search{
			Sort: req.Sort, MinStaked: req.MinStaked, MinAPY: req.MinAPY, Tiers: req.Tiers.tiers(), State: req.State,
		}, req.Query, behind, req.Limit+1)
		return listed(rows, req.Limit, func(l twist.Listing) string {
			at := req.Sort.Place(l.Pool, l.Figures)
			return fmt.Sprintf("%s.%d.%s", req.searched(), at.Key, at.Pool)
		}, listingOf), err
	}
}

// poolPage is the request of a page of what a pool has.
type poolPage struct {
	byID
	page
}

type stakerBody struct {
	Staker string       `json:"staker" doc:"a name that is the same on every list of this pool, and says nothing of whose it is"`
	Rank   int64        `json:"rank" doc:"1 for the largest"`
	Staked money.Amount `json:"staked"`
	Share  money.Bps    `json:"share_bps" doc:"of all that is staked in the pool, rounded down"`
	Since  string       `json:"since" doc:"the day of the first stake, as 2006-01-02"`
}

func stakers(s *twist.Staking) rpc.Call[poolPage, list[stakerBody]] {
	return func(ctx context.Context, _ twist.Caller, req poolPage) (list[stakerBody], error) {
		var at twist.StakerPlace
		if req.After != "" {
			words, err := req.After.words(3)
			if err != nil {
				return list[stakerBody]{}, err
			}
			staked, err := money.Parse(words[1])
			if at.Rank, err = number(words[0], err); err != nil || staked < 0 {
				return list[stakerBody]{}, errCursor
			}
			at.Standing = staking.Standing{Staked: staked, Digest: words[2]}
		}
		rows, err := s.Stakers(ctx, staking.PoolID(req.ID), at, req.Limit+1)
		return listed(rows, req.Limit, func(r twist.Staker) string {
			return fmt.Sprintf("%d.%s.%s", r.Place.Rank, r.Place.Staked, r.Place.Digest)
		}, func(r twist.Staker) stakerBody {
			return stakerBody{Staker: r.Name, Rank: r.Rank, Staked: r.Staked, Share: r.Share, Since: r.Since.Format(time.DateOnly)}
		}), err
	}
}

type activityBody struct {
	Kind   twist.ActivityKind `json:"kind"`
	At     time.Time          `json:"at" doc:"in whole minutes"`
	Amount money.Amount       `json:"amount"`
	Staker string             `json:"staker,omitempty" doc:"who, as the list of stakers names it; absent for a distribution"`
}

func activity(s *twist.Staking) rpc.Call[poolPage, list[activityBody]] {
	return func(ctx context.Context, _ twist.Caller, req poolPage) (list[activityBody], error) {
		body := list[activityBody]{Items: []activityBody{}}
		var at twist.ActivityPlace
		if req.After != "" {
			words, err := req.After.words(2)
			if err == nil {
				at.Staked, err = number(words[0], err)
				at.Rewards, err = number(words[1], err)
			}
			if err != nil || at.Staked == 0 || at.Rewards == 0 {
				return body, errCursor
			}
		}
		found, err := s.Activity(ctx, staking.PoolID(req.ID), at, req.Limit)
		for _, a := range found.Items {
			body.Items = append(body.Items, activityBody(a))
		}
		if found.More {
			body.Next = cursorOf(fmt.Sprintf("%d.%d", found.Next.Staked, found.Next.Rewards))
		}
		return body, err
	}
}

type dayBody struct {
	Day           string        `json:"day" doc:"a UTC day, as 2006-01-02"`
	Staked        money.Amount  `json:"total_staked" doc:"at its end"`
	Stakers       int64         `json:"staker_count" doc:"at its end"`
	In            money.Amount  `json:"staked_in"`
	Out           money.Amount  `json:"staked_out"`
	Rewards       money.Amount  `json:"distributed"`
	Gifts         money.Amount  `json:"gifts" doc:"of that, what the influencer gave by hand; it is no yield"`
	Distributions int64         `json:"distribution_count"`
	APY           staking.Yield `json:"apy_bps" doc:"what a year of such days would bring; 100000 at most"`
}

type historyBody struct {
	Days []dayBody `json:"days" doc:"the last 30, today last"`
}

func history(s *twist.Staking) rpc.Call[byID, historyBody] {
	return func(ctx context.Context, _ twist.Caller, req byID) (historyBody, error) {
		days, err := s.History(ctx, staking.PoolID(req.ID))
		body := historyBody{Days: []dayBody{}}
		for _, d := range days {
			body.Days = append(body.Days, dayBody{
				Day: d.Day.Time().Format(time.DateOnly), Staked: d.Staked, Stakers: d.Stakers, In: d.In, Out: d.Out,
				Rewards: d.Rewards, Gifts: d.Gifts, Distributions: d.Distributions, APY: d.APY,
			})
		}
		return body, err
	}
}

// portfolioPage is the request of a portfolio: its list is longer than others, so that one answer is all for
// hardly anybody not.
type portfolioPage struct {
	Limit int    `json:"-" query:"limit" min:"1" max:"1000" default:"100" doc:"how many positions at most; the sums are of all"`
	After cursor `json:"-" query:"cursor" doc:"next of the page before; absent: the first page"`
}

type portfolioBody struct {
	Staked    money.Amount          `json:"total_staked" doc:"over all positions, as are the other sums"`
	Claimable money.Amount          `json:"claimable"`
	Claimed   money.Amount          `json:"total_claimed"`
	Cooling   money.Amount          `json:"total_cooling" doc:"what left and still waits"`
	Active    int64                 `json:"active_positions" doc:"how many hold a stake"`
	Positions list[stakeInPoolBody] `json:"positions"`
}

type stakeInPoolBody struct {
	positionBody

	Cooling money.Amount `json:"cooling" doc:"what left it and still waits; the tickets say until when"`
	Staker  string       `json:"staker" doc:"the name under which others see this position"`
	Pool    listingBody  `json:"pool"`
}

func portfolio(s *twist.Staking) rpc.Call[portfolioPage, portfolioBody] {
	return func(ctx context.Context, by twist.Caller, req portfolioPage) (portfolioBody, error) {
		p, err := s.Portfolio(ctx, by, staking.PositionID(req.After), req.Limit+1)
		return portfolioBody{
			Staked: p.Staked, Claimable: p.Claimable, Claimed: p.Claimed, Cooling: p.Cooling, Active: p.Active,
			Positions: listed(p.Stakes, req.Limit, func(h twist.StakeHeld) string { return string(h.Position.ID) }, func(h twist.StakeHeld) stakeInPoolBody {
				body := stakeInPoolBody{positionBody: positionOf(h.Position), Cooling: h.Cooling, Staker: staking.StakerName(h.Position.ID), Pool: listingOf(h.Listing)}
				body.Claimable = &h.Claimable
				return body
			}),
		}, err
	}
}
