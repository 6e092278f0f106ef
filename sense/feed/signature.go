package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ProtonMail/gopenpgp/v3/crypto"
)

// maxSignature is the largest detached signature that is read.
const maxSignature = 1 << 20

// readKey reads a public OpenPGP key, armoured or binary.
func readKey(b []byte) (*crypto.Key, error) {
	if bytes.Contains(b, []byte("-----BEGIN PGP PUBLIC KEY BLOCK-----")) {
		return crypto.NewKeyFromArmored(string(b))
	}
	k, err := crypto.NewKey(b)
	if err == nil && k.IsPrivate() {
		return nil, errors.New("it is a private key; give the public one")
	}
	return k, err
}

// verify checks a detached signature (OpenPGP, RFC 9580) and returns the fingerprint
// of the key that made it.
func (x *pulling) verify(doc, signature []byte) (string, error) {
	ring, err := crypto.NewKeyRing(nil)
	if err != nil {
		return "", err
	}
	for _, b := range x.s.Keys {
		k, err := readKey(b)
		if err != nil {
			return "", err
		}
		if err := ring.AddKey(k); err != nil {
			return "", err
		}
	}
	// At our own time: a key that has expired since is what a signer should renew.
	h, err := crypto.PGP().Verify().VerificationKeys(ring).VerifyTime(x.opt.Now().Unix()).New()
	if err != nil {
		return "", err
	}
	res, err := h.VerifyDetached(doc, signature, crypto.Auto)
	if err != nil {
		return "", fmt.Errorf("its signature cannot be read: %w", err)
	}
	if err := res.SignatureError(); err != nil {
		return "", fmt.Errorf("its signature is wrong: %w", err)
	}
	return fmt.Sprintf("%x", res.SignedByFingerprint()), nil
}

// signedFile checks the signature beside a file; without keys nothing is asked for.
func (x *pulling) signedFile(ctx context.Context, addr, name string) (string, error) {
	if len(x.s.Keys) == 0 {
		return "", nil
	}
	sig, err := x.signature(ctx, addr+".asc")
	if err != nil {
		return "", err
	}
	doc, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	return x.verify(doc, sig)
}

func (x *pulling) signature(ctx context.Context, addr string) ([]byte, error) {
	var b memory
	if _, err := x.get(ctx, x.s, addr, Mark{}, maxSignature, &b); err != nil {
		return nil, fmt.Errorf("its signature %s: %w", addr, err)
	}
	return b.Bytes(), nil
}
