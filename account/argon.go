package account

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/wardround/wardround"
)

// Argon is the cost of Argon2id (RFC 9106).
type Argon struct {
	Memory      uint32 // KiB
	Time        uint32 // passes
	Parallelism uint8
}

// DefaultArgon is OWASP's recommendation (Password Storage Cheat Sheet): 19 MiB, two
// passes, one lane; about 30 ms.
var DefaultArgon = Argon{Memory: 19 * 1024, Time: 2, Parallelism: 1}

// What a stored hash may ask of us. One that asks more is refused unread: it is not
// ours, and would exhaust memory.
const (
	maxArgonMemory = 256 * 1024 // KiB
	maxArgonTime   = 16
	maxArgonLanes  = 8
	saltBytes      = 16
	tagBytes       = 32
)

// phc is a hash in the PHC string format,
// $argon2id$v=19$m=19456,t=2,p=1$SALT$TAG, base64 without padding.
type phc struct {
	cost      Argon
	salt, tag []byte
}

func (h phc) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time, h.cost.Parallelism, b.EncodeToString(h.salt), b.EncodeToString(h.tag))
}

// parsePHC is the inverse of String, and accepts nothing else.
func parsePHC(s string) (h phc, err error) {
	bad := func(what string) (phc, error) {
		return phc{}, wardround.Errorf(wardround.EIntegrity, "account.password", "a stored password hash is not one of ours: %s", what)
	}
	if len(s) > 512 {
		return bad("too long")
	}
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return bad("not argon2id of version 19")
	}
	if h.cost, err = parseCost(part[3]); err != nil {
		return bad(err.Error())
	}
	b := base64.RawStdEncoding.Strict()
	if h.salt, err = b.DecodeString(part[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return bad("its salt")
	}
	if h.tag, err = b.DecodeString(part[5]); err != nil || len(h.tag) < 16 || len(h.tag) > 64 {
		return bad("its tag")
	}
	if h.String() != s { // the decoder passes over line ends
		return bad("its form")
	}
	return h, nil
}

func parseCost(s string) (Argon, error) {
	var n [3]uint64
	fields := strings.Split(s, ",")
	if len(fields) != 3 {
		return Argon{}, fmt.Errorf("its parameters")
	}
	for i, key := range []string{"m=", "t=", "p="} {
		text, ok := strings.CutPrefix(fields[i], key)
		v, err := strconv.ParseUint(text, 10, 32)
		if !ok || err != nil || strconv.FormatUint(v, 10) != text {
			return Argon{}, fmt.Errorf("its parameter %s", key)
		}
		n[i] = v
	}
	if n[2] < 1 || n[2] > maxArgonLanes {
		return Argon{}, fmt.Errorf("its cost")
	}
	a := Argon{uint32(n[0]), uint32(n[1]), uint8(n[2])}
	return a, a.valid()
}

func (a Argon) valid() error {
	if a.Parallelism < 1 || a.Parallelism > maxArgonLanes || a.Time < 1 || a.Time > maxArgonTime || a.Memory < 8*uint32(a.Parallelism) || a.Memory > maxArgonMemory {
		return fmt.Errorf("its cost")
	}
	return nil
}

func (a Argon) tag(text string, salt []byte, n int) []byte {
	return argon2.IDKey([]byte(text), salt, a.Time, a.Memory, a.Parallelism, uint32(n))
}

// hasher hashes passwords, a few at a time: each takes memory, and a stranger says
// how many are tried.
type hasher struct {
	cost    Argon
	random  io.Reader
	slots   chan struct{}
	waiting atomic.Int64
	dummy   phc // nobody's
}

// maxWaiting is how many wait for a slot; more are sent away.
const maxWaiting = 64

func newHasher(cost Argon, slots int, random io.Reader) (*hasher, error) {
	if err := cost.valid(); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "account.new", "the cost of Argon2id is out of range: at most %d KiB, %d passes, %d lanes", maxArgonMemory, maxArgonTime, maxArgonLanes)
	}
	h := &hasher{cost: cost, random: random, slots: make(chan struct{}, slots)}
	h.dummy = phc{cost: cost, salt: make([]byte, saltBytes), tag: make([]byte, tagBytes)}
	for _, b := range [][]byte{h.dummy.salt, h.dummy.tag} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// enter takes a slot. Errors: EThrottled (too many wait), ctx's.
func (h *hasher) enter(ctx context.Context) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return throttled("account.password", 2*time.Second)
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.slots }

// hash returns the PHC string of text, under a new salt.
func (h *hasher) hash(ctx context.Context, text string) (string, error) {
	out := phc{cost: h.cost, salt: make([]byte, saltBytes)}
	if _, err := io.ReadFull(h.random, out.salt); err != nil {
		return "", err
	}
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	out.tag = h.cost.tag(text, out.salt, tagBytes)
	return out.String(), nil
}

// verify reports whether text has the hash, and whether the hash is cheaper than
// what is asked for now. An empty or unreadable hash fits nothing and takes as long
// as one that is read.
func (h *hasher) verify(ctx context.Context, stored, text string) (ok, cheap bool, err error) {
	p, bad := parsePHC(stored)
	if bad != nil {
		p = h.dummy
	}
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	got := p.cost.tag(text, p.salt, len(p.tag))
	ok = same(string(got), string(p.tag)) && bad == nil
	if bad != nil && stored != "" {
		return false, false, bad
	}
	c, n := p.cost, h.cost
	return ok, c.Memory < n.Memory || c.Time < n.Time || c.Parallelism < n.Parallelism, nil
}
