package behaviour

import (
	"encoding/json"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/stat/fdr"
	"github.com/wardround/wardround/stat/stream"
)

// DefaultFalse is the share of alarms that may be false where the plan asks for a share
// and says none.
const DefaultFalse = 0.1

// Discovery keeps the expected share of alarms of drift that are false: by e-LOND on
// e-values, which holds however the tests depend, or by LORD++ on p-values where the
// plan says why they do not. It gains from each alarm, so that a model of which much is
// wrong is told of in full; a model of which nothing is wrong may get more false alarms
// in a year than [Spending] gives, or fewer. An interval of p counts by its end that
// says less.
type Discovery struct {
	Share       float64 // 0: [DefaultFalse]
	Independent bool
}

// found is what is kept: one of the two.
type found struct {
	E *fdr.ELond `json:"e,omitempty"`
	P *fdr.LORD  `json:"p,omitempty"`
}

func (d Discovery) share() float64 {
	if d.Share > 0 && d.Share < 1 {
		return d.Share
	}
	return DefaultFalse
}

func (d Discovery) read(state []byte) found {
	var kept found
	_ = json.Unmarshal(state, &kept) // what cannot be read begins anew
	switch {
	case d.Independent && (kept.P == nil || kept.P.Alpha != d.share() || len(kept.P.At) > fdr.MaxAlarms):
		return found{P: fdr.NewLORD(d.share())}
	case d.Independent:
		return found{P: kept.P}
	case kept.E == nil || kept.E.Alpha != d.share():
		return found{E: fdr.NewELond(d.share())}
	}
	return found{E: kept.E}
}

// Level implements [Alarms]. The levels of either procedure fall while nothing is found;
// how many units it takes is told by the one that time gives, which is no larger than
// what a share allows.
func (d Discovery) Level(b Trial) float64 {
	return min(d.share()/float64(max(len(b.Tests), 1)), Spending{}.Level(b))
}

// Decide implements [Alarms]. A test that cannot be made spends nothing.
func (d Discovery) Decide(state []byte, b Trial) ([]Decision, []byte) {
	kept := d.read(state)
	out := make([]Decision, len(b.Tests))
	for i, t := range b.Tests {
		if t.P != t.P {
			out[i] = Decision{State: wardround.Unknown}
			continue
		}
		var alarm, could bool
		var level float64
		if d.Independent {
			alarm, level = kept.P.Test(t.PHigh)
			could = t.PLow <= level
		} else {
			alarm, level = kept.E.Test(stream.EValue(t.PHigh))
			could = stream.EValue(t.PLow) >= 1/level
		}
		out[i] = Decision{State: wardround.Pass, Level: level}
		switch {
		case alarm:
			out[i].State = wardround.Fail
		case could:
			out[i].State = wardround.Unknown
		}
	}
	state, err := json.Marshal(kept)
	if err != nil {
		panic(err) // plain numbers
	}
	return out, state
}

// alarms are those that the plan chose, else those of the site.
func (s *scene) alarms() Alarms {
	if s.plan != nil {
		switch b := s.plan.Budget; b.Control {
		case model.ControlExpected:
			return Spending{}
		case model.ControlFDR:
			return Discovery{Share: b.Share, Independent: b.Independent != ""}
		}
	}
	return s.f.opt.Alarms
}
