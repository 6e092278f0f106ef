package pickle

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

// found is what inner looks for, in full.
func found(b []byte) bool {
	if len(b) <= innerMin {
		return false
	}
	if sniff(b) != "" {
		return true
	}
	if len(b) < 16 {
		return false
	}
	for _, c := range b[:innerMin] {
		if !texty[c] {
			return false
		}
	}
	for _, d := range decoders {
		if out, ok := d.decode(b); ok && len(out) > innerMin && sniff(out) != "" {
			return true
		}
	}
	return false
}

// TestCuriousMissesNothing: whatever inner finds, curious wants to see, in every
// notation and with white space anywhere; and it wants to see few identifiers.
func TestCuriousMissesNothing(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	heads := []string{"\x80\x04\x95", "\x80\x02}", "PK\x03\x04", "\x1f\x8b\x08", "\xfd7zXZ\x00", "BZh91AY&", "7z\xbc\xaf\x27\x1c", "\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda", "\x93NUMPY",
		"cos\nsystem\n", "(cos\nsystem\n", "(ios\nsystem\n", "(S'id'\n", "cé\nb\n"}
	hits := 0
	for range 60_000 {
		raw := make([]byte, 12+rng.IntN(90))
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		if rng.IntN(2) == 0 {
			copy(raw, heads[rng.IntN(len(heads))])
		} else {
			raw[0] = []byte("\x80P\x1f\xfdB7\x78\x93c(")[rng.IntN(10)]
			raw[1] = byte(rng.IntN(256))
		}
		s := string(raw)
		switch rng.IntN(6) {
		case 0:
			s = hex.EncodeToString(raw)
		case 1:
			s = strings.ToUpper(hex.EncodeToString(raw))
		case 2:
			s = base64.StdEncoding.EncodeToString(raw)
		case 3:
			s = base64.RawURLEncoding.EncodeToString(raw)
		case 4:
			s = base64.StdEncoding.EncodeToString(raw)
			at := rng.IntN(min(len(s), 12))
			s = s[:at] + []string{"\n", "\r\n", " "}[rng.IntN(3)] + s[at:]
		}
		if found([]byte(s)) {
			hits++
			if !curious([]byte(s)) {
				t.Fatalf("%q holds something, and curious passes it by", s)
			}
		}
	}
	if hits < 10_000 {
		t.Errorf("only %d held something", hits)
	}
	wanted := 0
	for range 10_000 {
		raw := make([]byte, 16)
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		if curious([]byte(hex.EncodeToString(raw))) {
			wanted++
		}
	}
	if wanted > 200 {
		t.Errorf("%d of 10,000 identifiers are looked at", wanted)
	}
}
