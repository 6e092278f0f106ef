// Package sense holds what every sensor needs: the keyed pseudonyms that are the
// only way a personal value may leave a sensor, and the sink observations go to.
// Sensors never judge and do not know assets.
package sense

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"sync"

	"github.com/wardround/wardround/kind"
)

// Pseudonyms turns personal values into keyed pseudonyms: HMAC-SHA-256, cut to
// 128 bits, under the key of one epoch. Destroying an epoch's key severs
// re-identification. It is safe for concurrent use.
type Pseudonyms struct {
	epoch string
	pool  sync.Pool
}

// NewPseudonyms returns pseudonyms under key (at least 16 bytes) for an epoch,
// named by letters and digits.
func NewPseudonyms(epoch string, key []byte) *Pseudonyms {
	if len(key) < 16 {
		panic("sense: pseudonym key is shorter than 16 bytes")
	}
	k := append([]byte(nil), key...)
	p := &Pseudonyms{epoch: epoch}
	p.pool.New = func() any { return hmac.New(sha256.New, k) }
	return p
}

// Of returns the pseudonym of value in a domain ("patient", "topic", "user").
// The same value in two domains has two unlinkable pseudonyms. An empty value has
// the empty pseudonym.
func (p *Pseudonyms) Of(domain string, value []byte) kind.Pseudonym {
	if len(value) == 0 {
		return ""
	}
	h := p.pool.Get().(hash.Hash)
	h.Reset()
	h.Write([]byte(domain))
	h.Write([]byte{0})
	h.Write(value)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	p.pool.Put(h)
	out := make([]byte, 0, len(p.epoch)+1+22)
	out = append(append(out, p.epoch...), ':')
	out = base64.RawURLEncoding.AppendEncode(out, sum[:16])
	return kind.Pseudonym(out)
}
