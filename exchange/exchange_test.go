package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/sbom"
	"github.com/wardround/wardround/portfolio"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func newKey(t testing.TB) (*attest.Key, *attest.Key) {
	t.Helper()
	k, _, err := attest.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	pub, err := attest.ReadKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return k, pub
}

func manifest() Manifest {
	return Manifest{To: "hospital", From: "Example Imaging", Maker: "Example Imaging", Created: now, Members: []Member{
		BytesMember(Member{Name: "sbom/1.json", Kind: KindSBOM, Product: "CT Gateway", Release: "4.2", File: "gw.cdx.json"}, []byte(`{"bomFormat":"CycloneDX"}`)),
		BytesMember(Member{Name: "releases.json", Kind: KindReleases}, []byte(`[]`)),
	}}
}

func written(t testing.TB, key *attest.Key, m Manifest) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(context.Background(), &b, key, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func opened(b []byte, keys ...*attest.Key) (*Bundle, error) {
	return Open(context.Background(), bytes.NewReader(b), int64(len(b)), keys...)
}

func TestThereAndBack(t *testing.T) {
	key, pub := newKey(t)
	b := written(t, key, manifest())
	got, err := opened(b, pub)
	if err != nil {
		t.Fatal(err)
	}
	if got.Signer != key.ID() || len(got.Members) != 2 || string(got.Members[0].Data()) != `{"bomFormat":"CycloneDX"}` || got.Members[0].File != "gw.cdx.json" {
		t.Errorf("%+v", got)
	}
	_, other := newKey(t)
	if _, err := opened(b, other); wardround.ErrorCode(err) != wardround.EIntegrity || !errors.Is(err, attest.ErrUnverified) && !strings.Contains(err.Error(), "no signature fits") {
		t.Errorf("another's key: %v", err)
	}
	if _, err := opened(b); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("no key: %v", err)
	}
}

// rezip writes an archive anew, each file by change: nil leaves it out.
func rezip(t *testing.T, b []byte, change func(name string, data []byte) []byte, more ...string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	put := func(name string, data []byte) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if data = change(f.Name, data); data != nil {
			put(f.Name, data)
		}
	}
	for _, name := range more {
		put(name, []byte("x"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestChanged: whatever is changed, added, doubled or left out refuses the bundle whole.
func TestChanged(t *testing.T) {
	key, pub := newKey(t)
	good := written(t, key, manifest())
	same := func(_ string, b []byte) []byte { return b }
	if _, err := opened(rezip(t, good, same), pub); err != nil {
		t.Fatal("the same, packed anew:", err)
	}
	only := func(name string, f func([]byte) []byte) func(string, []byte) []byte {
		return func(n string, b []byte) []byte {
			if n == name {
				return f(b)
			}
			return b
		}
	}
	for name, b := range map[string][]byte{
		"a byte of a member":  rezip(t, good, only("sbom/1.json", func(b []byte) []byte { b[3] ^= 1; return b })),
		"a longer member":     rezip(t, good, only("sbom/1.json", func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 10<<20)...) })),
		"a shorter member":    rezip(t, good, only("sbom/1.json", func(b []byte) []byte { return b[:5] })),
		"a member less":       rezip(t, good, only("sbom/1.json", func([]byte) []byte { return nil })),
		"a member more":       rezip(t, good, same, "sbom/2.json"),
		"one out of the way":  rezip(t, good, same, "../../etc/cron.d/x"),
		"a member twice":      rezip(t, good, only("sbom/1.json", func([]byte) []byte { return nil }), "releases.json"),
		"a byte of the words": rezip(t, good, only(ManifestName, func(b []byte) []byte { return bytes.Replace(b, []byte(`"payload":"e`), []byte(`"payload":"f`), 1) })),
		"no manifest":         rezip(t, good, only(ManifestName, func([]byte) []byte { return nil })),
		"half of it":          good[:len(good)/2],
		"nothing":             {},
	} {
		if _, err := opened(b, pub); err == nil {
			t.Errorf("%s: it was opened", name)
		} else if c := wardround.ErrorCode(err); c != wardround.EIntegrity && c != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What is signed, but no manifest.
	vex, err := attest.Sign(context.Background(), key, attest.OpenVEX, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened(rezip(t, good, only(ManifestName, func([]byte) []byte { return vex })), pub); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("another document of the same signer: %v", err)
	}
}

// TestManifests: names that lead elsewhere and sizes beyond bounds are refused though
// they are signed.
func TestManifests(t *testing.T) {
	key, pub := newKey(t)
	for name, change := range map[string]func(*Manifest){
		"a way out":         func(m *Manifest) { m.Members[0].Name = "sbom/../../x" },
		"an absolute way":   func(m *Manifest) { m.Members[0].Name = "/sbom/x" },
		"a hidden file":     func(m *Manifest) { m.Members[0].Name = "sbom/.ssh" },
		"a folder":          func(m *Manifest) { m.Members[0].Name = "sbom/" },
		"another kind's":    func(m *Manifest) { m.Members[0].Name = "vex/1.json" },
		"a kind of its own": func(m *Manifest) { m.Members[0].Name, m.Members[0].Kind = "exe/1", "exe" },
		"twice":             func(m *Manifest) { m.Members = append(m.Members, m.Members[0]) },
		"too large":         func(m *Manifest) { m.Members[0].Size = MaxMember + 1 },
		"no digest":         func(m *Manifest) { m.Members[0].SHA256 = "" },
		"for nobody":        func(m *Manifest) { m.To = "" },
		"for the wrong one": func(m *Manifest) { m.To = "maker" },
		"of no maker":       func(m *Manifest) { m.Maker = " " },
	} {
		m := manifest()
		change(&m)
		if err := Write(context.Background(), io.Discard, key, m); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: written: %v", name, err)
		}
		m.Version = 1
		payload, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := attest.Sign(context.Background(), key, MediaType, payload)
		if err != nil {
			t.Fatal(err)
		}
		b := rezip(t, written(t, key, manifest()), func(n string, b []byte) []byte {
			if n == ManifestName {
				return signed
			}
			return b
		})
		if _, err := opened(b, pub); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: opened: %v", name, err)
		}
	}
	m := manifest()
	m.Members[0].SHA256 = strings.Repeat("0", 64)
	if err := Write(context.Background(), io.Discard, key, m); wardround.ErrorCode(err) != wardround.EIntegrity {
		t.Errorf("a digest that is wrong: %v", err)
	}
}

