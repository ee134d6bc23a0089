package journal

import "slices"

// Kind says what happened: the domain, a dot, and a verb in the past.
type Kind string

// The kinds of identity. Others depend on all these words: none changes its meaning, and none is ever
// used again. docs/events.md says when each happens, and with what data.
const (
	AccountOpened        Kind = "identity.account_opened"
	AccountErased        Kind = "identity.account_erased"
	RemainderGivenUp     Kind = "identity.remainder_given_up"
	WalletLinked         Kind = "identity.wallet_linked"
	WalletUnlinked       Kind = "identity.wallet_unlinked"
	SessionOpened        Kind = "identity.session_opened"
	SessionRefreshed     Kind = "identity.session_refreshed"
	SessionEnded         Kind = "identity.session_ended"
	SessionsEnded        Kind = "identity.sessions_ended"
	RoleGranted          Kind = "identity.role_granted"
	RoleRevoked          Kind = "identity.role_revoked"
	APIKeyMade           Kind = "identity.api_key_made"
	APIKeyRevoked        Kind = "identity.api_key_revoked"
	APIKeysRevoked       Kind = "identity.api_keys_revoked"
	InfluencerRegistered Kind = "identity.influencer_registered"
	InfluencerChanged    Kind = "identity.influencer_changed"
	EmailAsked           Kind = "identity.email_asked"
	EmailForgotten       Kind = "identity.email_forgotten"
	EmailVerified        Kind = "identity.email_verified"
	MailSent             Kind = "identity.mail_sent"
	MailParked           Kind = "identity.mail_parked"
	MailDropped          Kind = "identity.mail_dropped"
	ApplicationMade      Kind = "identity.application_made"
	ApplicationApproved  Kind = "identity.application_approved"
	ApplicationRejected  Kind = "identity.application_rejected"
	BadgeWithdrawn       Kind = "identity.badge_withdrawn"
)

// The kinds of staking.
const (
	PoolOpened      Kind = "staking.pool_opened"
	PoolChanged     Kind = "staking.pool_changed"
	PoolPaused      Kind = "staking.pool_paused"
	PoolResumed     Kind = "staking.pool_resumed"
	PoolClosed      Kind = "staking.pool_closed"
	PoolSuspended   Kind = "staking.pool_suspended"
	PoolReleased    Kind = "staking.pool_released"
	RemainderPaid   Kind = "staking.remainder_paid"
	TierChanged     Kind = "staking.tier_changed"
	Distributed     Kind = "staking.distributed"
	Staked          Kind = "staking.staked"
	Left            Kind = "staking.left"
	RewardClaimed   Kind = "staking.claimed"
	CoolingBegan    Kind = "staking.cooling_began"
	TicketWithdrawn Kind = "staking.ticket_withdrawn"
	TicketCanceled  Kind = "staking.ticket_canceled"
	Rebalanced      Kind = "staking.rebalanced"
	Compounded      Kind = "staking.compounded"
	CompoundingSet  Kind = "staking.compounding_set"
	CompoundRefused Kind = "staking.compound_refused"
)

// The kinds of attribution.
const (
	ProgramOpened      Kind = "attribution.program_opened"
	ProgramFunded      Kind = "attribution.program_funded"
	ProgramWithdrawn   Kind = "attribution.program_withdrawn"
	ProgramChanged     Kind = "attribution.program_changed"
	ProgramClosed      Kind = "attribution.program_closed"
	PromoReserved      Kind = "attribution.promo_reserved"
	PromoReleased      Kind = "attribution.promo_released"
	LinkMade           Kind = "attribution.link_made"
	LinkWithdrawn      Kind = "attribution.link_withdrawn"
	LinkRestored       Kind = "attribution.link_restored"
	ConversionReported Kind = "attribution.conversion_reported"
	ConversionRefunded Kind = "attribution.conversion_refunded"
	CommissionEarned   Kind = "attribution.commission_earned"
	CommissionFunded   Kind = "attribution.commission_funded"
	CommissionApproved Kind = "attribution.commission_approved"
	CommissionReversed Kind = "attribution.commission_reversed"
	CommissionKept     Kind = "attribution.commission_kept"
	CommissionWaived   Kind = "attribution.commission_waived"
	CommissionHeld     Kind = "attribution.commission_held"
	CommissionReleased Kind = "attribution.commission_released"
	CommissionRejected Kind = "attribution.commission_rejected"
	DebtCollected      Kind = "attribution.debt_collected"
	BonusDue           Kind = "attribution.bonus_due"
	BonusPaid          Kind = "attribution.bonus_paid"
	BonusLapsed        Kind = "attribution.bonus_lapsed"
	MonthAssessed      Kind = "attribution.month_assessed"
)

