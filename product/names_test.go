package product

import (
	"strings"
	"testing"

	"github.com/wardround/wardround/format/advisory"
)

// judge matches one device with one product of which every version is affected.
func judge(vendor, name, version string, d Device) (Match, bool) {
	x := NewIndex()
	x.Add(advisory.Record{ID: "CVE-2099-1", Affected: []advisory.Affected{{Status: advisory.IsAffected, Product: &advisory.Product{Vendor: vendor, Name: name, Version: version}}}})
	ms, _ := x.Match(d)
	return Fold(ms)
}

// TestNames: one product under the names that it has on the wire and in lists.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		vendor, name string
		maker, model string
		want         string // "yes", "maybe", "no"
	}{
		// spelling
		{"Philips", "IntelliVue MX800", "PHILIPS", "Intellivue MX-800", "yes"},
		{"Philips", "IntelliVue MX800", "Philips Medizin Systeme Böblingen GmbH", "MX 800", "yes"},
		{"Dräger", "Infinity Delta", "DRAEGER MEDICAL SYSTEMS", "INFINITY DELTA", "yes"},
		{"Löwenstein Medical", "prisma VENT40", "Loewenstein Medical", "Prisma Vent 40", "yes"},
		{"Innokas YhtymÃ¤ Oy", "VC150", "Innokas Yhtymä Oy", "VC-150", "yes"},
		{"B. Braun", "SpaceStation", "BBRAUN", "Space Station", "yes"},
		{"GE Healthcare", "Discovery NM750b", "GE MEDICAL SYSTEMS", "Discovery NM 750b", "yes"},
		{"Medtronic", "MyCareLink", "Medtronic", "My CareLink", "yes"},
		// siblings
		{"Philips", "IntelliVue MX800", "Philips", "IntelliVue MX850", "no"},
		{"Philips", "IntelliVue MX800", "Philips", "IntelliVue", "maybe"},
		{"BD", "Alaris PC Unit 8015", "BD", "Alaris 8100", "no"},
		{"BD", "Alaris PC Unit 8015", "CareFusion", "Alaris PCU 8015", "yes"},
		{"GE Healthcare", "Discovery XR656", "GE Healthcare", "Discovery XR656 Plus", "maybe"},
		{"GE Healthcare", "Discovery XR656+", "GE Healthcare", "Discovery XR656", "maybe"},
		{"Philips", "IntelliVue patient monitors MX400-MX850", "Philips", "IntelliVue MX550", "yes"},
		{"Philips", "IntelliVue patient monitors MX400-MX850", "Philips", "IntelliVue MX100", "no"},
		{"Philips", "IntelliVue MX800/700/600", "Philips", "IntelliVue MX700", "yes"},
		{"Philips", "IntelliVue MX800/700/600", "Philips", "IntelliVue MX500", "no"},
		{"Philips", "PageWriter TC10 TC20 TC30 Cardiographs", "Philips", "PageWriter TC20", "yes"},
		{"Philips", "PageWriter TC10 TC20 TC30 Cardiographs", "Philips", "PageWriter TC50", "no"},
		{"GE Healthcare", "Vivid products, not including EchoPAC", "GE Vingmed", "Vivid E95", "yes"},
		{"GE Healthcare", "Vivid products, not including EchoPAC", "GE Vingmed", "EchoPAC", "no"},
		{"Illumina", "NextSeq 500/550 Control Software", "Illumina", "NextSeq 550", "yes"},
		{"Illumina", "NextSeq 500/550 Control Software", "Illumina, Inc.", "NextSeq 1000", "no"},
		{"Illumina", "NovaSeq 6000 Control Software", "ILLUMINA", "NovaSeq 6000", "yes"},
		{"Orthanc", "Orthanc", "", "Orthanc", "yes"},
		{"Softneta", "MedDream PACS", "Softneta", "MedDream PACS Server", "maybe"},
		// makers
		{"Hillrom", "Welch Allyn ELI 280", "Mortara Instrument, Inc.", "ELI280", "yes"},
		{"ICU Medical", "Plum 360", "Hospira", "Plum 360", "yes"},
		{"Philips", "Vue PACS", "Carestream Health", "Vue PACS", "yes"},
		{"Philips", "DRX-1", "Carestream Health", "DRX-1", "no"}, // only its informatics went to Philips
		{"Abbott", "Ellipse", "St. Jude Medical", "Ellipse", "yes"},
		{"Fresenius Kabi", "Agilia", "Fresenius Medical Care", "Agilia", "no"},
		{"B. Braun", "Perfusor", "Braun", "Perfusor", "no"},
		{"Contoso Medical", "Pump 77X", "CONTOSO", "Pump 77X", "yes"}, // nobody's list has it
		{"Contoso Medical", "Pump 77X", "Fabrikam", "Pump 77X", "no"},
		{"BD", "Synapsys", "Synopsys", "Synapsys", "no"},
		// nobody knows the maker
		{"Philips", "IntelliVue MX800", "", "IntelliVue MX800", "yes"}, // the line tells
		{"Contoso", "Pump 77X", "", "Pump 77X", "maybe"},
	} {
		m, ok := judge(c.vendor, c.name, "vers:all/*", Device{Maker: c.maker, Model: c.model})
		got := "no"
		switch {
		case ok && m.Asserted() && m.Status == Affected:
			got = "yes"
		case ok:
			got = "maybe"
		}
		if got != c.want {
			t.Errorf("%s %q, device %s %q: %s, want %s (%d: %s)", c.vendor, c.name, c.maker, c.model, got, c.want, m.Confidence, m.Reason)
		}
	}
}

