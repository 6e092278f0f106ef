package admission

import (
	"github.com/wardround/wardround/drift"
	"github.com/wardround/wardround/model"
)

// driftTests are the tests of a plan as package drift calls them. Those that watch a
// stream, or rows as a whole, have none here.
var driftTests = map[string]string{
	"ks": "ks", "cvm": "cramer-von-mises", "ad": "anderson-darling", "mannwhitney": "mann-whitney", "wasserstein": "wasserstein", "energy": "energy", "psi": "psi",
	"js": "jensen-shannon", "hellinger": "hellinger", "chi2": "chi-square", "g": "g", "fisher": "fisher",
}

// DriftConfig is how two files are compared by what a plan says: its units, and for
// each column that it watches the test and the size of a change that matters. What it
// says of each input ("*") gives way to what it says of one.
func DriftConfig(p *model.Plan) drift.Config {
	cfg := drift.Config{Unit: p.Units.Column, ICC: p.Units.ICC, Columns: map[string]drift.ColumnConfig{}}
	set := func(name string, w *model.Indicator) {
		c := drift.ColumnConfig{Test: driftTests[w.Test]}
		if w.AtMost != nil && *w.AtMost > 0 {
			c.Effect = *w.AtMost
		}
		cfg.Columns[name] = c
	}
	for _, one := range []bool{false, true} {
		for i := range p.Watch {
			w := &p.Watch[i]
			if w.Kind != model.Drift || w.Group != "" && w.Group != "each" {
				continue
			}
			switch {
			case !one && w.Column == "*":
				for _, in := range p.Inputs {
					set(in.Name, w)
				}
			case !one && w.Column == "outputs":
				for _, out := range p.Outputs {
					set(out.Name, w)
				}
			case one && w.Column != "*" && w.Column != "outputs":
				set(w.Column, w)
			}
		}
	}
	return cfg
}
