package fhir

// jsonScan is a scanner as the JSON reader sees it.
//
// In a Bundle an entry's resource is at depth 4: the Bundle, entry, the entry,
// resource.
type jsonScan Scanner

const (
	rootDepth  = 1
	itemDepth  = 3 // of an object in an array of the root
	innerDepth = 4 // of the resource in an entry
)

func (j *jsonScan) Open(depth int, array bool) {
	s := (*Scanner)(j)
	s.at[depth], s.array[depth] = otherMember, array
	switch {
	case array:
	case depth == rootDepth:
		s.begin(&s.root)
	case depth == itemDepth && s.at[rootDepth] == entry:
		s.sum.Entries++
	case depth == itemDepth && s.at[rootDepth] == contained, depth == innerDepth && j.inEntry():
		s.begin(&s.inner)
	default:
		if r, path := j.reads(depth - 1); r != nil {
			r.item(path)
		}
	}
}

// reads is what the object at depth is part of, and the names that lead to what is read
// in it; nil where no result is read.
func (j *jsonScan) reads(depth int) (*reading, []member) {
	s := (*Scanner)(j)
	if s.told == nil {
		return nil, nil
	}
	r, base := &s.reading[0], rootDepth
	switch {
	case depth >= itemDepth && s.at[rootDepth] == contained:
		r, base = &s.reading[1], itemDepth
	case depth >= innerDepth && j.inEntry():
		r, base = &s.reading[1], innerDepth
	}
	path := s.path[:0]
	for d := base; d <= depth; d++ {
		if !s.array[d] {
			path = append(path, s.at[d])
		}
	}
	return r, path
}

// inEntry reports whether depth 4 is the resource of an entry or of a parameter.
func (j *jsonScan) inEntry() bool {
	return (j.at[rootDepth] == entry || j.at[rootDepth] == parameter) && j.at[itemDepth] == entryResource
}

func (j *jsonScan) Name(depth int, n []byte) {
	s := (*Scanner)(j)
	s.at[depth] = memberOf(n)
	switch {
	case depth == rootDepth:
		s.root.elements |= element(n)
	case depth == itemDepth && s.at[rootDepth] == contained, depth == innerDepth && j.inEntry():
		s.inner.elements |= element(n)
	}
	if len(n) > 5 && n[0] == 'v' {
		if r, path := j.reads(depth); r != nil {
			r.name(path, n)
		}
	}
}

func (j *jsonScan) Scalar(depth int, text []byte, quoted bool) {
	s := (*Scanner)(j)
	m := s.at[depth]
	if m > contained || m == code {
		if r, path := j.reads(depth); r != nil {
			r.leaf(path, text, quoted)
		}
	}
	switch depth {
	case rootDepth:
		switch {
		case m == resourceType && quoted:
			s.typed(&s.root, text)
		case m == bundleType && quoted:
			s.sum.Bundle = bundleTypes[string(text)]
		case m == total && !quoted:
			s.totalIs(text)
		}
	case itemDepth:
		switch outer := s.at[rootDepth]; {
		case outer == issue && m == severity:
			s.severityIs(text)
		case outer == issue && m == code:
			s.code = issueCodes[string(text)]
		case outer == link && m == relation && string(text) == "next":
			s.sum.Next = true
		case outer == contained && m == resourceType && quoted:
			s.typed(&s.inner, text)
		}
	case innerDepth:
		switch {
		case m == resourceType && quoted && j.inEntry():
			s.typed(&s.inner, text)
		case m == method && s.at[rootDepth] == entry && s.at[itemDepth] == entryRequest:
			s.methodIs(text)
		}
	}
}

func (j *jsonScan) Shut(depth int) {
	s := (*Scanner)(j)
	switch {
	case depth == rootDepth:
		if s.sum.Type != "Bundle" {
			s.sum.Bundle = ""
		}
		s.end(&s.root)
	case depth == itemDepth && s.at[rootDepth] == issue:
		s.issueEnds()
	case depth == itemDepth && s.at[rootDepth] == contained, depth == innerDepth && j.inEntry():
		s.end(&s.inner)
	}
}
