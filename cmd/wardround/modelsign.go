package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oms"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/provenance"
)

// modelHashFlags say how a model becomes digests.
type modelHashFlags struct {
	Hash     string   `enum:"sha256,blake2b,blake3" default:"sha256" help:"Hash: sha256, blake2b or blake3."`
	Shards   bool     `help:"Hash shards of files instead of whole files: large files are then read by all processors at once."`
	Shard    int64    `placeholder:"BYTES" help:"Size of a shard, bytes; 1,000,000,000 if not said."`
	Symlinks bool     `name:"allow-symlinks" help:"Follow links: what they lead to is signed as if it lay there."`
	Ignore   []string `placeholder:"PATH" help:"A file or folder of the model to leave out. Can be given again. What belongs to git is left out anyway."`
}

func (f modelHashFlags) options(model string) (provenance.HashOptions, error) {
	ignore, err := provenance.LeaveOut(model, f.Ignore)
	o := provenance.HashOptions{HashType: f.Hash, Shard: f.Shard, Symlinks: f.Symlinks, Ignore: ignore}
	if f.Shards || f.Shard > 0 {
		o.Method = oms.Shards
	}
	return o, err
}

type modelSignCmd struct {
	Model string   `arg:"" help:"The model: a folder, or one file."`
	Key   string   `required:"" placeholder:"FILE" help:"Private key, PEM: P-256, P-384 or P-521."`
	Chain []string `name:"certificate-chain" placeholder:"FILE" help:"The key's certificate, then those between it and the root, PEM. Can be given again."`
	Out   string   `short:"o" placeholder:"FILE" help:"Where the signature goes; MODEL/model.sig for a folder, MODEL.sig for a file."`
	modelHashFlags
}

func (c *modelSignCmd) Help() string {
	return "The signature has the form of OpenSSF Model Signing 1.0, which other tools verify, too: a list of all files with their digests, signed as one.\n\n" +
		"It says who stands behind these bytes; whether loading them is safe is what model scan says."
}

func (c *modelSignCmd) Run(a *app) error {
	const op = "model sign"
	raw, err := os.ReadFile(c.Key)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	key, err := provenance.ReadPrivateKey(raw)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, op, "%s: %s", c.Key, wording(err))
	}
	chain, err := readCertificates(c.Chain)
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		if out, err = signatureOf(c.Model); err != nil {
			return err
		}
	}
	o, err := c.options(c.Model)
	if err != nil {
		return err
	}
	b, m, err := provenance.Sign(a.ctx, c.Model, provenance.SignOptions{HashOptions: o, Key: key, Chain: chain, Signature: out})
	if err != nil {
		return err
	}
	signed, err := b.Bytes()
	if err != nil {
		return err
	}
	if err := beside(out, func(f *os.File) error { _, err := f.Write(signed); return err }); err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("signature", map[string]any{"model": m.Name, "digest": m.Root, "files": len(m.Resources), "hash": m.Serialization.HashType, "method": m.Serialization.Method, "signature": out})
	}
	what := "files"
	if m.Serialization.Method == oms.Shards {
		what = "shards"
	}
	if len(m.Resources) == 1 {
		what = strings.TrimSuffix(what, "s")
	}
	_, err = fmt.Fprintf(a.stdout, "%s: %d %s, sha256:%s\nsigned into %s\n", printable(m.Name), len(m.Resources), what, m.Root, printable(out))
	return err
}

// signatureOf is where a model's signature lies if nobody says otherwise.
func signatureOf(model string) (string, error) {
	st, err := os.Stat(model)
	if err != nil {
		return "", wardround.Wrap(wardround.ENotFound, "model", err)
	}
	if st.IsDir() {
		return filepath.Join(model, "model.sig"), nil
	}
	return model + ".sig", nil
}

func readCertificates(files []string) (out []*x509.Certificate, err error) {
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, wardround.Wrap(wardround.EInvalid, "certificates", err)
		}
		cs, err := provenance.ReadCertificates(raw)
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, "certificates", "%s: %s", name, wording(err))
		}
		out = append(out, cs...)
	}
	return out, nil
}

