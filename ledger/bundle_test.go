package ledger

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

func checkpoint(t testing.TB, m *memory, k *Key) *Checkpoint {
	t.Helper()
	c, err := MakeCheckpoint(context.Background(), m, ward, []*Key{k}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// export writes the bundle of entries [first, end).
func export(t testing.TB, m *memory, k *Key, first, end int) []byte {
	t.Helper()
	var b bytes.Buffer
	e := Export{
		Scope: ward, Keys: []*Key{k}, Now: noon.Add(time.Hour * 1000),
		From: noon.Add(time.Duration(first) * time.Minute), To: noon.Add(time.Duration(end) * time.Minute),
		Statement: Statement{
			Program: "wardround 1.0", Binary: "sha256:00", Checks: "sha256:01", Content: "sha256:02",
			Gaps: []Unwatched{{What: "sensor mirror-1", From: noon, To: noon.Add(time.Minute), Reason: "cable"}},
			Off:  []SwitchedOff{{Check: "net.scan", By: "R. Roe", Reason: "scanner in use"}},
		},
	}
	got, _, err := e.Write(context.Background(), m, &b)
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	if got.First != uint64(first) || got.End != uint64(min(end, len(m.all))) {
		t.Fatalf("exported [%d, %d), want [%d, %d)", got.First, got.End, first, end)
	}
	return b.Bytes()
}

func verify(t testing.TB, bundle []byte, trust Trust) *Report {
	t.Helper()
	r, err := Verify(context.Background(), bytes.NewReader(bundle), int64(len(bundle)), trust, Limits{})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return r
}

func TestBundleVerifies(t *testing.T) {
	k := newKey(t)
	for _, n := range []int{0, 1, 2, 255, 256, 257, 1000, 1300} {
		m := ledgerOf(t, n/2)
		old := checkpoint(t, m, k)
		for i := n / 2; i < n; i++ {
			m.add(t, verdict(i))
		}
		if n > 3 {
			m.erase(1)
			m.erase(n - 1)
		}
		for _, period := range [][2]int{{0, n}, {n / 2, n}, {n / 3, n / 2}, {n, n}} {
			b := export(t, m, k, period[0], period[1])
			for name, tt := range map[string]struct {
				trust Trust
				want  Outcome
			}{
				"nothing":        {Trust{}, SelfConsistent},
				"key":            {Trust{Key: k.Public().String()}, Verified},
				"fingerprint":    {Trust{Fingerprint: strings.ToUpper(k.Public().Fingerprint()[7:])}, Verified},
				"checkpoint":     {Trust{Checkpoint: old.Signed}, Verified},
				"key, and point": {Trust{Key: k.Public().String(), Checkpoint: old.Signed}, Verified},
			} {
				r := verify(t, b, tt.trust)
				if r.Outcome != tt.want || len(r.Problems) > 0 || r.Entries != uint64(period[1]-period[0]) {
					t.Errorf("%d entries, [%d, %d), trusting %s: %s, %d entries, %v", n, period[0], period[1], name, r.Outcome, r.Entries, r.Problems)
				}
			}
		}
	}
}

func TestReportSaysWhatIsInIt(t *testing.T) {
	k := newKey(t)
	m := ledgerOf(t, 30)
	checkpoint(t, m, k)
	for i := 30; i < 50; i++ {
		m.add(t, verdict(i))
	}
	m.erase(41)
	b := export(t, m, k, 35, 45)
	r := verify(t, b, Trust{Key: k.Public().String()})
	if r.Manifest.Previous != 30 || r.Manifest.Size != 50 || r.Erased != 1 || r.Signer != k.Public().Fingerprint() ||
		r.Manifest.Gaps[0].Reason != "cable" || r.Manifest.Off[0].Check != "net.scan" || !strings.Contains(r.Checkpoint, "wardround/clinic/north%20wing\n50\n") {
		t.Errorf("report %+v", r)
	}
	files := unpack(t, b)
	if !strings.Contains(files[fileReadme], "evidence verify") || strings.Contains(files[fileKey], "PRIVATE") {
		t.Error("the readme or the public key is wrong")
	}
	for name, content := range files {
		if strings.Contains(content, "PRIVATE") || strings.Contains(content, `"subject":"asset:a-41"`) {
			t.Errorf("%s tells the private key or an erased entry", name)
		}
	}
}

func TestExportRefusesADamagedLedger(t *testing.T) {
	k := newKey(t)
	for name, damage := range map[string]func(m *memory){
		"entry":   func(m *memory) { m.all[5].Payload = []byte(`{"state":"pass"}`) },
		"leaf":    func(m *memory) { m.all[5].Leaf[0] ^= 1 },
		"missing": func(m *memory) { m.all[5] = m.all[6] },
		"tree":    func(m *memory) { m.stored[3][0] ^= 1 },
	} {
		m := ledgerOf(t, 20)
		damage(m)
		_, _, err := Export{Scope: ward, Keys: []*Key{k}, Now: noon}.Write(context.Background(), m, io.Discard)
		if wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	k := newKey(t)
	b := export(t, ledgerOf(t, 5), k, 0, 5)
	for name, bad := range map[string][]byte{"nothing": nil, "no zip": []byte("PK but no zip"), "half": b[:len(b)/2], "no list": pack(t, map[string]string{"a": "b"})} {
		if _, err := Verify(context.Background(), bytes.NewReader(bad), int64(len(bad)), Trust{}, Limits{}); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, trust := range []Trust{{Key: "x"}, {Fingerprint: "sha256:12"}, {Checkpoint: []byte("x")}, {Key: k.Public().String(), Fingerprint: strings.Repeat("0", 64)}} {
		if _, err := Verify(context.Background(), bytes.NewReader(b), int64(len(b)), trust, Limits{}); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%+v: %v", trust, err)
		}
	}
	if _, err := VerifyFile(context.Background(), filepath.Join(t.TempDir(), "none.zip"), Trust{}, Limits{}); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Errorf("no file: %v", err)
	}
}

func BenchmarkVerify20000(b *testing.B) {
	k := newKey(b)
	bundle := export(b, ledgerOf(b, 20_000), k, 0, 20_000)
	b.SetBytes(int64(len(bundle)))
	for b.Loop() {
		if r := verify(b, bundle, Trust{Key: k.Public().String()}); r.Outcome != Verified {
			b.Fatal(r.Problems)
		}
	}
	b.ReportMetric(float64(b.N)*20_000/b.Elapsed().Seconds(), "entries/s")
}
