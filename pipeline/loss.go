package pipeline

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// lossMemory is how long after a loss a pass does not fix a finding: what was
// missed may have been the failure.
const lossMemory = 2 * time.Minute

// lossState begins the keys of the pipeline's own state about losses; the sensor
// follows.
const lossState = "loss/"

// loss is a time in which a sensor did not see everything.
type loss struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// losses are the newest of each sensor. Under "" are those that concern all of
// them: what we shed ourselves, and what the log has lost.
type losses map[string]loss

func (l losses) restore(key string, saved []byte) error {
	sensor, ok := strings.CutPrefix(key, lossState)
	if !ok {
		return nil
	}
	var x loss
	if err := json.Unmarshal(saved, &x); err != nil {
		return err
	}
	l[sensor] = x
	return nil
}

// hides reports whether what a sensor saw at t may not have been all there was.
func (l losses) hides(sensor string, t time.Time) bool {
	for _, s := range [...]string{sensor, ""} {
		if x, ok := l[s]; ok && !t.Before(x.From) && t.Sub(x.To) < lossMemory {
			return true
		}
	}
	return false
}

// lostBy notes what a sensor's status tells of losses.
func (p *Pipeline) lostBy(s *check.Seen, f *kind.SensorStatusV1) {
	if f.KernelDrops+f.QueueDrops+f.LimitDrops+f.GapBytes+f.Blind == 0 && !f.Truncated {
		return
	}
	sensor := s.Sensor
	if sensor == Sensor {
		sensor = ""
	}
	p.lost(sensor, loss{From: f.From, To: s.At})
}

// lost takes back what was fixed by what the sensor saw meanwhile.
func (p *Pipeline) lost(sensor string, x loss) {
	if x.From.IsZero() || x.From.After(x.To) {
		x.From = x.To
	}
	if old, ok := p.losses[sensor]; ok {
		if x.To.Before(old.To) {
			return
		}
		if x.From.Sub(old.To) < lossMemory { // one long loss
			x.From = old.From
		}
	}
	p.losses[sensor] = x
	p.states.set(ownState, lossState+sensor, x)
	p.findings.doubt(p, sensor)
}

// fixedMemory is for how long a fixed finding can be doubted: sensors tell their
// losses every minute.
const fixedMemory = time.Hour

// remember keeps a fixed finding at hand for as long as it may be doubted.
func (s *findings) remember(f *wardround.Finding, now time.Time) {
	if f.State != wardround.Fixed || f.FixedBy == "" || now.Sub(f.Fixed) > fixedMemory {
		return
	}
	if len(s.fixed) >= s.fixedMax {
		s.fixed = slices.DeleteFunc(s.fixed, func(f *wardround.Finding) bool {
			return f.State != wardround.Fixed || now.Sub(f.Fixed) > fixedMemory
		})
		s.fixedMax = max(1024, 2*len(s.fixed))
	}
	s.fixed = append(s.fixed, f)
}

// doubt reopens what was fixed lately by something a sensor saw while it lost
// something.
func (s *findings) doubt(p *Pipeline, sensor string) {
	for _, f := range s.fixed {
		if f.State == wardround.Fixed && (sensor == "" || f.FixedBy == sensor) && p.losses.hides(f.FixedBy, f.Fixed) {
			s.change(f, func() { f.State, f.Fixed, f.FixedBy, f.Seq = wardround.Reopened, time.Time{}, "", p.commit.To })
		}
	}
}