// The kinds of fraud.
const (
	AlertOpened    Kind = "fraud.alert_opened"
	AlertDismissed Kind = "fraud.alert_dismissed"
	AlertUpheld    Kind = "fraud.alert_upheld"
	StakesBlocked  Kind = "fraud.stakes_blocked"
)

// DepositCredited is the kind of the ledger.
const DepositCredited Kind = "ledger.deposit_credited"

// The kinds of payouts.
const (
	PayoutRequested Kind = "payouts.requested"
	PayoutSteppedUp Kind = "payouts.stepped_up"
	PayoutCanceled  Kind = "payouts.canceled"
	PayoutApproved  Kind = "payouts.approved"
	PayoutRejected  Kind = "payouts.rejected"
	PayoutQueued    Kind = "payouts.queued"
	PayoutSigned    Kind = "payouts.signed"
	PayoutBroadcast Kind = "payouts.broadcast"
	PayoutConfirmed Kind = "payouts.confirmed"
	PayoutSettled   Kind = "payouts.settled"
	PayoutFailed    Kind = "payouts.failed"
	PayoutUnproven  Kind = "payouts.unproven"
	AttemptDead     Kind = "payouts.attempt_dead"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{
		AccountOpened, AccountErased, RemainderGivenUp, WalletLinked, WalletUnlinked, SessionOpened, SessionRefreshed, SessionEnded, SessionsEnded, RoleGranted, RoleRevoked,
		APIKeyMade, APIKeyRevoked, APIKeysRevoked, InfluencerRegistered,
		InfluencerChanged, EmailAsked, EmailForgotten, EmailVerified, MailSent, MailParked, MailDropped,
		ApplicationMade, ApplicationApproved, ApplicationRejected, BadgeWithdrawn,
		PoolOpened, PoolChanged, PoolPaused, PoolResumed, PoolClosed, PoolSuspended, PoolReleased, RemainderPaid, TierChanged, Distributed,
		Staked, Left, RewardClaimed, CoolingBegan, TicketWithdrawn, TicketCanceled, Rebalanced, Compounded, CompoundingSet, CompoundRefused,
		ProgramOpened, ProgramFunded, ProgramWithdrawn, ProgramChanged, ProgramClosed, PromoReserved, PromoReleased, LinkMade, LinkWithdrawn, LinkRestored, ConversionReported, ConversionRefunded,
		CommissionEarned, CommissionFunded, CommissionApproved, CommissionReversed, CommissionKept, CommissionWaived,
		CommissionHeld, CommissionReleased, CommissionRejected, DebtCollected, BonusDue, BonusPaid, BonusLapsed, MonthAssessed,
		AlertOpened, AlertDismissed, AlertUpheld, StakesBlocked,
		DepositCredited,
		PayoutRequested, PayoutSteppedUp, PayoutCanceled, PayoutApproved, PayoutRejected, PayoutQueued, PayoutSigned, PayoutBroadcast,
		PayoutConfirmed, PayoutSettled, PayoutFailed, PayoutUnproven, AttemptDead,
	}
}

func (k Kind) known() bool { return slices.Contains(Kinds(), k) }
