// Package pgtest gives a test a PostgreSQL database of its own on a real server, version 15 or later.
//
// It is imported by tests only, ours and those of whoever embeds the library or writes an adapter. The
// server is the first of these that can be had, and is shared by the tests of one process:
//
//  1. TWIST_TEST_DATABASE_URL, the postgres:// URL of a role that may create databases. When it is
//     set nothing else is tried, unless a test asks for a durable server and that one is not.
//  2. A container of Image, when a Docker engine answers and scripts/images.sh has built the image.
//  3. initdb and postgres from the PATH or /usr/lib/postgresql, under another user when run as root.
//
// When none can be had the test fails and says why; it is never skipped. TWIST_TEST_DOCKER=required
// leaves out the third, so that a broken engine is seen where one is meant to be.
//
// Its invariant: nothing outlives the process. A server of ours stands at the end of a leash, a pipe or a
// connection that the kernel closes however the process ends, and then ends itself. On a server that was
// given, what a killed process left behind is dropped by the next one.
package pgtest
