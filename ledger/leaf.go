package ledger

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"github.com/wardround/wardround"
)

// SaltSize is the length of a leaf's salt in bytes.
const SaltSize = 16

// MaxPayload is the largest payload of one entry in bytes.
const MaxPayload = 64 << 10

// Seal makes e a leaf: it puts Payload into canonical form (RFC 8785), draws a
// fresh Salt from random (crypto/rand if nil) and computes Leaf. Errors: EInvalid
// (no kind, or a payload that is no JSON object or over [MaxPayload]).
func Seal(e *wardround.Evidence, random io.Reader) error {
	const op = "ledger.seal"
	if random == nil {
		random = rand.Reader
	}
	if e.Kind == "" {
		return wardround.Errorf(wardround.EInvalid, op, "evidence without a kind")
	}
	if len(e.Payload) > MaxPayload {
		return wardround.Errorf(wardround.EInvalid, op, "the payload of a %s has %d bytes, at most %d", e.Kind, len(e.Payload), MaxPayload)
	}
	canonical, err := jcs.Transform(e.Payload)
	if err != nil || len(canonical) == 0 || canonical[0] != '{' {
		return wardround.Errorf(wardround.EInvalid, op, "the payload of a %s is not a JSON object: %w", e.Kind, err)
	}
	salt := make([]byte, SaltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return wardround.Errorf(wardround.EInternal, op, "no randomness for a salt: %w", err)
	}
	e.Payload, e.Salt = canonical, salt
	sum := leafHash(salt, Entry(e))
	e.Leaf = sum[:]
	return nil
}

// Entry returns the canonical JSON (RFC 8785) that a leaf stands for: kind,
// reason, time, log position and payload. Payload must be canonical.
//
//	{"at":"2026-11-21T13:09:11Z","kind":"verdict","payload":{…},"reason":"transition","seq":4711}
func Entry(e *wardround.Evidence) []byte {
	b := make([]byte, 0, len(e.Payload)+128)
	b = append(b, `{"at":"`...)
	b = e.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","kind":`...)
	b = appendString(b, e.Kind)
	b = append(b, `,"payload":`...)
	b = append(b, e.Payload...)
	b = append(b, `,"reason":`...)
	b = appendString(b, e.Reason)
	b = append(b, `,"seq":`...)
	// RFC 8785 §3.2.2.3: whole numbers below 2^53 are written as they are. A log
	// reaches that position after 57,000 years at 5,000 observations a second.
	b = strconv.AppendUint(b, e.Seq, 10)
	return append(b, '}')
}

// appendString appends a string as RFC 8785 §3.2.2.2 writes it.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r >= 0x20:
			dst = utf8.AppendRune(dst, r)
		default:
			dst = appendControl(dst, byte(r))
		}
	}
	return append(dst, '"')
}

func appendControl(dst []byte, c byte) []byte {
	if i := bytes.IndexByte([]byte("\b\t\n\f\r"), c); i >= 0 {
		return append(dst, '\\', "btnfr"[i])
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

func leafHash(salt, entry []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(salt)
	h.Write(entry)
	h.Sum(sum[:0])
	return sum
}

// Check returns EIntegrity unless e's leaf is what its salt and its contents
// give. An erased entry (neither salt nor payload) has nothing left to check.
func Check(e *wardround.Evidence) error {
	const op = "ledger.check"
	if len(e.Leaf) != sha256.Size {
		return wardround.Errorf(wardround.EIntegrity, op, "entry %d has a leaf of %d bytes", e.Index, len(e.Leaf))
	}
	if Erased(e) {
		return nil
	}
	if canonical, err := jcs.Transform(e.Payload); err != nil || !bytes.Equal(canonical, e.Payload) || !json.Valid(e.Payload) {
		return wardround.Errorf(wardround.EIntegrity, op, "the payload of entry %d is not canonical JSON", e.Index)
	}
	if sum := leafHash(e.Salt, Entry(e)); !bytes.Equal(sum[:], e.Leaf) {
		return wardround.Errorf(wardround.EIntegrity, op, "entry %d does not match its leaf", e.Index)
	}
	return nil
}

// Erased reports whether salt and payload of e were erased.
func Erased(e *wardround.Evidence) bool { return len(e.Payload) == 0 && len(e.Salt) == 0 }

// The kinds of entry.
const (
	KindVerdict = "verdict" // a transition of a verdict, or its renewal
	KindAction  = "action"  // what a person or the program did: backup, restore, a decision
	KindGap     = "gap"     // an accepted gap of the log
	KindContent = "content" // a changed setting
	KindErased  = "erased"  // an erasure of earlier entries
	KindKey     = "key"     // a change of the signing key
)
