// Package contract holds one suite per port: the specification that every adapter runs.
//
// A suite takes a function that opens an empty implementation, and asks one subtest per sentence of the
// port. It is imported by tests only, ours and those of whoever writes an adapter, and names no adapter.
// Its invariant: what a suite does not ask, no use case may rely on.
package contract