// modelTrustFlags name what a verifier trusts.
type modelTrustFlags struct {
	Key      string   `placeholder:"FILE" help:"The signer's public key, PEM."`
	Chain    []string `name:"certificate-chain" placeholder:"FILE" help:"Root certificates to trust, PEM. Can be given again."`
	Root     string   `name:"sigstore-root" placeholder:"FILE" help:"Sigstore's trusted_root.json, for keyless signatures; no network is used."`
	Identity string   `help:"Who must have signed a keyless signature: the e-mail address or URI in its certificate."`
	Issuer   string   `help:"Who must have vouched for that identity: the OpenID Connect issuer."`
	Legacy   bool     `help:"Accept the weak forms of libraries before 1.0."`
	Attested []string `name:"attestation" placeholder:"FILE" help:"A signed statement about the model's files, such as SLSA provenance: in-toto in a DSSE envelope, a Sigstore bundle, or one a line. Can be given again."`
	AttKey   string   `name:"attestation-key" placeholder:"FILE" help:"Public key of who makes the statements, PEM: Ed25519, ECDSA or RSA; default: --key."`
	AttBy    string   `name:"attestation-identity" placeholder:"WHO" help:"Who must have made keyless statements; default: --identity."`
	At       string   `name:"signed-at" placeholder:"DATE" help:"When it was signed, if you know that from elsewhere, such as 2026-03-01: a certificate must have been valid then; default: now."`
}

func (f modelTrustFlags) trust(a *app) (t provenance.Trust, err error) {
	const op = "model verify"
	t.Identity, t.Issuer, t.Legacy, t.At = f.Identity, f.Issuer, f.Legacy, a.now()
	if f.At != "" {
		if t.At, err = time.Parse(time.DateOnly, f.At); err != nil {
			return t, wardround.Errorf(wardround.EInvalid, op, "--signed-at %q is no date; write it as 2026-03-01", f.At)
		}
	}
	if f.Key != "" {
		raw, err := os.ReadFile(f.Key)
		if err != nil {
			return t, wardround.Wrap(wardround.EInvalid, op, err)
		}
		if t.Key, err = provenance.ReadPublicKey(raw); err != nil {
			return t, wardround.Errorf(wardround.EInvalid, op, "%s: %s", f.Key, wording(err))
		}
	}
	if t.Roots, err = readCertificates(f.Chain); err != nil {
		return t, err
	}
	if f.Root != "" {
		if t.SigstoreRoot, err = os.ReadFile(f.Root); err != nil {
			return t, wardround.Wrap(wardround.EInvalid, op, err)
		}
	}
	return t, nil
}

// options are what a verification of a model needs.
func (f modelTrustFlags) options(a *app) (o provenance.VerifyOptions, err error) {
	if o.Trust, err = f.trust(a); err != nil {
		return o, err
	}
	o.Attestations, o.Attester.Trust = f.Attested, o.Trust
	if f.AttBy != "" {
		o.Attester.Identity = f.AttBy
	}
	if f.AttKey == "" {
		return o, nil
	}
	raw, err := os.ReadFile(f.AttKey)
	if err != nil {
		return o, wardround.Wrap(wardround.EInvalid, "model verify", err)
	}
	if o.Attester.Key, err = provenance.ReadAttesterKey(raw); err != nil {
		return o, wardround.Errorf(wardround.EInvalid, "model verify", "%s: %s", f.AttKey, wording(err))
	}
	return o, nil
}

type modelVerifyCmd struct {
	Model     string   `arg:"" help:"The model: a folder, or one file."`
	Signature string   `placeholder:"FILE" help:"The signature; MODEL/model.sig for a folder, MODEL.sig for a file."`
	Ignore    []string `placeholder:"PATH" help:"A file or folder of the model to leave out, besides those that the signature names. Can be given again."`
	Unsigned  bool     `name:"ignore-unsigned-files" help:"Tolerate files that the signature does not list."`
	Record    string   `enum:"load,rest,release," default:"" help:"Also tell the data directory, where it is judged from then on: load (a service is about to load it), rest (it lies there) or release."`
	modelNameFlags
	modelTrustFlags
}

func (c *modelVerifyCmd) Help() string {
	return "Compares every file with what was signed, and says what was changed, added, removed or renamed.\n\n" +
		"What is trusted must come from elsewhere than the model: a key that lies beside it proves nothing.\n\n" +
		"Statements of others about the model's files (--attestation) are verified beside it: who says what, of which files. Each that is given must hold; a model without a signature is verified if they cover every file.\n\n" +
		"A service or gateway that runs it with --record load before each load leaves an observation of what it loaded; what it does with the answer is its own matter: nothing is blocked here.\n\n" +
		"Exit 0: verified; with --legacy also in a weak form, which is told. 1: it does not hold, nothing is signed, or the form is a weak one and was not allowed. 4: cannot tell: no key, root or identity was given."
}

