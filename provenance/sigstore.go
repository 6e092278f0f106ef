package provenance

import (
	"bytes"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oms"
)

// sigstore verifies a keyless signature without a network: the certificate's chain
// and its certificate-transparency stamp, the entry in the transparency log, the
// time when it was made, and that the certificate names the identity that was asked
// for. Everything that is trusted comes from the given trusted_root.json.
func sigstore(b *oms.Bundle, t Trust) (*oms.Result, error) {
	const op = "model verify"
	raw, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	payload, signer, err := keyless(raw, t)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(payload, b.Envelope.Payload) {
		return nil, wardround.Errorf(wardround.EIntegrity, op, "two readers of the bundle find two payloads")
	}
	m, err := oms.ReadManifest(payload)
	if err != nil {
		return nil, wardround.Wrap(wardround.EIntegrity, op, err)
	}
	r := &oms.Result{Manifest: m, Method: oms.BySigstore, Weak: m.Legacy, Signer: signer}
	if m.Legacy {
		if r.Legacy = "a statement of before 1.0, which does not say how the model was serialised"; !t.Legacy {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "%v: %s", oms.ErrLegacy, r.Legacy)
		}
	}
	return r, nil
}

// keyless verifies a Sigstore bundle and returns what was signed, and by whom.
func keyless(raw []byte, t Trust) (signed []byte, signer string, err error) {
	const op = "model verify"
	if len(t.SigstoreRoot) == 0 {
		return nil, "", wardround.Errorf(wardround.ECannotTell, op, "the signature is a keyless one of Sigstore; give its trusted root (--sigstore-root trusted_root.json), obtained elsewhere than the model")
	}
	if t.Identity == "" || t.Issuer == "" {
		return nil, "", wardround.Errorf(wardround.ECannotTell, op, "the signature is a keyless one of Sigstore; say who must have signed (--identity and --issuer): anybody can get such a signature for themselves")
	}
	material, err := root.NewTrustedRootFromJSON(t.SigstoreRoot)
	if err != nil {
		return nil, "", wardround.Errorf(wardround.EInvalid, op, "the trusted root cannot be read: %v", err)
	}
	var x bundle.Bundle
	if err := x.UnmarshalJSON(raw); err != nil {
		return nil, "", wardround.Errorf(wardround.EIntegrity, op, "the bundle cannot be read: %v", err)
	}
	v, err := verify.NewVerifier(material, verify.WithSignedCertificateTimestamps(1), verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	if err != nil {
		return nil, "", wardround.Wrap(wardround.EInternal, op, err)
	}
	who, err := verify.NewShortCertificateIdentity(t.Issuer, "", t.Identity, "")
	if err != nil {
		return nil, "", wardround.Wrap(wardround.EInvalid, op, err)
	}
	// The subject is a digest over the listed digests, no file's: the files are compared afterwards.
	res, err := v.Verify(&x, verify.NewPolicy(verify.WithoutArtifactUnsafe(), verify.WithCertificateIdentity(who)))
	if err != nil {
		return nil, "", wardround.Errorf(wardround.EIntegrity, op, "the keyless signature does not hold: %v", err)
	}
	env, err := x.Envelope()
	if err != nil {
		return nil, "", wardround.Wrap(wardround.EIntegrity, op, err)
	}
	payload, err := env.RawEnvelope().DecodeB64Payload()
	if err != nil {
		return nil, "", wardround.Wrap(wardround.EIntegrity, op, err)
	}
	signer = t.Identity + " by " + t.Issuer
	if res.Signature != nil && res.Signature.Certificate != nil {
		signer = res.Signature.Certificate.SubjectAlternativeName + " by " + res.Signature.Certificate.Issuer
	}
	return payload, signer, nil
}