// TestHintsOnlyPropose: a host name never asserts.
func TestHintsOnlyPropose(t *testing.T) {
	m, ok := judge("Philips", "IntelliVue MX800", "vers:all/*", Device{Maker: "Philips", Tokens: []string{"intellivue-mx800-0023.icu.example"}})
	if !ok || m.Asserted() || m.Status != Affected {
		t.Errorf("%v %+v", ok, m)
	}
}

// TestWhatStatementsSay: fixed and not affected versions, a release in the name, and
// a version that nobody knows.
func TestWhatStatementsSay(t *testing.T) {
	device := func(v string) Device { return Device{Maker: "Philips", Model: "IntelliSpace Portal", Software: v} }
	for _, c := range []struct {
		name, version string
		status        advisory.Status
		device        Device
		want          Status
	}{
		{"IntelliSpace Portal", "< 9", advisory.IsAffected, device("8.0"), Affected},
		{"IntelliSpace Portal", "< 9", advisory.IsAffected, device("SW rev 9.1.1.5"), NotAffected},
		{"IntelliSpace Portal", "< 9", advisory.IsAffected, device(""), CannotTell},
		{"IntelliSpace Portal", "< 9", advisory.IsAffected, device("8.0\\10.1"), CannotTell}, // which of the two?
		{"IntelliSpace Portal", "certain versions", advisory.IsAffected, device("8.0"), CannotTell},
		{"IntelliSpace Portal", "11.1", advisory.Fixed, device("11.1"), NotAffected},
		{"IntelliSpace Portal", "11.1", advisory.Fixed, device("10.1"), CannotTell},
		{"IntelliSpace Portal", "vers:all/*", advisory.NotAffected, device(""), NotAffected},
		{"IntelliSpace Portal", "vers:all/*", advisory.InReview, device("8.0"), CannotTell},
		{"IntelliSpace Portal 8.0.x", "vers:all/*", advisory.IsAffected, device("8.0.3"), Affected},
		{"IntelliSpace Portal 8.0.x", "vers:all/*", advisory.IsAffected, device("7.0"), NotAffected},
		{"IntelliSpace Portal 8.0.x", "vers:all/*", advisory.IsAffected, device(""), CannotTell},
		{"IntelliSpace Portal", "< 9 only if DICOM query is open", advisory.IsAffected, device("8.0"), CannotTell},
		{"IntelliSpace Portal", "< 9 only if DICOM query is open", advisory.IsAffected, device("9.0"), NotAffected},
		{"IntelliSpace Portal (with remote option)", "< 9", advisory.IsAffected, device("8.0"), CannotTell},
	} {
		x := NewIndex()
		x.Add(advisory.Record{ID: "CVE-2099-1", Affected: []advisory.Affected{{Status: c.status, Product: &advisory.Product{Vendor: "Philips", Name: c.name, Version: c.version}}}})
		ms, _ := x.Match(c.device)
		if m, ok := Fold(ms); !ok || m.Status != c.want || !strings.HasSuffix(m.Reason, ".") {
			t.Errorf("%s %s %s, device %q: %s (%s), want %s", c.name, c.version, c.status, c.device.Software, m.Status, m.Reason, c.want)
		}
	}
}

// FuzzNames: whatever the strings, an answer comes, soon, and with a reason.
func FuzzNames(f *testing.F) {
	for _, s := range [][4]string{
		{"Philips", "IntelliVue MP Series (includingMP2/X2/MP30/MP50/MP70/NP90/MX700/800)", "Philips", "MP70"},
		{"Hillrom and ELI, Baxter International Inc.", "Welch Allyn ELI 150c/BUR 150c/MLBUR 150c", "Mortara", "ELI-150c"},
		{"", "((((/////,,,,- - - and or & MX1-MX9999999", "", "+++"},
		{"ÃÃÃÃ", "A1-A9999 not including not including", "\xff\xfe", "\x00"},
	} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	f.Fuzz(func(t *testing.T, vendor, name, maker, model string) {
		if m, ok := judge(vendor, name, model, Device{Maker: maker, Model: model, Product: name, Software: vendor, Tokens: []string{model, name}}); ok && m.Reason == "" {
			t.Fatal("an answer without a reason")
		}
	})
}

// TestHostileNames: a name as long as an advisory may be costs no more than a name.
func TestHostileNames(t *testing.T) {
	for _, s := range []string{strings.Repeat("A", 1<<18), strings.Repeat("a1/", 1<<16), strings.Repeat("(", 1<<16), strings.Repeat("A1-A9999 ", 1<<14), strings.Repeat("\u0301", 1<<16), strings.Repeat("x and ", 1<<14)} {
		e := Prepare(advisory.Product{Vendor: s, Name: s, Version: s, Full: s})
		if k := e.Keys(); len(k) > 1<<16 {
			t.Errorf("%.10q: %d keys", s, len(k))
		}
		judge(s, s, s, Device{Maker: s, Model: s, Software: s, Tokens: []string{s}})
	}
}

// TestBrands: the table is sound.
func TestBrands(t *testing.T) {
	if len(table().Makers) < 150 {
		t.Errorf("%d makers", len(table().Makers))
	}
	for _, m := range table().Makers {
		if len(m.Names) == 0 {
			t.Errorf("%s has no name", m.ID)
		}
		for _, n := range m.Names {
			if got := readMaker(n); len(got.ids) == 0 || !strings.Contains(strings.Join(got.ids, " "), m.ID) {
				t.Errorf("%q of %s is read as %v", n, m.ID, got.ids)
			}
		}
	}
	if _, err := readBrands([]byte("makers: [{id: a, names: [A], into: [{maker: b}]}]")); err == nil {
		t.Error("a company that went to nobody was read")
	}
	if _, err := readBrands([]byte("makers: [{id: a, nams: [A]}]")); err == nil {
		t.Error("an unknown field was read")
	}
}
