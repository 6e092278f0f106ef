package faults

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// bundle is an evidence bundle as an attacker has it: files in a zip.
type bundle map[string]string

func unzip(t testing.TB, file string) bundle {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	b := bundle{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		b[f.Name] = string(content)
	}
	return b
}

func (b bundle) zip(t testing.TB) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, content := range b {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bundle.zip")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const entries = "entries.jsonl"

func (b bundle) lines() []string {
	return strings.SplitAfter(strings.TrimSuffix(b[entries], "\n"), "\n")
}

func (b bundle) set(lines []string) {
	b[entries] = strings.TrimSuffix(strings.Join(lines, ""), "\n") + "\n"
}

// relist makes the list of files true again; its signature is then of another text.
func (b bundle) relist() {
	head, sig, _ := strings.Cut(b["bundle.txt"], "\n\n")
	title, _, _ := strings.Cut(head, "\n")
	var list []string
	for name, content := range b {
		if name != "bundle.txt" {
			list = append(list, fmt.Sprintf("%s %x %d\n", name, sha256.Sum256([]byte(content)), len(content)))
		}
	}
	slices.Sort(list)
	b["bundle.txt"] = title + "\n" + strings.Join(list, "") + "\n" + sig
}

// evidenceOf makes a data directory and leaves in the folder a checkpoint and a
// bundle of its first half, and a bundle of all of it.
func evidenceOf(t *testing.T) (dir, earlier, half, whole string) {
	t.Helper()
	parts := captures(t, 2, 4*time.Hour, "--hours", "1", "--scenario", "scan,mqtt-anonymous")
	folder := t.TempDir()
	dir = filepath.Join(folder, "data")
	earlier, half, whole = filepath.Join(folder, "earlier.txt"), filepath.Join(folder, "half.zip"), filepath.Join(folder, "whole.zip")
	cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once", "--read", parts[0]).want(t, 0)
	cli(t, "--data", dir, "evidence", "export", half).want(t, 0)
	b, err := os.ReadFile(filepath.Join(dir, "checkpoint.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(earlier, b, 0o600); err != nil {
		t.Fatal(err)
	}
	cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--once", "--read", parts[1]).want(t, 0)
	cli(t, "--data", dir, "evidence", "export", whole).want(t, 0)
	return dir, earlier, half, whole
}

// The evidence of a site is altered in every way somebody might try. Each is named
// on the command line, which ends with status 1, whatever it is verified with.
func TestForgedEvidenceIsNamed(t *testing.T) {
	dir, earlier, half, whole := evidenceOf(t)
	key := filepath.Join(dir, "keys", "ledger.pub")
	var report struct{ Signer string }
	if err := json.Unmarshal([]byte(cli(t, "--format", "json", "evidence", "verify", whole, "--key", key).want(t, 0).stdout), &report); err != nil || report.Signer == "" {
		t.Fatalf("%v: %+v", err, report)
	}
	trust := map[string][]string{
		"a key file": {"--key", key}, "a fingerprint": {"--key", report.Signer}, "a checkpoint": {"--trusted", earlier},
		"both": {"--key", key, "--trusted", earlier}, "nothing": nil,
	}
	verify := func(file string, with []string) result {
		return cli(t, append([]string{"evidence", "verify", file}, with...)...)
	}
	for name, with := range trust {
		if name != "nothing" {
			verify(whole, with).want(t, 0, ": verified")
		}
	}
	if r := verify(whole, nil).want(t, 4, "self-consistent only", "--key", "--trusted"); strings.Contains(r.stdout, ": verified") {
		t.Errorf("without anything from outside it says %s", r.stdout)
	}
	n := len(unzip(t, whole).lines())
	if n < 40 {
		t.Fatalf("only %d entries", n)
	}
	leafOf := func(line string) (salt, entry string) {
		var e struct {
			Salt  string
			Entry json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		return e.Salt, string(e.Entry)
	}
	for _, tt := range []struct {
		name  string
		forge func(b bundle)
		says  []string
	}{
		{"altered", func(b bundle) {
			l := b.lines()
			l[20] = strings.Replace(l[20], `"kind":`, `"kinds":`, 1)
			b.set(l)
		}, []string{"altered: entry 20"}},
		{"altered, its leaf and the list too", func(b bundle) {
			l := b.lines()
			salt, entry := leafOf(l[20])
			entry = strings.Replace(entry, `"seq":`, `"sec":`, 1)
			raw, err := hex.DecodeString(salt)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(append(append([]byte{0}, raw...), entry...))
			l[20] = fmt.Sprintf(`{"index":20,"leaf":"%x","salt":"%s","entry":%s}`+"\n", sum, salt, entry)
			b.set(l)
			b.relist()
		}, []string{"altered: entry 20", "bundle.txt"}},
		{"removed", func(b bundle) { b.set(slices.Delete(b.lines(), 20, 23)) }, []string{"removed: entries 20 to 22"}},
		{"the end removed", func(b bundle) { l := b.lines(); b.set(l[:len(l)-1]) }, []string{fmt.Sprintf("removed: entry %d", n-1)}},
		{"reordered", func(b bundle) {
			l := b.lines()
			l[10], l[20] = l[20], l[10]
			b.set(l)
		}, []string{"reordered: entry 10"}},
		{"renumbered", func(b bundle) {
			l := b.lines()
			l[10], l[20] = strings.Replace(l[20], `"index":20`, `"index":10`, 1), strings.Replace(l[10], `"index":10`, `"index":20`, 1)
			b.set(l)
		}, []string{"reordered: entry 10: numbered from 20", "reordered: entry 20: numbered from 10"}},
		{"repeated", func(b bundle) { l := b.lines(); b.set(slices.Insert(l, 11, l[10])) }, []string{"repeated: entry 10"}},
		{"a tile altered", func(b bundle) {
			for name, tile := range b {
				if strings.HasPrefix(name, "tile/8/0/") {
					b[name] = tile[:len(tile)-1] + string(tile[len(tile)-1]^1)
				}
			}
		}, []string{"altered: the file tile/8/0/"}},
		{"the manifest altered", func(b bundle) {
			b["manifest.json"] = strings.Replace(b["manifest.json"], "wardround", "wardwound", 1)
		}, []string{"altered: the file manifest.json"}},
		{"the readme altered", func(b bundle) { b["README.txt"] += "All is well.\n" }, []string{"altered: the file README.txt"}},
		{"the head altered", func(b bundle) {
			b["checkpoint.txt"] = strings.Replace(b["checkpoint.txt"], "\nat 2", "\nat 3", 1)
		}, []string{"checkpoint.txt"}},
		{"a signature altered", func(b bundle) {
			list := b["bundle.txt"]
			at := strings.LastIndexByte(strings.TrimSpace(list), ' ') + 1
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(list[at:]))
			if err != nil {
				t.Fatal(err)
			}
			raw[len(raw)-1] ^= 1
			b["bundle.txt"] = list[:at] + base64.StdEncoding.EncodeToString(raw) + "\n"
		}, []string{"bundle.txt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := unzip(t, whole)
			tt.forge(b)
			file := b.zip(t)
			for name, with := range trust {
				r := verify(file, with)
				if r.code != 1 || !strings.Contains(r.stdout, ": failed") {
					t.Errorf("with %s: status %d, %s%s", name, r.code, r.stdout, r.stderr)
				}
				for _, want := range tt.says {
					if !strings.Contains(r.stdout, want) {
						t.Errorf("with %s, %q is not said in %s", name, want, r.stdout)
					}
				}
			}
		})
	}

	t.Run("re-signed", func(t *testing.T) {
		// The same ledger, exported by somebody with a key of their own.
		forged := filepath.Join(t.TempDir(), "data")
		copyDir(t, dir, forged)
		for _, name := range []string{"ledger", "ledger.pub"} {
			if err := os.Remove(filepath.Join(forged, "keys", name)); err != nil {
				t.Fatal(err)
			}
		}
		file := filepath.Join(t.TempDir(), "forged.zip")
		cli(t, "--data", forged, "evidence", "export", file).want(t, 0)
		for name, with := range trust {
			if name == "nothing" {
				verify(file, with).want(t, 4, "self-consistent only")
				continue
			}
			verify(file, with).want(t, 1, "re-signed")
		}
	})
	t.Run("rolled back", func(t *testing.T) {
		later := filepath.Join(dir, "checkpoint.txt")
		verify(half, []string{"--key", key}).want(t, 0)
		verify(half, []string{"--key", key, "--trusted", later}).want(t, 1, "rolled back")
		verify(half, []string{"--trusted", later}).want(t, 1, "rolled back")
	})
	t.Run("another site's", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "data")
		serve(t, other).ready()
		p := &people{T: t, dir: other}
		p.importOne("other")
		file := filepath.Join(t.TempDir(), "other.zip")
		cli(t, "--data", other, "evidence", "export", file).want(t, 0)
		verify(file, []string{"--trusted", earlier}).want(t, 1)
		verify(file, []string{"--key", key}).want(t, 1, "re-signed")
	})
	t.Run("altered in the database", func(t *testing.T) {
		forged := filepath.Join(t.TempDir(), "data")
		copyDir(t, dir, forged)
		db, err := sql.Open("sqlite", filepath.Join(forged, "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := db.Exec(`UPDATE leaf SET payload = CAST(replace(CAST(payload AS TEXT), '"fail"', '"pass"') AS BLOB)
			WHERE id IN (SELECT id FROM leaf WHERE CAST(payload AS TEXT) LIKE '%"fail"%' LIMIT 1)`)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); n != 1 || err != nil {
			t.Fatalf("%d rows, %v", n, err)
		}
		db.Close()
		file := filepath.Join(t.TempDir(), "forged.zip")
		if r := cli(t, "--data", forged, "evidence", "export", file); r.code == 0 {
			verify(file, []string{"--key", key}).want(t, 1, "altered: entry")
		} else {
			r.want(t, 2, "entry")
		}
	})
	t.Run("no bundle at all", func(t *testing.T) {
		verify(filepath.Join(dir, "nothing.zip"), nil).want(t, 2, "nothing.zip")
		verify(key, nil).want(t, 2, "no evidence bundle")
		verify(whole, []string{"--key", filepath.Join(dir, "no-such-key")}).want(t, 2)
		verify(whole, []string{"--trusted", filepath.Join(dir, "no-such-checkpoint")}).want(t, 2)
		verify(whole, []string{"--key", "sha256:1234"}).want(t, 2)
		verify(whole, []string{"--key", "sha256:" + strings.Repeat("0", 64)}).want(t, 1, "re-signed")
	})
}
