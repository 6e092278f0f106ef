package product

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/advisory"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/format/productrange"
)

// Device is what a hospital knows of one device, as it stands on the wire or in
// its inventory. Every field may be empty.
type Device struct {
	Maker string // DICOM (0008,0070), BICEPS Manufacturer, CMMS "PHILIPS MEDICAL SYSTEMS"
	Model string // DICOM (0008,1090), BICEPS ModelName, "Carescape B650"
	// Product is a further name: HL7 MSH-3, BICEPS FriendlyName, the product part of an
	// HTTP Server header or of a DICOM implementation version name.
	Product  string
	Software string // version; several are separated by \ (DICOM) or ;
	Firmware string
	Serial   string
	Made     string // date of manufacture, YYYY[-MM[-DD]]; a UDI-PI or an inventory has it
	UDIDI    string // UDI device identifier; compared with model numbers and SKUs
	// Tokens are names that hint only: host names, mDNS and DHCP names, station names.
	Tokens []string
}

// prepared is a device with its names read.
type prepared struct {
	Device
	maker    makerName
	said     []word  // all words of model and product but its makers' names
	words    []word  // telling ones of model and product
	set      wordSet // joined words of model and product
	hints    wordSet // joined words of the tokens
	inferred string  // the line that told the maker
	versions []string
}

func prepare(d Device) *prepared {
	p := &prepared{Device: d, maker: readMaker(d.Maker)}
	var ws, whole []word
	for _, s := range []string{d.Model, d.Product} {
		read := words(s)
		whole = append(whole, read...)
		w, ids := takeMakers(read)
		p.maker.ids = union(p.maker.ids, ids)
		for _, x := range w {
			if !slices.ContainsFunc(ws, func(o word) bool { return o.key == x.key }) {
				ws = append(ws, x)
			}
		}
	}
	p.set = joins(whole)
	kin := p.maker.kin()
	for _, w := range ws {
		if len(ws) == 1 || !slices.Contains(p.maker.core, w.key) && !overlap(table().alias[w.key], kin) {
			p.said = append(p.said, w) // not the maker's own name, or that of a company it took over
		}
	}
	p.words = telling(p.said)
	if len(p.words) == 0 {
		p.words = ws
	}
	if d.UDIDI != "" {
		p.set[plain(d.UDIDI)] = struct{}{}
	}
	var hints []word
	for _, t := range d.Tokens[:min(len(d.Tokens), 16)] {
		w, ids := takeMakers(words(t))
		if len(p.maker.ids) == 0 && len(p.maker.core) == 0 {
			p.maker.ids = union(p.maker.ids, ids)
		}
		hints = append(hints, w...)
	}
	p.hints = joins(hints[:min(len(hints), maxWords)])
	if p.maker.empty() {
		if id, line := lineMaker(p.set); id != "" {
			p.maker.ids, p.inferred = []string{id}, line
		}
	}
	for k := range p.set {
		for _, kind := range table().kindOf[k] {
			p.set[kind] = struct{}{}
		}
	}
	p.readVersions()
	return p
}

// union returns a with what is only in b; it never writes into a.
func union(a, b []string) []string {
	a = slices.Clip(a)
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

var (
	// implementation is a name that carries its version: "OFFIS_DCMTK_366".
	implementation = pattern.Of(`^[A-Za-z_]+_([0-9])([0-9])([0-9]{1,2})$`)
	// versionLabel are words before a version that say only that one follows.
	versionLabel = pattern.Of(`(?i)^(?:(?:s/?w|f/?w|software|firmware|application|app|version|ver|vers|rev|revision|release|rel|v|is|no|number)\b[\s.:#=]*)+`)
)

// readVersions lists the versions that the device's strings hold.
func (p *prepared) readVersions() {
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(p.versions, s) && len(p.versions) < 16 {
			p.versions = append(p.versions, s)
		}
	}
	for _, f := range []string{p.Software, p.Firmware} {
		for _, s := range strings.FieldsFunc(clip(f), func(r rune) bool { return r == '\\' || r == ';' || r == ',' }) {
			s = strings.TrimSpace(s)
			s = versionLabel().ReplaceAllString(s, "")
			add(s)
		}
	}
	if len(p.versions) == 0 {
		for _, s := range []string{p.Product, p.Model} {
			if m := implementation().FindStringSubmatch(s); m != nil {
				add(m[1] + "." + m[2] + "." + m[3])
			}
		}
	}
}

// contains compares every version of the device. They must agree: a device whose
// software is inside and whose firmware is outside is not decided.
func (p *prepared) contains(a advisory.Affected) answer {
	status := map[productrange.Answer]Status{productrange.In: Affected, productrange.Out: NotAffected, productrange.CannotTell: CannotTell}
	f := productrange.Facts{Serial: p.Serial, Made: p.Made}
	if len(p.versions) == 0 {
		ans, why := productrange.Contains(a, f)
		return answer{status[ans], why}
	}
	var best answer
	for _, v := range p.versions {
		f.Version = v
		ans, why := productrange.Contains(a, f)
		j := answer{status[ans], why}
		switch {
		case best.why == "" || best.status == CannotTell:
			best = j
		case j.status != CannotTell && j.status != best.status:
			return answer{CannotTell, best.why + ", but " + j.why}
		}
	}
	return best
}

// says reports whether the device's names hold a version.
func (p *prepared) says(v string) bool {
	_, ok := p.set[strings.ReplaceAll(fold(v), ".", "")]
	return ok
}

// fulfils reports whether the device's names or hints hold every word of a condition.
func (p *prepared) fulfils(condition string) bool {
	n := 0
	for _, w := range words(condition) {
		switch w.key {
		case "with", "enabled", "only", "option", "the", "a", "and", "if", "for":
			continue
		}
		_, a := p.set[w.key]
		_, b := p.hints[w.key]
		if !a && !b {
			return false
		}
		n++
	}
	return n > 0
}
