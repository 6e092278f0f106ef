package version_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/wardround/wardround/format/version"
)

const cannotTell = 99

// Makers' own numbering, as advisories and devices write it.
func TestLoose(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"V4.33", "V4.4", 1},
		{"V4.33", "4.33", 0},
		{"v4.33", "Version 4.33", 0},
		{"4.5", "4.5.0", 0},
		{"4.5.1", "4.5", 1},
		{"8.1", "8.1 SP3", -1},
		{"8.1 SP2", "8.1 SP3", -1},
		{"8.1 SP3", "8.1 Service Pack 3", 0},
		{"8.1 SP3", "8.2", -1},
		{"V7.5 SP2 Update 17", "V7.5 SP2 Upd 5", 1},
		{"V7.5_SP2_Update_17", "V7.5 SP2 Update 17", 0},
		{"V7.5 Update 3", "V7.5 SP1", -1},
		{"R2.1.4 HF2", "R2.1.4 Hotfix 3", -1},
		{"R2.1.4 HF2", "R2.1.4", 1},
		{"R2.1.4 HF2", "V2.1.4 HF2", cannotTell},
		{"Rev. B", "Rev. C", -1},
		{"Rev B", "B", 0},
		{"Rev. Z", "Rev. AA", -1},
		{"D.01.05", "D.02.00", -1},
		{"D.01.05", "C.09.09", 1},
		{"D.01.05", "1.05", cannotTell},
		{"12.1 MR-2", "12.1 MR3", -1},
		{"12.1 MR-2", "12.1 HF2", 1},
		{"12.1 MR-2", "12.1 Update 2", cannotTell},
		{"2.7A", "2.7", 1},
		{"2.7A", "2.7B", -1},
		{"2.7A", "2.8", -1},
		{"22D24", "22D25", -1},
		{"22D24", "22", cannotTell},
		{"4.02", "4.1", cannotTell},
		{"4.02", "4.2", cannotTell},
		{"4.02", "4.03", -1},
		{"4.02", "4.3", -1},
		{"4.02.0", "4.1.0", 1},
		{"4.9", "4.10", -1},
		{"1.0 RC1", "1.0", -1},
		{"1.0 beta 2", "1.0 RC1", -1},
		{"1.0 SP1 RC1", "1.0", 1},
		{"1.0 preview", "1.0 beta", cannotTell},
		{"3.6.6 Build 16102415", "3.6.6 Build 16102416", -1},
		{"3.6.6", "3.6.6 (build 286)", -1},
		{"7.00-20130108", "7.00-20121012", 1},
		{"2014 R2 SP1", "2014 SP3", 1},
		{"MX-V5.2.3.30", "MX-V5.2.6.7", -1},
		{"MX-V5.2.3.30", "V5.2.6.7", cannotTell},
		{"May/5/2023", "April/21/2023", 1},
		{"2021-8-13", "2021-08-14", -1},
		{"January 2019", "Jan 2019", 0},
		{"January 2019", "January 7 2019", cannotTell},
		{"2021-8-13", "3.1", cannotTell},
		{"1.2 (Estop)", "1.2", cannotTell},
		{"1.2 (Estop)", "1.3", -1},
		{"8.1 SP0", "8.1", 0},
		{"8.1 Hotfix", "8.1 HF2", cannotTell},
	}
	for _, tt := range tests {
		got, err := version.Loose.Compare(tt.a, tt.b)
		back, errBack := version.Loose.Compare(tt.b, tt.a)
		if tt.want == cannotTell {
			if !errors.Is(err, version.ErrIncomparable) || !errors.Is(errBack, version.ErrIncomparable) {
				t.Errorf("%s against %s: %d (%v) and back %d (%v), want a refusal", tt.a, tt.b, got, err, back, errBack)
			}
			continue
		}
		if err != nil || errBack != nil || got != tt.want || back != -tt.want {
			t.Errorf("%s against %s: %d (%v) and back %d (%v), want %d", tt.a, tt.b, got, err, back, errBack, tt.want)
		}
	}
}

