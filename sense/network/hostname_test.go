package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround"
)

// What names a device leaves; what names a person, or could, does not.
func TestDeviceName(t *testing.T) {
	private := wardround.MAC{0xda, 0xa1, 0x19, 1, 2, 3}
	for _, c := range []struct {
		name string
		mac  wardround.MAC
		want string
	}{
		{"MONITOR-BED4", philip, "MONITOR-BED4"},
		{"philips-mx800-010203", philip, "philips-mx800-010203"},
		{"MX800-0009FB010203", philip, "MX800-0009FB010203"},
		{"pacs01.radiology.hospital.example", wardround.MAC{}, "pacs01"},
		{"icu2_pump-gw", wardround.MAC{}, "icu2_pump-gw"},
		{"DESKTOP-4F7Q2K9", wardround.MAC{}, "DESKTOP-4F7Q2K9"},
		{"ct1", wardround.MAC{}, "ct1"},
		{"iPhone", wardround.MAC{}, "iPhone"},

		{"monitor-bed4", private, ""}, // a machine that hides its address
		{"Annas-iPhone", philip, ""},
		{"anna.mueller", wardround.MAC{}, ""},
		{"PC-MUELLER", wardround.MAC{}, ""},
		{"PCMUELLER", wardround.MAC{}, ""},
		{"mueller-bed4", philip, ""},
		{"bed4anna", philip, ""},
		{"am", wardround.MAC{}, ""},
		{"pc-19500102", wardround.MAC{}, ""}, // a birth date
		{"bed4 Anna", wardround.MAC{}, ""},   // no host name at all
		{"bed4-Müller", wardround.MAC{}, ""}, // nor this
		{"bed'4", wardround.MAC{}, ""},
		{"DEADBEEF", philip, ""},
		{"", philip, ""},
		{".local", philip, ""},
		{strings.Repeat("bed-", 20), philip, ""},
	} {
		if got := deviceName(c.name, c.mac); got != c.want {
			t.Errorf("deviceName(%q, %v) = %q, want %q", c.name, c.mac, got, c.want)
		}
	}
}

func TestWordLists(t *testing.T) {
	for _, list := range [][]string{deviceWords, extensions} {
		if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Error("a list is not sorted, or has a word twice")
		}
	}
	for _, w := range deviceWords {
		if len(w) <= freeLetters || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%q can't match", w)
		}
	}
	// A few of the names that are most common where this runs.
	for _, name := range strings.Fields("anna maria peter thomas michael andrea sabine muller mueller schmidt meier smith jones brown martin bernard rossi garcia jansen " +
		"mark john mary james robert david paul max jan tim tom ben eva ida lea mia ali can kim lee young king hall baker carter cook stone hunter mason miller") {
		if slices.Contains(deviceWords, name) {
			t.Errorf("%q is a name that people bear", name)
		}
	}
}

func TestFileExtension(t *testing.T) {
	for path, want := range map[string]string{
		"pump/fw-4.2.BIN": "bin", "library.xml": "xml", "README": "", "anna.mueller": "other", "scan.Müller": "other",
		"x.19500102": "other", "dir.d/README": "", "a.b.verylongextension": "other",
	} {
		if got := fileExtension(path); got != want {
			t.Errorf("fileExtension(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestTechnicalText(t *testing.T) {
	for s, want := range map[string]string{"MSFT 5.0": "MSFT 5.0", "0123456789": "01234567", "a\x00b": "a", "é": ""} {
		if got := technicalText(s, 8); got != want {
			t.Errorf("%q became %q", s, got)
		}
	}
}