func (c *modelVerifyCmd) Run(a *app) error {
	o, err := c.options(a)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.Model); err != nil {
		return wardround.Wrap(wardround.EInvalid, "model verify", err)
	}
	if o.Ignore, err = provenance.LeaveOut(c.Model, c.Ignore); err != nil {
		return err
	}
	o.Unsigned = c.Unsigned
	sig := c.Signature
	if sig == "" {
		if sig, err = signatureOf(c.Model); err != nil {
			return err
		}
	}
	v, err := provenance.Verify(a.ctx, c.Model, sig, o)
	if err != nil {
		return err
	}
	if err := c.record(a, v); err != nil {
		return err
	}
	if a.Format == "json" {
		err = a.object("verification", v)
	} else {
		err = a.verification(c.Model, v)
	}
	switch {
	case err != nil:
		return err
	case v.State == provenance.Unknown:
		return status(exitCannotTell)
	case v.State != provenance.Verified && v.State != provenance.Weak:
		return status(exitFindings)
	}
	return nil
}

// record tells the data directory what was verified.
func (c *modelVerifyCmd) record(a *app, v *provenance.Verification) error {
	if c.Record == "" {
		return nil
	}
	const op = "model verify"
	if c.Product == "" && c.Called == "" {
		return wardround.Errorf(wardround.EInvalid, op, "--record needs the model: --product and --version, or how it is called: --called NAME@SERVICE")
	}
	if err := a.atDirectory(op); err != nil {
		return err
	}
	_, service, _ := strings.Cut(c.Called, "@")
	return a.bring(received{fields: &kind.ModelVerifiedV1{
		Maker: c.Maker, Product: c.Product, Version: c.Version, Model: c.Called, Service: service, File: filepath.Base(c.Model), SHA256: v.Root, When: c.Record,
		Result: string(v.State), Method: string(v.Method), Signer: v.Signer, Legacy: v.Legacy != "", Files: v.Files,
		Changed: len(v.Changed) + len(v.Added) + len(v.Removed) + len(v.Moved), Problem: v.Why,
	}})
}

func (a *app) verification(model string, v *provenance.Verification) error {
	var b strings.Builder
	said := map[provenance.State]string{
		provenance.Verified: "verified", provenance.Weak: "weak: accepted in an old form", provenance.Failed: "FAILED",
		provenance.Unsigned: "unsigned", provenance.Unknown: "cannot tell",
	}[v.State]
	fmt.Fprintf(&b, "%s: %s", printable(model), said)
	if v.Why != "" {
		fmt.Fprintf(&b, ": %s", printable(v.Why))
	}
	b.WriteByte('\n')
	if v.Signer != "" {
		fmt.Fprintf(&b, "  signed by %s (%s)\n", printable(v.Signer), v.Method)
	}
	if v.Legacy != "" {
		fmt.Fprintf(&b, "  %s\n", printable(v.Legacy))
	}
	if v.State == provenance.Verified || v.State == provenance.Weak {
		fmt.Fprintf(&b, "  files compared: %d, sha256:%s\n", v.Files, v.Root)
	}
	for _, l := range []struct {
		what  string
		names []string
	}{{"changed", v.Changed}, {"added", v.Added}, {"removed", v.Removed}, {"renamed", v.Moved}} {
		for _, n := range l.names {
			fmt.Fprintf(&b, "  %-8s %s\n", l.what, printable(n))
		}
	}
	for _, x := range v.Attestations {
		attestation(&b, x)
	}
	_, err := a.stdout.Write([]byte(b.String()))
	return err
}

// attestation says who attests what.
func attestation(b *strings.Builder, x *provenance.Attestation) {
	fmt.Fprintf(b, "  statement %s: %s", printable(filepath.Base(x.File)), map[provenance.State]string{provenance.Verified: "holds", provenance.Unknown: "cannot tell"}[x.State])
	if x.State == provenance.Failed {
		b.WriteString("DOES NOT HOLD")
	}
	if x.Why != "" {
		fmt.Fprintf(b, ": %s", printable(x.Why))
	}
	b.WriteByte('\n')
	if x.Says != "" {
		fmt.Fprintf(b, "    says      %s\n", printable(x.Says))
	}
	if x.Signer != "" {
		fmt.Fprintf(b, "    signed by %s (%s)\n", printable(x.Signer), x.Method)
	}
	for _, l := range []struct {
		what  string
		names []string
	}{{"of", x.Covered}, {"not of", x.Uncovered}, {"differs", x.Differs}} {
		if len(l.names) > 0 {
			more := ""
			if len(l.names) > 10 {
				more = fmt.Sprintf(" and %d more", len(l.names)-10)
			}
			fmt.Fprintf(b, "    %-9s %s%s\n", l.what, printable(strings.Join(l.names[:min(len(l.names), 10)], ", ")), more)
		}
	}
	if len(x.Other) > 0 {
		fmt.Fprintf(b, "    besides   %d subjects that are no file of the model\n", len(x.Other))
	}
}
