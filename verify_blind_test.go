package twist_test

import (
	"strings"

	"github.com/twist-platform/twist/core/journal"
)

// blindness is why no recomputation sees that something was altered, and in which rows; in all of them where
// it names none.
type blindness struct{ reason, where string }

// Rows that are their own witness yet.
const unsealed = "id IN (SELECT id FROM waiting)"

// Payouts that wait for no second person: none is needed, or one has decided.
const alone = "(amount < 10000000000000 OR decided_by <> '')"

// Commissions that no money was ever set aside for.
const unshared = "NOT EXISTS (SELECT FROM entries WHERE metadata ->> 'commission' = commissions.id)"

// Events that no decision of a second person is in: against those a row is held.
const besidesDecisions = " AND NOT (kind IN ('payouts.approved', 'payouts.rejected') AND data ->> 'by' <> '')"

// blind lists what somebody with the database in hand could do unseen: to whole tables, to columns, to columns
// of some rows, to some values of them, and by deleting rows or inventing them. A new table or column is
// noticed, or has its line here.
var blind = map[string]blindness{
	"api_keys":       {reason: "with what programs call; who made one is told, and it moves no money"},
	"sessions":       {reason: "who signed in when, and until when; it moves no money"},
	"challenges":     {reason: "what wallets are being asked to sign; what came of it stands in sessions"},
	"tombstones":     {reason: "which keys of access tokens are not trusted any more; it moves no money"},
	"audit":          {reason: "who did what from where; the events tell what happened, and are sealed"},
	"influencers":    {reason: "names; who earns stands in each commission"},
	"pool_figures":   {reason: "what is told of a pool; it is computed again each day, and no money depends on it"},
	"emails":         {reason: "how people are reached; no sum knows it"},
	"mails":          {reason: "letters that are owed or were sent"},
	"applications":   {reason: "what people asked for, and what was decided"},
	"assents":        {reason: "that a challenge was spent; what it allowed has an event of its own"},
	"outcomes":       {reason: "an answer that was given; it decides no balance"},
	"links":          {reason: "where visitors go and who earns by it; who has earned stands in each commission"},
	"reservations":   {reason: "which promo codes merchants keep; no order earns by one"},
	"alerts":         {reason: "what operators look at, and made of it, which is told; no sum knows it"},
	"conducts":       {reason: "how accounts staked of late, and who cannot for now; the stakes themselves are checked"},
	"crowds":         {reason: "who staked in a pool of late; likewise"},
	"places":         {reason: "who staked from where of late, hidden; likewise"},
	"click_hours":    {reason: "how many followed a link; it decides nothing"},
	"bindings":       {reason: "whose a customer's next orders will be; what decided an order stands with it"},
	"click_days":     {reason: "how many followed a link; by it orders are held at most"},
	"click_visitors": {reason: "who was counted already; it decides nothing"},
	"clicks":         {reason: "who followed a link; what came of it stands in each commission"},

	"programs.name":      {reason: "a setting"},
	"programs.rate":      {reason: "a setting, free to change: every commission carries the rate that decided it"},
	"programs.window_ns": {reason: "likewise"},
	"programs.hold_ns":   {reason: "likewise"},
	"programs.model":     {reason: "likewise"},
	"programs.flat":      {reason: "likewise"},
	"programs.rates":     {reason: "likewise"},
	"programs.bound_ns":  {reason: "a setting, free to change: it decides nothing about orders that were reported"},
	"programs.refund_ns": {reason: "a setting, free to change: every commission carries the end that it was earned under"},

	"entries.at":     {"it waits, and no event is held against it: until it is sealed nothing else dates it", unsealed + " AND kind NOT IN ('stake', 'leave', 'claim', 'cooled', 'restake', 'compound', 'distribution', 'fund', 'withdraw', 'given_up', 'bonus', 'approval')"},
	"events.subject": {"it waits, and no row is held against it: until it is sealed it stands for itself", unsealed + besides("accounts", "erased", "programs", "pools", "positions", "conversions", "refunds", "commissions", "waived", "payouts", "attempts", "wallets", "unlinked", "intents", "tickets", "gifts", "remainders", "decisions", "rebalances", "fates", "bonuses") + besidesDecisions},
	"events.account": {"likewise, or what is held against it names nobody", unsealed + besides("accounts", "erased", "programs", "pools", "closed", "positions", "commissions", "waived", "payouts", "wallets", "unlinked", "intents", "tickets", "gifts", "remainders", "rebalances", "bonuses") + besidesDecisions},
	"events.at":      {"likewise, or what is held against it has no moment", unsealed + besides("accounts", "erased", "programs", "pools", "closed", "positions", "conversions", "refunds", "commissions", "payouts", "attempts", "wallets", "intents", "tickets", "gifts", "bonuses") + besidesDecisions},
	"events.data":    {"likewise, or what is held against it is a part of it", unsealed + besides("accounts", "conversions", "refunds", "commissions", "payouts", "attempts", "coolings", "remainders", "bonuses")},
	"waiting.turn":   {reason: "in which order what waits will be sealed; turns have gaps"},

	"balances.asset":              {"a row that was held, and nothing ever stood there", "version = 0"},
	"balances.stripe":             {"likewise", "version = 0"},
	"a deleted row of balances":   {"likewise", "version = 0"},
	"an invented row of balances": {"likewise", "version = 0"},

	"deposit_cursor.one":                {reason: "where reading goes on; booking twice is refused, so too low only costs time"},
	"deposit_cursor.slot":               {reason: "likewise"},
	"a deleted row of deposit_cursor":   {reason: "likewise"},
	"an invented row of deposit_cursor": {reason: "likewise"},

	"pools.suspended":       {"why it was suspended; that it was, events say", "suspended <> ''"},
	"pools.epoch":           {"nothing waits in this pool, and what was activated in it was so before", "waiting = 0 AND next_minimum = 0 AND NOT EXISTS (SELECT FROM activations AS a WHERE a.pool = pools.id AND a.epoch >= pools.epoch - 1)"},
	"pools.reward_index":    {"nobody's stake is in this pool: a difference of indexes earns nothing", "active = 0 AND NOT EXISTS (SELECT FROM activations AS a WHERE a.pool = pools.id)"},
	"positions.opened_at":   {reason: "a moment that decides nothing"},
	"positions.compound_at": {"when rewards are staked again, which its events and entries show when it happens", "active + waiting > 0"},

	"conversions.currency": {reason: "there is one"},
	"conversions.click":    {reason: "what led to it; who earns stands in its commission"},

	"commissions.fee_rate":   {"no entry has been made by this rate yet", unshared},
	"commissions.fans_share": {"likewise", unshared},
	"commissions.reason":     {"why it is held or was rejected; that it is, events say", "reason <> ''"},
	"commissions.alert":      {reason: "which rule held it; that it is, events say"},
	"bonuses.short_at":       {reason: "since when it waits for funds, which operators are told; no sum knows it"},
	"debts.since":            {reason: "in which order debts are repaid"},

	"deposits.slot":       {reason: "where the chain showed it; its signature names the transfer"},
	"deposits.mint":       {reason: "what arrived; only one is booked"},
	"deposits.sender":     {reason: "who sent it, as the chain shows for ever"},
	"deposits.memo":       {reason: "what was written beside it, as the chain shows for ever"},
	"deposits.arrived_at": {reason: "a moment that no sum knows"},
	"deposits.at":         {reason: "likewise"},

	"payouts.failure_code":         {reason: "why it failed"},
	"payouts.reason":               {"why it was rejected", "state = 'rejected'"},
	"payouts.changed_at":           {reason: "a moment that no sum knows"},
	"payouts.state to 'requested'": {"the money stands in the same place", "state IN ('requested', 'approved', 'queued') AND decided_by = ''"},
	"payouts.state to 'approved'":  {"likewise", "state IN ('requested', 'approved', 'queued') AND " + alone},
	"payouts.state to 'queued'":    {"likewise", "state IN ('requested', 'approved', 'queued') AND " + alone},
	"payouts.state to 'signed'":    {"its attempt may land, whatever it is called", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'broadcast'": {"likewise", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'confirmed'": {"likewise", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'unproven'":  {"likewise", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'failed'":    {"the money was given back either way", "state = 'canceled' AND " + alone},

	"attempts.raw":               {reason: "bytes that the treasury signed: others it did not"},
	"attempts.genesis":           {reason: "a fact about the chain; a wrong one delays, or asks for proofs that cannot be had"},
	"attempts.blockhash":         {reason: "likewise"},
	"attempts.last_valid_height": {reason: "likewise"},
	"attempts.slot":              {reason: "likewise"},
	"attempts.state to 'dead'":   {"the payout failed either way", "state = 'reverted'"},
}

// besides leaves out the events that rows of some tables are held against.
func besides(tables ...string) string {
	kinds := map[string][]journal.Kind{
		"accounts": {journal.AccountOpened}, "erased": {journal.AccountErased, journal.RemainderGivenUp}, "programs": {journal.ProgramOpened, journal.ProgramClosed, journal.ProgramFunded, journal.ProgramWithdrawn}, "waived": {journal.CommissionWaived},
		"pools": {journal.PoolOpened}, "closed": {journal.PoolClosed}, "positions": {journal.Staked, journal.Left, journal.RewardClaimed, journal.Compounded},
		"conversions": {journal.ConversionReported}, "refunds": {journal.ConversionRefunded}, "commissions": {journal.CommissionEarned},
		"payouts": {journal.PayoutRequested}, "attempts": {journal.PayoutSigned},
		"tickets": {journal.CoolingBegan, journal.TicketWithdrawn, journal.TicketCanceled}, "coolings": {journal.CoolingBegan},
		"bonuses": {journal.BonusDue, journal.BonusPaid, journal.BonusLapsed, journal.MonthAssessed},
		"gifts":   {journal.Distributed}, "remainders": {journal.RemainderPaid}, "rebalances": {journal.Rebalanced},
		"decisions": {journal.PoolChanged, journal.PoolPaused, journal.PoolResumed, journal.PoolClosed, journal.PoolSuspended, journal.PoolReleased},
		"fates":     {journal.CommissionFunded, journal.CommissionHeld, journal.CommissionReleased, journal.CommissionApproved, journal.CommissionRejected, journal.CommissionReversed, journal.CommissionKept},
		"wallets":   {journal.WalletLinked}, "unlinked": {journal.WalletUnlinked}, "intents": {journal.PayoutSteppedUp},
	}
	var all strings.Builder
	for _, table := range tables {
		for _, kind := range kinds[table] {
			all.WriteString(" AND kind <> '" + string(kind) + "'")
		}
	}
	return all.String()
}
