package oui

import (
	"encoding/csv"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

func TestMaker(t *testing.T) {
	for _, c := range []struct {
		mac  MAC
		name string
		bits int
	}{
		{MAC{0x00, 0x09, 0xfb, 1, 2, 3}, "Philips Patient Monitoring", 24},
		{MAC{0x74, 0x1a, 0xe0, 0x90, 0, 0}, "", 0},                     // MA-L is the registry's own, the MA-M inside it is private
		{MAC{0x20, 0x85, 0x93, 0xb1, 2, 3}, "IOG Products LLC", 28},    // inside a block of the registry's own
		{MAC{0x70, 0xb3, 0xd5, 0xf2, 0xf0, 3}, "TELEPLATFORMS", 36},    // MA-S
		{MAC{0x00, 0x50, 0xc2, 0x7d, 0x50, 3}, "DEUTA-WERKE GmbH", 36}, // IAB
		{MAC{0x02, 0x60, 0x8c, 1, 2, 3}, "3COM", 24},                   // registered long ago, local bit set
		{MAC{0xda, 0xa1, 0x19, 1, 2, 3}, "", 0},                        // randomised
		{MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "", 0},
	} {
		if name, bits := Maker(c.mac); name != c.name || bits != c.bits {
			t.Errorf("Maker(%x) = %q, %d; want %q, %d", c.mac, name, bits, c.name, c.bits)
		}
	}
}

func TestLocallyAdministered(t *testing.T) {
	for _, c := range []struct {
		mac          MAC
		local, group bool
	}{
		{MAC{0xda, 0xa1, 0x19, 1, 2, 3}, true, false},
		{MAC{0x02, 0x42, 0xac, 0x11, 0, 2}, true, false}, // a container
		{MAC{0x02, 0x60, 0x8c, 1, 2, 3}, false, false},
		{MAC{0x00, 0x09, 0xfb, 1, 2, 3}, false, false},
		{MAC{0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa}, false, true},
		{MAC{0x33, 0x33, 0, 0, 0, 0xfb}, true, true},
	} {
		if LocallyAdministered(c.mac) != c.local || Group(c.mac) != c.group {
			t.Errorf("%x: locally administered %v, group %v", c.mac, LocallyAdministered(c.mac), Group(c.mac))
		}
	}
}

// Every block of the listings that names somebody is found under that name, by
// its first and by its last address.
func TestWholeListing(t *testing.T) {
	const folder = "/usr/share/ieee-data"
	if _, err := os.Stat(folder); err != nil {
		testkit.Missing(t, "Debian's ieee-data is not installed")
	}
	seen := map[string]bool{}
	for _, file := range []string{"iab.csv", "oui36.csv", "mam.csv", "oui.csv"} {
		f, err := os.Open(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			prefix, want := row[1], strings.Join(strings.Fields(row[2]), " ")
			if seen[prefix] {
				continue
			}
			seen[prefix] = true
			wantBits := 4 * len(prefix)
			if want == "Private" || want == "IEEE Registration Authority" || want == "" {
				want, wantBits = "", 0
			}
			first := address(t, prefix+strings.Repeat("0", 12-len(prefix)))
			if name, bits := Maker(first); (bits == wantBits && name != want) || bits < wantBits {
				t.Fatalf("Maker(%x) = %q, %d; %s says %q, %d", first, name, bits, file, want, wantBits)
			}
			last := address(t, prefix+strings.Repeat("F", 12-len(prefix)))
			if name, bits := Maker(last); (bits == wantBits && name != want) || bits < wantBits {
				t.Fatalf("Maker(%x) = %q, %d; %s says %q, %d", last, name, bits, file, want, wantBits)
			}
		}
	}
	if len(seen) < 40_000 {
		t.Errorf("only %d blocks in the listings", len(seen))
	}
	if Source() != "ieee-data 20220827.1" {
		t.Errorf("Source() = %q", Source())
	}
}

func address(t *testing.T, s string) MAC {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return MAC(b)
}

func TestBrokenTable(t *testing.T) {
	for _, text := range []string{"v\nname without prefix\n", "v\nname\t12345\n", "v\nname\t12345G\n"} {
		if _, err := read(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func BenchmarkMaker(b *testing.B) {
	mac := MAC{0x00, 0x09, 0xfb, 1, 2, 3}
	Maker(mac)
	b.ReportAllocs()
	for b.Loop() {
		Maker(mac)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text := decompress()
		if _, err := read(text); err != nil {
			b.Fatal(err)
		}
	}
}
