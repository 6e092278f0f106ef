package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

var lower32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// draw returns n random bytes.
func (s *Service) draw(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.opt.Random, b); err != nil {
		panic("account: no randomness: " + err.Error())
	}
	return b
}

// secret returns 256 random bits in base64url, for a cookie or a link.
func (s *Service) secret() string { return base64.RawURLEncoding.EncodeToString(s.draw(32)) }

// id returns an id of 80 random bits: unique, no secret.
func (s *Service) id(prefix string) string {
	return prefix + "-" + strings.ToLower(lower32.EncodeToString(s.draw(10)))
}

// digest is what is kept of a secret of 256 random bits: nothing slower is needed,
// because nobody guesses one.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// validSecret reports whether s has the form of [Service.secret], before anything
// is asked of the store.
func validSecret(s string) bool {
	if len(s) != 43 { // the decoder passes over line ends
		return false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == 32
}

// sealer encrypts what must be had again, with AES-256-GCM. What it belongs to is
// authenticated too, so that one account's secret is none of another's.
type sealer struct {
	aead   cipher.AEAD
	random io.Reader
}

func newSealer(key [32]byte, random io.Reader) (*sealer, error) {
	if key == ([32]byte{}) {
		if _, err := io.ReadFull(random, key[:]); err != nil {
			return nil, wardround.Errorf(wardround.EInternal, "account.new", "no randomness: %w", err)
		}
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead, random}, err
}

func (s *sealer) seal(plain []byte, of string) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, plain, []byte(of)), nil
}

func (s *sealer) open(sealed []byte, of string) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, wardround.Errorf(wardround.EIntegrity, "account.open", "what is sealed is too short")
	}
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(of))
	if err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "account.open", "a secret cannot be opened: it was sealed with another key than that of this data directory; restore keys/accounts, or set it up anew")
	}
	return plain, nil
}

// LoadKey reads the key in file, 64 hex digits, and makes one, readable by its owner
// only, if the file is not there. It lies outside the database, so that a copy of
// the database alone opens nothing. Errors: EForbidden (others may read it),
// EIntegrity (not a key).
func LoadKey(file string) (key [32]byte, err error) {
	const op = "account.key"
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(op, file)
	}
	if err != nil {
		return key, fileError(op, file, err)
	}
	if st, err := os.Stat(file); err == nil && runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		return key, wardround.Errorf(wardround.EForbidden, op, "%s may be read by others (mode %04o); make it 0600", file, st.Mode().Perm())
	}
	text := strings.TrimSpace(string(b))
	if n, err := hex.Decode(key[:], []byte(text)); len(text) != 64 || err != nil || n != 32 {
		return [32]byte{}, wardround.Errorf(wardround.EIntegrity, op, "%s is no key: it should hold 64 hex digits; restore it from a backup", file)
	}
	return key, nil
}

func makeKey(op, file string) (key [32]byte, err error) {
	if _, err := io.ReadFull(randomReader, key[:]); err != nil {
		return key, wardround.Errorf(wardround.EInternal, op, "no randomness: %w", err)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return [32]byte{}, fileError(op, file, err)
	}
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return [32]byte{}, fileError(op, file, errors.Join(err, os.Remove(file)))
	}
	// The name must be durable too, before anything is sealed with the key. Windows
	// keeps names with the file.
	if d, err := os.Open(filepath.Dir(file)); err == nil && runtime.GOOS != "windows" {
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return [32]byte{}, fileError(op, file, err)
		}
	}
	return key, nil
}

func fileError(op, file string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return wardround.Errorf(wardround.EForbidden, op, "%s cannot be read or made; check its owner and mode: %w", file, err)
	}
	return wardround.Errorf(wardround.EInternal, op, "%s: %w", file, err)
}

func ptr(t time.Time) *time.Time { return &t }
