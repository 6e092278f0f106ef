// Package probe sends to a model's endpoint, under a grant, and in no other way.
//
// Wardround listens. What sends lives here, so that it can be found: a [Grant] is a
// file that a person wrote, which names the endpoint, the time, how much and how
// fast, what may be sent, and the test patients that may stand in it. A [Client] keeps
// to it and cannot be made without one:
//
//   - to the endpoint alone: no redirects, no proxy; TLS verified, or a loopback address
//   - within the window, at the rate, as many requests as granted, one at a time
//   - for declared test patients alone
//   - it stops at the first error, for good: what answers badly is not asked again
//
// Every request is counted, whether or not it was answered.
package probe
