package rpc

import (
	"net/http"
	"strings"
)

// country is where a request came from, as a proxy of ours says in the header that is ours to believe: two letters, in
// capitals, and not those that stand for no country. A header that came twice, or from somebody else, says nothing.
func (d *door) country(r *http.Request) string {
	if d.Country == "" || !d.Proxies.trusts(r.RemoteAddr) {
		return ""
	}
	said := r.Header.Values(d.Country)
	if len(said) != 1 || len(said[0]) != 2 || strings.Trim(said[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || said[0] == "XX" || said[0] == "ZZ" {
		return ""
	}
	return said[0]
}
