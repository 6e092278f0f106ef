// Package net holds the checks of who talks to whom: scans, public peers, new
// ways between segments, contested addresses, and software that comes from
// whoever answers.
package net

import "github.com/wardround/wardround"

// onWard reports whether an asset is a medical device or speaks for some.
func onWard(a *wardround.Asset) bool {
	return a.Kind&(wardround.Device|wardround.Intermediary) != 0
}
