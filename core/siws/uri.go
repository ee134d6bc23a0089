package siws

import "strings"

// uri reports a URI of RFC 3986: with a scheme, of any kind.
func uri(text string) bool {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || scheme == "" || !of(alpha, scheme[:1]) || !of(alpha+digit+"+-.", scheme) {
		return false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	if !encodedOf(pchar+"/?", query) || !encodedOf(pchar+"/?", fragment) {
		return false
	}
	path := rest
	if after, found := strings.CutPrefix(rest, "//"); found {
		asked, below, _ := strings.Cut(after, "/")
		if _, ok := authority(asked); !ok {
			return false
		}
		path = below
	}
	return encodedOf(pchar+"/", path)
}

// domain is an authority that names a host: a text that names nobody asks for nobody.
func domain(text string) bool {
	host, ok := authority(text)
	return ok && host != ""
}

// authority gives the host of an authority of RFC 3986, which may have a user before it and a port after.
func authority(text string) (host string, ok bool) {
	if user, after, found := strings.Cut(text, "@"); found {
		if !encodedOf(unreserved+subDelims+":", user) {
			return "", false
		}
		text = after
	}
	if literal, found := strings.CutPrefix(text, "["); found {
		host, port, closed := strings.Cut(literal, "]")
		numbered := port == "" || (port[0] == ':' && of(digit, port[1:]))
		return host, closed && numbered && (ipv6(host) || ipFuture(host))
	}
	host, port, _ := strings.Cut(text, ":")
	return host, encodedOf(unreserved+subDelims, host) && of(digit, port)
}

// ipFuture is an address of a version that nobody has defined.
func ipFuture(text string) bool {
	number, rest, found := strings.Cut(text, ".")
	return found && len(number) > 1 && (number[0] == 'v' || number[0] == 'V') && of(hexDigit, number[1:]) &&
		rest != "" && of(unreserved+subDelims+":", rest)
}

// ipv6 is an address of eight groups, of which two colons may stand for one or more.
func ipv6(text string) bool {
	const all = 8
	head, tail, shortened := strings.Cut(text, "::")
	before, ok := groups(head, !shortened)
	after, alsoOK := groups(tail, true)
	if !ok || !alsoOK {
		return false
	}
	if shortened {
		return before+after < all
	}
	return before == all
}

// groups counts the groups of 16 bits in a part of an address. At the end of an address the last two may be
// written as one of IPv4.
func groups(text string, atEnd bool) (n int, ok bool) {
	if text == "" {
		return 0, true
	}
	parts := strings.Split(text, ":")
	for i, part := range parts {
		const longest = 4
		switch {
		case atEnd && i == len(parts)-1 && ipv4(part):
			n += 2
		case part != "" && len(part) <= longest && of(hexDigit, part):
			n++
		default:
			return 0, false
		}
	}
	return n, true
}

// ipv4 is four numbers up to 255, none with a zero before it.
func ipv4(text string) bool {
	const octets = 4
	parts := strings.Split(text, ".")
	for _, part := range parts {
		leading := len(part) > 1 && part[0] == '0'
		if part == "" || len(part) > 3 || leading || !of(digit, part) || (len(part) == 3 && part > "255") {
			return false
		}
	}
	return len(parts) == octets
}
