// Package ports names what the use cases need from outside: small interfaces, and one unit of work.
//
// It is imported by the use cases in the root, by every adapter and by the contract suites; it imports
// core and nothing else. Six rules bind every implementation:
//
//   - Copies. Neither side keeps what it was handed: a caller may change a value it passed or got, and
//     the store does not notice.
//   - Absence. What is absent is the fault named beside the method; where none is named, the method
//     answers ok or an empty list; deleting what is absent succeeds. A text that is not UTF-8 or has a
//     zero byte names nothing: looking by it finds nothing and spoils nothing.
//   - Faults. A method returns a fault of core or of this package, or wraps one. What an adapter did
//     not classify is internal.
//   - Adding. Add never replaces: an id in use is refused, with an internal fault where none is named.
//   - Order. Text is ordered by its bytes. The row that a list begins after need not exist: what is given
//     is a place in the order, even one that no text can hold. A limit of zero gives nothing.
//   - Time. No implementation reads a clock to decide about stored state: moments are arguments, in UTC
//     and whole microseconds, and come back as they were.
//
// A method exists because a use case calls it; RecordAll and Challenges.Get are for embedders. Each
// sentence of a method's comment is a subtest in testkit/contract, which the memory adapter and every
// other adapter run.
package ports
