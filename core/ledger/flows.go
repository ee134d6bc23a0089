package ledger

// Kind says which flow an entry belongs to. Each kind allows a closed set of movements: a posting
// outside it is a bug of ours, caught before it is stored.
type Kind string

// The kinds.
const (
	// KindDeposit credits a finalized arrival: to a holder, to what the platform sets aside, or to nobody.
	KindDeposit Kind = "deposit"
	// KindStake puts available tokens into a pool.
	KindStake Kind = "stake"
	// KindLeave takes principal out of a pool, or to where it cools; a full one pays the rewards too.
	KindLeave Kind = "leave"
	// KindClaim pays a position's rewards.
	KindClaim Kind = "claim"
	// KindCooled pays principal whose cooldown is over.
	KindCooled Kind = "cooled"
	// KindRestake stakes principal again that was cooling.
	KindRestake Kind = "restake"
	// KindCompound stakes a position's rewards in the pool they are of.
	KindCompound Kind = "compound"
	// KindDistribution gives available tokens to a pool's fans.
	KindDistribution Kind = "distribution"
	// KindRemainder pays what is left of a closed pool that is empty.
	KindRemainder Kind = "remainder"
	// KindFund puts available tokens into a program's budget.
	KindFund Kind = "fund"
	// KindWithdraw takes what is left of a budget back.
	KindWithdraw Kind = "withdraw"
	// KindConversion sets a commission aside for its hold.
	KindConversion Kind = "conversion"
	// KindApproval shares a commission after its hold.
	KindApproval Kind = "approval"
	// KindRefund gives a pending commission back to the budget.
	KindRefund Kind = "refund"
	// KindRejection gives the budget back what was set aside for a commission that is refused.
	KindRejection Kind = "rejection"
	// KindClawback takes back what an approved commission gave.
	KindClawback Kind = "clawback"
	// KindRepayment takes what a holder owes out of what the holder has.
	KindRepayment Kind = "repayment"
	// KindPayoutRequest sets a payout aside.
	KindPayoutRequest Kind = "payout_request"
	// KindPayoutReturn gives back a payout that did not happen.
	KindPayoutReturn Kind = "payout_return"
	// KindSettlement books a payout that is final on chain.
	KindSettlement Kind = "settlement"
	// KindGivenUp takes what a holder who is leaving gives up, which no payout could bring out.
	KindGivenUp Kind = "given_up"
	// KindBonus pays what an influencer earned over a month.
	KindBonus Kind = "bonus"
	// KindGas books what an attempt cost in SOL.
	KindGas Kind = "gas"
)

// movement is one allowed pair of places.
type movement struct {
	asset    Asset
	from, to string
}

// net is what every credit to a holder may be accompanied by: the repayment of what the holder owes,
// and the same amount back to the budget that was waiting for it.
var net = []movement{ //nolint:gochecknoglobals // a constant table
	{TWIST, "program:*:receivable", "program:*:budget"},
}

var flows = map[Kind][]movement{ //nolint:gochecknoglobals // a constant table
	KindDeposit: {
		{TWIST, "world", "account:*:available"},
		{TWIST, "world", "platform:bonuses"},
		{TWIST, "world", "unclaimed:deposits"},
	},
	KindStake: {{TWIST, "account:*:available", "pool:*:staked"}},
	KindLeave: {
		{TWIST, "pool:*:staked", "account:*:available"},
		{TWIST, "pool:*:staked", "pool:*:cooling"},
		{TWIST, "pool:*:rewards", "account:*:available"},
	},
	KindClaim:        {{TWIST, "pool:*:rewards", "account:*:available"}},
	KindCooled:       {{TWIST, "pool:*:cooling", "account:*:available"}},
	KindRestake:      {{TWIST, "pool:*:cooling", "pool:*:staked"}},
	KindCompound:     {{TWIST, "pool:*:rewards", "pool:*:staked"}},
	KindDistribution: {{TWIST, "account:*:available", "pool:*:rewards"}},
	KindRemainder: append([]movement{
		{TWIST, "pool:*:rewards", "account:*:available"},
		{TWIST, "pool:*:rewards", "account:*:owed"},
		{TWIST, "pool:*:rewards", "platform:fees"},
	}, net...),
	KindFund:     {{TWIST, "account:*:available", "program:*:budget"}},
	KindWithdraw: {{TWIST, "program:*:budget", "account:*:available"}},
	KindConversion: {
		{TWIST, "program:*:budget", "program:*:pending"},
	},
	KindApproval: append([]movement{
		{TWIST, "program:*:pending", "platform:fees"},
		{TWIST, "program:*:pending", "pool:*:rewards"},
		{TWIST, "program:*:pending", "account:*:available"},
		{TWIST, "program:*:pending", "account:*:owed"},
	}, net...),
	KindRefund:    {{TWIST, "program:*:pending", "program:*:budget"}},
	KindRejection: {{TWIST, "program:*:pending", "program:*:budget"}},
	KindClawback: {
		{TWIST, "platform:fees", "program:*:budget"},
		{TWIST, "account:*:available", "program:*:budget"},
		{TWIST, "account:*:owed", "program:*:receivable"},
	},
	KindRepayment:     append([]movement{{TWIST, "account:*:available", "account:*:owed"}}, net...),
	KindPayoutRequest: {{TWIST, "account:*:available", "payout:*"}},
	KindPayoutReturn: append([]movement{
		{TWIST, "payout:*", "account:*:available"},
		{TWIST, "payout:*", "account:*:owed"},
	}, net...),
	KindSettlement: {
		{TWIST, "payout:*", "world"},
		{TWIST, "payout:*", "platform:fees"},
	},
	KindGivenUp: {{TWIST, "account:*:available", "platform:fees"}},
	KindBonus: append([]movement{
		{TWIST, "platform:bonuses", "account:*:available"},
		{TWIST, "platform:bonuses", "account:*:owed"},
	}, net...),
	KindGas: {{SOL, "platform:gas", "world"}},
}

// Kinds lists every kind that the table of flows knows.
func Kinds() []Kind {
	return []Kind{
		KindDeposit, KindStake, KindLeave, KindClaim, KindCooled, KindRestake, KindCompound, KindDistribution, KindRemainder,
		KindFund, KindWithdraw, KindConversion, KindApproval,
		KindRefund, KindRejection, KindClawback, KindRepayment, KindPayoutRequest, KindPayoutReturn, KindSettlement, KindGivenUp, KindBonus, KindGas,
	}
}

// allows reports whether the kind may move this asset between these places. Between two places of the
// same kind, two of a program or two of a holder, it stays with the one.
func (k Kind) allows(p Posting) bool {
	from, to := p.Source.Place(), p.Destination.Place()
	if kind, id := p.Source.owner(); id != "" {
		if same, other := p.Destination.owner(); same == kind && other != id {
			return false
		}
	}
	for _, m := range flows[k] {
		if m.asset == p.Asset && m.from == from && m.to == to {
			return true
		}
	}
	return false
}
