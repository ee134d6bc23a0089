package identity

import "strings"

// Award gives the badge for which an application was approved. It stands beside the name that was judged: who
// shows another by now is ErrApplicationOutdated.
func (i Influencer) Award(a Application) (Influencer, error) {
	if i.DisplayName != a.Name {
		return Influencer{}, ErrApplicationOutdated
	}
	i.Verified, i.Withdrawn = true, ""
	return i, nil
}

// WithdrawBadge takes the badge back, on the decision of somebody else, and says why. One's own is
// ErrApplicationOwn, a bad reason ErrApplicationReason, and an influencer without it ErrBadgeMissing.
func (i Influencer) WithdrawBadge(by AccountID, reason string) (Influencer, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case by == i.Account:
		return Influencer{}, ErrApplicationOwn
	case !decent(reason, maxReason, disturbsLines):
		return Influencer{}, ErrApplicationReason
	case !i.Verified:
		return Influencer{}, ErrBadgeMissing
	}
	i.Verified, i.Withdrawn = false, reason
	return i, nil
}
