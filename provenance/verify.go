package provenance

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oms"
)

// Trust is what a verifier trusts; it comes from elsewhere than the model.
type Trust struct {
	Key   *ecdsa.PublicKey
	Roots []*x509.Certificate
	// SigstoreRoot is a trusted_root.json; Identity and Issuer are who must have signed.
	SigstoreRoot     []byte
	Identity, Issuer string
	// Legacy accepts the weak forms of before 1.0.
	Legacy bool
	// At is when certificates must be valid; see [oms.Options].
	At time.Time
}

// VerifyOptions say how files are compared.
type VerifyOptions struct {
	Trust
	// Ignore are paths left out besides those that the signature names.
	Ignore []string
	// Unsigned tolerates files that the signature does not list; they are told.
	Unsigned bool
	Workers  int
	// Attestations are files of signed statements about the model's files, besides its
	// signature; Attester is who is trusted to make them.
	Attestations []string
	Attester     Attester
}

// State is what a verification came to.
type State string

// The states. Only Verified is good; Weak is a signature in a form of before 1.0 that was allowed.
const (
	Verified State = "verified"
	Weak     State = "weak"
	Failed   State = "failed"
	Unsigned State = "unsigned" // there is no signature
	Unknown  State = "unknown"  // nothing at hand can tell: no key, no root
)

// Verification is the answer.
type Verification struct {
	State  State      `json:"state"`
	Why    string     `json:"why,omitempty"`
	Method oms.Method `json:"method,omitempty"`
	Signer string     `json:"signer,omitempty"`
	Legacy string     `json:"legacy,omitempty"`
	Model  string     `json:"model,omitempty"`
	Root   string     `json:"root,omitempty"` // digest over all files: the model's identity
	Files  int        `json:"files"`          // files or shards compared
	// Changed, Added and Removed name at most 100 files each; Moved are pairs
	// "from -> to" of the same content.
	Changed []string `json:"changed,omitempty"`
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Moved   []string `json:"moved,omitempty"`
	// Attestations are what signed statements say, in the order in which they were given.
	Attestations []*Attestation `json:"attestations,omitempty"`

	serialization *oms.Serialization // as it was signed
}

// maxNamed is how many files of a kind are named.
const maxNamed = 100

// Verify checks a signature and compares the model with what was signed, then the
// attestations that were given. What does not hold is an answer, not an error; errors
// are of the disk and of the context, and EInvalid for an attestation that is not there.
func Verify(ctx context.Context, model, signature string, o VerifyOptions) (*Verification, error) {
	v, err := signedBy(ctx, model, signature, o)
	if err != nil {
		return nil, err
	}
	return v, v.attested(ctx, model, signature, o)
}

