package inference

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/stat/sketch"
)

const batchMap = `inference: 1
model: sepsis
fields:
  lactate: {as: feature}
  ward: {as: feature, type: category}
  sex: {as: group}
  born: {as: group, name: age, bands: [40, 65]}
  patient: {as: unit}
  at: {as: time}
  risk: {as: score}
  died: {as: label}
`

func csvOf(rows int, at time.Time) string {
	var b strings.Builder
	b.WriteString("lactate,ward,sex,born,patient,at,risk,died\n")
	for i := range rows {
		fmt.Fprintf(&b, "%g,%s,%s,19%d0-01-02,P-%d,%s,%g,%d\n", float64(i%97)/10, []string{"icu", "er", ""}[i%3], []string{"F", "M"}[i%2], 3+i%6, i/4, at.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano), float64(i%100)/100, i%2)
	}
	return b.String()
}

func TestAFileIsImportedOnce(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon.Add(time.Hour)}, &ledger{}
	dir := t.TempDir()
	name := filepath.Join(t.TempDir(), "day.csv")
	if err := os.WriteFile(name, []byte(csvOf(25_000, noon)), 0o600); err != nil {
		t.Fatal(err)
	}
	f := folder(t, mapping(t, batchMap), dir, l, c)
	// Killed in the middle: two portions were made durable.
	tab, err := table.Open(name, table.Options{Limits: table.Limits{Rows: fileBatch}, Kinds: f.kinds()})
	if err != nil {
		t.Fatal(err)
	}
	digest, err := contentOf(name)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(2) {
		b, err := tab.Next()
		if err != nil {
			t.Fatal(err)
		}
		recs, err := recordsOf(tab, b)
		if err != nil {
			t.Fatal(err)
		}
		f.Add(Batch{Input: "file:" + digest, Position: n + 1, Records: recs})
	}
	if err := f.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	f = folder(t, mapping(t, batchMap), dir, l, c)
	rows, err := f.Import(t.Context(), name)
	if err != nil || rows != 5000 {
		t.Fatalf("%d rows, %v", rows, err)
	}
	if rows, err = f.Import(t.Context(), name); err != nil || rows != 0 {
		t.Fatalf("again: %d rows, %v", rows, err)
	}
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	total, merged := l.rows(t)
	w := merged["2026-03-01T12:00:00Z"]
	if total != 25_000 || w.Column("lactate", "").N != 25_000 || w.Column("age", "").N != 25_000 || len(w.Outcomes) == 0 {
		t.Errorf("%d rows: %+v", total, w)
	}
	if _, err := f.Import(t.Context(), filepath.Join(dir, "none")); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("%v", err)
	}
}

