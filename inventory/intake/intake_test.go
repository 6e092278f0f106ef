package intake_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/inventory/intake"
	"github.com/wardround/wardround/kind"
)

var update = flag.Bool("update", false, "write what the files give into them")

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func parse(name string, b []byte) ([]*kind.InventorySaidV1, error) {
	from := intake.From{File: "lists/" + name, By: "Ana"}
	if strings.HasSuffix(name, ".json") {
		return intake.FHIR(bytes.NewReader(b), from)
	}
	return intake.CSV(bytes.NewReader(b), from)
}

func said(rows []*kind.InventorySaidV1) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%s by %s, %s\n", r.Act, r.By, r.Source)
		if r.Asset != "" {
			fmt.Fprintf(&b, "\tasset %s\n", r.Asset)
		}
		for _, id := range r.Match {
			fmt.Fprintf(&b, "\t%s %s\n", id.Type, id.Value)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Set)) {
			fmt.Fprintf(&b, "\t@%s %s\n", name, r.Set[name])
		}
	}
	return b.String()
}

// TestFiles reads each in.csv and in.json of testdata and compares what is said,
// or what is wrong, with want.
func TestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no files:", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in, want := ar.Files[0], &ar.Files[1]
			rows, err := parse(in.Name, in.Data)
			got := said(rows)
			if err != nil {
				got = err.Error() + "\n"
				if rows != nil {
					t.Error("rows came with faults")
				}
				if wardround.ErrorCode(err) != wardround.EInvalid {
					t.Errorf("code %s", wardround.ErrorCode(err))
				}
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 300)
	var many strings.Builder
	many.WriteString("hostname\n")
	for i := range intake.MaxRows + 1 {
		fmt.Fprintf(&many, "h%d\n", i)
	}
	for name, tt := range map[string]struct{ in, want string }{
		"a long cell":   {"mac,name\n001122334455," + long + "\n", "lists/in.csv:2:14: name: 300 bytes, over the limit of 256"},
		"too many rows": {many.String(), fmt.Sprintf("lists/in.csv:%d: more than %d rows", intake.MaxRows+2, intake.MaxRows)},
		"too large":     {strings.Repeat("a,b\n", intake.MaxBytes/4+1), fmt.Sprintf("over the limit of %d bytes", intake.MaxBytes)},
		"too wide":      {strings.Repeat("mac,", 70) + "\n", "71 columns, over the limit of 64"},
		"UTF-16":        {"\xff\xfem\x00a\x00c\x00", "UTF-16; save it as UTF-8"},
		"Latin-1":       {"mac,name\n001122334455,Intensivstation S\xfcd\n", "lists/in.csv:2:31: not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse("in.csv", []byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	_, err := parse("in.csv", []byte("mac\n"+strings.Repeat("nonsense\n", 200)))
	var f *intake.Fault
	if !errors.As(err, &f) || f.Line != 2 || strings.Count(err.Error(), "\n") > 51 {
		t.Errorf("200 faults are told as %v", err)
	}
}

// TestDryRun shows a difference, applies the file for real and finds that very
// difference.
func TestDryRun(t *testing.T) {
	inv := inventory.New(inventory.Options{Scope: wardround.Scope{Org: "o", Site: "s"}})
	first, err := parse("first.csv", []byte("mac,ip,name,ward\n00:11:22:33:44:55,10.0.0.5,Monitor 1,ICU 1\n00:11:22:33:44:66,,CT,\n"))
	if err != nil {
		t.Fatal(err)
	}
	apply := func(rows []*kind.InventorySaidV1, seq uint64) {
		for i, r := range rows {
			inv.Resolve(&wardround.Observation{Seq: seq + uint64(i), Kind: string(kind.InventorySaid), At: noon, Fields: r})
		}
	}
	apply(first, 1)
	rows, err := parse("second.csv", []byte("mac,ip,ward,criticality,maker,serial\n001122334455,10.0.0.9,ICU 2,monitoring,,\n,,ICU 2,therapeutic,Acme,4711\n,10.0.0.7,,,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	dry, err := inv.Preview(rows, noon)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, d := range dry {
		text.WriteString(d.String())
	}
	if strings.Contains(text.String(), "CT") {
		t.Error("an asset that the file does not speak of is in the difference")
	}
	again, err := inv.Preview(nil, noon)
	if err != nil || len(again) > 0 {
		t.Errorf("the dry run changed something: %v %v", again, err)
	}
	before, err := parse("first.csv", []byte("mac,ip,name,ward\n00:11:22:33:44:55,10.0.0.5,Monitor 1,ICU 1\n00:11:22:33:44:66,,CT,\n"))
	if err != nil {
		t.Fatal(err)
	}
	old := inventory.New(inventory.Options{Scope: wardround.Scope{Org: "o", Site: "s"}})
	for i, r := range before {
		old.Resolve(&wardround.Observation{Seq: 1 + uint64(i), Kind: string(kind.InventorySaid), At: noon, Fields: r})
	}
	apply(rows, 10)
	if diff := cmp.Diff(dry, inventory.Compare(old.View(), inv.View())); diff != "" {
		t.Errorf("what happened is not what was shown (-shown +happened):\n%s", diff)
	}
	want := `+ 10.0.0.7
    + identifier ip 10.0.0.7: said by import:second.csv
    + zone: local
+ ACME/4711
    + @maker: Acme
    + @serial: 4711
    + @ward: ICU 2
    + criticality: therapeutic
    + identifier serial ACME/4711: said by import:second.csv
    + zone: local
~ Monitor 1 (ID)
    - @ward: ICU 1
    + @ward: ICU 2
    + criticality: monitoring
    + identifier ip 10.0.0.9: said by import:second.csv
`
	got := text.String()
	if i, j := strings.Index(got, "(a-"), strings.Index(got, ")\n    - @ward"); i >= 0 && j > i {
		got = got[:i] + "(ID" + got[j:]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = inv.Preview([]*kind.InventorySaidV1{{Act: "set", Asset: "a-nobody"}, {Act: "accept", Proposal: "p-none"}}, noon)
	if err == nil || !strings.Contains(err.Error(), `1: inventory.said: no asset "a-nobody"`) || !strings.Contains(err.Error(), "2: ") {
		t.Errorf("a dry run of nonsense says %v", err)
	}
}

// fuzz checks what must hold of any file: what comes out of it can be said, and
// holds no formula.
func fuzz(t *testing.T, name string, b []byte) {
	rows, err := parse(name, b)
	if err != nil {
		if rows != nil {
			t.Fatal("rows with an error")
		}
		return
	}
	inv := inventory.New(inventory.Options{})
	for i, r := range rows {
		if r.Asset == "" {
			if err := inv.Validate(r); err != nil {
				t.Fatalf("row %d cannot be said: %v", i, err)
			}
		}
		for _, v := range r.Set {
			if v != "" && strings.ContainsRune("=+-@", rune(v[0])) {
				t.Fatalf("row %d holds the formula %q", i, v)
			}
		}
		inv.Resolve(&wardround.Observation{Seq: uint64(i + 1), Kind: string(kind.InventorySaid), At: noon, Fields: r})
	}
	if n := inv.Stats().SaidRefused; n > 0 && !strings.Contains(name, "asset") {
		for _, r := range rows {
			if r.Asset != "" {
				return
			}
		}
		t.Fatalf("%d rows were refused", n)
	}
}

func seed(f *testing.F, ext string) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if ar, err := txtar.ParseFile(file); err == nil && strings.HasSuffix(ar.Files[0].Name, ext) {
			f.Add(ar.Files[0].Data)
		}
	}
}

func FuzzCSV(f *testing.F) {
	seed(f, ".csv")
	f.Fuzz(func(t *testing.T, b []byte) { fuzz(t, "in.csv", b) })
}

func FuzzFHIR(f *testing.F) {
	seed(f, ".json")
	f.Fuzz(func(t *testing.T, b []byte) { fuzz(t, "in.json", b) })
}
