//go:build linux

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wardround/wardround/internal/testkit"
)

// mount mounts something for the time of the test.
func mount(t *testing.T, source, target, kind string, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		testkit.Missing(t, "this user cannot mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(target, 0); err != nil {
			t.Errorf("unmount %s: %v", target, err)
		}
	})
}

// The disk fills up at several points of a server's life. It says so and ends;
// nothing is damaged; with room again it goes on, and judges as one that never
// lacked any.
func TestDiskFull(t *testing.T) {
	part := captures(t, 1, 4*time.Hour, "--hours", "2", "--scenario", "scan,mqtt-anonymous")[0]
	through := filepath.Join(t.TempDir(), "through")
	for _, kilobytes := range []int{64, 400, 1200, 2500, 4000, 6000} {
		t.Run(fmt.Sprintf("%d kB", kilobytes), func(t *testing.T) {
			disk := t.TempDir()
			mount(t, "tmpfs", disk, "tmpfs", 0, fmt.Sprintf("size=%dk", kilobytes))
			dir := filepath.Join(disk, "data")
			for range 2 { // a second start finds no more room than the first
				r := cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once", "--read", part)
				r.want(t, 3, "no room left", disk)
				if strings.Count(r.stderr, "\n") > 4 {
					t.Errorf("it says too much: %s", r.stderr)
				}
			}
			if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=200m"); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "state.db")); err == nil && kilobytes > 1000 {
				audit(t, dir)
			}
			cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once", "--read", part).want(t, 0)
			if _, err := os.Stat(through); err != nil {
				// With the same pseudonyms, on a disk with room.
				copyDir(t, filepath.Join(dir, "keys"), filepath.Join(through, "keys"))
				change(t, filepath.Join(dir, "format.json"), func(b []byte) []byte {
					if err := os.WriteFile(filepath.Join(through, "format.json"), b, 0o600); err != nil {
						t.Fatal(err)
					}
					return b
				})
				cli(t, "--data", through, "serve", "--listen", "127.0.0.1:0", "--once", "--read", part).want(t, 0)
			}
			sameOutcome(t, audit(t, through), audit(t, dir))
		})
	}
}

// A server that runs when its disk fills up refuses what it cannot keep and ends;
// what it acknowledged before is there.
func TestDiskFullWhileServing(t *testing.T) {
	disk := t.TempDir()
	mount(t, "tmpfs", disk, "tmpfs", 0, "size=20m")
	dir := filepath.Join(disk, "data")
	p := &people{T: t, dir: dir}
	s := serve(t, dir).ready()
	p.importOne("before")
	filler := filepath.Join(disk, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for block := 1 << 20; block > 0; {
		if _, err := f.Write(make([]byte, block)); err != nil {
			block /= 2
		}
	}
	f.Close()
	for n := 0; s.running() && n < 200; n++ {
		p.importOne(fmt.Sprintf("during-%d", n))
	}
	if code := s.wait(); code != 3 || !s.says("no room left") {
		t.Errorf("it ended with status %d:\n%s", code, s.text())
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.check(audit(t, dir))
	s = serve(t, dir).ready()
	p.importOne("after")
	s.stop()
	b := audit(t, dir)
	p.check(b)
	if b.said["before"] != 1 || b.said["after"] != 1 {
		t.Errorf("%v", b.said)
	}
}

// A data directory that cannot be written is named; reading it still works.
func TestReadOnlyDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	serve(t, dir).ready().stop()
	if os.Geteuid() == 0 {
		mount(t, dir, dir, "", unix.MS_BIND, "")
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	} else {
		for _, sub := range []string{"", "log", "keys", "blobs"} {
			if err := os.Chmod(filepath.Join(dir, sub), 0o500); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(filepath.Join(dir, sub), 0o700) })
		}
	}
	cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once").want(t, 2, dir, "cannot be written")
	cli(t, "--data", dir, "finding", "list").want(t, 0)
	cli(t, "--data", dir, "coverage").want(t, 0)
	cli(t, "--data", filepath.Join(dir, "new"), "serve", "--listen", "127.0.0.1:0", "--once").want(t, 2, dir, "cannot be written")
}

// A state file that was changed is named and refused, by the server and by those
// who only read; so is one that is cut short, empty, or something else.
func TestCorruptState(t *testing.T) {
	part := captures(t, 1, 4*time.Hour, "--hours", "0.5")[0]
	whole := filepath.Join(t.TempDir(), "data")
	cli(t, "--data", whole, "serve", "--listen", "127.0.0.1:0", "--once", "--read", part).want(t, 0)
	type harm struct {
		name string
		how  func(b []byte) []byte
	}
	harms := []harm{
		{"the header", func(b []byte) []byte { return append([]byte("no database file"), b[16:]...) }},
		{"cut in the middle", func(b []byte) []byte { return b[:len(b)/2] }},
		{"cut to a few bytes", func(b []byte) []byte { return b[:50] }},
		{"random bytes", func(b []byte) []byte { return []byte(strings.Repeat("state", 9000)) }},
	}
	for page := 1; page < 400; page += 57 {
		harms = append(harms, harm{fmt.Sprintf("three bytes of page %d", page+1), func(b []byte) []byte {
			at := page * 4096 % (len(b) - 4096)
			for i := range 3 {
				b[at+i] ^= 0xa5
			}
			return b
		}})
	}
	for _, h := range harms {
		t.Run(h.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			copyDir(t, whole, dir)
			change(t, filepath.Join(dir, "state.db"), h.how)
			r := cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once").want(t, 2, filepath.Join(dir, "state.db"))
			if !strings.Contains(r.stderr, "damaged") || !strings.Contains(r.stderr, "restore a backup") {
				t.Errorf("it says %s", r.stderr)
			}
			cli(t, "--data", dir, "finding", "list").want(t, 2, "state.db")
		})
	}
	t.Run("gone", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		copyDir(t, whole, dir)
		if err := os.Remove(filepath.Join(dir, "state.db")); err != nil {
			t.Fatal(err)
		}
		cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once").want(t, 2, "rolled back", "checkpoint.txt")
		// Whoever decides to go on gets everything judged again from the log.
		if err := os.Remove(filepath.Join(dir, "checkpoint.txt")); err != nil {
			t.Fatal(err)
		}
		cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once").want(t, 0)
		sameOutcome(t, audit(t, whole), audit(t, dir))
	})
}
