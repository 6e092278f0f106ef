package attest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

func ecKey(t *testing.T) *Key {
	t.Helper()
	p, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x509.MarshalECPrivateKey(p)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ReadKey(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: b}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSignAndOpen(t *testing.T) {
	ed, edPEM, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadKey(edPEM)
	if err != nil || again.ID() != ed.ID() {
		t.Fatal(again, err)
	}
	for _, k := range []*Key{ed, ecKey(t)} {
		env, err := SignStatement(t.Context(), k, "https://example.org/gate/v1", map[string]string{"outcome": "pass"}, Subject{Name: "x", Digest: map[string]string{"sha256": "00"}})
		if err != nil {
			t.Fatal(err)
		}
		public, err := ReadKey(k.Public())
		if err != nil {
			t.Fatal(err)
		}
		o, err := Open(t.Context(), env, ecKey(t), public)
		if err != nil || o.Signer != k.ID() || o.MediaType != InToto {
			t.Fatalf("%+v, %v", o, err)
		}
		s, err := ReadStatement(o.Payload)
		if err != nil || s.PredicateType != "https://example.org/gate/v1" {
			t.Fatalf("%+v, %v", s, err)
		}
		if _, err := Open(t.Context(), env, ecKey(t)); !errors.Is(err, ErrUnverified) {
			t.Errorf("another key: %v", err)
		}
		if o, err := Open(t.Context(), env); err != nil || o.Signer != "" {
			t.Errorf("without keys nothing is verified: %+v, %v", o, err)
		}
		// One changed byte of the payload, or another type over the same payload.
		var m map[string]any
		if err := json.Unmarshal(env, &m); err != nil {
			t.Fatal(err)
		}
		m["payloadType"] = "application/other"
		other, _ := json.Marshal(m)
		changed := bytes.Replace(env, []byte(`"payload":"ey`), []byte(`"payload":"fy`), 1)
		for _, bad := range [][]byte{other, changed} {
			if bytes.Equal(bad, env) {
				t.Fatal("nothing was changed")
			}
			if _, err := Open(t.Context(), bad, public); err == nil {
				t.Error("a changed envelope was taken")
			}
		}
		if _, err := Sign(t.Context(), public, "x", nil); err == nil {
			t.Error("a public key signed")
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, s := range []string{"", "{}", `{"payloadType":"x","payload":"!!","signatures":[{"sig":""}]}`, `{"payloadType":"x","payload":"","signatures":[]}`} {
		if _, err := Open(t.Context(), []byte(s)); err == nil {
			t.Errorf("%q was opened", s)
		}
	}
	for _, s := range []string{"{}", `{"_type":"https://in-toto.io/Statement/v1"}`, `{"_type":"x","subject":[{}]}`} {
		if _, err := ReadStatement([]byte(s)); err == nil {
			t.Errorf("%q was read", s)
		}
	}
	for _, s := range []string{"", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", strings.Repeat("x", 100)} {
		if _, err := ReadKey([]byte(s)); err == nil {
			t.Errorf("%q is a key", s)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k, _, err := NewKey()
	if err != nil {
		f.Fatal(err)
	}
	env, err := Sign(f.Context(), k, InToto, []byte(`{}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(env)
	other, _, err := NewKey()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := Open(t.Context(), b, other); err == nil {
			t.Fatalf("%q verified with a key that signed nothing: %+v", b, o)
		}
		if o, err := Open(t.Context(), b); err == nil {
			ReadStatement(o.Payload)
		}
	})
}
