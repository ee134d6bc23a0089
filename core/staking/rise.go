package staking

// Rise is the tier in which a pool ended some days, and true when it is higher than the one in which the pool began
// them: what rose and fell in between, or fell and rose again, is none. It counts back from the pool as it stands: days
// are those of the pool from the first asked for until the last there is, each at most once, in any order.
func Rise(pool Pool, days []PoolDay, first, last Day) (Tier, bool) {
	to := pool.Staked()
	for _, d := range days {
		if d.Day > last {
			to = capped(to, difference(d.Out, d.In))
		}
	}
	from := to
	for _, d := range days {
		if d.Day >= first && d.Day <= last {
			from = capped(from, difference(d.Out, d.In))
		}
	}
	return TierOf(to), TierOf(to) > TierOf(from)
}
