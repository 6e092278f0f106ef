// Package kind registers the observation schemas: one file per protocol or
// source. It is the allowlist of what may leave a sensor.
//
// A schema is a Go struct, registered once:
//
//	// SSHSession is the name; SSHSessionV1 its fields.
//	const SSHSession Name = "ssh.session"
//
//	type SSHSessionV1 struct {
//		ServerBanner string   `json:"server_banner,omitempty"` // software part only, RFC 4253 §4.2
//		KEX          []string `json:"kex,omitempty"`
//		User         Presence `json:"user,omitempty"`
//	}
//
//	var _ = Register[SSHSessionV1](Schema{Name: SSHSession, Version: 1, Doc: "…", Concern…})
//
// # The class of a field is its type
//
//   - plain: any ordinary Go type (string, bool, numbers, time.Duration as
//     milliseconds in a ..._ms field, []string, slices of structs). Only technical
//     facts: never a direct identifier of a person.
//   - [Pseudonym]: a keyed hash with its key epoch, made by a sensor's Pseudonyms;
//     only where a check needs linkage.
//   - [PersonalText]: erasable free text that may name a person; never enters
//     evidence.
//   - [Presence]: true when the value was there. The value itself never leaves.
//
// Changes are additive; a breaking one is a new version with an upcaster.
//
// # What the inventory reads
//
// A schema whose fields tell who somebody is implements [Claimer]; one that
// describes a data flow implements [Linker]. The inventory knows no protocol: it
// folds claims. So a new protocol edits nothing in the inventory.
package kind
