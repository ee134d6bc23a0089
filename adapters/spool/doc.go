// Package spool is a ports.ClickLog that answers from a file, before another log that is slower or not there.
//
// What it promises: when Append answers nil, each click is in the file by one write, which a killed process does not
// lose; at most 5 ms and one fsync later it is on the disk, which a machine without power does not lose. Then it is sent to
// the log below, in company and with rests between, again and again until that answers nil, and only then it leaves the file. A click that the file does not
// take is dropped: Append is ports.ErrClickDropped and it is counted. Whoever reads sees what waits as well.
//
// One process has a folder at a time. The invariant: what was answered nil is in the file, or in the log below, or set
// aside in a file of its own because the log below refuses it for good, and counted.
package spool
