package mds2

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// form is a form in the layout of 2019, with the numbers of its questions and words
// of our own.
type form struct {
	t *testing.T
	f *excelize.File
	s string
	// columns of number, question, answer, note, and of a first reference
	num, text, answer, note, ref int
	row                          int
}

func newForm(t *testing.T, columns ...int) *form {
	t.Helper()
	x := &form{t: t, f: excelize.NewFile(), s: "Sheet1", num: 1, text: 2, answer: 3, note: 4, ref: 5}
	if len(columns) == 5 {
		x.num, x.text, x.answer, x.note, x.ref = columns[0], columns[1], columns[2], columns[3], columns[4]
	}
	t.Cleanup(func() { x.f.Close() })
	return x
}

func (x *form) set(col int, v any) {
	x.t.Helper()
	cell, err := excelize.CoordinatesToCellName(col, x.row)
	if err == nil {
		err = x.f.SetCellValue(x.s, cell, v)
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *form) head(maker, model string) {
	x.row = 1
	x.set(x.num, "Manufacturer Disclosure Statement for Medical Device Security -- MDS2")
	x.row = 2
	x.set(x.num, "Question ID")
	x.set(x.text, "Question")
	x.set(x.note, "See note")
	x.set(x.ref, "IEC TR 80001-2-2:2012")
	x.set(x.ref+1, "NIST SP 800-53 Rev. 4")
	x.ask("DOC-1", maker)
	x.ask("DOC-2", "Takes pictures and sends them on")
	x.ask("DOC-3", model)
	x.ask("DOC-4", "D000-77 Rev B")
	x.ask("DOC-5", "Dr Jane Roe, jane@example.org")
	x.ask("DOC-7", time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC))
}

func (x *form) ask(q string, answer any, note ...string) {
	x.row++
	x.set(x.num, q)
	x.set(x.text, "our words for "+q)
	x.set(x.answer, answer)
	if len(note) > 0 {
		x.set(x.note, note[0])
	}
	x.set(x.ref, "ALOF")
	x.set(x.ref+1, "AC-12")
}

func (x *form) group(name string) {
	x.row += 2
	x.set(x.num, name)
}

// body answers what the tests ask for.
func (x *form) body() {
	x.group("TRANSMITTING")
	x.ask("TXCF-1", "No")
	x.ask("TXCF-2", "Yes", "Note 2")
	x.ask("TXCF-2.1", "N/A")
	x.ask("TXCF-3", "see notes", "The list is in the manual")
	x.ask("TXCF-4", "yes")
	x.ask("TXCF-10", "No")
	x.group("KEEPING")
	x.ask("MPII-1", "Yes, optional")
	x.ask("MPII-3.10", "DICOM and a format of our own")
	x.ask("CONN-1.1.2", "NO")
	x.ask("RMOT-1", "")
	x.ask("CONN-1", "____")
	x.ask("PAUT-4", "N/A: no default accounts")
	x.ask("SHAD-15", "Yes")
	x.ask("AUDT-2.8.1", "Not applicable")
	x.group("NOTES")
	x.row++
	x.set(x.num, "Note 1")
	x.set(x.text, "Something else")
	x.row++
	x.set(x.num, "Note 2: by TLS 1.2, when it is switched on")
}

func (x *form) bytes() []byte {
	x.t.Helper()
	var b bytes.Buffer
	if err := x.f.Write(&b); err != nil {
		x.t.Fatal(err)
	}
	return b.Bytes()
}

func told(f *Form) map[string]string {
	out := map[string]string{}
	for _, a := range f.Answers {
		out[a.Question] = strings.TrimSuffix(a.Value+" | "+a.Note, " | ")
	}
	return out
}

var want = map[string]string{
	"TXCF-1": "No", "TXCF-2": "Yes | by TLS 1.2, when it is switched on", "TXCF-2.1": "N/A", "TXCF-3": "See notes | The list is in the manual", "TXCF-4": "Yes",
	"TXCF-10": "No", "MPII-1": "Yes | optional", "MPII-3.10": "DICOM and a format of our own", "CONN-1.1.2": "No", "PAUT-4": "N/A | no default accounts", "SAHD-15": "Yes", "AUDT-2.8.1": "N/A",
}

