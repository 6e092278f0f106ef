package ledger

import (
	"fmt"

	"github.com/wardround/wardround"
)

// Trust is what the verifier has from elsewhere. Without any of it a bundle can
// only be found self-consistent: whoever forges one can forge all that is in it.
type Trust struct {
	Key         string // a public key, as [PublicKey.String] writes it
	Fingerprint string // of the public key
	Checkpoint  []byte // an earlier signed checkpoint
}

// Outcome is the answer of a verification.
type Outcome string

// The outcomes.
const (
	// Verified: every entry is what the trusted ledger holds, none is missing.
	Verified Outcome = "verified"
	// SelfConsistent: nothing contradicts, but nothing from outside vouches for it.
	SelfConsistent Outcome = "self-consistent only"
	// Failed: see the problems.
	Failed Outcome = "failed"
)

// Problem is one thing that is wrong with a bundle.
type Problem struct {
	// Kind is "altered", "removed", "added", "reordered", "repeated", "re-signed",
	// "rolled back", "rewritten", "unproven" or "malformed".
	Kind string `json:"kind"`
	// Entry is the number of the first entry it is about, Count how many follow each
	// other; Count is 0 for what is not about entries.
	Entry  uint64 `json:"entry,omitempty"`
	Count  uint64 `json:"count,omitempty"`
	Detail string `json:"detail"`
}

func (p Problem) String() string {
	switch p.Count {
	case 0:
		return p.Kind + ": " + p.Detail
	case 1:
		return fmt.Sprintf("%s: entry %d: %s", p.Kind, p.Entry, p.Detail)
	}
	return fmt.Sprintf("%s: entries %d to %d: %s", p.Kind, p.Entry, p.Entry+p.Count-1, p.Detail)
}

// Report is what a verification found.
type Report struct {
	Outcome  Outcome   `json:"outcome"`
	Trusted  string    `json:"trusted"` // what vouches for it, in words
	Problems []Problem `json:"problems"`
	// More counts problems beyond those listed.
	More int `json:"more,omitempty"`

	Manifest   Manifest `json:"manifest"`
	Entries    uint64   `json:"entries"` // read
	Erased     uint64   `json:"erased"`
	Signer     string   `json:"signer"` // fingerprint of the key in the bundle
	Root       string   `json:"root"`
	Checkpoint string   `json:"checkpoint"` // as it stands in the bundle, to be kept
}

// trust is Trust, parsed.
type trust struct {
	key         *PublicKey
	fingerprint string
	checkpoint  *Checkpoint
}

func (t Trust) parse() (out trust, err error) {
	if t.Key != "" {
		k, err := ParsePublicKey(t.Key)
		if err != nil {
			return out, err
		}
		out.key, out.fingerprint = &k, k.Fingerprint()
	}
	if t.Fingerprint != "" {
		f, err := parseFingerprint(t.Fingerprint)
		if err != nil {
			return out, err
		}
		if out.key != nil && out.fingerprint != f {
			return out, wardround.Errorf(wardround.EInvalid, "ledger.verify", "the key has another fingerprint, %s", out.fingerprint)
		}
		out.fingerprint = f
	}
	if len(t.Checkpoint) > 0 {
		out.checkpoint, err = ParseCheckpoint(t.Checkpoint)
	}
	return out, err
}
