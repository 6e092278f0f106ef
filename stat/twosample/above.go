package twosample

// Above is the chance that a value of a is larger than one of b, ties counted half, and
// by how much the sketches' errors may put it wrong at most, each for itself: a's and b's.
// One half says that neither lies higher.
func Above(a, b Ranked) (share, offA, offB float64, err error) {
	p, _, err := view(a, b)
	if err != nil {
		return 0, 0, 0, err
	}
	var f, g float64
	for i := range p.x {
		share += (p.f[i] - f) * (g + p.g[i]) / 2
		f, g = p.f[i], p.g[i]
	}
	return share, p.ea, p.eb, nil
}
