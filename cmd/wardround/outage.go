package main

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense/network"
)

// outage is the time in which an interface is not captured: its capture process
// has ended or does not answer, or the interface is down. It is told when it
// begins, every minute, and when it ends, so that silence is not taken for peace.
type outage struct {
	sensor sensorConfig
	now    func() time.Time
	emit   func(*wardround.Observation)
	said   func(text string)

	mu    sync.Mutex
	since time.Time // zero: there is none
	told  time.Time // up to when it was told
	why   string
}

// begin says that from now on nothing is captured.
func (o *outage) begin(why string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if why != o.why {
		o.said(why)
	}
	o.why = why
	if !o.since.IsZero() {
		return
	}
	o.since = o.now()
	o.told = o.since
	o.tell()
}

// tick tells an outage that goes on, once a minute.
func (o *outage) tick() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.since.IsZero() && o.now().Sub(o.told) >= time.Minute {
		o.tell()
	}
}

// end says that packets come again.
func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		return
	}
	o.tell()
	o.said("captured again, after " + o.now().Sub(o.since).Round(time.Millisecond).String())
	o.since, o.why = time.Time{}, ""
}

// tell appends what has passed since it was last told; at least a millisecond, so
// that the beginning is a fact, too.
func (o *outage) tell() {
	now := o.now()
	s := &kind.SensorStatusV1{From: o.told, Blind: max(1, now.Sub(o.told).Milliseconds()), Detail: o.why}
	o.told = now
	o.emit(&wardround.Observation{
		Kind: string(kind.SensorStatus), Version: 1, Sensor: o.sensor.Name, Input: o.sensor.Interface,
		At: now, Origin: wardround.Live, Fields: s,
	})
}

// silence is how long a capture process may say nothing.
const silence = 10 * lifeSign

// listener hears what a capture process says on its standard error.
type listener struct {
	out   *outage
	ready func()
	last  chan string // its last words

	began time.Time
	drops atomic.Uint64
	told  uint64       // of these, told to the sensor
	heard atomic.Int64 // how long after it began, a time.Duration; 0 before it captures
	mute  atomic.Bool  // it said nothing for too long
	down  atomic.Bool  // the interface is down
}

// listen hears until the process ends.
func (l *listener) listen(stderr io.Reader) {
	last := ""
	sc := bufio.NewScanner(stderr)
	for sc.Scan() {
		line := sc.Text()
		n, counts := strings.CutPrefix(line, saysDropped)
		switch {
		case counts:
			if v, err := strconv.ParseUint(n, 10, 64); err == nil {
				l.drops.Store(v)
			}
			if l.mute.Swap(false) && !l.down.Load() {
				l.out.end()
			}
		case line == saysCapturing:
			l.ready()
			l.out.end()
		case line == saysDown:
			l.down.Store(true)
			l.out.begin("the interface is down or has no carrier")
		case line == saysUp:
			l.down.Store(false)
			l.out.end()
		default:
			last = line
		}
		l.heard.Store(int64(time.Since(l.began)))
	}
	_, _ = io.Copy(io.Discard, stderr) // a line without end must not block it
	l.last <- last
}

// check looks, every second, whether the process still answers.
func (l *listener) check() {
	if at := time.Duration(l.heard.Load()); at != 0 && time.Since(l.began)-at > silence && !l.mute.Swap(true) {
		l.out.begin("the capture process does not answer")
	}
	l.out.tick()
}

// dropped hands what the kernel dropped to the sensor.
func (l *listener) dropped(sensor *network.Sensor) {
	if d := l.drops.Load(); d > l.told {
		sensor.Dropped(int64(d - l.told))
		l.told = d
	}
}
