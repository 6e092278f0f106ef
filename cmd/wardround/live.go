package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
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
}

// statsPrefix begins a line of the capture process's standard error that counts
// what the kernel dropped so far.
const statsPrefix = "dropped "

func (c *captureCmd) Run(a *app) error {
	src, err := capture.OpenLive(capture.Options{Interface: c.Interface, Filter: c.Filter})
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "capture", err)
	}
	defer src.Close()
	if err := capture.Unprivilege(capture.Nobody); err != nil {
		return wardround.Wrap(wardround.EForbidden, "capture", err)
	}
	fmt.Fprintln(a.stderr, "capturing")
	out := pcap.NewWriter(a.stdout, pcap.Header{Link: src.Link(), Nano: true})
	told, flushed := uint64(0), time.Now()
	for a.ctx.Err() == nil {
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
		if now := time.Now(); now.Sub(flushed) > 50*time.Millisecond {
			flushed = now
			if err := out.Flush(); err != nil {
				return err
			}
			if d := src.Stats().Dropped; d != told {
				told = d
				fmt.Fprintln(a.stderr, statsPrefix+strconv.FormatUint(d, 10))
			}
		}
	}
	return out.Flush()
}

// watch runs one capture process and feeds what it captures to a sensor, until ctx
// is done or the process ends. ready is called when it captures.
func (a *app) watch(ctx context.Context, s sensorConfig, pseudonyms *sense.Pseudonyms, emit func(*wardround.Observation), ready func()) error {
	self, err := os.Executable()
	if err != nil {
		return wardround.Wrap(wardround.EInternal, "serve", err)
	}
	args := []string{"capture", s.Interface}
	if s.Filter != "" {
		args = append(args, "--filter="+s.Filter)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = []string{} // nothing of ours is its business
	cmd.Dir = "/"
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 2 * time.Second
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
	var drops atomic.Uint64
	said := make(chan string, 1)
	go func() { // ends with the process
		last := ""
		sc := bufio.NewScanner(stderr)
		for sc.Scan() {
			line := sc.Text()
			if n, ok := strings.CutPrefix(line, statsPrefix); ok {
				if v, err := strconv.ParseUint(n, 10, 64); err == nil {
					drops.Store(v)
				}
				continue
			}
			if line == "capturing" {
				ready()
				continue
			}
			last = line
		}
		said <- last
	}()
	sensor := network.New(network.Options{
		Sensor: s.Name, Input: s.Interface, Origin: wardround.Live, Pseudonyms: pseudonyms, Emit: emit,
	})
	err = feedLive(sensor, stdout, &drops)
	sensor.Close()
	last := <-said
	if werr := cmd.Wait(); ctx.Err() == nil {
		if err == nil {
			err = werr
		}
		return wardround.Errorf(wardround.EInvalid, "serve", "capture of %s ended: %s (%w)", s.Interface, strings.TrimPrefix(last, "wardround: "), err)
	}
	return nil
}

// feedLive reads the capture process's stream on a goroutine, so that a quiet
// interface still lets time pass.
func feedLive(sensor *network.Sensor, r io.Reader, drops *atomic.Uint64) error {
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
	told := uint64(0)
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
		}
		if d := drops.Load(); d > told {
			sensor.Dropped(int64(d - told))
			told = d
		}
	}
}
