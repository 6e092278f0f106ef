package cyclonedx

import (
	"strings"
	"time"

	"github.com/wardround/wardround/format/sbom"
)

// mark is what a property of a component means to us. Those below marks have one
// value; the rest may be repeated.
type mark uint8

const (
	noMark mark = iota
	supportLevel
	supportEnd
	udiDI
	basicUDI
	gtin
	modelNumber
	serialNumber
	sku
	marks
	identifier
	moreCPE
	purlMark
	symbol
	relationMark
	copies
	typeMark
	rangeMark
	externalMark
	scopeMark
	hashMark
	linkMark
)

var identifierKeys = [marks]string{udiDI: "udi-di", basicUDI: "basic-udi-di", gtin: "gtin", modelNumber: "model-number", serialNumber: "serial-number", sku: "sku"}

const ours = "wardround:"

// recognise says what a property means, how sure that is (less is more), and what
// follows a name of ours that has a key. hardware widens serial numbers.
func recognise(name []byte) (m mark, rank uint8, key string) {
	if len(name) > 100 {
		return noMark, 0, ""
	}
	if rest, ok := strings.CutPrefix(string(name), ours); ok {
		kind, key, _ := strings.Cut(rest, ":")
		switch kind {
		case "support":
			if key == "level" {
				return supportLevel, 0, ""
			}
			if key == "end" {
				return supportEnd, 0, ""
			}
		case "identifier":
			return identifier, 0, key
		case "cpe":
			return moreCPE, 0, ""
		case "purl":
			return purlMark, 0, ""
		case "symbol":
			return symbol, 0, ""
		case "relation":
			return relationMark, 0, key
		case "copies":
			return copies, 0, ""
		case "type":
			return typeMark, 0, ""
		case "version-range":
			return rangeMark, 0, ""
		case "external":
			return externalMark, 0, ""
		case "scope":
			return scopeMark, 0, ""
		case "hash":
			return hashMark, 0, key
		case "link":
			return linkMark, 0, ""
		}
	}
	var buf [100]byte
	last := buf[:0]
	cdx := len(name) > 4 && string(name[:4]) == "cdx:"
	for i := len(name) - 1; i >= 0 && name[i] != ':'; i-- {
		last = append(last, 0)
	}
	n := 0
	for _, c := range name[len(name)-len(last):] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != '-' && c != '_' {
			last[n] = c
			n++
		}
	}
	rank = 2
	if cdx {
		rank = 1
	}
	switch string(last[:n]) {
	case "levelofsupport", "softwarelevelofsupport", "supportlevel":
		return supportLevel, rank, ""
	case "endofsupport", "endofsupportdate", "supportend", "supportenddate":
		return supportEnd, rank, ""
	case "udidi":
		return udiDI, rank, ""
	case "basicudidi":
		return basicUDI, rank, ""
	case "gtin", "gtin8", "gtin12", "gtin13", "gtin14":
		return gtin, rank, ""
	case "modelnumber":
		return modelNumber, rank, ""
	case "gmn":
		if cdx {
			return modelNumber, 3, "" // a maker's own model number says more
		}
	case "serialnumber":
		return serialNumber, rank, ""
	case "sku":
		if cdx {
			return sku, rank, ""
		}
	case "cpe23":
		if string(name) == "syft:cpe23" {
			return moreCPE, rank, ""
		}
	}
	return noMark, 0, ""
}

// property takes a property of a component.
func (b *builder) property(p *part, name []byte, value string) {
	m, rank, key := recognise(name)
	if m == noMark || value == "" {
		return
	}
	c := &p.Component
	switch m {
	case identifier:
		p.identify(key, value)
	case moreCPE:
		c.CPEs = append(c.CPEs, value)
	case purlMark:
		if c.PURL == "" {
			b.purl(c, value)
		}
	case symbol:
		c.Symbols = append(c.Symbols, value)
	case relationMark:
		b.relateFrom(p.index, value, sbom.RelationKind(key))
	case copies:
		n := 0
		for _, d := range value {
			if d < '0' || d > '9' || n > 1<<30 {
				return
			}
			n = n*10 + int(d-'0')
		}
		c.Copies = n
	case typeMark:
		if c.Type = sbom.Type(value); value == "none" {
			c.Type = ""
		}
	case rangeMark:
		c.VersionRange = value
	case externalMark:
		c.External = value == "true"
	case scopeMark:
		c.Scope = value
	case hashMark:
		c.Hashes = append(c.Hashes, sbom.Hash{Algorithm: key, Value: value})
	case linkMark:
		b.reference(p.index, "bom", value, "")
	default:
		switch {
		case p.seen[m] == "" || rank < p.rank[m]:
			p.seen[m], p.rank[m] = value, rank
		case rank == p.rank[m] && value != p.seen[m]:
			b.problem("conflict", b.where(), "%.100s says %.100q, an earlier property of the same meaning %.100q, which is kept", name, value, p.seen[m])
		}
	}
}

func (p *part) identify(key, value string) {
	if key == "" {
		return
	}
	if p.Identifiers == nil {
		p.Identifiers = map[string]string{}
	}
	if _, ok := p.Identifiers[key]; !ok {
		p.Identifiers[key] = value
	}
}

// settle makes fields of the properties that were seen.
func (b *builder) settle(p *part) {
	c := &p.Component
	c.Support = p.seen[supportLevel]
	if s := p.seen[supportEnd]; s != "" {
		if t, ok := date(s); ok {
			c.EndOfSupport = t
		} else {
			b.problem("bad-date", b.where(), "the end of support %.60q is no date such as 2031-12-31", s)
		}
	}
	for m, key := range identifierKeys {
		if key == "" || p.seen[m] == "" {
			continue
		}
		if mark(m) == serialNumber && p.rank[m] == 2 && !hardware(c.Type) {
			continue // of a certificate, a licence, a build …
		}
		p.identify(key, p.seen[m])
	}
	dedupe(&c.CPEs)
	dedupe(&c.Symbols)
}

func hardware(t sbom.Type) bool {
	return t == sbom.Device || t == sbom.Firmware || t == sbom.Platform || t == sbom.DeviceDriver
}

// dedupe keeps the first of equal strings.
func dedupe(list *[]string) {
	if len(*list) < 2 {
		return
	}
	seen := make(map[string]bool, len(*list))
	out := (*list)[:0]
	for _, s := range *list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	*list = out
}

// date reads RFC 3339, with or without a zone, or its date alone.
func date(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
