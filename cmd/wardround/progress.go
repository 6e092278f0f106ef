package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oui"
)

// progress returns what shows how much of the files was read: a bar on a terminal
// for anything over a second, nothing otherwise.
func (a *app) progress(files []string) func(int64) {
	if a.Quiet || !terminal(a.stderr) {
		return nil
	}
	var total int64
	for _, f := range files {
		st, err := os.Stat(f)
		if err != nil || !st.Mode().IsRegular() {
			total = -1
			break
		}
		total += st.Size()
	}
	var bar *progressbar.ProgressBar
	start, done := time.Now(), int64(0)
	return func(n int64) {
		done += n
		if bar == nil {
			if time.Since(start) < time.Second {
				return
			}
			bar = progressbar.NewOptions64(total,
				progressbar.OptionSetWriter(a.stderr), progressbar.OptionShowBytes(true),
				progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(),
				progressbar.OptionThrottle(100*time.Millisecond))
		}
		_ = bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
}

// maker names the maker of a hardware address.
func maker(m wardround.MAC) string {
	name, _ := oui.Maker(oui.MAC(m))
	return name
}

// busy shows that something takes longer than a second, on a terminal. The caller
// calls done when it is over.
func (a *app) busy(what string) (done func()) {
	if a.Quiet || !terminal(a.stderr) {
		return func() {}
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-stop:
			return
		case <-time.After(time.Second):
		}
		bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(what),
			progressbar.OptionClearOnFinish(), progressbar.OptionSpinnerType(14))
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				_ = bar.Finish()
				return
			case <-tick.C:
				_ = bar.Add(1) // a spinner that cannot be drawn is no reason to stop
			}
		}
	}()
	return func() { close(stop); <-ended }
}
