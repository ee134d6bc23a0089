package testkit

import (
	"github.com/twist-platform/twist/core/identity"
	"github.com/twist-platform/twist/core/money"
)

// TWIST is a number of whole tokens in base units. It panics when that is negative or does not fit an
// Amount: the numbers of a test are constants.
func TWIST(whole int64) money.Amount {
	const unit money.Amount = 1_000_000_000
	amount, err := money.Amount(whole).Scale(unit, 1, money.Down)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return amount
}

// Site is a site that asks wallets to sign, on a local cluster.
func Site() identity.Site {
	return identity.Site{
		Domain: "twist.example", URI: "https://twist.example", ChainID: identity.Localnet,
		Statement: "Sign in to TWIST. This costs nothing and moves no tokens.",
	}
}
