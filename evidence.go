package wardround

import "time"

// Evidence is a verdict's transition, or its renewal at half its freshness, as a
// leaf of the ledger: SHA-256 over a random salt and the canonical JSON (RFC 8785)
// of the entry, which is kind, reason, time, log position and payload. Salt, payload
// and reason can be erased together; the leaf stays.
type Evidence struct {
	Index   uint64    `json:"index"`   // leaf number, from 0
	Kind    string    `json:"kind"`    // "verdict", "action", "gap", "content", "erased"
	Reason  string    `json:"reason"`  // "transition", "renewal", or what was done
	Payload []byte    `json:"payload"` // canonical JSON
	Salt    []byte    `json:"salt"`    // 16 random bytes
	Leaf    []byte    `json:"leaf"`    // 32 bytes
	At      time.Time `json:"at"`      // site time
	Seq     uint64    `json:"seq"`     // log position
}
