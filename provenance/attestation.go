package provenance

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/oms"
)

// Attestation is what one signed statement (in-toto: SLSA provenance, a verification
// summary, a test result, a bill of materials …) says of a model's files.
type Attestation struct {
	File string `json:"file"` // the statement's
	// State is Verified where the signature is that of who is trusted, at least one of
	// the model's files is a subject by its digest, none is one with another digest, and
	// what it says is no refusal. Partial coverage is told in Uncovered.
	State     State      `json:"state"`
	Why       string     `json:"why,omitempty"`
	Method    oms.Method `json:"method,omitempty"`
	Signer    string     `json:"signer,omitempty"`
	Predicate string     `json:"predicate,omitempty"` // its type, a URI
	Says      string     `json:"says,omitempty"`      // in words
	// Covered are files that a subject names by digest, Uncovered those that none does,
	// Other subjects that are none of the model's files, Differs subjects by a file's
	// name with another digest. At most 100 of each are named.
	Covered   []string `json:"covered,omitempty"`
	Uncovered []string `json:"uncovered,omitempty"`
	Other     []string `json:"other,omitempty"`
	Differs   []string `json:"differs,omitempty"`

	all map[string]bool // covered, all of them
}

// The bounds of attestations.
const (
	maxAttestations = 64 // files, and statements of one file
	maxSaid         = 400
)

// Attester is who is trusted to make statements; often another than who signs the model.
type Attester struct {
	Key crypto.PublicKey // Ed25519, ECDSA or RSA
	Trust
}

// attested reads the statements that were given and adds what they say to what the
// signature said. A model without a signature is verified where statements that hold
// cover every file.
func (v *Verification) attested(ctx context.Context, model, signature string, o VerifyOptions) error {
	const op = "model verify"
	if len(o.Attestations) == 0 {
		return nil
	}
	if len(o.Attestations) > maxAttestations {
		return wardround.Errorf(wardround.EInvalid, op, "%d attestations; at most %d", len(o.Attestations), maxAttestations)
	}
	var list []*Attestation
	var statements []*attest.Statement
	need := map[string]bool{"sha256": true}
	for _, file := range o.Attestations {
		as, ss, err := readAttestations(ctx, file, o.Attester)
		if err != nil {
			return err
		}
		for i, s := range ss {
			if s == nil {
				continue
			}
			if as[i].Predicate == oms.PredicateType {
				as[i].State, as[i].Why = Failed, "it is a model's signature, no statement about files; name it with --signature"
				ss[i] = nil
				continue
			}
			for _, x := range s.Subject {
				if x.Digest["sha256"] == "" && x.Digest["sha512"] != "" {
					need["sha512"] = true
				}
			}
		}
		list, statements = append(list, as...), append(statements, ss...)
	}
	files, root, err := v.digests(ctx, model, signature, o, slices.Sorted(maps.Keys(need)))
	if code := wardround.ErrorCode(err); code == wardround.EInvalid || code == wardround.EIntegrity {
		v.State, v.Why = Failed, err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	covered := map[string]bool{}
	for i, a := range list {
		if statements[i] != nil {
			a.match(statements[i], files, root)
		}
		if a.State == Verified {
			maps.Copy(covered, a.all)
		}
		v.Attestations = append(v.Attestations, a)
	}
	v.conclude(files, covered)
	return nil
}

// conclude makes one answer of signature and statements: each must hold.
func (v *Verification) conclude(files map[string]map[string]string, covered map[string]bool) {
	if v.State == Unsigned {
		v.State, v.Why, v.Method = Verified, "", byAttestation
		v.Files = len(files)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if !covered[name] && len(v.Added) < maxNamed {
				v.Added = append(v.Added, name)
			}
		}
		if len(v.Added) > 0 {
			v.State, v.Why = Failed, "there is no signature, and no statement that holds is about every file"
		}
		var signers []string
		for _, a := range v.Attestations {
			if a.State == Verified && !slices.Contains(signers, a.Signer) {
				signers = append(signers, a.Signer)
			}
		}
		v.Signer = strings.Join(signers, ", ")
	}
	for _, a := range v.Attestations {
		switch {
		case a.State == Failed && v.State != Failed:
			v.State, v.Why = Failed, "a statement does not hold: "+filepath.Base(a.File)+": "+a.Why
		case a.State == Unknown && (v.State == Verified || v.State == Weak):
			v.State, v.Why = Unknown, "a statement cannot be told: "+filepath.Base(a.File)+": "+a.Why
		}
	}
}

// byAttestation is the method of a model that only statements speak for.
const byAttestation oms.Method = "attestation"

// digests are those of each file of the model: name, algorithm, hex; and the root of
// a signature over all of them, by which a statement may name the whole model.
func (v *Verification) digests(ctx context.Context, model, signature string, o VerifyOptions, algorithms []string) (map[string]map[string]string, string, error) {
	h := HashOptions{Ignore: slices.Clone(o.Ignore), Workers: o.Workers}
	if v.serialization != nil {
		h.Symlinks, h.Ignore = v.serialization.Symlinks, append(h.Ignore, v.serialization.Ignored...)
	}
	for _, f := range append([]string{signature}, o.Attestations...) {
		if rel, ok := within(model, f); ok {
			h.Ignore = append(h.Ignore, rel)
		}
	}
	abs, err := filepath.Abs(model)
	if err != nil {
		return nil, "", wardround.Wrap(wardround.EInvalid, "model verify", err)
	}
	out := map[string]map[string]string{}
	root := ""
	for _, algorithm := range algorithms {
		h := h
		h.HashType = algorithm
		h = h.fill()
		pieces, err := walk(abs, h, ignoring(h.Ignore))
		if err != nil {
			return nil, "", err
		}
		rs, err := hashAll(ctx, pieces, h)
		if err != nil {
			return nil, "", err
		}
		for _, r := range rs {
			if r.Name == "." {
				r.Name = filepath.Base(abs)
			}
			if out[r.Name] == nil {
				out[r.Name] = map[string]string{}
			}
			out[r.Name][algorithm] = r.Digest
		}
		if algorithm == "sha256" && len(rs) > 0 {
			m, err := oms.NewManifest(filepath.Base(abs), oms.Serialization{Method: oms.Files, HashType: algorithm}, rs)
			if err != nil {
				return nil, "", wardround.Wrap(wardround.EInvalid, "model verify", err)
			}
			root = m.Root
		}
	}
	return out, root, nil
}

