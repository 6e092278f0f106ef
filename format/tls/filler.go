package tls

import (
	"crypto/sha256"
	"math/rand/v2"
)

// Filler gives bytes that look like ciphertext and depend on a seed alone, on
// every machine alike. It keeps nothing secret.
type Filler struct{ rng *rand.ChaCha8 }

// NewFiller returns the filler of a seed.
func NewFiller(seed string) *Filler {
	return &Filler{rand.NewChaCha8(sha256.Sum256([]byte("tls filler " + seed)))}
}

// Append appends the next n bytes.
func (f *Filler) Append(dst []byte, n int) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, n)...)
	_, _ = f.rng.Read(dst[start:]) // never fails
	return dst
}

// Bytes returns the next n bytes.
func (f *Filler) Bytes(n int) []byte { return f.Append(make([]byte, 0, n), n) }
