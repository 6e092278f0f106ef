package board

import (
	"cmp"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

const (
	// minutes is how much of a sensor's past is shown.
	minutes = 60
	// lostAfter is how long a sensor may be silent: it speaks of itself every minute.
	lostAfter = 3 * time.Minute
	// maxSensors bounds the sensors that are shown.
	maxSensors = 500
)

// States of a sensor.
const (
	Watching = "watching"
	Quiet    = "quiet" // it watches, and nothing passes by
	Lost     = "lost"  // it no longer tells of itself
	Ended    = "ended"
	Blind    = "blind" // it could not capture
)

// sensor is what one sensor told of itself and how much it saw, by minute.
type sensor struct {
	id, input string
	first     time.Time
	last      time.Time // anything heard of it
	status    *kind.SensorStatusV1
	statusAt  time.Time
	since     time.Time // of its state
	state     string
	minute    int64 // the newest, in minutes since 1970
	past      [minutes]bucket
}

// bucket is one minute.
type bucket struct {
	told          bool
	n             int
	drops         int64
	parseFailures int64
	gapBytes      int64
}

// at returns the bucket of a time, nil if that is too long ago.
func (s *sensor) at(t time.Time) *bucket {
	m := t.Unix() / 60
	if m > s.minute {
		for i := max(s.minute+1, m-minutes+1); i <= m; i++ {
			s.past[i%minutes] = bucket{}
		}
		s.minute = m
	}
	if m < 0 || m <= s.minute-minutes {
		return nil
	}
	return &s.past[m%minutes]
}

// ours is the name under which the program itself writes: of what it had to leave
// aside under load it tells as a sensor does.
const ours = "wardround"

// seen reports whether an observation is of what a sensor sees or tells of itself,
// and not what people or the program put into the log.
func seen(o *wardround.Observation) bool {
	switch kind.Name(o.Kind) {
	case kind.SensorStatus:
		return true
	case kind.Wake, kind.CheckFailed, kind.ContentChanged, kind.FindingDecided, kind.FindingAssigned, kind.InventorySaid, kind.LogGap, kind.OperatorActed, kind.PublicationSaid:
		return false
	}
	return o.Sensor != ours
}

// Observed takes in one judged batch: what sensors tell of themselves, and how much
// they see.
func (b *Board) Observed(batch []*wardround.Observation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var s *sensor
	for _, o := range batch {
		if !seen(o) {
			continue
		}
		if s == nil || s.id != o.Sensor {
			if s = b.sensors[o.Sensor]; s == nil {
				if len(b.sensors) >= maxSensors {
					continue
				}
				s = &sensor{id: o.Sensor, first: o.At, since: o.At, state: Watching}
				b.sensors[o.Sensor] = s
			}
		}
		at := o.At // a clock ahead of ours is not believed
		if !o.Logged.IsZero() && at.After(o.Logged) {
			at = o.Logged
		}
		s.input = o.Input
		if at.After(s.last) {
			s.last = at
		}
		x := s.at(at)
		if x == nil {
			continue
		}
		x.told = true
		if f, ok := o.Fields.(*kind.SensorStatusV1); ok {
			x.drops += f.KernelDrops + f.QueueDrops + f.LimitDrops
			x.parseFailures += f.ParseFailures
			x.gapBytes += f.GapBytes
			if !at.Before(s.statusAt) {
				s.status, s.statusAt = f, at
			}
			continue
		}
		x.n += o.Times()
	}
	b.judgeSensors()
}

// judgeSensors says how the sensors are, and notes when one is lost or back.
func (b *Board) judgeSensors() {
	now := b.now()
	for _, s := range b.sensors {
		is := s.is(now)
		if is == s.state || s.id == ours {
			continue
		}
		was := s.state
		s.state, s.since = is, now
		if is == Lost {
			s.since = s.last
			b.grown++
			b.events.note(b.at, event{kind: SensorLost, at: s.last, name: s.id})
		} else if was == Lost {
			b.grown++
			b.events.note(b.at, event{kind: SensorBack, at: now, name: s.id})
		}
	}
}

func (s *sensor) is(now time.Time) string {
	switch f := s.status; {
	case f != nil && f.End && !s.last.After(s.statusAt):
		return Ended
	case now.Sub(s.last) > lostAfter:
		return Lost
	case f == nil:
		return Watching
	case f.Blind > 0:
		return Blind
	case f.Packets == 0 && now.Sub(s.statusAt) <= lostAfter:
		return Quiet
	}
	return Watching
}

// Sensors returns the sensors in order of name.
func (b *Board) Sensors() []Sensor {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.judgeSensors()
	now := b.now()
	out := make([]Sensor, 0, len(b.sensors))
	for _, s := range b.sensors {
		v := s.show(now)
		if s.id == ours && v.Drops == 0 {
			continue // it is no sensor; it has lost nothing either
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(x, y Sensor) int { return cmp.Compare(x.ID, y.ID) })
	return out
}

func (s *sensor) show(now time.Time) Sensor {
	v := Sensor{ID: s.id, Input: s.input, State: s.state, Since: s.since, Last: s.last, Rate: []*float64{}}
	if f := s.status; f != nil {
		v.Detail = f.Detail
		if d := s.statusAt.Sub(f.From).Seconds(); d > 0 && s.state != Lost && s.state != Ended {
			v.Packets, v.Bytes = float64(f.Packets)/d, float64(f.Bytes)/d
		}
	}
	this := now.Unix() / 60
	from := max(s.first.Unix()/60, this-minutes+1)
	for m := from; m <= this; m++ {
		if m > s.minute || m <= s.minute-minutes || !s.past[m%minutes].told {
			if m < this { // the minute that runs is no gap yet
				v.Rate = append(v.Rate, nil)
			}
			continue
		}
		x := &s.past[m%minutes]
		v.Drops += x.drops
		v.ParseFailures += x.parseFailures
		v.GapBytes += x.gapBytes
		length := 60.0
		if m == this {
			length = max(1, float64(now.Unix()%60))
		}
		r := float64(x.n) / length
		v.Rate = append(v.Rate, &r)
	}
	if n := len(v.Rate); n > 0 && s.state != Lost && s.state != Ended {
		if last := v.Rate[n-1]; last != nil {
			v.Observations = *last
		}
	}
	return v
}
