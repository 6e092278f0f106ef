package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

// pauseFor is how long a failed check rests, in site time.
const pauseFor = time.Hour

// causeFull is the cause of a failure that pauses nothing: a check's verdicts had
// no room.
const causeFull = "full"

// failureState begins the keys of the pipeline's own state about failures.
const failureState = "failed/"

// failure is something to report of a check. It is remembered until it was
// reported and what it causes is over.
type failure struct {
	kind.CheckFailedV1
	Over     time.Time `json:"over"`               // when it may be forgotten, or said again
	Reported bool      `json:"reported,omitempty"` // it is in the log
	queued   bool      // its report is on its way there
}

// failures are the newest of each check, and of each that had no room.
type failures struct {
	p *Pipeline
	m map[string]*failure
	// told are failures that the log tells of positions still to be judged.
	told map[string][]*kind.CheckFailedV1
}

func nameOf(f *kind.CheckFailedV1) string {
	if f.Cause == causeFull {
		return f.Check + " " + causeFull
	}
	return f.Check
}

func (fs *failures) restore(key string, saved []byte) error {
	name, ok := strings.CutPrefix(key, failureState)
	if !ok {
		return nil
	}
	f := &failure{}
	if err := json.Unmarshal(saved, f); err != nil {
		return err
	}
	fs.m[name] = f
	return nil
}

func (fs *failures) keep(f *failure) {
	name := nameOf(&f.CheckFailedV1)
	fs.m[name] = f
	fs.p.states.set(ownState, failureState+name, f)
}

// paused returns until when a check rests, zero if it does not.
func (fs *failures) paused(id string) time.Time {
	if f := fs.m[id]; f != nil && fs.p.now.Before(f.Until) {
		return f.Until
	}
	return time.Time{}
}

// failed pauses a check and reports its failure.
func (fs *failures) failed(id, cause, detail string) time.Time {
	until := fs.p.now.Add(pauseFor)
	fs.report(id, cause, detail, until)
	return until
}

// full reports that a verdict of c had no room, once in a while.
func (fs *failures) full(c *check.Check) {
	if f := fs.m[c.ID+" "+causeFull]; f != nil && fs.p.now.Before(f.Over) {
		return
	}
	fs.report(c.ID, causeFull, fmt.Sprintf("%d verdicts are held and there is no room for more; what is new is left out", len(fs.p.rows.m)), fs.p.now)
}

// report writes a failure to the log, so that whoever judges the log again repeats
// it.
func (fs *failures) report(id, cause, detail string, until time.Time) {
	if len(detail) > 500 {
		detail = detail[:500]
	}
	p := fs.p
	fs.keep(&failure{
		CheckFailedV1: kind.CheckFailedV1{
			Check: id, Cause: cause, Detail: strings.ToValidUTF8(detail, "?"),
			From: p.commit.After + 1, To: p.commit.To, Until: until,
		},
		Over: p.now.Add(pauseFor),
	})
}

// take returns the reports that are still to be written, and takes them as on
// their way.
func (fs *failures) take() []*kind.CheckFailedV1 {
	var out []*kind.CheckFailedV1
	for _, name := range slices.Sorted(maps.Keys(fs.m)) {
		if f := fs.m[name]; !f.Reported && !f.queued {
			f.queued = true
			v := f.CheckFailedV1
			out = append(out, &v)
		}
	}
	return out
}

// reported notes a report that came through the log.
func (fs *failures) reported(v *kind.CheckFailedV1) {
	f := fs.m[nameOf(v)]
	if f == nil || f.From != v.From || f.Cause != v.Cause {
		if f != nil && f.From > v.From {
			return // there is a newer one
		}
		f = &failure{CheckFailedV1: *v, Over: fs.p.now.Add(pauseFor)}
	}
	f.Reported = true
	fs.keep(f)
}

// forget lets go of what is reported and over.
func (fs *failures) forget() {
	for _, name := range slices.Sorted(maps.Keys(fs.m)) {
		if f := fs.m[name]; f.Reported && !fs.p.now.Before(f.Until) && !fs.p.now.Before(f.Over) {
			delete(fs.m, name)
			fs.p.states.remove(ownState, failureState+name)
		}
	}
}

// CatchUp judges what the log holds and the store does not yet know: after a crash,
// or all of it into an empty store. A check that failed when this was judged first
// is failed again where the log says so: what took too long on one machine may not
// on another.
func (p *Pipeline) CatchUp(ctx context.Context, log wardround.Log) error {
	after := p.position
	told := map[string][]*kind.CheckFailedV1{}
	err := log.Read(ctx, after, func(batch []*wardround.Observation) error {
		for _, o := range batch {
			if f, ok := o.Fields.(*kind.CheckFailedV1); ok && f.Cause != causeFull && f.To > after {
				told[f.Check] = append(told[f.Check], f)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.failures.told = told
	defer func() { p.failures.told = nil }()
	return log.Read(ctx, after, func(batch []*wardround.Observation) error { return p.Judge(ctx, batch) })
}

// repeated returns the failure that the log tells of a check for the batch that is
// judged now, nil if there is none.
func (fs *failures) repeated(id string) *kind.CheckFailedV1 {
	for _, f := range fs.told[id] {
		if f.To == fs.p.commit.To && f.From == fs.p.commit.After+1 {
			return f
		}
	}
	return nil
}

// repeat lets a check fail as it did.
func (fs *failures) repeat(v *kind.CheckFailedV1) time.Time {
	fs.keep(&failure{CheckFailedV1: *v, Over: fs.p.now.Add(pauseFor), queued: true})
	return v.Until
}
