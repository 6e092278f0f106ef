package inventory_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

var update = flag.Bool("update", false, "write what the scripts give into them")

// seen are the fields of a made-up observation: it claims what the script says.
type seen struct {
	claims kind.Claims
	link   *kind.LinkClaim
}

func (s *seen) Claims(_ *wardround.Observation, c *kind.Claims) {
	c.IDs = append(c.IDs, s.claims.IDs...)
	c.Attrs = append(c.Attrs, s.claims.Attrs...)
	c.Kinds = append(c.Kinds, s.claims.Kinds...)
	c.Others = append(c.Others, s.claims.Others...)
	c.Speaks = append(c.Speaks, s.claims.Speaks...)
}

func (s *seen) Link(*wardround.Observation) (kind.LinkClaim, bool) {
	if s.link == nil {
		return kind.LinkClaim{}, false
	}
	return *s.link, true
}

var start = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

var scope = wardround.Scope{Org: "hospital", Site: "main"}

var zones = []wardround.Zone{
	{ID: "icu", Name: "ICU devices", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}},
	{ID: "radiology", Name: "Radiology", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.2.0.0/16")}},
}

// A script is read line by line; each line is one observation:
//
//	+5m M1@10.1.0.5:4242 > M9@10.1.0.1 tcp/104 as:dicom src:ae-title=CT1 dst:@model=X
//
// +5m advances the clock. M1 is the registered hardware address 00:11:22:00:00:01,
// L1 the locally administered 02:11:22:00:00:01. A ? after the port means nobody
// answered. SIDE:TYPE=VALUE claims an identifier, with ~CONFIDENCE after the type
// if it is not 90; @NAME an attribute; !KIND/ROLE/CRITICALITY=REASON what it is;
// src+1: and dst+1: speak of the first asset behind an end. "said {…}" is what a
// person said, with a1 for the first asset and p1 for the first proposal. A line
// of JSON is an observation as in the log.
type script struct {
	t    *testing.T
	inv  *inventory.Inventory
	at   time.Time
	seq  uint64
	ids  []wardround.AssetID
	ask  []*wardround.Proposal
	rows store
}

func (s *script) run(text string) {
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			s.line(line)
		}
	}
}

func (s *script) line(line string) {
	s.t.Helper()
	o := &wardround.Observation{Kind: "test.seen", Origin: wardround.Replay}
	if later, said, ok := strings.Cut(line, " said "); ok {
		d, err := time.ParseDuration(later[1:])
		if err != nil {
			s.t.Fatal(err)
		}
		s.at, line = s.at.Add(d), "said "+said
	}
	if rest, ok := strings.CutPrefix(line, "said "); ok {
		var said kind.InventorySaidV1
		if err := json.Unmarshal([]byte(s.names(rest)), &said); err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
		o.Kind, o.Fields = string(kind.InventorySaid), &said
	} else if line == "restart" {
		s.flush()
		inv, err := inventory.Restore(s.t.Context(), options, &s.rows)
		if err != nil {
			s.t.Fatal(err)
		}
		s.inv = inv
		return
	} else if line[0] == '{' {
		real, err := (kind.Codec{}).Decode([]byte(line))
		if err != nil {
			s.t.Fatal(err)
		}
		o, s.at = real, real.At
	} else {
		s.traffic(o, strings.Fields(line))
	}
	s.seq++
	o.Seq, o.At, o.Logged = s.seq, s.at, s.at
	res := s.inv.Resolve(o)
	s.ids = append(s.ids, res.New...)
	s.flush()
}

func (s *script) flush() {
	c := s.inv.Flush(s.at, true)
	s.rows.apply(c)
	for _, p := range c.Proposals {
		if i := slices.IndexFunc(s.ask, func(q *wardround.Proposal) bool { return q.ID == p.ID }); i >= 0 {
			s.ask[i] = p
		} else {
			s.ask = append(s.ask, p)
		}
	}
}

