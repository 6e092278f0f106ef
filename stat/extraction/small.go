package extraction

// Small is what clients with fewer than [MinDistinct] different inputs asked, together and
// over windows, until there is enough to be judged: somebody who spreads questions over
// many names, or over many days, is in there. The zero value knows nothing yet.
type Small struct {
	Queries  int64 `json:"queries,omitempty"`
	Distinct int64 `json:"distinct,omitempty"` // summed: the same input of two clients counts twice
	// Counts of questions.
	Near    float64 `json:"near,omitempty"`
	Steps   float64 `json:"steps,omitempty"`
	Outside float64 `json:"outside,omitempty"`
	// Usual is how small ones ask together; it is not how large ones ask alone.
	Usual Usual `json:"usual,omitzero"`
}

// enough is from how many different inputs small clients are judged together: twice of
// what one is, as ordinary ones are among them.
const enough = 2 * MinDistinct

// Together takes shapes of one window's clients, of which it looks at those that are too
// small alone. When there is enough it judges them as one, learns from them if nothing
// was found, and begins anew; of is then what they asked. How they cover the space of
// inputs cannot be told of several, so there are no marks of that.
func (u *Usual) Together(shapes []Shape) (found []Found, of Shape) {
	if u.Small == nil {
		u.Small = &Small{}
	}
	k := u.Small
	for _, s := range shapes {
		if s.Distinct >= MinDistinct || s.Queries <= 0 {
			continue
		}
		q := float64(s.Queries)
		k.Queries += s.Queries
		k.Distinct += s.Distinct
		k.Near += s.Near * q
		k.Steps += s.Steps * q
		k.Outside += s.Outside * q
	}
	if k.Distinct < enough {
		return nil, Shape{}
	}
	q := float64(k.Queries)
	of = Shape{Queries: k.Queries, Distinct: k.Distinct, Near: k.Near / q, Steps: k.Steps / q, Outside: k.Outside / q}
	*k = Small{Usual: k.Usual}
	if found = k.Usual.Judge(of); len(found) == 0 {
		k.Usual.Learn(of)
	}
	return found, of
}