// TestReportSaysNoMore: a fleet whose every name is a canary is told of by counts, and
// none of the canaries is in the report.
func TestReportSaysNoMore(t *testing.T) {
	const canary = "CANARY"
	ix := portfolio.New(portfolio.Options{})
	ix.At(now)
	id := wardround.ReleaseIDOf("", "Example Imaging", "Pump", "1")
	if err := ix.PutRelease(&wardround.Release{ID: id, Maker: "Example Imaging", Product: "Pump", Version: "1", UDIDI: "04012345000017", Source: "person:" + canary, Declared: map[string]string{canary: canary}}); err != nil {
		t.Fatal(err)
	}
	if err := ix.PutSBOM(id, "d", &sbom.Document{Name: canary, Root: -1}); err != nil {
		t.Fatal(err)
	}
	fleet := func(n int) {
		var all []*wardround.Asset
		for i := range n {
			said := func(v string) wardround.Attribute { return wardround.Attribute{Value: v} }
			all = append(all, &wardround.Asset{ID: wardround.AssetID(canary + string(rune('a'+i))), Release: id, Zone: canary, Attributes: map[string]wardround.Attribute{
				wardround.AttrName: said(canary), wardround.AttrWard: said(canary), wardround.AttrRole: said(canary), wardround.AttrSerial: said(canary)}})
		}
		ix.Assets(all)
	}
	fleet(3)
	findings := []*wardround.Finding{{ID: "f-1", Opened: now}}
	findings[0].Check, findings[0].Item, findings[0].Subject = "mqtt.anonymous", canary+" 10.0.0.1", wardround.AssetSubject(canary+"a")
	findings = append(findings, &wardround.Finding{ID: "f-2", Opened: now})
	findings[1].Check, findings[1].Item, findings[1].Subject = "vulnerability.known", "CVE-2026-1", wardround.ReleaseSubject(id)
	r, err := Tell(context.Background(), ix, "example  imaging", false, findings, now)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(r)
	if err != nil || bytes.Contains(bytes.ToUpper(b), []byte(canary)) || bytes.Contains(b, []byte("10.0.0.1")) {
		t.Errorf("%s", b)
	}
	if len(r.Releases) != 1 || r.Releases[0].Devices != "<5" || r.Releases[0].UDIDI != "04012345000017" || len(r.Findings) != 2 || r.Findings[1].Vulnerability != "CVE-2026-1" {
		t.Errorf("%s", b)
	}
	if r, err := Tell(context.Background(), ix, "Example Imaging", true, nil, now); err != nil || r.Releases[0].Devices != "3" {
		t.Error(r, err)
	}
	fleet(7)
	if r, err := Tell(context.Background(), ix, "Example Imaging", false, nil, now); err != nil || r.Releases[0].Devices != "7" {
		t.Error(r, err)
	}
	findings[0].Subject = wardround.AssetSubject("of another maker")
	if _, err := Tell(context.Background(), ix, "Example Imaging", false, findings, now); wardround.ErrorCode(err) != wardround.EForbidden {
		t.Error("a finding about somebody else's device:", err)
	}
	if _, err := Tell(context.Background(), ix, "Nobody", false, nil, now); wardround.ErrorCode(err) != wardround.ENotFound {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	key, pub := newKey(f)
	good := written(f, key, manifest())
	f.Add(good)
	f.Add(good[:len(good)-30])
	if b, err := os.ReadFile("bundle.go"); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := opened(b, pub); err == nil && got.Signer != key.ID() {
			t.Error("opened without the signature")
		}
	})
}
