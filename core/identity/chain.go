package identity

// ChainID names the Solana cluster in the words of a sign-in text.
type ChainID string

// The clusters. The sign-in grammar knows the local one only without a namespace.
const (
	Mainnet  ChainID = "solana:mainnet"
	Testnet  ChainID = "solana:testnet"
	Devnet   ChainID = "solana:devnet"
	Localnet ChainID = "localnet"
)

// CAIP2 is the cluster's chain-agnostic name: the namespace and the first 32 characters of the genesis
// hash. A local cluster has a new genesis at every start and is called by its word. A cluster that is
// not listed has no name: the empty string.
func (c ChainID) CAIP2() string {
	switch c {
	case Mainnet:
		return "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
	case Testnet:
		return "solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z"
	case Devnet:
		return "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1"
	case Localnet:
		return "solana:localnet"
	default:
		return ""
	}
}

// Known reports a listed cluster.
func (c ChainID) Known() bool { return c.CAIP2() != "" }
