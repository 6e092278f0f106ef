package datadir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
	"github.com/wardround/wardround/ledger"
)

// LedgerKeys returns the keys that sign checkpoints, the one in use first, and
// makes the first one. Rotation: put a new key's line above the old one.
func (d *Dir) LedgerKeys() ([]*ledger.Key, error) {
	file := filepath.Join(d.Keys(), "ledger")
	keys, err := ledger.LoadKeys(file)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		k, err := ledger.NewKey(file, nil)
		if err != nil {
			return nil, err
		}
		return []*ledger.Key{k}, nil
	}
	return keys, err
}

// PseudonymKey returns the epoch and key under which personal values become
// pseudonyms, and makes the first one. The file has one line an epoch, the newest
// first: the epoch's name, a space, 64 hex digits. Removing an older line severs
// re-identification of that epoch; a new epoch begins with a new first line.
func (d *Dir) PseudonymKey(now time.Time) (epoch string, key []byte, err error) {
	const op = "datadir.keys"
	file := filepath.Join(d.Keys(), "pseudonym")
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, 32)
		rand.Read(key) // never fails: crypto/rand
		epoch = now.UTC().Format("20060102")
		if err := durable.Replace(d.Keys(), "pseudonym", []byte(epoch+" "+hex.EncodeToString(key)+"\n")); err != nil {
			return "", nil, durable.Error(op, file, err)
		}
		return epoch, key, nil
	}
	if err != nil {
		return "", nil, durable.Error(op, file, err)
	}
	if err := durable.Private(file); err != nil {
		return "", nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	epoch, digits, ok := strings.Cut(strings.TrimSpace(line), " ")
	key, err = hex.DecodeString(digits)
	if !ok || err != nil || len(key) != 32 || epoch == "" {
		return "", nil, wardround.Errorf(wardround.EInvalid, op, "%s: the first line is not an epoch and 64 hex digits", file)
	}
	return epoch, key, nil
}
