package sim

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// canaries is how many identifiers the ward plants in personal fields.
const canaries = 500

// Canaries returns the identifiers that a ward with this seed plants in every
// personal field of what it sends. None of them may be found in anything that
// Wardround keeps or shows.
func Canaries(seed uint64) []string {
	out := make([]string, canaries)
	for i := range out {
		out[i] = canary(seed, i)
	}
	return out
}

func canary(seed uint64, i int) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], seed)
	binary.BigEndian.PutUint64(b[8:], uint64(i))
	sum := sha256.Sum256(append([]byte("canary"), b[:]...))
	return "Zq" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:9])
}

// Patient is a simulated person: every value that could name them is a canary.
type Patient struct {
	Family, Given, MRN, Street, Phone, Account, Visit, Accession, Insurance, Kin, Note, FHIR string
	Born                                                                                     string // YYYYMMDD
	Sex                                                                                      string
}

// patients hands out people; the canaries go round when they are used up.
type patients struct {
	seed uint64
	next int
}

func (p *patients) word() string {
	c := canary(p.seed, p.next%canaries)
	p.next++
	return c
}

func (p *patients) admit() *Patient {
	n := p.next
	return &Patient{
		Family: p.word(), Given: p.word(), MRN: p.word(), Street: p.word(), Phone: p.word(), Account: p.word(),
		Visit: p.word(), Accession: p.word(), Insurance: p.word(), Kin: p.word(), Note: p.word(), FHIR: p.word(),
		Born: "19" + twoDigits(30+n%60) + twoDigits(1+n%12) + twoDigits(1+n%28), Sex: [...]string{"F", "M"}[n%2],
	}
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

// age is in years, in the year of the simulation.
func (p *Patient) age() int {
	n := 0
	for _, c := range p.Born[:4] {
		n = 10*n + int(c-'0')
	}
	return max(2026-n, 0)
}
