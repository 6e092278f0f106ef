package knowledge

import (
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cpe"
	"github.com/wardround/wardround/format/osv"
	"github.com/wardround/wardround/format/version"
)

// wild stands in a key for a vendor or product of a criterion that may be any, or
// begins or ends with a wildcard.
const wild = "*"

func keyPart(v cpe.Value) string {
	if v.IsAny() || v.Wild() {
		return wild
	}
	return v.Literal()
}

// filedCPE is the key of a record's criterion, none if it is no CPE name.
func filedCPE(match string) []Key {
	n, err := cpe.Parse(match)
	if err != nil {
		return nil
	}
	return []Key{CPEKey(keyPart(n[cpe.Part]), keyPart(n[cpe.Vendor]), keyPart(n[cpe.Product]))}
}

// lookedCPE are the keys of the criteria that may cover a component's name.
func lookedCPE(n cpe.Name) []Key {
	part, vendor, product := keyPart(n[cpe.Part]), keyPart(n[cpe.Vendor]), keyPart(n[cpe.Product])
	out := []Key{CPEKey(part, vendor, product), CPEKey(part, vendor, wild), CPEKey(part, wild, product)}
	slices.Sort(out)
	return slices.Compact(out)
}

// byCPE appends what records by CPE say of a component.
func (b *Base) byCPE(out []candidate, id *Identity) []candidate {
	if len(id.CPEs) == 0 {
		return out
	}
	var on []cpe.Name
	for _, s := range id.On {
		if n, err := cpe.Parse(s); err == nil {
			on = append(on, n)
		}
	}
	conf := wardround.Observed
	if version.ParseEcosystem(id.Package.Ecosystem).Distribution() {
		conf = wardround.Indicated // a distribution mends what upstream's version does not tell
	}
	from := len(out)
	for _, s := range id.CPEs {
		target, err := cpe.Parse(s)
		if err != nil {
			continue
		}
		text := target[cpe.Version].Literal()
		if target[cpe.Version].IsAny() {
			text = id.Version
		}
		for _, k := range lookedCPE(target) {
			b.rowsOf(k, func(rows []row) {
				var t tally
				about := false
				for i := range rows {
					v, ok := evaluateCPE(&rows[i], target, text, on, id.On != nil)
					if !ok {
						continue
					}
					about = true
					t.add(rows[i].status, v)
				}
				if about {
					out = append(out, t.candidate(b, rows[0].rec, byCPE, conf, text))
				}
			})
		}
	}
	return merged(out, from)
}

// rowsOf yields the rows of each live record under a key.
func (b *Base) rowsOf(k Key, yield func([]row)) {
	for _, bucket := range [2]*bucket{b.gen.bucket(k), b.bucket(k)} {
		if bucket == nil {
			continue
		}
		for i := 0; i < len(bucket.rows); {
			j := i + 1
			for j < len(bucket.rows) && bucket.rows[j].rec == bucket.rows[i].rec {
				j++
			}
			if !b.dead[bucket.rows[i].rec] {
				yield(bucket.rows[i:j])
			}
			i = j
		}
	}
}

// evaluateCPE says what one row says of a name; false when it is about another
// product.
func evaluateCPE(r *row, target cpe.Name, text string, on []cpe.Name, onKnown bool) (verdict, bool) {
	said := r.said
	if said == nil || said.CPE == nil || !said.CPE.Vulnerable {
		return verdict{}, false
	}
	criteria, err := cpe.Parse(said.CPE.Match)
	if err != nil {
		return verdict{}, false
	}
	bounded := len(said.Ranges)+len(said.Versions) > 0
	if bounded || said.Unread != "" {
		criteria[cpe.Version], criteria[cpe.Update] = cpe.Any, cpe.Any
	}
	var v verdict
	switch relation, why := cpe.Match(criteria, target); relation {
	case cpe.Disjoint:
		if criteria[cpe.Version].IsAny() || cpe.CompareValues(criteria[cpe.Version], target[cpe.Version]) != cpe.Disjoint {
			return verdict{}, false // another edition, language or platform
		}
		return verdict{reason: OutOfRange}, true
	case cpe.Subset, cpe.Undefined:
		v = verdict{reason: VagueName, detail: detail{said: "its CPE says too little: " + why}}
		if target[cpe.Version].IsAny() && !criteria[cpe.Version].IsAny() {
			v = verdict{reason: NoVersion}
		}
		return v, true
	}
	switch {
	case said.Unread != "":
		v = verdict{reason: UnreadRange, detail: detail{to: said.Unread}}
	case !bounded && criteria[cpe.Version].IsAny():
		v = verdict{reason: EveryVersion}
	case !bounded:
		v = verdict{reason: Enumerated}
	case target[cpe.Version].IsNA():
		return verdict{reason: OutOfRange}, true
	default:
		if u := target[cpe.Update].Literal(); u != "" && text == target[cpe.Version].Literal() {
			text += " " + u
		}
		set := osv.Affects(said, text)
		v = verdict{reason: reasons[set.Reason], fixed: set.Fixed, detail: boundsOf(said, set.Range)}
	}
	if v.in() && len(said.CPE.RunningOn) > 0 {
		v = runningOn(v, said.CPE.RunningOn, on, onKnown)
	}
	return v, true
}

// runningOn asks for the other half of an AND: what the product has to run on. That
// alone is never affected.
func runningOn(v verdict, platforms []string, on []cpe.Name, known bool) verdict {
	if !known {
		return verdict{reason: PlatformUnknown, detail: detail{to: plain(platforms)}}
	}
	doubt := false
	for _, p := range platforms {
		criteria, err := cpe.Parse(p)
		if err != nil {
			doubt = true
			continue
		}
		for _, o := range on {
			switch relation, _ := cpe.Match(criteria, o); relation {
			case cpe.Superset, cpe.Equal:
				return v
			case cpe.Subset, cpe.Undefined:
				doubt = true
			}
		}
	}
	if doubt {
		return verdict{reason: PlatformUnknown, detail: detail{to: plain(platforms)}}
	}
	return verdict{reason: OtherPlatform, detail: detail{to: plain(platforms)}}
}

// plain is the first platform in words.
func plain(platforms []string) string {
	n, err := cpe.Parse(platforms[0])
	if err != nil {
		return platforms[0]
	}
	s := n[cpe.Vendor].Literal() + " " + n[cpe.Product].Literal()
	if v := n[cpe.Version].Literal(); v != "" {
		s += " " + v
	}
	if len(platforms) > 1 {
		s += " or another of its platforms"
	}
	return s
}