func (s *script) traffic(o *wardround.Observation, words []string) {
	f := &seen{}
	o.Fields, o.Flow = f, &wardround.Flow{}
	behind := map[string]int{}
	for i, w := range words {
		switch {
		case strings.HasPrefix(w, "+"):
			d, err := time.ParseDuration(w[1:])
			if err != nil {
				s.t.Fatal(err)
			}
			s.at = s.at.Add(d)
		case w == ">":
			o.Flow.Src, o.Flow.Dst = s.endpoint(words[i-1]), s.endpoint(words[i+1])
		case strings.HasPrefix(w, "tcp/"), strings.HasPrefix(w, "udp/"), strings.HasPrefix(w, "ethernet/"):
			transport, port, _ := strings.Cut(w, "/")
			port, silent := strings.CutSuffix(port, "?")
			n, err := strconv.Atoi(port)
			if err != nil {
				s.t.Fatal(err)
			}
			o.Flow.Transport, o.Flow.Dst.Port = transport, uint16(n)
			if silent {
				o.Kind, o.Fields = string(kind.Flow), &kind.FlowV1{Unanswered: 1}
			}
		case strings.HasPrefix(w, "as:"):
			name, data, _ := strings.Cut(w[3:], "/")
			f.link = &kind.LinkClaim{Protocol: name, Data: wardround.DataClass(data)}
		case strings.HasPrefix(w, "src") || strings.HasPrefix(w, "dst"):
			s.claim(f, w, behind)
		}
	}
}

func (s *script) claim(f *seen, w string, behind map[string]int) {
	head, value, _ := strings.Cut(w, "=")
	side, what, _ := strings.Cut(head, ":")
	at, other := kind.Src, 0
	via, _, isBehind := strings.Cut(side, "+")
	if via == "dst" {
		at = kind.Dst
	}
	if isBehind {
		n, ok := behind[side]
		if !ok {
			n = len(f.claims.Others)
			behind[side] = n
			f.claims.Others = append(f.claims.Others, kind.OtherClaim{Via: at})
		}
		at, other = kind.Other, n
	}
	sure := wardround.Observed
	if name, conf, ok := strings.Cut(what, "~"); ok {
		n, _ := strconv.Atoi(conf)
		what, sure = name, wardround.Confidence(n)
	}
	value = strings.ReplaceAll(value, "_", " ")
	switch what[0] {
	case '@':
		f.claims.Attrs = append(f.claims.Attrs, kind.AttrClaim{Side: at, Other: other, Name: what[1:], Value: value, Sure: sure})
	case '!':
		parts := strings.Split(what[1:], "/")
		k, _ := wardround.ParseAssetKind(parts[0])
		c, _ := wardround.ParseCriticality(parts[2])
		f.claims.Kinds = append(f.claims.Kinds, kind.KindClaim{Side: at, Other: other, Kind: k, Role: parts[1], Criticality: c, Reason: value, Sure: wardround.Indicated})
	default:
		f.claims.IDs = append(f.claims.IDs, kind.IDClaim{Side: at, Other: other, Type: kind.IDType(what), Value: hardware(value), Sure: sure})
	}
}

func (s *script) endpoint(w string) (e wardround.Endpoint) {
	hw, addr, ok := strings.Cut(w, "@")
	if !ok {
		hw, addr = "", w
	}
	if hw != "" {
		m, err := parseMAC(hardware(hw))
		if err != nil {
			s.t.Fatal(err)
		}
		e.MAC = m
	}
	if addr != "" {
		a, err := netip.ParseAddr(addr)
		if err != nil {
			s.t.Fatal(err)
		}
		e.Addr = a
	}
	return e
}

// hardware spells out M1 and L1; anything else stays.
func hardware(w string) string {
	if len(w) > 1 && len(w) < 4 && (w[0] == 'M' || w[0] == 'L') {
		if n, err := strconv.Atoi(w[1:]); err == nil {
			return fmt.Sprintf("0%d:11:22:00:00:%02x", map[byte]int{'M': 0, 'L': 2}[w[0]], n)
		}
	}
	return w
}

