package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

// Store is where ledgers are kept; package sqlite has one.
type Store interface {
	// Head returns how many leaves a ledger has and their root.
	Head(ctx context.Context, s wardround.Scope) (size int64, root tlog.Hash, err error)
	// Hashes reads the hashes of its tree.
	Hashes(ctx context.Context, s wardround.Scope) (tlog.HashReader, error)
	// Period returns the indexes [first, end) from the first entry at or after from
	// to the last one before to; zero times are open ends.
	Period(ctx context.Context, s wardround.Scope, from, to time.Time) (first, end uint64, err error)
	Evidence(ctx context.Context, s wardround.Scope, from, to uint64) iter.Seq2[*wardround.Evidence, error]
	// Checkpoints yields the signed checkpoints, oldest first.
	Checkpoints(ctx context.Context, s wardround.Scope) iter.Seq2[*Checkpoint, error]
	// SaveCheckpoint keeps c; one of the same size is replaced.
	SaveCheckpoint(ctx context.Context, s wardround.Scope, c *Checkpoint) error
	// Origin returns the origin of the facts kept.
	Origin() wardround.Origin
}

// Checkpoint is the head of a ledger at one time, signed. Kept elsewhere it is what
// a later bundle is held against.
type Checkpoint struct {
	Ledger string           // "wardround/ORG/SITE"
	Size   int64            // leaves
	Root   tlog.Hash        // RFC 6962 §2.1
	At     time.Time        // when it was made
	Facts  wardround.Origin // live, replay or simulated
	Signed []byte           // as a signed note
}

// Name returns the name of a scope's ledger.
func Name(s wardround.Scope) string {
	return "wardround/" + url.PathEscape(string(s.Org)) + "/" + url.PathEscape(string(s.Site))
}

// text is a checkpoint's body as C2SP tlog-checkpoint has it: origin, size, root,
// and lines of our own.
func (c *Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nat %s\nfacts %s\n", c.Ledger, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.At.UTC().Format(time.RFC3339), c.Facts)
}

// ParseCheckpoint reads a signed checkpoint without verifying its signatures.
// Errors: EInvalid.
func ParseCheckpoint(signed []byte) (*Checkpoint, error) {
	const op = "ledger.checkpoint"
	if len(signed) > 1<<20 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%d bytes are no checkpoint", len(signed))
	}
	_, err := note.Open(signed, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "this is no signed checkpoint: %w", err)
	}
	c, err := parseCheckpointText(unverified.Note.Text)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "this is no checkpoint of a ledger: %w", err)
	}
	c.Signed = signed
	return c, nil
}

func parseCheckpointText(text string) (*Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 6 || lines[5] != "" {
		return nil, fmt.Errorf("it has %d lines, not 5", len(lines)-1)
	}
	c := &Checkpoint{Ledger: lines[0]}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || c.Size > 1<<40 || lines[1] != strconv.FormatInt(c.Size, 10) {
		return nil, fmt.Errorf("its size is %.30q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return nil, errors.New("its root is no hash")
	}
	copy(c.Root[:], root)
	at, ok := strings.CutPrefix(lines[3], "at ")
	if c.At, err = time.Parse(time.RFC3339, at); !ok || err != nil {
		return nil, errors.New("its time does not parse")
	}
	facts, ok := strings.CutPrefix(lines[4], "facts ")
	if c.Facts = wardround.Origin(facts); !ok || c.text() != text {
		return nil, errors.New("it is not written as we write it")
	}
	return c, nil
}

// MakeCheckpoint signs the ledger's head as of now, keeps it in the store and
// returns it. It refuses (EIntegrity) to sign a head that does not continue the
// newest checkpoint.
func MakeCheckpoint(ctx context.Context, st Store, s wardround.Scope, keys []*Key, now time.Time) (*Checkpoint, error) {
	const op = "ledger.checkpoint"
	if len(keys) == 0 {
		return nil, wardround.Errorf(wardround.EInvalid, op, "no key to sign with")
	}
	size, root, err := st.Head(ctx, s)
	if err != nil {
		return nil, err
	}
	hashes, err := st.Hashes(ctx, s)
	if err != nil {
		return nil, err
	}
	var last *Checkpoint
	for c, err := range st.Checkpoints(ctx, s) {
		if err != nil {
			return nil, err
		}
		last = c
	}
	if last != nil {
		if err := continues(last, size, hashes); err != nil {
			return nil, err
		}
	}
	c := &Checkpoint{Ledger: Name(s), Size: size, Root: root, At: now.UTC().Truncate(time.Second), Facts: st.Origin()}
	if c.Signed, err = sign(c.text(), keys); err != nil {
		return nil, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	return c, st.SaveCheckpoint(ctx, s, c)
}

// continues returns EIntegrity unless the tree that hashes reads, of size leaves,
// begins with what c signed.
func continues(c *Checkpoint, size int64, hashes tlog.HashReader) error {
	const op = "ledger.checkpoint"
	if size < c.Size {
		return wardround.Errorf(wardround.EIntegrity, op, "the ledger was rolled back: it has %d entries, but had %d when its checkpoint of %s was made", size, c.Size, c.At.Format(time.RFC3339))
	}
	root, err := tlog.TreeHash(c.Size, hashes)
	if err != nil {
		return err
	}
	if root != c.Root {
		return wardround.Errorf(wardround.EIntegrity, op, "the ledger was rewritten: its first %d entries are not those of its checkpoint of %s", c.Size, c.At.Format(time.RFC3339))
	}
	return nil
}

// Continues returns EIntegrity unless the ledger still begins with what the
// checkpoint signed, which was kept outside the database: a database that was
// rolled back or rewritten is found this way.
func Continues(ctx context.Context, st Store, s wardround.Scope, c *Checkpoint) error {
	size, _, err := st.Head(ctx, s)
	if err != nil {
		return err
	}
	hashes, err := st.Hashes(ctx, s)
	if err != nil {
		return err
	}
	return continues(c, size, hashes)
}
