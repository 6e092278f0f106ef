package fhir

// xmlScan is a scanner as the XML reader sees it. Values are attributes named
// value; resources are elements named by their type (R5 xml.html).
//
// In a Bundle an entry's resource is at depth 4: Bundle, entry, resource, its type.
type xmlScan Scanner

func (x *xmlScan) Open(depth int, n []byte) {
	s := (*Scanner)(x)
	if depth < len(s.at) {
		s.at[depth] = memberOf(n)
	}
	switch depth {
	case 1:
		s.begin(&s.root)
		s.typed(&s.root, n)
	case 2:
		s.root.elements |= element(n)
		if s.at[2] == entry && s.sum.Type == "Bundle" {
			s.sum.Entries++
		}
	case 3:
		if s.at[2] == contained {
			s.begin(&s.inner)
			s.typed(&s.inner, n)
		}
	case 4:
		if x.inEntry() {
			s.begin(&s.inner)
			s.typed(&s.inner, n)
		} else if s.at[2] == contained {
			s.inner.elements |= element(n)
		}
	case 5:
		if x.inEntry() {
			s.inner.elements |= element(n)
		}
	}
	if r, path := x.reads(depth); r != nil && len(path) > 0 {
		r.name(path, n)
		r.item(path)
	}
}

// reads is what the element at depth is part of, and the names that lead to it; nil
// where no result is read.
func (x *xmlScan) reads(depth int) (*reading, []member) {
	s := (*Scanner)(x)
	if s.told == nil || depth >= len(s.at) {
		return nil, nil
	}
	r, base := &s.reading[0], 2 // below the root
	switch {
	case depth >= 3 && s.at[2] == contained:
		r, base = &s.reading[1], 4
	case depth >= 4 && x.inEntry():
		r, base = &s.reading[1], 5
	}
	if depth < base {
		return nil, nil
	}
	return r, s.at[base : depth+1]
}

// inEntry reports whether depth 4 is the resource of an entry or of a parameter.
func (x *xmlScan) inEntry() bool {
	return (x.at[2] == entry || x.at[2] == parameter) && x.at[3] == entryResource
}

func (x *xmlScan) Attribute(depth int, n, value []byte) {
	s := (*Scanner)(x)
	if string(n) != "value" {
		return
	}
	if r, path := x.reads(depth); r != nil {
		r.leaf(path, value, false)
	}
	switch depth {
	case 2:
		switch s.at[2] {
		case bundleType:
			if s.sum.Type == "Bundle" {
				s.sum.Bundle = bundleTypes[string(value)]
			}
		case total:
			s.totalIs(value)
		}
	case 3:
		switch outer, m := s.at[2], s.at[3]; {
		case outer == issue && m == severity:
			s.severityIs(value)
		case outer == issue && m == code:
			s.code = issueCodes[string(value)]
		case outer == link && m == relation && string(value) == "next":
			s.sum.Next = true
		}
	case 4:
		if s.at[2] == entry && s.at[3] == entryRequest && s.at[4] == method {
			s.methodIs(value)
		}
	}
}

func (x *xmlScan) Shut(depth int) {
	s := (*Scanner)(x)
	switch depth {
	case 1:
		s.end(&s.root)
	case 2:
		if s.at[2] == issue {
			s.issueEnds()
		}
	case 3:
		if s.at[2] == contained {
			s.end(&s.inner)
		}
	case 4:
		if x.inEntry() {
			s.end(&s.inner)
		}
	}
}
