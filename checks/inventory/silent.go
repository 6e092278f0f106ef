package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "asset.silent",
	Version: 1,
	Title:   "A component that should always speak is silent",
	Doc: "A component that people declared always-on was not seen for longer than allowed, or at least three devices behind one gateway stopped reporting together while they reported regularly before. Their values no longer reach the record or the central station; what they do at the bedside is not seen from here. " +
		"Look at the device first, then at its network port and its gateway. It passes when they are seen again. " +
		"It is wrong when a ward switched the devices off together, and where the sensor lost sight of them: when no sensor reports, or one reports losses, the answer is unknown.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Uncounted:    true,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Thresholds:   map[string]float64{"silence": (10 * time.Minute).Seconds()},
	Controls:     []string{"availability"},
	Watch:        append([]kind.Name{kind.SensorStatus}, traffic...),
	Fresh:        time.Hour,
	Group:        check.BySubject,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Values of {silent} have not reached us since {since}. Whether the devices themselves work is unknown from here.",
		Ward:        "Look at the patient and at the device itself; chart by hand until values arrive again.",
		Engineering: "Check the devices, then their network, then {asset}: power, cable, wireless, the maker's own log.",
		Security:    "See whether anything else in the zone fell silent at {since}, and what {asset} talked to before.",
		Dont:        "Don't restart the gateway before the ward is ready to chart by hand: the devices that still report would fall silent too.",
		Why:         "{silent}: last seen at {since}; before, never silent for longer than {usual}.",
		Wrong:       "they were switched off together, or moved to another gateway.",
	},
	Run: silent,
})

// The keys of wake-ups: an asset declared always-on, or a gateway.
const (
	keyAsset   = "asset "
	keyGateway = "gateway "
)

// silent watches two things: assets declared always-on, and groups of devices
// behind one gateway.
func silent(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		switch f := o.Fields.(type) {
		case *kind.SensorStatusV1:
			s := check.State[senses](p, sensesKey)
			if s.Told == 0 {
				p.WakeAt(sweepKey, p.Now().Add(sweepEvery))
			}
			s.told(f, o.At)
			continue
		case *kind.InventorySaidV1:
			declared(p, f)
		}
		if len(o.Others) > 0 {
			report(p, o)
		}
	}
	for w := range p.Wakes() {
		if w.Key == sweepKey {
			for a := range p.Inventory().Assets() {
				alwaysOn(p, a.ID) // also those that inherited the declaration
			}
			p.WakeAt(sweepKey, p.Now().Add(sweepEvery))
		} else if id, ok := cut(w.Key, keyAsset); ok {
			alwaysOn(p, id)
		} else if id, ok := cut(w.Key, keyGateway); ok {
			behind(p, id)
		}
	}
	return nil
}

func cut(key, prefix string) (wardround.AssetID, bool) {
	if len(key) > len(prefix) && key[:len(prefix)] == prefix {
		return wardround.AssetID(key[len(prefix):]), true
	}
	return "", false
}

const sensesKey = "sensors"

// tellEvery is how long no sensor may tell of itself: they do every minute.
const tellEvery = 5 * time.Minute

// senses is what the sensors told of themselves: without them silence says
// nothing of the silent.
type senses struct {
	Told int64 `json:"told"` // newest status, Unix seconds
	Lost int64 `json:"lost"` // newest status that counted a loss, or came late
}

func (s *senses) told(f *kind.SensorStatusV1, at time.Time) {
	missed := s.Told > 0 && at.Sub(time.Unix(s.Told, 0)) > tellEvery
	if missed || f.KernelDrops+f.QueueDrops+f.LimitDrops+f.GapBytes > 0 {
		s.Lost = max(s.Lost, at.Unix())
	}
	s.Told = max(s.Told, at.Unix())
}

// blind says why silence since t says nothing, "" if it does.
func blind(p *check.Pass, t time.Time) string {
	s := check.State[senses](p, sensesKey)
	told := time.Unix(s.Told, 0)
	switch now := p.Now(); {
	case s.Told == 0 || now.Sub(told) > tellEvery || told.Sub(t) < 2*time.Minute:
		return "no sensor has reported since"
	case time.Unix(s.Lost, 0).After(t):
		return "a sensor lost traffic, or did not report, since"
	}
	return ""
}

// declared starts to watch an asset that a person declared always-on.
func declared(p *check.Pass, f *kind.InventorySaidV1) {
	if f.Set[wardround.AttrAlwaysOn] != "true" {
		return
	}
	id := f.Asset
	for _, m := range f.Match {
		if id != "" {
			break
		}
		if all := p.Inventory().ByIdentifier(m.Type, m.Value); len(all) == 1 {
			id = all[0].ID
		}
	}
	if a := p.Asset(id); a != nil {
		p.WakeAt(keyAsset+string(a.ID), p.Now().Add(allowed(p)))
	}
}

// allowed is how long an always-on asset may be silent.
func allowed(p *check.Pass) time.Duration { return p.SettingDuration("silence", 10*time.Minute) }

// alwaysOn judges one declared asset and asks to look again when it would next
// have been silent for too long.
func alwaysOn(p *check.Pass, id wardround.AssetID) {
	a := p.Asset(id)
	if a == nil || a.ID != id || a.Attr(wardround.AttrAlwaysOn) != "true" {
		return // no longer declared, or merged: the declaration went with it
	}
	limit, subject := allowed(p), wardround.AssetSubject(id)
	facts := wardround.Facts{"silent": a.Name(), "since": a.Last.UTC().Format(time.RFC3339), "usual": spell(limit)}
	quiet := p.Now().Sub(a.Last)
	switch why := blind(p, a.Last); {
	case quiet < limit:
		p.Pass(subject, "always on", wardround.Facts{"silent": a.Name()})
		p.WakeAt(keyAsset+string(id), a.Last.Add(limit))
		return
	case why != "":
		p.Unknown(subject, "always on", why, facts)
	default:
		p.Fail(subject, "always on", facts)
	}
	p.WakeAt(keyAsset+string(id), p.Now().Add(min(limit, 5*time.Minute)))
}

// spell writes a duration as people say it.
func spell(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / u.unit; n == 1 && d%u.unit == 0 {
			return "1 " + u.name
		} else if n > 0 && (d%u.unit == 0 || n >= 10) {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return d.String()
}
