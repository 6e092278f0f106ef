package provenance_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/internal/testkit"
	. "github.com/wardround/wardround/provenance"
)

const slsa = "https://slsa.dev/provenance/v1"

var built = json.RawMessage(`{"buildDefinition": {"buildType": "https://example.org/train/v1", "externalParameters": {}, "resolvedDependencies": [{"uri": "git+https://example.org/triage@v2.1"}]},
	"runDetails": {"builder": {"id": "https://example.org/builder"}}}`)

// scene is a model of two files, signed, with a builder who makes statements.
type scene struct {
	t               testing.TB
	dir, model, sig string
	key             *ecdsa.PrivateKey
	builder         *attest.Key
	trust           Attester
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir(), key: newKey(t)}
	s.model, s.sig = filepath.Join(s.dir, "triage"), filepath.Join(s.dir, "triage.sig")
	write(t, filepath.Join(s.model, "weights", "w.bin"), []byte("weights"))
	write(t, filepath.Join(s.model, "config.json"), []byte("{}"))
	signed(t, s.model, s.sig, SignOptions{Key: s.key})
	var err error
	if s.builder, _, err = attest.NewKey(); err != nil {
		t.Fatal(err)
	}
	if s.trust.Key, err = ReadAttesterKey(s.builder.Public()); err != nil {
		t.Fatal(err)
	}
	return s
}

func subject(name, content string) attest.Subject {
	h := sha256.Sum256([]byte(content))
	return attest.Subject{Name: name, Digest: map[string]string{"sha256": hex.EncodeToString(h[:])}}
}

func (s *scene) states(predicateType string, predicate any, subjects ...attest.Subject) string {
	s.t.Helper()
	b, err := attest.SignStatement(s.t.Context(), s.builder, predicateType, predicate, subjects...)
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.dir, fmt.Sprintf("%x.intoto.json", sha256.Sum256(b))[:40])
	write(s.t, file, b)
	return file
}

func (s *scene) verify(files ...string) *Verification {
	s.t.Helper()
	return verified(s.t, s.model, s.sig, VerifyOptions{Trust: Trust{Key: &s.key.PublicKey}, Attestations: files, Attester: s.trust})
}

