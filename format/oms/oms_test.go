package oms_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/oms"
)

func digest(c string) string { return strings.Repeat(c, 64) }

func manifest(t testing.TB) *oms.Manifest {
	t.Helper()
	m, err := oms.NewManifest("triage", oms.Serialization{Method: oms.Files, HashType: "sha256"}, []oms.Resource{
		{Name: "weights/b.bin", Algorithm: "sha256", Digest: digest("b")}, {Name: "config.json", Algorithm: "sha256", Digest: digest("c")},
		{Name: "weights.json", Algorithm: "sha256", Digest: digest("d")}, {Name: "weights/a.bin", Algorithm: "sha256", Digest: digest("a")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What is signed is read back the same, on every curve; a bundle that was written
// and read says it again.
func TestSignAndVerify(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		t.Run(curve.Params().Name, func(t *testing.T) {
			key, err := ecdsa.GenerateKey(curve, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			b, err := oms.SignKey(manifest(t), key)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := b.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			again, err := oms.Read(raw)
			if err != nil {
				t.Fatal(err)
			}
			r, err := again.VerifyKey(&key.PublicKey, oms.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(manifest(t).Resources, r.Manifest.Resources); d != "" {
				t.Error(d)
			}
			if r.Weak || r.Legacy != "" {
				t.Errorf("a new signature is called weak: %+v", r)
			}
			other, err := ecdsa.GenerateKey(curve, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := again.VerifyKey(&other.PublicKey, oms.Options{Legacy: true}); err == nil {
				t.Error("another key verified it")
			}
			again.Verification.Key.Hint = ""
			if _, err := again.VerifyKey(&other.PublicKey, oms.Options{Legacy: true}); !errors.Is(err, oms.ErrSignature) {
				t.Errorf("another key, not named: %v", err)
			}
			again.Envelope.Payload[20] ^= 1
			if _, err := again.VerifyKey(&key.PublicKey, oms.Options{Legacy: true}); !errors.Is(err, oms.ErrSignature) {
				t.Errorf("a changed payload: %v", err)
			}
		})
	}
}

// Paths are ordered part by part, as the reference library orders them: the root
// depends on it.
func TestOrder(t *testing.T) {
	var names []string
	for _, r := range manifest(t).Resources {
		names = append(names, r.Name)
	}
	if d := cmp.Diff([]string{"config.json", "weights.json", "weights/a.bin", "weights/b.bin"}, names); d != "" {
		t.Error(d)
	}
}

// A statement that contradicts itself, or names files outside the model, is refused
// though its signature holds.
func TestRefusedStatements(t *testing.T) {
	good, err := manifest(t).Payload()
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(m map[string]any)) []byte {
		var m map[string]any
		if err := json.Unmarshal(good, &m); err != nil {
			t.Fatal(err)
		}
		f(m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	predicate := func(m map[string]any) map[string]any { return m["predicate"].(map[string]any) }
	first := func(m map[string]any) map[string]any { return predicate(m)["resources"].([]any)[0].(map[string]any) }
	for name, tc := range map[string]struct {
		payload []byte
		why     string
	}{
		"another digest":     {change(func(m map[string]any) { first(m)["digest"] = digest("e") }), "add up to"},
		"another order":      {change(func(m map[string]any) { r := predicate(m)["resources"].([]any); r[0], r[1] = r[1], r[0] }), "add up to"},
		"no resources":       {change(func(m map[string]any) { predicate(m)["resources"] = []any{} }), "nothing is signed"},
		"twice":              {change(func(m map[string]any) { r := predicate(m)["resources"].([]any); r[0] = r[1] }), "twice"},
		"above the model":    {change(func(m map[string]any) { first(m)["name"] = "../../etc/passwd" }), "no path inside"},
		"absolute":           {change(func(m map[string]any) { first(m)["name"] = "/etc/passwd" }), "no path inside"},
		"not clean":          {change(func(m map[string]any) { first(m)["name"] = "a/./b" }), "no path inside"},
		"short digest":       {change(func(m map[string]any) { first(m)["digest"] = "ab" }), "digest of"},
		"unknown hash":       {change(func(m map[string]any) { predicate(m)["serialization"].(map[string]any)["hash_type"] = "md5" }), "md5"},
		"no serialisation":   {change(func(m map[string]any) { delete(predicate(m), "serialization") }), "how the model was serialised"},
		"shards of nothing":  {change(func(m map[string]any) { predicate(m)["serialization"].(map[string]any)["method"] = "shards" }), "shards of 0"},
		"two subjects":       {change(func(m map[string]any) { m["subject"] = append(m["subject"].([]any), m["subject"].([]any)[0]) }), "2 subjects"},
		"another predicate":  {change(func(m map[string]any) { m["predicateType"] = "https://slsa.dev/provenance/v1" }), "predicate"},
		"something after it": {append(append([]byte{}, good...), "{}"...), "follows"},
		"truncated":          {good[:len(good)/2], "statement"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := oms.ReadManifest(tc.payload); err == nil || !strings.Contains(err.Error(), tc.why) {
				t.Errorf("got %v, want %q", err, tc.why)
			}
		})
	}
	if _, err := oms.ReadManifest(good); err != nil {
		t.Error(err)
	}
}

// FuzzRead holds that no bundle makes the reader panic, and that none is verified
// with a key that did not sign it.
func FuzzRead(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	b, err := oms.SignKey(manifest(f), key)
	if err != nil {
		f.Fatal(err)
	}
	raw, err := b.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":""}},"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AA=="}]}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := oms.Read(in)
		if err != nil {
			return
		}
		if _, err := b.VerifyKey(&stranger.PublicKey, oms.Options{Legacy: true}); err == nil {
			t.Fatal("verified with a key that signed nothing")
		}
		if _, err := b.VerifyCertificate(nil, oms.Options{Legacy: true}); err == nil {
			t.Fatal("verified without a root")
		}
		if m, err := oms.ReadManifest(b.Envelope.Payload); err == nil && !m.Legacy {
			p, err := m.Payload()
			if err != nil {
				t.Fatal(err)
			}
			// In the order of names the root may be another, but a manifest stays one.
			if again, err := oms.NewManifest(m.Name, m.Serialization, m.Resources); err != nil || len(again.Resources) != len(m.Resources) {
				t.Fatalf("%v\n%s", err, p)
			}
		}
	})
}