// readAttestations reads a file: an envelope, a Sigstore bundle, or one of either on
// each line. What does not hold is an answer; errors are of the disk. A statement is
// nil where its signature does not hold.
func readAttestations(ctx context.Context, file string, who Attester) ([]*Attestation, []*attest.Statement, error) {
	const op = "model verify"
	st, err := os.Stat(file)
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if st.Size() > attest.MaxBytes {
		return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: %d bytes; an attestation has at most %d", file, st.Size(), attest.MaxBytes)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	var docs [][]byte
	if raw = bytes.TrimSpace(raw); json.Valid(raw) {
		docs = [][]byte{raw}
	} else {
		for line := range bytes.Lines(raw) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				docs = append(docs, line)
			}
			if len(docs) > maxAttestations {
				return nil, nil, wardround.Errorf(wardround.EInvalid, op, "%s: more than %d statements", file, maxAttestations)
			}
		}
	}
	var as []*Attestation
	var ss []*attest.Statement
	for i, doc := range docs {
		a := &Attestation{File: file}
		if len(docs) > 1 {
			a.File = fmt.Sprintf("%s, line %d", file, i+1)
		}
		s, err := a.open(ctx, doc, who)
		if err != nil {
			a.State, a.Why = Failed, words(err)
			if wardround.ErrorCode(err) == wardround.ECannotTell {
				a.State = Unknown
			}
			s = nil
		}
		as, ss = append(as, a), append(ss, s)
	}
	if len(docs) == 0 {
		as, ss = []*Attestation{{File: file, State: Failed, Why: "it is empty"}}, []*attest.Statement{nil}
	}
	return as, ss, nil
}

// open checks the signature of one document and reads its statement. Errors:
// ECannotTell where nobody said whom to trust; anything else means that it does not
// hold.
func (a *Attestation) open(ctx context.Context, raw []byte, who Attester) (*attest.Statement, error) {
	const op = "model verify"
	var b struct {
		MediaType    string `json:"mediaType"`
		Verification *struct {
			Chain json.RawMessage   `json:"x509CertificateChain"`
			Log   []json.RawMessage `json:"tlogEntries"`
			Key   json.RawMessage   `json:"publicKey"`
		} `json:"verificationMaterial"`
		Envelope json.RawMessage `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "it is no JSON: %v", err)
	}
	var payload []byte
	var err error
	switch {
	case b.Verification != nil && len(b.Verification.Log) > 0:
		a.Method = oms.BySigstore
		payload, a.Signer, err = keyless(raw, who.Trust)
	case b.Verification != nil && b.Verification.Chain != nil:
		a.Method = oms.ByCertificate
		if len(who.Roots) == 0 {
			return nil, wardround.Errorf(wardround.ECannotTell, op, "it is signed with a certificate; give the root to trust (--certificate-chain)")
		}
		var x *oms.Bundle
		if x, err = oms.Read(raw); err == nil {
			payload = x.Envelope.Payload
			a.Signer, err = x.CheckCertificate(who.Roots, oms.Options{At: who.At})
		}
	default:
		a.Method = oms.ByKey
		if b.Verification == nil {
			b.Envelope = raw
		}
		payload, a.Signer, err = a.byKey(ctx, b.Envelope, who)
	}
	if err != nil {
		return nil, err
	}
	s, err := attest.ReadStatement(payload)
	if err != nil {
		return nil, err
	}
	a.Predicate = clipped(s.PredicateType, maxSaid)
	return s, nil
}

// byKey checks an envelope with a key.
func (a *Attestation) byKey(ctx context.Context, envelope []byte, who Attester) ([]byte, string, error) {
	const op = "model verify"
	if !attest.IsEnvelope(envelope) {
		if _, err := attest.ReadStatement(envelope); err == nil {
			return nil, "", wardround.Errorf(wardround.EIntegrity, op, "the statement is not signed: anybody can have written it")
		}
		return nil, "", wardround.Errorf(wardround.EInvalid, op, "it is no signed statement (a DSSE envelope, or a Sigstore bundle around one)")
	}
	pub := who.Key
	if pub == nil && who.Trust.Key != nil {
		pub = (*ecdsa.PublicKey)(who.Trust.Key)
	}
	if pub == nil {
		return nil, "", wardround.Errorf(wardround.ECannotTell, op, "it is signed with a key; give its public part (--attestation-key)")
	}
	key, err := attest.Verifier(pub)
	if err != nil {
		return nil, "", err
	}
	o, err := attest.Open(ctx, envelope, key)
	if err != nil {
		return nil, "", err
	}
	if o.MediaType != attest.InToto {
		return nil, "", wardround.Errorf(wardround.EInvalid, op, "what is signed is of type %.80q, no in-toto statement", o.MediaType)
	}
	return o.Payload, "key " + key.ID()[:16], nil
}
