package pgtest

// settings are the arguments that a server of ours is started with.
func settings(c config) []string {
	pairs := []string{
		"max_connections=300",
		"shared_buffers=256MB",
		"max_locks_per_transaction=256", // many databases at once, each with all its tables
		"deadlock_timeout=100ms",        // a test that provokes a deadlock waits for it
		"timezone=UTC",
	}
	if !c.durable {
		pairs = append(pairs, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=256MB")
	}
	args := make([]string, 0, 2*len(pairs))
	for _, pair := range pairs {
		args = append(args, "-c", pair)
	}
	return args
}

// kind is config in a word, for a script.
func kind(c config) string {
	if c.durable {
		return "durable"
	}
	return "forgetful"
}
