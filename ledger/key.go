package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// KeyName is the name of a ledger's key in signed notes.
const KeyName = "wardround-ledger"

// Key signs checkpoints and bundles: an Ed25519 key in the form of
// golang.org/x/mod/sumdb/note. It is kept in a file of its own, outside the
// database; the public half stands beside it, ending in ".pub", to be handed out.
type Key struct {
	signer note.Signer
	public PublicKey
}

// PublicKey verifies.
type PublicKey struct {
	verifier note.Verifier
	text     string
}

// NewKey makes a key from random (crypto/rand if nil) and writes it to file, with
// mode 0600, and its public half to file.pub. It never overwrites one. Errors:
// EConflict (there is one), EForbidden, EFull.
func NewKey(file string, random io.Reader) (*Key, error) {
	const op = "ledger.key"
	secret, public, err := note.GenerateKey(random, KeyName)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	if _, err := os.Stat(file); err == nil {
		return nil, wardround.Errorf(wardround.EConflict, op, "there already is a key in %s", file)
	}
	dir := filepath.Dir(file)
	if err := durable.Replace(dir, filepath.Base(file)+".pub", []byte(public+"\n")); err != nil {
		return nil, durable.Error(op, dir, err)
	}
	if err := durable.Replace(dir, filepath.Base(file), []byte(secret+"\n")); err != nil {
		return nil, durable.Error(op, dir, err)
	}
	return parseKey(secret)
}

// DrawKey makes a key from random (crypto/rand if nil) that is kept nowhere: for a
// ledger that ends with the process.
func DrawKey(random io.Reader) (*Key, error) {
	secret, _, err := note.GenerateKey(random, KeyName)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInternal, "ledger.key", "%w", err)
	}
	return parseKey(secret)
}

// LoadKeys reads a key file: one key a line, the one in use first. Older ones
// sign as well for as long as they stand there, so that whoever holds an older
// public key can still verify. Errors: ENotFound, EInvalid, EForbidden (others
// may read the file).
func LoadKeys(file string) ([]*Key, error) {
	const op = "ledger.key"
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wardround.Errorf(wardround.ENotFound, op, "there is no key in %s", file)
	}
	if err != nil {
		return nil, durable.Error(op, file, err)
	}
	if err := durable.Private(file); err != nil {
		return nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	var keys []*Key
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		k, err := parseKey(line)
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: line %d is no key", file, len(keys)+1)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s holds no key", file)
	}
	return keys, nil
}

func parseKey(secret string) (*Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	// PRIVATE+KEY+name+hash+base64(algorithm, 32-byte seed); NewSigner has checked it.
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, errors.New("not an Ed25519 key")
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return nil, err
	}
	pub, err := ParsePublicKey(text)
	if err != nil {
		return nil, err
	}
	return &Key{signer: signer, public: pub}, nil
}

// Public returns the half that verifies.
func (k *Key) Public() PublicKey { return k.public }

// ParsePublicKey reads a public key as [PublicKey.String] writes it. Errors:
// EInvalid.
func ParsePublicKey(text string) (PublicKey, error) {
	const op = "ledger.key"
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "PRIVATE+KEY+") {
		return PublicKey{}, wardround.Errorf(wardround.EInvalid, op, "this is the private key, which nobody but the ledger may have; use the file that ends in .pub")
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return PublicKey{}, wardround.Errorf(wardround.EInvalid, op, "this is no public key of a ledger: %w", err)
	}
	return PublicKey{verifier: v, text: text}, nil
}

// String returns the key as one line of text.
func (k PublicKey) String() string { return k.text }

// Fingerprint returns "sha256:" and the hex digits of SHA-256 over the 32 bytes of
// the key: short enough to be read out over the telephone.
func (k PublicKey) Fingerprint() string {
	b, err := base64.StdEncoding.DecodeString(k.text[strings.Index(k.text, "+")+10:]) // name+hash8+
	if err != nil || len(b) != 1+ed25519.PublicKeySize {
		return ""
	}
	sum := sha256.Sum256(b[1:])
	return "sha256:" + hex.EncodeToString(sum[:])
}

// parseFingerprint returns a fingerprint in the form [PublicKey.Fingerprint] gives;
// case, colons, spaces and the prefix do not matter.
func parseFingerprint(s string) (string, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	digits = strings.TrimPrefix(digits, "sha256:")
	digits = strings.NewReplacer(":", "", " ", "", "-", "").Replace(digits)
	if b, err := hex.DecodeString(digits); err != nil || len(b) != sha256.Size {
		return "", wardround.Errorf(wardround.EInvalid, "ledger.key", "%.100q is no fingerprint; want sha256: and 64 hex digits", s)
	}
	return "sha256:" + digits, nil
}

// sign signs text, which ends in a newline, with every key.
func sign(text string, keys []*Key) ([]byte, error) {
	signers := make([]note.Signer, len(keys))
	for i, k := range keys {
		signers[i] = k.signer
	}
	return note.Sign(&note.Note{Text: text}, signers...)
}

// signedBy returns the text of a signed note if key signed it.
func signedBy(signed []byte, key PublicKey) (string, error) {
	n, err := note.Open(signed, note.VerifierList(key.verifier))
	if err != nil {
		return "", err
	}
	return n.Text, nil
}
