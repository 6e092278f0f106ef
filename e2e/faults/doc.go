// Package faults tests what the whole product does when something goes wrong: its
// process is killed, its disk fills up or lies, its clock jumps, its interface
// goes away, somebody sends nonsense to its socket or rewrites its evidence. It
// holds no product code.
//
// The binary is built once and run as a user runs it. What it left on disk is then
// read with the product's own packages, beside the writer or after it, because no
// command prints all that must be counted. Everything random is seeded, and the
// seed is part of a failure's message.
//
// These variables of the environment make the tests larger:
//
//	WARDROUND_KILLS=200   how often the server is killed (50)
//	WARDROUND_SEED=7      of everything random (1)
//	WARDROUND_SOAK=60s    how long the soak over a network interface runs (12s)
package faults
