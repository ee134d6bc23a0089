// Package memory keeps every port in the process. It is the reference for the contracts and the store
// behind `twistd demo` and `twistd dev`.
//
// It is not for production: what it holds ends with the process. Its invariant: units of work run one
// at a time, and one that fails leaves no trace.
package memory
