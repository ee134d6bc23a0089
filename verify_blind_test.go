package twist_test

// blindness is why no recomputation sees that something was altered, and in which rows; in all of them where
// it names none.
type blindness struct{ reason, where string }

// Rows that are their own witness yet.
const unsealed = "id IN (SELECT id FROM waiting)"

// blind lists what somebody with the database in hand could do unseen: to whole tables, to columns, to columns
// of some rows, to some values of them, and by deleting rows or inventing them. A new table or column is
// noticed, or has its line here.
var blind = map[string]blindness{
	"accounts":    {reason: "who somebody is; every movement of theirs is in the journal"},
	"sessions":    {reason: "who signed in when; a token is verified by its signature"},
	"influencers": {reason: "names; who earns stands in each commission"},
	"outcomes":    {reason: "an answer that was given; it decides no balance"},
	"programs":    {reason: "settings, free to change: every commission carries those that decided it"},
	"links":       {reason: "where visitors go; who earns stands in each commission"},
	"clicks":      {reason: "who followed a link; what came of it stands in each commission"},

	"entries.at":     {"it waits: until it is sealed nothing else dates it", unsealed},
	"events.subject": {"it waits: until it is sealed an event stands for itself", unsealed},
	"events.account": {"likewise", unsealed},
	"events.at":      {"likewise", unsealed},
	"events.data":    {"likewise", unsealed},
	"waiting.turn":   {reason: "in which order what waits will be sealed; turns have gaps"},

	"balances.asset":              {"a row that was held, and nothing ever stood there", "version = 0"},
	"balances.stripe":             {"likewise", "version = 0"},
	"a deleted row of balances":   {"likewise", "version = 0"},
	"an invented row of balances": {"likewise", "version = 0"},

	"deposit_cursor.one":                {reason: "where reading goes on; booking twice is refused, so too low only costs time"},
	"deposit_cursor.slot":               {reason: "likewise"},
	"a deleted row of deposit_cursor":   {reason: "likewise"},
	"an invented row of deposit_cursor": {reason: "likewise"},

	"pools.state":                  {reason: "a setting"},
	"pools.share":                  {reason: "a setting, free to change: every commission carries the share that decided it"},
	"pools.minimum":                {reason: "a setting"},
	"pools.owner":                  {reason: "whose pool it is; its money is its stakers'"},
	"pools.influencer":             {reason: "likewise"},
	"pools.opened_at":              {reason: "a moment that decides nothing"},
	"pools.epoch":                  {"nothing waits in this pool, and what was activated in it was so before", "waiting = 0 AND NOT EXISTS (SELECT FROM activations AS a WHERE a.pool = pools.id AND a.epoch >= pools.epoch - 1)"},
	"pools.reward_index":           {"nobody's stake is in this pool: a difference of indexes earns nothing", "active = 0 AND NOT EXISTS (SELECT FROM activations AS a WHERE a.pool = pools.id)"},
	"pools.id":                     {"nobody ever staked in it", neverStaked},
	"a deleted row of pools":       {"likewise", neverStaked},
	"an invented row of pools":     {"nothing is in it", "active = 0 AND waiting = 0 AND funded = 0"},
	"positions.id":                 {reason: "a name; the sums of a pool prove what its positions hold"},
	"positions.account":            {reason: "whose it is; the sums of a pool prove what its positions hold"},
	"positions.opened_at":          {reason: "a moment that decides nothing"},
	"a deleted row of positions":   {"nothing is in it, and nothing was claimed", empty},
	"an invented row of positions": {"likewise", empty},

	"conversions.program":            {reason: "every commission names its program too"},
	"conversions.order_id":           {reason: "the merchant's name for it"},
	"conversions.currency":           {reason: "there is one"},
	"conversions.click":              {reason: "what led to it; who earns stands in its commission"},
	"conversions.touch":              {reason: "likewise"},
	"conversions.at":                 {reason: "a moment that no sum knows"},
	"conversions.id":                 {"nobody's click led to it: it earned nothing", unearned},
	"conversions.amount":             {"likewise", unearned},
	"a deleted row of conversions":   {"likewise", unearned},
	"an invented row of conversions": {"one of which nothing went back, and which earned nothing", "refunded = 0"},
	"refunds.id":                     {reason: "the merchant's name for it"},
	"refunds.at":                     {reason: "a moment that no sum knows"},

	"commissions.influencer":          {reason: "a name; entries name programs and accounts"},
	"commissions.holder":              {reason: "who earns; until it is shared no entry says it"},
	"commissions.pool":                {"its fans got nothing, so no entry names it", "fans = 0"},
	"commissions.earned_at":           {reason: "a moment that no sum knows"},
	"commissions.mature_at":           {reason: "likewise"},
	"commissions.fee_rate":            {"no entry has been made by this rate yet", "state = 'unfunded'"},
	"commissions.fans_share":          {"likewise", "state = 'unfunded'"},
	"commissions.id":                  {"no entry names it yet", "state = 'unfunded'"},
	"commissions.program":             {"nothing of it stands in the program", "state <> 'pending' AND " + unshared},
	"commissions.state to 'reversed'": {"its entries add up, whatever it is called", "state IN ('approved', 'unfunded')"},
	"commissions.state to 'approved'": {"likewise", "state IN ('reversed', 'unfunded')"},
	"commissions.state to 'pending'":  {"likewise", "state = 'reversed'"},
	"a deleted row of commissions":    {"no entry names it yet", "state = 'unfunded'"},
	"an invented row of commissions":  {"likewise", "state = 'unfunded'"},
	"debts.since":                     {reason: "in which order debts are repaid"},

	"deposits.slot":       {reason: "where the chain showed it; its signature names the transfer"},
	"deposits.mint":       {reason: "what arrived; only one is booked"},
	"deposits.sender":     {reason: "who sent it, as the chain shows for ever"},
	"deposits.memo":       {reason: "what was written beside it, as the chain shows for ever"},
	"deposits.arrived_at": {reason: "a moment that no sum knows"},
	"deposits.at":         {reason: "likewise"},

	"payouts.destination":          {reason: "no entry names a wallet"},
	"payouts.failure_code":         {reason: "why it failed"},
	"payouts.requested_at":         {reason: "a moment that no sum knows"},
	"payouts.changed_at":           {reason: "likewise"},
	"payouts.state to 'requested'": {"the money stands in the same place", "state IN ('requested', 'approved', 'queued')"},
	"payouts.state to 'approved'":  {"likewise", "state IN ('requested', 'approved', 'queued')"},
	"payouts.state to 'queued'":    {"likewise", "state IN ('requested', 'approved', 'queued')"},
	"payouts.state to 'signed'":    {"its attempt may land, whatever it is called", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'broadcast'": {"likewise", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'confirmed'": {"likewise", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'unproven'":  {"likewise", "state IN ('signed', 'broadcast', 'confirmed', 'unproven')"},
	"payouts.state to 'canceled'":  {"the money was given back either way", "state IN ('canceled', 'failed')"},
	"payouts.state to 'failed'":    {"likewise", "state IN ('canceled', 'failed')"},

	"attempts.signature":           {"nothing was booked for it", "gas = 0"},
	"attempts.raw":                 {reason: "bytes that the treasury signed: others it did not"},
	"attempts.genesis":             {reason: "a fact about the chain; a wrong one delays, or asks for proofs that cannot be had"},
	"attempts.blockhash":           {reason: "likewise"},
	"attempts.last_valid_height":   {reason: "likewise"},
	"attempts.slot":                {reason: "likewise"},
	"attempts.signed_at":           {reason: "a moment that no sum knows"},
	"attempts.state to 'dead'":     {"it is over, whatever it is called", "state <> 'live'"},
	"attempts.state to 'landed'":   {"likewise", "state <> 'live'"},
	"attempts.state to 'reverted'": {"likewise", "state <> 'live'"},
}

// Rows of which nothing depends.
const (
	neverStaked = "NOT EXISTS (SELECT FROM positions AS p WHERE p.pool = pools.id)"
	empty       = "active = 0 AND waiting = 0 AND claimed = 0"
	unearned    = "NOT EXISTS (SELECT FROM commissions AS c WHERE c.conversion = conversions.id)"
	unshared    = "NOT EXISTS (SELECT FROM entries AS e WHERE e.reference = 'approval:' || commissions.id)"
)