// What is no version of one release is no version.
func TestLooseRefuses(t *testing.T) {
	for _, s := range []string{
		"", "All versions < V4.33", "2.2.x", "10.x", "12.2.*", "1.3 | 1.4", "V3.3.0 < V3.3.4", "12.4.1-12.4.11",
		"the_first_5_digits_of_serial_number_24031", "unknown", "all", "5.0 and later", "5.0 or newer", "8.1 through 9.0", "V10.6 only if the thing is used", "5.0 und höher", "DH-IPC-HDW4XXX,",
	} {
		if v, err := version.Loose.Parse(s); !errors.Is(err, version.ErrInvalid) {
			t.Errorf("%q: read as %v", s, v)
		}
	}
}

// The order never contradicts itself: a version is its own equal, two compare as
// opposites, and of three that are comparable the outer follow the middle one.
func TestLooseIsAnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	vs := make([]version.Version, 0, 400)
	for len(vs) < cap(vs) {
		if v, err := version.Loose.Parse(anyLoose(r)); err == nil {
			vs = append(vs, v)
		}
	}
	refused, asked := 0, 0
	for _, a := range vs {
		if n, err := a.Compare(a); n != 0 || err != nil {
			t.Fatalf("%s is not itself: %d, %v", a, n, err)
		}
	}
	for range 400000 {
		checkTriple(t, vs[r.IntN(len(vs))], vs[r.IntN(len(vs))], vs[r.IntN(len(vs))], &asked, &refused)
	}
	if refused == 0 || refused > asked*9/10 {
		t.Errorf("%d of %d refused: the test asks for nothing", refused, asked)
	}
}

func checkTriple(t *testing.T, a, b, c version.Version, asked, refused *int) {
	t.Helper()
	ab, err1 := a.Compare(b)
	ba, err2 := b.Compare(a)
	if ab != -ba || (err1 == nil) != (err2 == nil) {
		t.Fatalf("%s, %s: %d (%v) and %d (%v)", a, b, ab, err1, ba, err2)
	}
	bc, err3 := b.Compare(c)
	ac, err4 := a.Compare(c)
	*asked++
	if err1 != nil || err3 != nil || err4 != nil {
		*refused++
		return
	}
	if ab <= 0 && bc <= 0 && (ac > 0 || ac == 0 && (ab != 0 || bc != 0)) {
		t.Fatalf("%s, %s, %s: %d, %d, but %d", a, b, c, ab, bc, ac)
	}
}

// anyLoose makes up versions close enough to each other to be worth comparing.
func anyLoose(r *rand.Rand) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	s := pick("", "", "V", "R", "Rev. ", "MX-", "D.", "version ")
	s += pick("1", "1", "1", "2", "01", "2021")
	for range r.IntN(3) {
		s += pick(".", ".", "-") + pick("0", "1", "2", "02", "10", "0", "00")
	}
	s += pick("", "", "", "", "a", "B", "b2", "D24")
	for range r.IntN(3) {
		s += pick(" ", "_", "-") + pick("SP", "Update ", "HF", "RC", "beta ", "Build ", "P", "R", "foo") + pick("", "0", "1", "2", "03")
	}
	return s
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"V7.5 SP2 Update 17", "D.01.05", "1.0-rc.1+b", "1:2.3~rc1-4", "1!2.0.post1", "1.2.3_rc1-r2", "1-ga-1", "2024-01-01T00:00:00Z", "v1.0.#.p3", "1.0.2zb"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for s := version.Loose; s <= version.Lexicographic; s++ {
			v, err := s.Parse(a)
			if err != nil {
				continue
			}
			if n, err := v.Compare(v); n != 0 || err != nil {
				t.Fatalf("%s %q is not itself: %d, %v", s, a, n, err)
			}
			w, err := s.Parse(b)
			if err != nil {
				continue
			}
			x, errX := v.Compare(w)
			y, errY := w.Compare(v)
			if x != -y || (errX == nil) != (errY == nil) {
				t.Fatalf("%s: %q, %q: %d (%v) and back %d (%v)", s, a, b, x, errX, y, errY)
			}
		}
	})
}
