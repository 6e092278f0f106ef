package wsdiscovery

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// tshark's XML reader finds the same text in the same elements of what we write.
func TestAgainstTshark(t *testing.T) {
	c := wire.New(t)
	var want [][]string
	for _, m := range messages {
		c.UDP("10.20.0.9:40000", "239.255.255.250:3702", m.Append(nil))
		var addresses []string
		if m.Kind != Probe {
			for _, x := range m.Targets {
				addresses = append(addresses, x.Address)
			}
		}
		want = append(want, append([]string{vocabularies[m.Version].discovery + "/" + m.Kind.String(), m.MessageID}, addresses...))
	}
	var got [][]string
	for _, row := range wire.Tshark(t, c.Path(), "xml", []string{"xml.cdata"}, "--enable-heuristic", "xml_udp") {
		text := strings.Split(row[0], "|")
		kept := text[:2]
		for _, x := range text[2:] {
			if strings.HasPrefix(x, "urn:uuid:") && x != question && x != "urn:uuid:6" { // not what it relates to
				kept = append(kept, strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(x))
			}
		}
		got = append(got, kept)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// An SDC stack reads our 2009 messages, validated against the standards' schemas.
// WARDROUND_PYTHON names a Python that has the package sdc11073.
func TestAgainstSDC(t *testing.T) {
	python := os.Getenv("WARDROUND_PYTHON")
	if python == "" {
		python = testkit.Need(t, "python3")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if exec.CommandContext(ctx, python, "-c", "import sdc11073").Run() != nil {
		testkit.Missing(t, "the Python package sdc11073 is not installed")
	}
	args := []string{"-W", "ignore", filepath.Join("testdata", "peer.py"), "check"}
	var want []string
	for i, m := range messages {
		if m.Version != V2009 {
			continue
		}
		path := filepath.Join(t.TempDir(), "message.xml")
		if err := os.WriteFile(path, m.Append(nil), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
		address, types := "-", "-"
		if len(m.Targets) > 0 {
			if a := m.Targets[0].Address; a != "" {
				address = a
			}
			var names []string
			for _, n := range m.Targets[0].Types {
				names = append(names, "{"+n.Space+"}"+n.Local)
			}
			if len(names) > 0 {
				types = strings.Join(names, " ")
			}
		}
		want = append(want, strings.Join([]string{vocabularies[m.Version].discovery + "/" + m.Kind.String(), messages[i].MessageID, address, types}, " "))
	}
	cmd := exec.CommandContext(ctx, python, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(string(out)), "\n")); diff != "" {
		t.Error(diff)
	}
}