// signedBy checks the signature alone.
func signedBy(ctx context.Context, model, signature string, o VerifyOptions) (*Verification, error) {
	const op = "model verify"
	st, err := os.Stat(signature)
	switch {
	case os.IsNotExist(err):
		return &Verification{State: Unsigned, Why: "there is no " + signature}, nil
	case err != nil:
		return nil, wardround.Wrap(wardround.EForbidden, op, err)
	case st.Size() > oms.MaxBytes:
		return &Verification{State: Failed, Why: "the signature is larger than any that is read"}, nil
	}
	raw, err := os.ReadFile(signature)
	if err != nil {
		return nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	b, err := oms.Read(raw)
	if err != nil {
		return &Verification{State: Failed, Why: err.Error()}, nil
	}
	r, err := Open(b, o.Trust)
	if err != nil {
		v := &Verification{State: Failed, Why: words(err), Method: b.Method()}
		if wardround.ErrorCode(err) == wardround.ECannotTell {
			v.State = Unknown
		}
		return v, nil
	}
	v := &Verification{State: Verified, Method: r.Method, Signer: r.Signer, Legacy: r.Legacy, Model: r.Manifest.Name, Root: r.Manifest.Root}
	if r.Weak {
		v.State = Weak
	}
	return v, v.compare(ctx, model, signature, r.Manifest, o)
}

// Open checks the signature alone. Errors: ECannotTell where what is needed to
// check it is missing; anything else means that it does not hold.
func Open(b *oms.Bundle, t Trust) (*oms.Result, error) {
	const op = "model verify"
	o := oms.Options{Legacy: t.Legacy, At: t.At}
	switch b.Method() {
	case oms.ByKey:
		if t.Key == nil {
			return nil, wardround.Errorf(wardround.ECannotTell, op, "the model was signed with a key; give its public part (--key), obtained elsewhere than the model")
		}
		return b.VerifyKey(t.Key, o)
	case oms.ByCertificate:
		if len(t.Roots) == 0 {
			return nil, wardround.Errorf(wardround.ECannotTell, op, "the model was signed with a certificate; give the root to trust (--certificate-chain), obtained elsewhere than the model")
		}
		return b.VerifyCertificate(t.Roots, o)
	}
	return sigstore(b, t)
}

// words is an error without the package's name in front.
func words(err error) string { return strings.TrimPrefix(err.Error(), "oms: ") }

// compare hashes what lies there as it was signed.
func (v *Verification) compare(ctx context.Context, model, signature string, m *oms.Manifest, o VerifyOptions) error {
	s := m.Serialization
	v.serialization = &s
	h := HashOptions{Method: s.Method, HashType: s.HashType, Shard: s.Shard, Symlinks: s.Symlinks, Ignore: append(slices.Clone(s.Ignored), o.Ignore...), Workers: o.Workers}
	if rel, ok := within(model, signature); ok {
		h.Ignore = append(h.Ignore, rel)
	}
	signed := ofOneFile(model, m)
	for _, f := range o.Attestations { // one that lies in the model came after its signature
		if rel, ok := within(model, f); ok && !slices.ContainsFunc(signed, func(r oms.Resource) bool { return r.Name == rel }) {
			h.Ignore = append(h.Ignore, rel)
		}
	}
	for _, r := range signed {
		name := r.Name
		if s.Method == oms.Shards {
			name, _, _ = r.Span()
		}
		if isIgnored(name, ignoring(o.Ignore)) && name != "." {
			v.State, v.Why = Failed, "the signature covers "+name+", which was to be ignored"
			return nil
		}
	}
	if o.Unsigned {
		seen := make(map[string]bool, len(signed))
		for _, r := range signed {
			name := r.Name
			if s.Method == oms.Shards {
				name, _, _ = r.Span()
			}
			if !seen[name] {
				seen[name] = true
				h.Only = append(h.Only, name)
			}
		}
	}
	there, err := Hash(ctx, model, h)
	switch {
	case wardround.ErrorCode(err) == wardround.EInvalid || wardround.ErrorCode(err) == wardround.EIntegrity:
		v.State, v.Why = Failed, err.Error()
		return nil
	case err != nil:
		return err
	}
	v.Files = len(there.Resources)
	v.diff(signed, there.Resources)
	if n := len(v.Changed) + len(v.Added) + len(v.Removed) + len(v.Moved); n > 0 {
		v.State, v.Why = Failed, "what lies there is not what was signed"
	}
	return nil
}

// ofOneFile are the resources as [Hash] names them: of a model that is one file the
// specification (6.1.2) calls it by its name, the reference library ".".
func ofOneFile(model string, m *oms.Manifest) []oms.Resource {
	st, err := os.Stat(model)
	if err != nil || st.IsDir() {
		return m.Resources
	}
	out := slices.Clone(m.Resources)
	for i := range out {
		if rest, ok := strings.CutPrefix(out[i].Name, filepath.Base(model)); ok && (rest == "" || m.Serialization.Method == oms.Shards && rest[0] == ':') {
			out[i].Name = "." + rest
		}
	}
	return out
}

// diff names what differs between what was signed and what lies there.
func (v *Verification) diff(signed, there []oms.Resource) {
	want := make(map[string]string, len(signed))
	for _, r := range signed {
		want[r.Name] = r.Digest
	}
	have := make(map[string]string, len(there))
	for _, r := range there {
		have[r.Name] = r.Digest
	}
	gone := map[string][]string{} // digest → names that are missing
	for _, r := range signed {
		switch d, ok := have[r.Name]; {
		case !ok:
			gone[r.Digest] = append(gone[r.Digest], r.Name)
		case d != r.Digest:
			v.Changed = append(v.Changed, r.Name)
		}
	}
	for _, r := range there {
		if _, ok := want[r.Name]; ok {
			continue
		}
		if from := gone[r.Digest]; len(from) > 0 {
			v.Moved = append(v.Moved, from[0]+" -> "+r.Name)
			gone[r.Digest] = from[1:]
			continue
		}
		v.Added = append(v.Added, r.Name)
	}
	for _, names := range gone {
		v.Removed = append(v.Removed, names...)
	}
	for _, l := range []*[]string{&v.Changed, &v.Added, &v.Removed, &v.Moved} {
		slices.Sort(*l)
		*l = (*l)[:min(len(*l), maxNamed)]
	}
}
