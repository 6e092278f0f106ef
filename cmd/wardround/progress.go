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
