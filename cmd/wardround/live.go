package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/sense/network"
	"github.com/wardround/wardround/sense/network/capture"
)

// captureCmd is the capture process: it opens an interface, gives up every
// privilege, and writes what it captures to its standard output. It holds no keys
// and opens no file. serve starts one per interface.
type captureCmd struct {
	Interface string `arg:"" help:"The interface to read."`
	Filter    string `help:"What to capture, in tcpdump's words."`
	Attached  bool   `help:"End when standard input does: whoever started this is gone."`
}

// What the capture process says on its standard error, besides errors.
const (
	saysCapturing = "capturing"
	saysDropped   = "dropped " // packets, so far; also a sign of life, every lifeSign
	saysDown      = "down"     // the interface is down, or has no carrier
	saysUp        = "up"
)

// lifeSign is how often a capture process says that it lives.
const lifeSign = time.Second

func (c *captureCmd) Run(a *app) error {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	src, err := capture.OpenLive(capture.Options{Interface: c.Interface, Filter: c.Filter})
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "capture", err)
	}
	defer src.Close()
	if err := capture.Unprivilege(capture.Nobody); err != nil {
		return wardround.Wrap(wardround.EForbidden, "capture", err)
	}
	if c.Attached {
		go func() { // ends with standard input
			_, _ = io.Copy(io.Discard, a.stdin) // nothing is ever sent
			cancel()
		}()
	}
	fmt.Fprintln(a.stderr, saysCapturing)
	out := pcap.NewWriter(a.stdout, pcap.Header{Link: src.Link(), Nano: true})
	told := func() { fmt.Fprintln(a.stderr, saysDropped+strconv.FormatUint(src.Stats().Dropped, 10)) }
	defer told()
	var flushed, lived time.Time
	up := true
	for ctx.Err() == nil {
		p, err := src.Next()
		switch {
		case errors.Is(err, capture.ErrQuiet):
			if err := out.Flush(); err != nil {
				return err
			}
		case errors.Is(err, io.EOF):
			return out.Flush()
		case err != nil:
			return err
		default:
			if err := out.Write(p.At, p.Data, p.Length); err != nil {
				return err
			}
		}
		now := time.Now()
		if now.Sub(flushed) > 50*time.Millisecond {
			flushed = now
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if now.Sub(lived) >= lifeSign {
			lived = now
			if is := carries(c.Interface, up); is != up {
				up = is
				fmt.Fprintln(a.stderr, map[bool]string{true: saysUp, false: saysDown}[up])
			}
			told()
		}
	}
	return out.Flush()
}

// carries reports whether an interface is up and has a carrier; otherwise is the
// answer when that cannot be found out.
func carries(name string, otherwise bool) bool {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return otherwise
	}
	return i.Flags&net.FlagUp != 0 && i.Flags&net.FlagRunning != 0
}

// How long to wait before a capture that ended is started again: longer each time,
// and from the start again after one that lasted longestPause.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// watch keeps one interface watched until ctx is done. A capture that ends is
// started again, and the time without it is told; one that never began is an error.
func (a *app) watch(ctx context.Context, s sensorConfig, pseudonyms *sense.Pseudonyms, emit func(*wardround.Observation), ready func()) error {
	out := &outage{sensor: s, now: a.now, emit: emit, said: func(text string) {
		fmt.Fprintf(a.stderr, "wardround: %s: %s\n", s.Interface, text)
	}}
	began := false
	pause := firstPause
	for {
		started := a.now()
		err := a.capture(ctx, s, pseudonyms, emit, out, func() {
			if !began {
				ready()
			}
			began = true
		})
		select {
		case <-ctx.Done(): // an interrupt from a terminal reaches the capture process first
			return nil
		case <-time.After(250 * time.Millisecond):
		}
		if !began {
			return err
		}
		if a.now().Sub(started) > longestPause {
			pause = firstPause
		}
		out.begin(fmt.Sprintf("%v; it is started again in %v", err, pause))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		out.tick()
		pause = min(2*pause, longestPause)
	}
}

// capture runs one capture process and feeds what it captures to a sensor, until
// ctx is done or the process ends, which is an error. ready is called when it
// captures.
func (a *app) capture(ctx context.Context, s sensorConfig, pseudonyms *sense.Pseudonyms, emit func(*wardround.Observation), out *outage, ready func()) error {
	self, err := os.Executable()
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "serve", err)
	}
	args := []string{"capture", "--attached", s.Interface}
	if s.Filter != "" {
		args = append(args, "--filter="+s.Filter)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = []string{} // nothing of ours is its business
	cmd.Dir = "/"
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 2 * time.Second
	stdin, err := cmd.StdinPipe() // ends with us, however we end
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "serve", err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "serve", err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "serve", err)
	}
	if err := cmd.Start(); err != nil {
		return wardround.Errorf(wardround.EInternal, "serve", "capture of %s: %w", s.Interface, err)
	}
	l := &listener{out: out, ready: ready, last: make(chan string, 1), began: time.Now()}
	go l.listen(stderr) // ends with the process
	sensor := network.New(network.Options{
		Sensor: s.Name, Input: s.Interface, Origin: wardround.Live, Pseudonyms: pseudonyms, Emit: emit,
	})
	err = feedLive(sensor, stdout, l)
	last := <-l.last
	l.dropped(sensor)
	sensor.Close()
	if werr := cmd.Wait(); ctx.Err() == nil {
		if last == "" {
			last = errors.Join(err, werr).Error()
		}
		return wardround.Errorf(wardround.EInvalid, "serve", "capture of %s ended: %s", s.Interface, strings.TrimPrefix(last, "wardround: "))
	}
	return nil
}

// feedLive reads the capture process's stream on a goroutine, so that a quiet
// interface still lets time pass.
func feedLive(sensor *network.Sensor, r io.Reader, l *listener) error {
	type frame struct {
		link   packet.LinkType
		data   []byte
		length int
		at     int64
	}
	frames := make(chan []frame, 16)
	ended := make(chan error, 1)
	go func() { // ends with r
		defer close(frames)
		pr, err := pcap.NewReader(bufio.NewReaderSize(r, 1<<20), pcap.Limits{})
		if err != nil {
			ended <- err
			return
		}
		var batch []frame
		var arena []byte
		for {
			p, err := pr.Next()
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				if len(batch) > 0 {
					frames <- batch
				}
				ended <- err
				return
			}
			if len(arena)+len(p.Data) > cap(arena) {
				arena = make([]byte, 0, max(256<<10, len(p.Data)))
			}
			arena = append(arena, p.Data...)
			batch = append(batch, frame{p.Link, arena[len(arena)-len(p.Data):], p.Length, p.At})
			if len(batch) == 256 {
				frames <- batch
				batch = nil
				continue
			}
			select { // hand over at once when the sensor waits
			case frames <- batch:
				batch = nil
			default:
			}
		}
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case batch, ok := <-frames:
			if !ok {
				return <-ended
			}
			for _, f := range batch {
				sensor.Packet(f.link, f.data, f.length, f.at)
			}
		case now := <-tick.C:
			sensor.Advance(now.UnixNano())
			l.check()
		}
		l.dropped(sensor)
	}
}