func TestFormAsItIsPublished(t *testing.T) {
	t.Parallel()
	x := newForm(t)
	x.head("Example Imaging", "CT Gateway")
	x.body()
	got, err := Read(x.bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, told(got)); diff != "" {
		t.Error(diff)
	}
	if got.Maker != "Example Imaging" || got.Model != "CT Gateway" || got.Document != "D000-77 Rev B" || !got.Date.Equal(time.Date(2025, 6, 30, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the document: %+v", got)
	}
	if s := fmt.Sprintf("%+v", got); strings.Contains(s, "Roe") || strings.Contains(s, "jane@") {
		t.Error("a person's contact was read")
	}
	d := got.Declared()
	if d["mds2/TXCF-2"] != "Yes" || d["mds2/TXCF-2/note"] == "" || d["mds2/DOC-3"] != "" {
		t.Errorf("declared: %v", d)
	}
	order := []string{}
	for _, a := range got.Answers {
		order = append(order, a.Question)
	}
	if diff := cmp.Diff([]string{"MPII-1", "MPII-3.10", "AUDT-2.8.1", "CONN-1.1.2", "PAUT-4", "SAHD-15", "TXCF-1", "TXCF-2", "TXCF-2.1", "TXCF-3", "TXCF-4", "TXCF-10"}, order); diff != "" {
		t.Error("not in the order of the form:", diff)
	}
}

// What makers do to the form on the way.
func TestFormsThatWereChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T) []byte{
		"columns moved, and a reference beside the answers": func(t *testing.T) []byte {
			x := newForm(t, 4, 5, 9, 10, 12)
			x.head("Example Imaging", "CT Gateway")
			x.body()
			return x.bytes()
		},
		"rows hidden": func(t *testing.T) []byte {
			x := newForm(t)
			x.head("Example Imaging", "CT Gateway")
			x.body()
			for r := 9; r < 16; r++ {
				if err := x.f.SetRowVisible(x.s, r, false); err != nil {
					t.Fatal(err)
				}
			}
			return x.bytes()
		},
		"answers in merged cells, one for two questions": func(t *testing.T) []byte {
			x := newForm(t, 1, 2, 3, 5, 7)
			x.head("Example Imaging", "CT Gateway")
			x.body()
			rows, err := x.f.GetRows(x.s)
			if err != nil {
				t.Fatal(err)
			}
			for r, row := range rows {
				if len(row) > 0 && (row[0] == "TXCF-1" || row[0] == "MPII-1") { // C:D
					if err := x.f.MergeCell(x.s, fmt.Sprintf("C%d", r+1), fmt.Sprintf("D%d", r+1)); err != nil {
						t.Fatal(err)
					}
				}
				if len(row) > 0 && row[0] == "CONN-1.1.2" { // RMOT-1 below it has none of its own
					if err := x.f.MergeCell(x.s, fmt.Sprintf("C%d", r+1), fmt.Sprintf("C%d", r+2)); err != nil {
						t.Fatal(err)
					}
				}
			}
			return x.bytes()
		},
		"spread over sheets, numbers with dashes of a typesetter": func(t *testing.T) []byte {
			x := newForm(t)
			x.head("Example Imaging", "CT Gateway")
			if _, err := x.f.NewSheet("Part two"); err != nil {
				t.Fatal(err)
			}
			x.s, x.row = "Part two", 0
			x.body()
			rows, _ := x.f.GetRows(x.s)
			for r, row := range rows {
				if len(row) > 0 && strings.HasPrefix(row[0], "TXCF-") {
					if err := x.f.SetCellValue(x.s, fmt.Sprintf("A%d", r+1), "txcf – "+row[0][5:]+"."); err != nil {
						t.Fatal(err)
					}
				}
			}
			return x.bytes()
		},
		"flattened to CSV": func(*testing.T) []byte {
			return []byte("\xef\xbb\xbfDOC-1,Manufacturer,Example Imaging\nDOC-3,Model,CT Gateway\nDOC-7,Date,2025-06-30\n\nTXCF-1,\"ours,\n on two lines\",No,\nTXCF-2,ours,Yes,\"by TLS 1.2, when it is switched on\"\n" +
				"TXCF-2.1,ours,N/A,\nTXCF-3,ours,See Notes,The list is in the manual\nTXCF-4,ours,yes,\nTXCF-10,ours,No,\nMPII-1,ours,Yes,optional\nMPII-3.10,ours,DICOM and a format of our own,\nCONN-1.1.2,ours,NO,\nRMOT-1,ours,,\nCONN-1,ours,____\nPAUT-4,ours,N/A: no default accounts\nSHAD-15,ours,Yes\nAUDT-2.8.1,ours,n/a,\n")
		},
		"CSV with semicolons": func(*testing.T) []byte {
			return []byte("DOC-1;Manufacturer;Example Imaging\nDOC-3;Model;CT Gateway\nTXCF-1;ours, and more;No\nTXCF-2;ours, and more;Yes;by TLS 1.2, when it is switched on\n" +
				"TXCF-2.1;ours;N/A\nTXCF-3;ours;See Notes;The list is in the manual\nTXCF-4;ours;yes\nTXCF-10;ours;No\nMPII-1;ours;Yes;optional\nMPII-3.10;ours;DICOM and a format of our own\nCONN-1.1.2;ours;NO\nPAUT-4;ours;N/A: no default accounts\nSAHD-15;ours;Yes\nAUDT-2.8.1;ours;n/a\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read(change(t))
			if err != nil {
				t.Fatal(err)
			}
			answers := told(got)
			if strings.HasPrefix(name, "answers in merged") {
				if answers["RMOT-1"] != "No" {
					t.Errorf("the merged cell answers RMOT-1, too: %q", answers["RMOT-1"])
				}
				delete(answers, "RMOT-1")
			}
			if diff := cmp.Diff(want, answers); diff != "" {
				t.Error(diff)
			}
			if got.Maker != "Example Imaging" || got.Model != "CT Gateway" {
				t.Errorf("maker %q, model %q", got.Maker, got.Model)
			}
		})
	}
}

