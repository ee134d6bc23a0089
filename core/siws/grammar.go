package siws

import (
	"slices"
	"strings"
)

// The characters of RFC 3986 and of base58, as the grammar uses them.
const (
	digit      = "0123456789"
	alpha      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	hexDigit   = digit + "ABCDEFabcdef"
	unreserved = alpha + digit + "-._~"
	subDelims  = "!$&'()*+,;="
	reserved   = ":/?#[]@" + subDelims
	pchar      = unreserved + subDelims + ":@" // and bytes that are percent-encoded
	base58     = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
)

// of reports that all characters of a text are in the set.
func of(set, text string) bool { return strings.Trim(text, set) == "" }

// encodedOf is of for a text in which any byte may also be percent-encoded.
func encodedOf(set, text string) bool {
	for {
		plain, rest, found := strings.Cut(text, "%")
		if !of(set, plain) {
			return false
		}
		if !found {
			return true
		}
		if len(rest) < 2 || !of(hexDigit, rest[:2]) {
			return false
		}
		text = rest[2:]
	}
}

// address is a number in base58 of the length that 32 bytes can have. Whether it is a key is not grammar.
func address(text string) bool {
	const shortest, longest = 32, 44
	return len(text) >= shortest && len(text) <= longest && of(base58, text)
}

// statement is a line that no field begins like. A percent sign is not in the grammar's list.
func statement(text string) bool {
	return text != "" && of(reserved+unreserved+" ", text) && !labelled(text)
}

func version(text string) bool { return text == "1" }

// chainID is one of the grammar's words. The local cluster has one without a namespace only.
func chainID(text string) bool {
	return slices.Contains([]string{
		"mainnet", "testnet", "devnet", "localnet", "solana:mainnet", "solana:testnet", "solana:devnet",
	}, text)
}

func nonce(text string) bool {
	const shortest = 8
	return len(text) >= shortest && of(alpha+digit, text)
}

// segment is what a path has between two slashes, and may be empty.
func segment(text string) bool { return encodedOf(pchar, text) }
