package publication

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func drafted(change func(*kind.PublicationSaidV1)) *kind.PublicationSaidV1 {
	f := &kind.PublicationSaidV1{
		Draft: "v-1", Act: "draft", By: "Ann", Role: "product-security", Vulnerability: "CVE-2026-1", Status: "not_affected",
		Justification: "vulnerable_code_not_present", Author: "Example Imaging", Format: "openvex",
		Products: []kind.PublicationProduct{{Maker: "Example Imaging", Name: "CT Gateway", Version: "4.2"}},
	}
	if change != nil {
		change(f)
	}
	return f
}

func said(act, by, role string) *kind.PublicationSaidV1 {
	f := &kind.PublicationSaidV1{Draft: "v-1", Act: act, By: kind.PersonalText(by), Role: role}
	if act == "publish" {
		f.Document, f.Signer = "sha256:00", "key"
	}
	return f
}

// TestTwoPeople walks every way a draft may go, and those it may not.
func TestTwoPeople(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []*kind.PublicationSaidV1
		state State
		code  wardround.Code // of the last step
	}{
		{"the straight way", []*kind.PublicationSaidV1{said("approve", "Bob", "product-security"), said("publish", "Ann", "product-security")}, Published, ""},
		{"clinical engineering", []*kind.PublicationSaidV1{said("approve", "Bob", "clinical-engineering")}, Approved, ""},
		{"alone", []*kind.PublicationSaidV1{said("approve", "Ann", "product-security")}, Drafted, wardround.EForbidden},
		{"alone, under another spelling", []*kind.PublicationSaidV1{said("approve", "  aNN ", "clinical-engineering")}, Drafted, wardround.EForbidden},
		{"nobody", []*kind.PublicationSaidV1{said("approve", " ", "clinical-engineering")}, Drafted, wardround.EInvalid},
		{"by who may not", []*kind.PublicationSaidV1{said("approve", "Bob", "security")}, Drafted, wardround.EForbidden},
		{"without approval", []*kind.PublicationSaidV1{said("publish", "Bob", "product-security")}, Drafted, wardround.EConflict},
		{"rejected", []*kind.PublicationSaidV1{said("reject", "Bob", "product-security"), said("approve", "Cid", "product-security")}, Rejected, wardround.EConflict},
		{"twice", []*kind.PublicationSaidV1{said("approve", "Bob", "product-security"), said("approve", "Cid", "product-security")}, Approved, wardround.EConflict},
		{"withdrawn", []*kind.PublicationSaidV1{said("withdraw", "Ann", ""), said("publish", "Bob", "product-security")}, Withdrawn, wardround.EConflict},
		{"unsigned", []*kind.PublicationSaidV1{said("approve", "Bob", "product-security"), {Draft: "v-1", Act: "publish", By: "Ann"}}, Approved, wardround.EInvalid},
		{"again", []*kind.PublicationSaidV1{drafted(nil)}, Drafted, wardround.EConflict},
		{"unknown", []*kind.PublicationSaidV1{said("bless", "Bob", "product-security")}, Drafted, wardround.EInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Next(nil, drafted(nil), now)
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range c.steps {
				before := *d
				next, err := Next(d, f, now.Add(time.Duration(i+1)*time.Minute))
				if !cmp.Equal(before, *d) {
					t.Fatal("the draft itself was changed")
				}
				last := i == len(c.steps)-1
				if got := wardround.ErrorCode(err); last && got != c.code || !last && err != nil {
					t.Fatalf("step %d: %v, want %q", i, err, c.code)
				}
				if err == nil {
					d = next
				}
			}
			if d.State != c.state {
				t.Errorf("%s, want %s", d.State, c.state)
			}
		})
	}
	if _, err := Next(nil, said("approve", "Bob", "product-security"), now); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Error(err)
	}
}

// TestWhatADraftNeeds: each is refused with what is missing.
func TestWhatADraftNeeds(t *testing.T) {
	for word, change := range map[string]func(*kind.PublicationSaidV1){
		"vulnerability": func(f *kind.PublicationSaidV1) { f.Vulnerability = " " },
		"status":        func(f *kind.PublicationSaidV1) { f.Status = "fine" },
		"justification": func(f *kind.PublicationSaidV1) { f.Justification = "because" },
		"why":           func(f *kind.PublicationSaidV1) { f.Justification = "" },
		"belongs to":    func(f *kind.PublicationSaidV1) { f.Status = "fixed" },
		"action":        func(f *kind.PublicationSaidV1) { f.Status, f.Justification = "affected", "" },
		"issues":        func(f *kind.PublicationSaidV1) { f.Author = "" },
		"format":        func(f *kind.PublicationSaidV1) { f.Format = "pdf" },
		"ended":         func(f *kind.PublicationSaidV1) { f.Expires = now },
		"no product":    func(f *kind.PublicationSaidV1) { f.Products = nil },
		"in parts":      func(f *kind.PublicationSaidV1) { f.Products = make([]kind.PublicationProduct, MaxProducts+1) },
		"no name":       func(f *kind.PublicationSaidV1) { f.Products = make([]kind.PublicationProduct, 1) },
		"components":    func(f *kind.PublicationSaidV1) { f.Products[0].Components = make([]string, MaxComponents+1) },
		"bytes":         func(f *kind.PublicationSaidV1) { f.Impact = strings.Repeat("x", MaxBytes) },
		"no id":         func(f *kind.PublicationSaidV1) { f.Draft = "a/b" },
	} {
		if _, err := Next(nil, drafted(change), now); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// TestRow: what is kept is read again; other content is none of ours.
func TestRow(t *testing.T) {
	d, err := Next(nil, drafted(nil), now)
	if err != nil {
		t.Fatal(err)
	}
	row := d.Row(7)
	back, ok, err := Of(row)
	if err != nil || !ok || cmp.Diff(d, back) != "" || row.Name != "draft/v-1" || row.By != "Ann" || row.Generation != 7 {
		t.Errorf("%+v %v %v", row, ok, err)
	}
	if _, ok, err := Of(wardround.ContentRow{Name: "zones", Value: []byte("[]")}); ok || err != nil {
		t.Error(ok, err)
	}
	if _, _, err := Of(wardround.ContentRow{Name: "draft/x", Value: []byte("{")}); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Error(err)
	}
}
