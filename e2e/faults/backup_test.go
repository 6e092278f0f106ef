package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Backups are taken while the server reads and people work. Each restores to
// books that fit together, with everything that was acknowledged before it was
// begun, and a server goes on from it to the same judgement.
func TestBackupUnderLoad(t *testing.T) {
	parts := captures(t, 4, 4*time.Hour, "--hours", "3", "--scenario", "scan,mqtt-anonymous")
	folder := t.TempDir()
	dir := filepath.Join(folder, "data")
	p := &people{T: t, dir: dir}
	args := []string{}
	for _, part := range parts {
		args = append(args, "--read", part)
	}
	s := serve(t, dir, args...).ready()
	type backup struct {
		file   string
		before []string // acknowledged before it was begun
	}
	var backups []backup
	for n := range 3 {
		name := fmt.Sprintf("before-backup-%d", n)
		p.importOne(name)
		b := backup{file: filepath.Join(folder, fmt.Sprintf("%d.tar", n)), before: append([]string(nil), p.asked...)}
		done := make(chan result, 1)
		go func() { done <- cli(t, "--data", dir, "backup", "--keys", b.file) }()
		for working := true; working; {
			select {
			case r := <-done:
				r.want(t, 0)
				working = false
			default:
				p.importOne(fmt.Sprintf("during-backup-%d-%d", n, len(p.asked)))
			}
		}
		backups = append(backups, b)
	}
	s.until("read and judged")
	s.stop()
	p.check(audit(t, dir))
	for n, b := range backups {
		to := filepath.Join(folder, fmt.Sprintf("restored-%d", n))
		cli(t, "--data", to, "restore", b.file).want(t, 0, "restored and verified")
		books := audit(t, to)
		for _, name := range b.before {
			if p.acknowledged[name] && books.said[name] != 1 {
				t.Errorf("backup %d holds %s %d times; it was acknowledged before the backup was begun", n, name, books.said[name])
			}
		}
		bundle := filepath.Join(folder, fmt.Sprintf("bundle-%d.zip", n))
		cli(t, "--data", to, "evidence", "export", bundle).want(t, 0)
		cli(t, "evidence", "verify", bundle, "--key", filepath.Join(dir, "keys", "ledger.pub")).want(t, 0, ": verified")
	}
	// The first knows the least. Reading everything again brings it to the same end;
	// the imports it lacks are made again.
	first := filepath.Join(folder, "restored-0")
	have := audit(t, first).said
	q := &people{T: t, dir: first}
	s = serve(t, first, args...).until("read and judged")
	for _, name := range p.asked {
		if have[name] == 0 && p.acknowledged[name] {
			q.importOne(name)
		}
	}
	s.stop()
	sameOutcome(t, audit(t, dir), audit(t, first))

	t.Run("damaged", func(t *testing.T) {
		for name, how := range map[string]func(b []byte) []byte{
			"cut":     func(b []byte) []byte { return b[:len(b)-5000] },
			"flipped": func(b []byte) []byte { b[len(b)/2] ^= 1; b[len(b)/3] ^= 1; b[len(b)/4] ^= 1; return b },
			"nothing": func([]byte) []byte { return nil },
			"noise":   func([]byte) []byte { return make([]byte, 10_000) },
		} {
			b, err := os.ReadFile(backups[0].file)
			if err != nil {
				t.Fatal(err)
			}
			file, to := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(t.TempDir(), "data")
			if err := os.WriteFile(file, how(b), 0o600); err != nil {
				t.Fatal(err)
			}
			r := cli(t, "--data", to, "restore", file)
			if r.code != 2 || r.stderr == "" {
				t.Errorf("%s: status %d, %s", name, r.code, r.stderr)
			}
			if _, err := os.Stat(to); err == nil {
				t.Errorf("%s: something was restored", name)
			}
		}
	})
	t.Run("over something", func(t *testing.T) {
		cli(t, "--data", dir, "restore", backups[0].file).want(t, 2, dir)
		cli(t, "--data", dir, "backup", backups[0].file).want(t, 2, "there already")
	})
}
