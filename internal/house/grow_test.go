package house

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestANewCheckAndProtocolEditNothingElse follows the numbered steps of
// CONTRIBUTING.md in a copy of the tree: it adds files, edits one line for a new
// area, and the checks' own tests accept the result.
func TestANewCheckAndProtocolEditNothingElse(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a copy of the tree")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		testkit.Missing(t, "the go command is not installed")
	}
	root := testkit.Root(t)
	tree := filepath.Join(t.TempDir(), "tree")
	copyTree(t, root, tree)
	write := func(rel, content string) {
		p := filepath.Join(tree, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(p); err == nil {
			t.Fatalf("%s is there already", rel)
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// A protocol: a folder in format/, a file in kind/, a file in sense/network/.
	write("format/quotd/quotd.go", quotdFormat)
	write("kind/quotd.go", quotdKind)
	write("sense/network/quotd.go", quotdSense)
	write("sense/network/quotd_test.go", quotdSenseTest)
	// A check of a new area: a file, its fixtures, one line in checks/all.go.
	write("checks/quotd/answered.go", quotdCheck)
	write("checks/quotd/testdata/quotd.answered/hit.txtar", quotdHit)
	write("checks/quotd/testdata/quotd.answered/miss.txtar", quotdMiss)
	all := filepath.Join(tree, "checks", "all.go")
	b, err := os.ReadFile(all)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(b), `	"embed"`, "\t\"embed\"\n\n\t_ \"github.com/wardround/wardround/checks/quotd\"", 1)
	if edited == string(b) {
		t.Fatal("checks/all.go has changed its shape")
	}
	if err := os.WriteFile(all, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), goTool, args...)
		cmd.Dir = tree
		cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOPROXY=off", "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("test", "./checks", "-run", "TestFixtures/quotd.answered", "-update")
	want, err := os.ReadFile(filepath.Join(tree, "checks/quotd/testdata/quotd.answered/hit.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(want), "fail asset:10.0.0.2") {
		t.Errorf("the new check did not fail its hit:\n%s", want)
	}
	run("test", "./checks", "./kind", "-run", "TestFixtures/quotd.answered|TestSchemas")
	run("test", "./sense/network", "-run", "TestQuotd")
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || rel == "tools" || rel == "dist" {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

const quotdFormat = `// Package quotd reads the quote of the day (RFC 865).
package quotd

import "github.com/wardround/wardround/format"

// Recognise judges the first bytes of a server that speaks without being asked.
func Recognise(client, server []byte) format.Match {
	if len(client) > 0 || len(server) > 0 && server[0] != '"' {
		return format.No
	}
	if len(server) == 0 {
		return format.More
	}
	return format.Yes
}
`

const quotdKind = `package kind

import "github.com/wardround/wardround"

// Quotd is one quote of the day.
const Quotd Name = "quotd.answer"

// QuotdV1 says that a host gave a quote.
type QuotdV1 struct {
	Bytes int ` + "`json:\"bytes\"`" + `
}

var _ = Register[QuotdV1](Schema{Name: Quotd, Version: 1, Doc: "A quote of the day was given.", Shed: ShedTransaction})

// Claims implements [Claimer].
func (q *QuotdV1) Claims(_ *wardround.Observation, c *Claims) { c.Speak(Dst, "quotd") }

// Link implements [Linker].
func (q *QuotdV1) Link(*wardround.Observation) (LinkClaim, bool) {
	return LinkClaim{Protocol: "quotd", Encrypted: wardround.No}, true
}
`

const quotdSense = `package network

import (
	"github.com/wardround/wardround/format/quotd"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{Name: "quotd", Recognise: quotd.Recognise, Open: func(c *Conn) Stream { return &quotdStream{c: c} }})

type quotdStream struct {
	c *Conn
	n int
}

func (s *quotdStream) Data(_ Direction, p []byte, _ int64) error { s.n += len(p); return nil }
func (s *quotdStream) Gap(Direction, int64, int64) error         { return nil }
func (s *quotdStream) Close(at int64)                            { s.c.Emit(at, &kind.QuotdV1{Bytes: s.n}) }
`

const quotdSenseTest = `package network

import (
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

func TestQuotd(t *testing.T) {
	var got []*wardround.Observation
	c := NewTestConn("quotd", &wardround.Flow{Transport: "tcp"}, func(o *wardround.Observation) { got = append(got, o) })
	s := &quotdStream{c: c}
	if err := s.Data(ToClient, []byte("\"x\""), 1); err != nil {
		t.Fatal(err)
	}
	s.Close(2)
	if len(got) != 1 || got[0].Fields.(*kind.QuotdV1).Bytes != 3 {
		t.Fatalf("got %v", got)
	}
}
`

const quotdCheck = `// Package quotd holds the checks of the quote of the day.
package quotd

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:       "quotd.answered",
	Version:  1,
	Title:    "Quote of the day is switched on",
	Doc:      "A host answers with a quote of the day. Nobody needs that service in a hospital; each needless service is a way in. Switch it off at the host. It is wrong where somebody reads the quotes, which we have not met in any hospital so far.",
	Concern:  wardround.Security,
	Applies:  wardround.AnyKind,
	Speaks:   []string{"quotd"},
	Stage:    wardround.Operate,
	Severity: wardround.Low,
	Controls: []string{"least-functionality"},
	Watch:    []kind.Name{kind.Quotd},
	Fresh:    24 * time.Hour,
	Say: check.Say{
		Bedside: "Nothing is known to follow for patients.", Security: "Switch the service off.",
		Dont: "Don't restart {asset} for it.", Why: "{asset} gave a quote of {bytes} bytes.", Wrong: "somebody wants the quotes.",
	},
	Run: func(_ context.Context, p *check.Pass) error {
		for o := range p.Seen() {
			if n := o.Fields.(*kind.QuotdV1).Bytes; n > 0 {
				p.Fail(wardround.AssetSubject(o.Dst), "", wardround.Facts{"bytes": n})
			} else {
				p.Pass(wardround.AssetSubject(o.Dst), "", nil)
			}
		}
		return nil
	},
})
`

const quotdHit = `A server hands out a quote.

-- observations --
{"kind":"quotd.answer","at":"2026-03-01T08:00:00Z","flow":{"transport":"tcp","src":"10.0.0.1:40000","dst":"10.0.0.2:17"},"fields":{"bytes":40}}
`

const quotdMiss = `A server closes without a quote.

-- observations --
{"kind":"quotd.answer","at":"2026-03-01T08:00:00Z","flow":{"transport":"tcp","src":"10.0.0.1:40000","dst":"10.0.0.2:17"},"fields":{"bytes":0}}
`