// A statement says who stands behind which files, and what for; it holds or not by
// itself, and what was given must hold.
func TestAttestation(t *testing.T) {
	s := newScene(t)
	weights, config := subject("weights/w.bin", "weights"), subject("config.json", "{}")
	v := s.verify(s.states(slsa, built, subject("dist/weights/w.bin", "weights"), subject("train.log", "lines")))
	if v.State != Verified || len(v.Attestations) != 1 {
		t.Fatalf("%+v", v)
	}
	a := v.Attestations[0]
	if a.State != Verified || !slices.Equal(a.Covered, []string{"weights/w.bin"}) || !slices.Equal(a.Uncovered, []string{"config.json"}) || !slices.Equal(a.Other, []string{"train.log"}) {
		t.Errorf("%+v", a)
	}
	if want := "SLSA provenance: built by https://example.org/builder, as https://example.org/train/v1, from git+https://example.org/triage@v2.1"; a.Says != want {
		t.Errorf("says %q, want %q", a.Says, want)
	}
	if a.Signer != "key "+s.builder.ID()[:16] {
		t.Errorf("signed by %q", a.Signer)
	}
	vsa := func(result string) json.RawMessage {
		return json.RawMessage(`{"verifier": {"id": "https://example.org/gate"}, "verificationResult": "` + result + `", "verifiedLevels": ["SLSA_BUILD_LEVEL_3"]}`)
	}
	root := attest.Subject{Name: "triage", Digest: map[string]string{"sha256": strings.ToUpper(v.Root)}}
	raw := read(t, s.states(slsa, built, weights))
	changed := filepath.Join(s.dir, "changed.json")
	write(t, changed, []byte(strings.Replace(string(raw), `"sig":"`, `"sig":"AAAA`, 1)))
	var env struct{ Payload []byte }
	if err := json.Unmarshal(raw, &env); err != nil {
		t.Fatal(err)
	}
	bare, empty, lines := filepath.Join(s.dir, "bare.json"), filepath.Join(s.dir, "empty.json"), filepath.Join(s.dir, "both.jsonl")
	write(t, bare, env.Payload)
	write(t, empty, nil)
	write(t, lines, append(append(slices.Clone(raw), '\n'), read(t, s.states(slsa, built, config))...))
	for _, c := range []struct {
		name, file string
		want       State
		why        string
	}{
		{"of the whole model by its root", s.states(slsa, built, root), Verified, ""},
		{"two, one a line", lines, Verified, ""},
		{"passed", s.states("https://slsa.dev/verification_summary/v1", vsa("PASSED"), weights, config), Verified, ""},
		{"a type of one's own", s.states("https://example.org/reviewed/v1", map[string]int{"by": 3}, weights), Verified, ""},
		{"by SHA-512", s.states(slsa, built, attest.Subject{Name: "config.json", Digest: map[string]string{"sha512": "27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd"}}), Verified, ""},
		{"not passed", s.states("https://slsa.dev/verification_summary/v1", vsa("FAILED"), weights), Failed, "did not let it pass"},
		{"tests failed", s.states("https://in-toto.io/attestation/test-result/v0.1", json.RawMessage(`{"result": "FAILED", "failedTests": ["sensitivity"]}`), weights), Failed, "sensitivity"},
		{"another content of a file", s.states(slsa, built, weights, subject("config.json", "{} ")), Failed, "another content of config.json"},
		{"of none of its files", s.states(slsa, built, subject("other.bin", "other")), Failed, "none of the model's files"},
		{"no digest that is known", s.states(slsa, built, attest.Subject{Name: "config.json", Digest: map[string]string{"gitCommit": "00"}}), Failed, "none of the model's files"},
		{"a model's signature", s.states("https://model_signing/signature/v1.0", json.RawMessage(`{}`), root), Failed, "a model's signature"},
		{"another signature", changed, Failed, "no signature fits"},
		{"not signed", bare, Failed, "not signed"},
		{"empty", empty, Failed, "empty"},
		{"the model itself", filepath.Join(s.model, "config.json"), Failed, "no signed statement"},
	} {
		v := s.verify(c.file)
		last := v.Attestations[len(v.Attestations)-1]
		if v.State != c.want || last.State != c.want || !strings.Contains(last.Why, c.why) {
			t.Errorf("%s: %s, statement %s: %s", c.name, v.State, last.State, last.Why)
		}
	}

	t.Run("another key", func(t *testing.T) {
		other, _, err := attest.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		key, err := ReadAttesterKey(other.Public())
		if err != nil {
			t.Fatal(err)
		}
		for who, want := range map[*Attester]State{{Key: key}: Failed, {}: Unknown} {
			v := verified(t, s.model, s.sig, VerifyOptions{Trust: Trust{Key: &s.key.PublicKey}, Attestations: []string{changed, s.states(slsa, built, weights)}, Attester: *who})
			if v.State != want || v.Attestations[1].State != want {
				t.Errorf("%+v: %s %+v", who, v.State, v.Attestations[1])
			}
		}
	})
	t.Run("no signature", func(t *testing.T) {
		if err := os.Remove(s.sig); err != nil {
			t.Fatal(err)
		}
		if v := s.verify(lines); v.State != Verified || v.Method != "attestation" || v.Files != 2 {
			t.Errorf("statements of every file: %+v", v)
		}
		if v := s.verify(s.states(slsa, built, weights)); v.State != Failed || !slices.Equal(v.Added, []string{"config.json"}) {
			t.Errorf("a statement of one file of two: %+v", v)
		}
		if v := s.verify(lines, changed); v.State != Failed {
			t.Errorf("one that does not hold beside those that do: %+v", v)
		}
	})
	if _, err := Verify(t.Context(), s.model, s.sig, VerifyOptions{Attestations: []string{"nowhere"}}); err == nil {
		t.Error("an attestation that is not there")
	}
}

// Envelopes that another library signs are verified, whatever they call the key, with
// the kinds of key that it knows.
func TestAttestationOfAnotherLibrary(t *testing.T) {
	python := testkit.Python(t, "securesystemslib", "cryptography")
	s := newScene(t)
	payload, err := json.Marshal(attest.Statement{Type: attest.StatementType, PredicateType: slsa, Predicate: built, Subject: []attest.Subject{subject("config.json", "{}")}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.dir, "payload"), payload)
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		out, err := exec.Command(python, "-W", "ignore", "-c", `
import sys, json
from securesystemslib.signer import CryptoSigner
from securesystemslib.dsse import Envelope
kind, payload, out = sys.argv[1:]
signer = getattr(CryptoSigner, 'generate_' + kind)()
e = Envelope(open(payload, 'rb').read(), 'application/vnd.in-toto+json', {})
e.sign(signer)
d = e.to_dict()
json.dump(d, open(out, 'w'))
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
print(signer._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
`, kind, filepath.Join(s.dir, "payload"), filepath.Join(s.dir, kind+".json")).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", kind, err, out)
		}
		if s.trust.Key, err = ReadAttesterKey(out); err != nil {
			t.Fatal(err)
		}
		if v := s.verify(filepath.Join(s.dir, kind+".json")); v.State != Verified {
			t.Errorf("%s: %+v", kind, v.Attestations[0])
		}
	}
}

// Keys that are too weak or of another kind are refused by name; of a private key it is
// said that it is one.
func TestAttesterKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Verifier(crypto.PublicKey(&key.PublicKey)); err == nil || !strings.Contains(err.Error(), "224 bits") {
		t.Error(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(newKey(t))
	if _, err := ReadAttesterKey(pemOf(t, "PRIVATE KEY", der, err)); err == nil || !strings.Contains(err.Error(), "private key") {
		t.Error(err)
	}
	if _, err := ReadAttesterKey([]byte("key")); err == nil {
		t.Error("no PEM")
	}
}
