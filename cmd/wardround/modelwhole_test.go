package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
)

// Registering a model is one transaction: killed at any moment, the data directory
// holds the release with all its documents and every report, or nothing of it.
func TestRegisterIsWholeOrNothing(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "wardround") // by this name the test is the program
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, program); err != nil {
		t.Skip(err)
	}
	const files = 40
	for i := range files {
		path := filepath.Join(dir, "model", fmt.Sprintf("part-%02d.json", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, fmt.Appendf(nil, `{"part": %d}`, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := func(data string, args ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), program, append([]string{"--data", data, "--format", "json"}, args...)...)
		c.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir)
		return c
	}
	register := func(data string) *exec.Cmd {
		return command(data, "model", "register", filepath.Join(dir, "model"), "--maker", "Example Imaging", "--product", "Chest Triage", "--version", "2.1")
	}
	// other says something else: it makes the directory, or repairs it.
	other := func(data string) {
		if out, err := command(data, "model", "say", "--product", "Other", "--version", "1").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	// there counts the facts of a data directory that name the model, and the documents
	// that the register lists. What a killed writer left is repaired first.
	there := func(data string) (facts, documents int) {
		other(data)
		l, err := filelog.Open(filepath.Join(data, "log"), filelog.Options{Codec: kind.Codec{}, ReadOnly: true, Origin: wardround.Live})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		err = l.Read(t.Context(), 0, func(batch []*wardround.Observation) error {
			for _, o := range batch {
				switch f := o.Fields.(type) {
				case *kind.ReleaseSaidV1:
					if f.Product == "Chest Triage" {
						facts++
					}
				case *kind.SBOMReceivedV1, *kind.ModelReceivedV1, *kind.ModelVerifiedV1, *kind.ModelScannedV1:
					facts++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := command(data, "model", "list").Output()
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
			var row struct {
				Product   string         `json:"product"`
				Documents map[string]int `json:"documents"`
			}
			if err := json.Unmarshal(s.Bytes(), &row); err != nil {
				t.Fatalf("%v: %s", err, s.Bytes())
			}
			if row.Product == "Chest Triage" {
				for _, n := range row.Documents {
					documents += n
				}
			}
		}
		return facts, documents
	}

	whole := filepath.Join(dir, "whole")
	other(whole)
	start := time.Now()
	if out, err := register(whole).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(start)
	// The release, its bill of materials, its card, its signature, a report of each file.
	if facts, documents := there(whole); facts != files+4 || documents != 2 {
		t.Fatalf("%d facts and %d documents, want %d and 2", facts, documents, files+4)
	}
	const rounds = 8
	before, after := 0, 0
	for i := range rounds {
		data := filepath.Join(dir, fmt.Sprint("killed-", i))
		other(data)
		c := register(data)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		// The second half of its time is when it writes.
		time.Sleep(took/3 + took*time.Duration(i)/rounds*2/3)
		if err := c.Process.Kill(); err != nil {
			t.Logf("round %d: it had ended: %v", i, err)
		}
		c.Wait() //nolint:errcheck // it was killed
		switch facts, documents := there(data); {
		case facts == 0 && documents == 0:
			before++
		case facts == files+4 && documents == 2:
			after++
		default:
			t.Errorf("round %d: %d of %d facts, %d of 2 documents", i, facts, files+4, documents)
		}
	}
	t.Logf("of %d kills within %v %d left nothing and %d all of it", rounds, took, before, after)
}
