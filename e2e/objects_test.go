package e2e

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// object is one line of --format json. Members of all types are here together;
// which of them a type has is fixed by the command line's documentation.
type object struct {
	Type string `json:"type"`

	Kind   string          `json:"kind"` // observation: "dicom.association"
	At     time.Time       `json:"at"`
	Flow   flow            `json:"flow"`
	Count  int             `json:"count"`
	Fields json.RawMessage `json:"fields"`

	Check    string          `json:"check"` // verdict, finding, case
	Subject  string          `json:"subject"`
	Item     string          `json:"item"`
	State    string          `json:"state"`
	Severity string          `json:"severity"`
	Title    string          `json:"title"`
	Facts    json.RawMessage `json:"facts"`

	ID          string       `json:"id"` // asset, link, finding, case
	Identifiers []identifier `json:"identifiers"`
	Gateway     string       `json:"gateway"`
	Protocol    string       `json:"protocol"`

	Packets       int64 `json:"packets"` // summary
	Bytes         int64 `json:"bytes"`
	Flows         int64 `json:"flows"`
	ParseFailures int64 `json:"parse_failures"`
	Drops         int64 `json:"drops"`
	GapBytes      int64 `json:"gap_bytes"`
	Truncated     bool  `json:"truncated"`

	raw []byte
}

type flow struct {
	Transport string `json:"transport"`
	Src       string `json:"src"`
	Dst       string `json:"dst"`
}

// port is that of the server's end.
func (f flow) port(t testing.TB) uint16 {
	t.Helper()
	a, err := netip.ParseAddrPort(f.Dst)
	if err != nil {
		t.Fatalf("flow %+v: %v", f, err)
	}
	return a.Port()
}

type identifier struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// objects are the lines of one run, in order.
type objects []object

func readObjects(t testing.TB, out []byte) (list objects) {
	t.Helper()
	for line := range bytes.Lines(out) {
		list = append(list, readObject(t, line))
	}
	return list
}

// concluded replays captures and returns all but the observations, which are many.
func concluded(t testing.TB, captures ...string) objects {
	t.Helper()
	args := append([]string{"replay", "--format", "json", "--quiet"}, captures...)
	return readObjects(t, invocation{args: args, skip: observationLine}.run(t).want(t, 0).stdout)
}

// observationLine is how the line of an observation begins.
var observationLine = []byte(`{"type":"observation"`)

// conclusions reads all lines but observations.
func conclusions(t testing.TB, out []byte) (list objects) {
	t.Helper()
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, observationLine) {
			list = append(list, readObject(t, line))
		}
	}
	return list
}

func readObject(t testing.TB, line []byte) object {
	t.Helper()
	o := object{raw: bytes.TrimSuffix(line, []byte("\n"))}
	if err := json.Unmarshal(line, &o); err != nil {
		t.Fatalf("not a JSON object: %v\n%.300s", err, line)
	}
	if !bytes.HasPrefix(line, []byte(`{"type":"`+o.Type+`"`)) || o.Type == "" {
		t.Fatalf("type is not the first member: %.80s", line)
	}
	return o
}

// replay runs replay --format json on captures; it must end with 0.
func replay(t testing.TB, captures ...string) objects {
	t.Helper()
	args := append([]string{"replay", "--format", "json", "--quiet"}, captures...)
	return readObjects(t, wardround(t, args...).want(t, 0).stdout)
}

func (l objects) of(typ string) (out objects) {
	for _, o := range l {
		if o.Type == typ {
			out = append(out, o)
		}
	}
	return out
}

// observations returns those whose kind is one of kinds.
func (l objects) observations(kinds ...string) (out objects) {
	for _, o := range l {
		if o.Type == "observation" && slices.Contains(kinds, o.Kind) {
			out = append(out, o)
		}
	}
	return out
}

// findings counts live findings by check.
func (l objects) findings() map[string]int {
	n := map[string]int{}
	for _, o := range l {
		if o.Type == "finding" && o.State != "fixed" {
			n[o.Check]++
		}
	}
	return n
}

// summary is the last line.
func (l objects) summary(t testing.TB) object {
	t.Helper()
	if len(l) == 0 || l[len(l)-1].Type != "summary" {
		t.Fatalf("no summary at the end of %d objects", len(l))
	}
	return l[len(l)-1]
}

// fields decodes an observation's fields.
func fields[T any](t testing.TB, o object) (v T) {
	t.Helper()
	if err := json.Unmarshal(o.Fields, &v); err != nil {
		t.Fatalf("%s: %v", o.Kind, err)
	}
	return v
}

// sorted returns the lines in order, without empty ones.
func sorted(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.TrimSpace(s) == "" })
	slices.Sort(list)
	return list
}