func TestAFolderIsFollowed(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon.Add(time.Hour)}, &ledger{}
	f := folder(t, mapping(t, batchMap), t.TempDir(), l, c)
	in := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	problems := make(chan error, 10)
	done := make(chan error)
	go func() { done <- f.Follow(ctx, in, 20*time.Millisecond, func(err error) { problems <- err }) }()
	put := func(name, content string) {
		if err := os.WriteFile(filepath.Join(in, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a.csv", csvOf(100, noon))
	put("b.csv", csvOf(200, noon))
	put("c.csv.part", csvOf(400, noon))
	put("bad.csv", "a,b\n1,\"2\n")
	for end := time.Now().Add(10 * time.Second); f.Counts().Rows < 300 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	select {
	case err := <-problems:
		if !strings.Contains(err.Error(), "bad.csv: line 2: a quote is not closed") {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was told of the file that cannot be read")
	}
	time.Sleep(100 * time.Millisecond)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := f.Counts().Rows; n != 300 || len(problems) > 0 {
		t.Errorf("%d rows, %d more problems", n, len(problems))
	}
}

// TestATableIsOneWindow: as the records one by one, with any number of workers.
func TestATableIsOneWindow(t *testing.T) {
	t.Parallel()
	text := csvOf(30_000, noon)
	var first []byte
	for _, workers := range []int{1, 2, 5} {
		f, err := table.New(strings.NewReader(text), "t.csv", table.Options{Limits: table.Limits{Rows: 7000}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Sketch(t.Context(), f, TableOptions{Mapping: mapping(t, batchMap), Pseudonyms: sense.NewPseudonyms("e", make([]byte, 16)), Workers: workers, Seed: 7, At: noon})
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Window.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		} else if !bytes.Equal(first, b) {
			t.Errorf("%d workers give other bytes", workers)
		}
		w := s.Window
		if w.Rows != 30_000 || !w.From.Equal(noon) || w.Column("ward", "").Missing != 10_000 || w.RowsPerUnit.Mean < 3.9 {
			t.Errorf("%+v", w)
		}
		if c := w.Column("lactate", "sex=F"); c == nil || c.N != 15_000 {
			t.Errorf("%+v", c)
		}
		var ages int64
		for _, g := range []string{"age=<40", "age=40-65", "age=65+"} {
			if c := w.Column("risk", g); c != nil {
				ages += c.N
			}
		}
		if pos, neg := w.Outcome("risk", "sex=M").Counts(); ages != 30_000 || pos != 15_000 || neg != 0 {
			t.Errorf("%d rows have an age; %d and %d labels of men", ages, pos, neg)
		}
	}
	c, l := &clock{t: noon.Add(time.Hour)}, &ledger{}
	fo := folder(t, mapping(t, batchMap), t.TempDir(), l, c)
	name := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fo.Import(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := fo.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole, err := sketch.Decode(bytes.NewReader(first), sketch.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, merged := l.rows(t)
	one := merged["2026-03-01T12:00:00Z"]
	if len(one.Columns) != len(whole.Columns) || one.Schema != whole.Schema {
		t.Fatalf("%d columns one by one, %d of the table", len(one.Columns), len(whole.Columns))
	}
	for _, a := range whole.Columns {
		b := one.Column(a.Name, a.Group)
		if b == nil || a.N != b.N || a.Missing != b.Missing || a.Invalid != b.Invalid || a.Top != nil && fmt.Sprint(a.Top.Top(-1)) != fmt.Sprint(b.Top.Top(-1)) {
			t.Errorf("%s %s: %+v and %+v", a.Name, a.Group, a, b)
		}
	}
	f, err := table.New(strings.NewReader("a,b\n1,2\n"), "t.csv", table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sketch(t.Context(), f, TableOptions{Mapping: mapping(t, batchMap)}); err == nil || !strings.Contains(err.Error(), `names the column "at"`) {
		t.Errorf("%v", err)
	}
}

func TestRawRowsAreKeptOnlyIfSomebodySaysSo(t *testing.T) {
	t.Parallel()
	c, l := &clock{t: noon}, &ledger{}
	file := filepath.Join(t.TempDir(), "rows.json")
	for _, bad := range []Reservoir{{File: file, Rows: 10, Until: noon.AddDate(0, 0, 3)}, {File: file, Rows: 10_001, By: "a", Until: noon.AddDate(0, 0, 3)}, {File: file, Rows: 5, By: "a", Until: noon.AddDate(0, 2, 0)}} {
		opt := Options{Sensor: "e", Mapping: mapping(t, triage), Pseudonyms: sense.NewPseudonyms("e", make([]byte, 16)), Dir: t.TempDir(), Sink: l, Now: c.now, Reservoir: &bad}
		if _, err := New(opt); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	f := folder(t, mapping(t, triage), t.TempDir(), l, c, func(o *Options) {
		o.Reservoir = &Reservoir{File: file, Rows: 20, Until: noon.Add(48 * time.Hour), By: "alice"}
	})
	var recs []Record
	for i := range 500 {
		recs = append(recs, record(i, noon))
	}
	f.Add(Batch{Records: recs})
	if err := f.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		By   string
		Seen int
		Rows []map[string]any
	}
	if err := json.Unmarshal(b, &kept); err != nil || len(kept.Rows) != 20 || kept.Seen != 500 || kept.By != "alice" {
		t.Errorf("%v %+v", err, kept)
	}
	for _, s := range []string{"P1", "viewer", `"r1`, "CT_", "1961"} {
		if strings.Contains(string(b), s) {
			t.Errorf("the reservoir holds %s", s)
		}
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
	c.add(49 * time.Hour)
	if err := f.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the rows are still there: %v", err)
	}
}

// TestSomebodyWhoCopiesTheModel asks on a grid, much and evenly; a user does not.
func TestSomebodyWhoCopiesTheModel(t *testing.T) {
	t.Parallel()
	const m = `inference: 1
model: m
fields:
  a: {as: feature}
  b: {as: feature}
  c: {as: feature}
  who: {as: client}
  risk: {as: score}
`
	c, l := &clock{t: noon}, &ledger{}
	f := folder(t, mapping(t, m), t.TempDir(), l, c)
	var recs []Record
	for i := range 600 { // an hour of patients before: what is ordinary
		recs = append(recs, Record{"a": 60 + float64(i%17), "b": 1.2 + float64(i%5)/10, "c": 140 + float64(i%11), "who": "user", "risk": .1})
	}
	f.Add(Batch{Records: recs})
	c.add(2 * time.Hour)
	if err := f.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	recs = nil
	for i := range 4000 {
		x, y, z := float64(int(1)<<(i%16)), float64(int(1)<<(i/16%16)), float64(int(1)<<(i/256%16))
		recs = append(recs, Record{"a": x, "b": y, "c": z, "who": "thief", "risk": .5 + float64(i%3-1)/100})
		if i%8 == 0 {
			recs = append(recs, Record{"a": 60 + float64(i%7), "b": 1.2, "c": 140.0, "who": "user", "risk": .1})
		}
	}
	for i := range 300 { // more clients than are kept: the one who asks much is
		recs = append(recs, Record{"a": 1.0, "who": fmt.Sprint("once ", i), "risk": .9})
	}
	f.Add(Batch{Records: recs})
	w := f.open[span{model{"m", "", ""}, noon.Add(2 * time.Hour).Unix()}]
	top := w.clients.top(16)
	thief, user := top[0], top[1]
	if thief.Queries != 4000 || thief.Coverage < 2*user.Coverage || thief.Outside < 2000 || thief.Near != 4000 || thief.Distinct < 3800 {
		t.Errorf("%+v", thief)
	}
	if user.Queries != 500 || user.Outside > 0 || user.Near != 0 || user.Distinct > 10 {
		t.Errorf("%+v", user)
	}
	if n := w.clients.n(); n < 290 || len(w.clients.by) > maxClients || len(top) != 16 || strings.Contains(fmt.Sprint(top), "thief") {
		t.Errorf("%d clients, %d kept", n, len(w.clients.by))
	}
}
