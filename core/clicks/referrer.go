package clicks

import "strings"

// refers reports a referrer on a listed host or below one.
func (r *Rules) refers(referrer string) bool {
	var buf [maxHost]byte
	host := hostOf(referrer, &buf)
	for len(host) > 0 {
		if _, ok := r.referrers[string(host)]; ok {
			return true
		}
		dot := 0
		for dot < len(host) && host[dot] != '.' {
			dot++
		}
		if dot == len(host) {
			return false
		}
		host = host[dot+1:]
	}
	return false
}

// maxHost is how many bytes the name of a host has at most.
const maxHost = 253

// hostOf gives the host of an http or https address, in lower case; nothing for what is no such address.
func hostOf(address string, buf *[maxHost]byte) []byte {
	scheme, rest, ok := strings.Cut(address[:min(len(address), maxAgent)], "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return nil
	}
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 { // browsers read \ as /
		rest = rest[:end]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if port := strings.LastIndexByte(rest, ':'); port >= 0 {
		rest = rest[:port]
	}
	rest = strings.TrimSuffix(rest, ".")
	if len(rest) > len(buf) {
		return nil
	}
	for i := range len(rest) {
		buf[i] = lower(rest[i])
	}
	return buf[:len(rest)]
}