func parseMAC(s string) (m wardround.MAC, err error) {
	_, err = fmt.Sscanf(s, "%02x:%02x:%02x:%02x:%02x:%02x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5])
	return m, err
}

// names replaces a1 and p1 in quotes by ids.
func (s *script) names(text string) string {
	for i := len(s.ids); i > 0; i-- {
		text = strings.ReplaceAll(text, fmt.Sprintf(`"a%d"`, i), strconv.Quote(string(s.ids[i-1])))
	}
	for i := len(s.ask); i > 0; i-- {
		text = strings.ReplaceAll(text, fmt.Sprintf(`"p%d"`, i), strconv.Quote(s.ask[i-1].ID))
	}
	return text
}

// short replaces ids by a1.
func (s *script) short(text string) string {
	for i, id := range s.ids {
		text = strings.ReplaceAll(text, string(id), "a"+strconv.Itoa(i+1))
	}
	return text
}

// state tells what the inventory holds, in the order it came to light.
func (s *script) state() string {
	var b strings.Builder
	for i, id := range s.ids {
		a := s.rows.assets[id]
		if a == nil {
			fmt.Fprintf(&b, "a%d not stored\n", i+1)
			continue
		}
		fmt.Fprintf(&b, "a%d", i+1)
		if a.MergedInto != "" {
			fmt.Fprintf(&b, " = %s\n", a.MergedInto)
			continue
		}
		if a.Kind != 0 || a.Attr(wardround.AttrRole) != "" {
			fmt.Fprintf(&b, " %s/%s", a.Kind, a.Attr(wardround.AttrRole))
		}
		if a.Criticality != 0 {
			fmt.Fprintf(&b, " %s (%s)", a.Criticality, a.CriticalityReason)
		}
		fmt.Fprintf(&b, " in %s", a.Zone)
		if a.Gateway != "" {
			fmt.Fprintf(&b, " behind %s", a.Gateway)
		}
		if len(a.Aliases) > 0 {
			fmt.Fprintf(&b, " also %v", a.Aliases)
		}
		b.WriteByte('\n')
		for _, id := range a.Identifiers {
			fmt.Fprintf(&b, "\t%s %s %d%s\n", id.Type, id.Value, id.Confidence, span(id.First, id.Last))
		}
		for _, name := range slices.Sorted(keys(a.Attributes)) {
			if at := a.Attributes[name]; name != "kind" && name != "criticality" && name != wardround.AttrRole && name != wardround.AttrServes {
				fmt.Fprintf(&b, "\t@%s %s %d\n", name, at.Value, at.Confidence)
			}
		}
	}
	for _, l := range s.rows.sortedLinks() {
		fmt.Fprintf(&b, "link %s > %s %s:%d %s x%d\n", l.Client, l.Server, l.Protocol, l.Port, l.Data, l.Observations)
	}
	for i, p := range s.ask {
		fmt.Fprintf(&b, "p%d %s %s %s", i+1, p.State, p.Kind, p.Asset)
		if p.Other != "" {
			fmt.Fprintf(&b, " %s", p.Other)
		}
		if p.Field != "" {
			fmt.Fprintf(&b, " %s=%s", p.Field, p.Value)
		}
		fmt.Fprintf(&b, ": %s\n", p.Reason)
	}
	return s.short(b.String())
}

func span(first, last time.Time) string {
	f, l := first.Sub(start), last.Sub(start)
	if f == l {
		return fmt.Sprintf(" at %v", f)
	}
	return fmt.Sprintf(" %v to %v", f, l)
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var options = inventory.Options{Scope: scope, Zones: zones, Maker: func(m wardround.MAC) string {
	if m[0] == 0 {
		return "Example Instruments"
	}
	return ""
}}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts:", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, inv: inventory.New(options), at: start}
			steps := 0
			for i := range ar.Files {
				f := &ar.Files[i]
				if strings.HasPrefix(f.Name, "in") {
					s.run(string(f.Data))
					continue
				}
				steps++
				got := s.state()
				if *update {
					f.Data = []byte(got)
				} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if steps == 0 {
				t.Error("the script expects nothing")
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