func TestVersionWhereACellNamesIt(t *testing.T) {
	t.Parallel()
	x := newForm(t)
	x.head("Example Imaging", "CT Gateway")
	x.body()
	x.row = 1
	x.set(8, "Software Version:")
	x.set(9, "VB20A SP3")
	got, err := Read(x.bytes())
	if err != nil || got.Version != "VB20A SP3" {
		t.Errorf("version %q, %v", got.Version, err)
	}
	inline := newForm(t)
	inline.head("Example Imaging", "CT Gateway (software version 4.2.1)")
	inline.body()
	if got, err := Read(inline.bytes()); err != nil || got.Version != "4.2.1" {
		t.Errorf("version %q, %v", got.Version, err)
	}
}

func TestAnswersThatContradict(t *testing.T) {
	t.Parallel()
	x := newForm(t)
	x.head("Example Imaging", "CT Gateway")
	x.body()
	x.ask("TXCF-2", "No")
	got, err := Read(x.bytes())
	if err != nil {
		t.Fatal(err)
	}
	if told(got)["TXCF-2"] != want["TXCF-2"] || len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "TXCF-2") || !strings.Contains(got.Problems[0], `sheet "Sheet1", row `) {
		t.Errorf("problems: %q", got.Problems)
	}
}

func TestFormulasAreNotComputed(t *testing.T) {
	t.Parallel()
	x := newForm(t)
	x.head("Example Imaging", "CT Gateway")
	x.body()
	x.row++
	x.set(1, "TXIG-1")
	if err := x.f.SetCellFormula(x.s, fmt.Sprintf("C%d", x.row), `IF(1=1,"Yes","No")`); err != nil {
		t.Fatal(err)
	}
	got, err := Read(x.bytes())
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := told(got)["TXIG-1"]; ok {
		t.Errorf("a formula without a saved value answered %q", v)
	}
}
