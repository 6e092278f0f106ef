package tls

import (
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
)

// tshark's names of all cipher suites are ours, save that it knows a few private
// and draft numbers besides.
func TestSuiteNamesAgreeWithTshark(t *testing.T) {
	tshark := testkit.Need(t, "tshark")
	h := &ClientHello{Version: TLS12, Compression: []byte{0}, Extensions: []Extension{}}
	for c := range 0x10000 {
		if hi := c >> 8; hi == 0 || hi == 0x13 || hi == 0x56 || hi == 0xc0 || hi == 0xc1 || hi == 0xcc || hi == 0xd0 {
			h.CipherSuites = append(h.CipherSuites, CipherSuite(c))
		}
	}
	w := wire.New(t)
	w.TCP("10.0.0.9:41000", "10.0.0.1:443").Client(AppendRecord(nil, RecordHandshake, TLS10, h.Append(nil))).Close()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, tshark, "-r", w.Path(), "-V").Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]string{}
	for _, m := range regexp.MustCompile(`Cipher Suite: (\S+) \(0x([0-9a-f]{4})\)`).FindAllStringSubmatch(string(out), -1) {
		if m[1] != "Unknown" && !strings.Contains(m[1], "Reserved") {
			theirs[m[2]] = m[1]
		}
	}
	if len(theirs) < 330 {
		t.Fatalf("tshark named only %d suites", len(theirs))
	}
	// Names that changed in the registry after this tshark, and what it calls drafts.
	renamed := map[string]string{
		"c0b4": "TLS_SHA256_SHA256", "c0b5": "TLS_SHA384_SHA384", "1306": "TLS_AEGIS_256_SHA512", "1307": "TLS_AEGIS_128L_SHA256",
	}
	ours := map[string]string{}
	for _, c := range h.CipherSuites {
		if suiteNames()[c] != "" {
			ours[hexList([]CipherSuite{c}, nil)[0]] = c.String()
		}
	}
	for n, s := range renamed {
		if theirs[n] == "" {
			theirs[n] = s
		}
	}
	for n := range theirs {
		if c, _ := strconv.ParseUint(n, 16, 16); c >= 0xcc13 && c <= 0xcc15 {
			delete(theirs, n) // ChaCha20 drafts with numbers that were never assigned
		}
		if n == "001c" || n == "001d" {
			delete(theirs, n) // SSL 3.0 with a Fortezza card
		}
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Error(diff)
	}
}

// The facts read off the names, against OpenSSL's own table.
func TestSuiteFactsAgreeWithOpenSSL(t *testing.T) {
	openssl := testkit.Need(t, "openssl")
	out, err := exec.Command(openssl, "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		code, err := strconv.ParseUint(strings.ReplaceAll(strings.ReplaceAll(f[0], ",", ""), "0x", ""), 16, 16)
		if err != nil {
			t.Fatal(line)
		}
		c := CipherSuite(code)
		s, ok := c.Suite()
		if !ok || c.String() != f[2] {
			t.Errorf("%04x is %s, we say %s", code, f[2], c)
			continue
		}
		n++
		get := func(key string) string {
			for _, p := range f {
				if v, ok := strings.CutPrefix(p, key+"="); ok {
					return v
				}
			}
			t.Fatalf("no %s in %s", key, line)
			return ""
		}
		kx, au, enc, mac := get("Kx"), get("Au"), get("Enc"), get("Mac")
		if want := au == "None"; s.Anonymous != want {
			t.Errorf("%s: anonymous %v", c, s.Anonymous)
		}
		if want := mac == "AEAD"; s.AEAD != want {
			t.Errorf("%s: AEAD %v", c, s.AEAD)
		}
		if want := enc == "None"; s.Null != want {
			t.Errorf("%s: null %v", c, s.Null)
		}
		if want := kx == "DH" || kx == "ECDH" || kx == "any" || kx == "DHEPSK" || kx == "ECDHEPSK"; s.ForwardSecret != want {
			t.Errorf("%s: forward secret %v, Kx=%s", c, s.ForwardSecret, kx)
		}
	}
	if n < 100 {
		t.Errorf("compared only %d suites", n)
	}
}

func TestWeakSuites(t *testing.T) {
	for c, want := range map[CipherSuite]Suite{
		0x0003: {Exchange: "RSA", Cipher: "RC4_40", Export: true},
		0x0009: {Exchange: "RSA", Cipher: "DES_CBC", CBC: true},
		0x000a: {Exchange: "RSA", Cipher: "3DES_EDE_CBC", CBC: true},
		0x0018: {Exchange: "DH_anon", Cipher: "RC4_128", Anonymous: true, ForwardSecret: true},
		0x0000: {Exchange: "NULL", Cipher: "NULL_NULL", Anonymous: true, Null: true},
		0xc0b4: {Cipher: "SHA256", Null: true},
		0x1301: {Cipher: "AES_128_GCM", ForwardSecret: true, AEAD: true},
		0xcca8: {Exchange: "ECDHE_RSA", Cipher: "CHACHA20_POLY1305", ForwardSecret: true, AEAD: true},
	} {
		got, ok := c.Suite()
		if !ok {
			t.Errorf("%s is not known", c)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", c, diff)
		}
	}
	for c, n := range suiteNames() {
		if got, ok := SuiteNamed(n); !ok || got != c {
			t.Errorf("%s is %s, not %04x", n, got, uint16(c))
		}
	}
	if c, ok := SuiteNamed("TLS_NO_SUCH"); ok {
		t.Errorf("found %s", c)
	}
	for _, c := range []CipherSuite{0x00ff, 0x5600, 0x0a0a, 0xffff} {
		if _, ok := c.Suite(); ok {
			t.Errorf("%s counts as a cipher", c)
		}
	}
}
