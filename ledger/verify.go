package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

// VerifyFile verifies the bundle in a file. Errors: ENotFound, EInvalid (no
// bundle, or trust that does not parse). What is wrong with the evidence is no
// error but the report's.
func VerifyFile(ctx context.Context, file string, t Trust, lim Limits) (*Report, error) {
	const op = "ledger.verify"
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, wardround.Errorf(wardround.ENotFound, op, "there is no %s", file)
	}
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	return Verify(ctx, f, st.Size(), t, lim)
}

// Verify verifies a bundle of size bytes, offline. It needs memory for the problems
// and one tile path, however large the bundle. Errors: as [VerifyFile].
func Verify(ctx context.Context, bundle io.ReaderAt, size int64, t Trust, lim Limits) (*Report, error) {
	trust, err := t.parse()
	if err != nil {
		return nil, err
	}
	arch, err := openArchive(bundle, size, lim)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "ledger.verify", "this is no evidence bundle: %w", err)
	}
	v := &verifier{ctx: ctx, arch: arch, trust: trust, rep: &Report{Trusted: "nothing from outside the bundle", Problems: []Problem{}}}
	if err := v.run(); err != nil {
		return nil, err
	}
	switch {
	case len(v.rep.Problems) > 0:
		v.rep.Outcome = Failed
	case v.vouched:
		v.rep.Outcome = Verified
	default:
		v.rep.Outcome = SelfConsistent
	}
	return v.rep, nil
}

// maxProblems is how many problems a report lists.
const maxProblems = 1000

type verifier struct {
	ctx     context.Context
	arch    *archive
	trust   trust
	rep     *Report
	key     PublicKey // the one signatures are verified with
	head    *Checkpoint
	proven  tlog.HashReader // nil when the tree is of no use
	vouched bool
}

func (v *verifier) problem(p Problem) {
	if len(v.rep.Problems) >= maxProblems {
		v.rep.More++
		return
	}
	v.rep.Problems = append(v.rep.Problems, p)
}

func (v *verifier) fault(kind, format string, args ...any) {
	v.problem(Problem{Kind: kind, Detail: fmt.Sprintf(format, args...)})
}

// run does everything that can be done, in the order of what the rest rests on.
func (v *verifier) run() error {
	if !v.findKey() {
		return nil
	}
	if err := v.files(); err != nil {
		return err
	}
	v.loadManifest()
	if !v.loadHead() {
		return nil
	}
	v.against()
	v.consistency()
	return v.entries()
}

// findKey chooses the key that signatures must be of: the trusted one, else the
// bundle's own.
func (v *verifier) findKey() bool {
	own, err := v.arch.small(fileKey)
	if err != nil && v.trust.key == nil {
		v.fault("malformed", "the public key %s: %v", fileKey, err)
		return false
	}
	if err == nil {
		v.key, err = ParsePublicKey(string(own))
		if err != nil && v.trust.key == nil {
			v.fault("malformed", "%s: %v", fileKey, err)
			return false
		}
		if err == nil {
			v.rep.Signer = v.key.Fingerprint()
		}
	}
	if f := v.trust.fingerprint; f != "" && f != v.rep.Signer && v.trust.key == nil {
		v.fault("re-signed", "the bundle's key has the fingerprint %s, the trusted one is %s", v.rep.Signer, f)
	}
	if v.trust.key != nil {
		v.key = *v.trust.key
	}
	if v.trust.fingerprint != "" {
		v.vouched = true
		v.rep.Trusted = "the key with fingerprint " + v.trust.fingerprint
	}
	return true
}

// open returns the text of a signed note, or names who signed it instead.
func (v *verifier) open(name string, signed []byte) (string, bool) {
	text, err := signedBy(signed, v.key)
	if err == nil {
		return text, true
	}
	text = string(signed)
	if i := strings.LastIndex(text, "\n\n"); i >= 0 {
		text = text[:i+1]
	}
	who := "with another key"
	if v.rep.Signer != "" && v.trust.fingerprint != "" && v.rep.Signer != v.trust.fingerprint {
		who = "with the key " + v.rep.Signer
	}
	if v.trust.fingerprint != "" {
		v.fault("re-signed", "%s is not signed with the trusted key %s but %s, or was altered", name, v.trust.fingerprint, who)
	} else {
		v.fault("altered", "%s does not match its signature", name)
	}
	return text, false
}

// files compares the signed list with what is in the bundle.
func (v *verifier) files() error {
	signed, err := v.arch.small(fileList)
	if err != nil {
		v.fault("malformed", "the signed list of files %s: %v", fileList, err)
		return nil
	}
	text, _ := v.open(fileList, signed)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != listHeader {
		v.fault("malformed", "%s does not begin with %q", fileList, listHeader)
		return nil
	}
	listed := map[string]bool{fileList: true}
	for _, line := range lines[1:] {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		var name, sum string
		var size int64
		if n, err := fmt.Sscanf(line, "%s %64s %d", &name, &sum, &size); n != 3 || err != nil || listed[name] {
			v.fault("malformed", "%s: the line %.200q", fileList, line)
			continue
		}
		listed[name] = true
		if !v.arch.has(name) {
			v.fault("removed", "the file %s is missing", name)
			continue
		}
		h := sha256.New()
		n, err := v.arch.copy(h, name)
		if err != nil {
			v.fault("altered", "the file %s: %v", name, err)
			continue
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != sum || n != size {
			v.fault("altered", "the file %s is not what was signed", name)
		}
	}
	for _, name := range v.arch.names() {
		if !listed[name] {
			v.fault("added", "the file %s is not on the signed list", name)
		}
	}
	return nil
}

func (v *verifier) loadManifest() {
	b, err := v.arch.small(fileManifest)
	if err == nil {
		err = json.Unmarshal(b, &v.rep.Manifest)
	}
	m := &v.rep.Manifest
	switch {
	case err != nil:
		v.fault("malformed", "%s: %v", fileManifest, err)
	case m.Version != 1:
		v.fault("malformed", "%s has version %d; this program knows version 1", fileManifest, m.Version)
	case m.End < m.First || m.End > uint64(max(0, m.Size)) || m.Size > 1<<40:
		v.fault("malformed", "%s speaks of entries %d to %d of %d", fileManifest, m.First, m.End, m.Size)
		m.First, m.End = 0, 0
	}
}

// loadHead reads the checkpoint that everything is proven against.
func (v *verifier) loadHead() bool {
	signed, err := v.arch.small(fileCheckpoint)
	if err != nil {
		v.fault("malformed", "the checkpoint %s: %v", fileCheckpoint, err)
		return false
	}
	text, _ := v.open(fileCheckpoint, signed)
	if v.head, err = parseCheckpointText(text); err != nil {
		v.fault("malformed", "%s: %v", fileCheckpoint, err)
		return false
	}
	v.rep.Checkpoint, v.rep.Root = string(signed), v.head.Root.String()
	if m := v.rep.Manifest; m.Size != v.head.Size || m.Ledger != v.head.Ledger || m.Facts != v.head.Facts {
		v.fault("altered", "%s and %s speak of different ledgers", fileManifest, fileCheckpoint)
	}
	if v.head.Size > 0 {
		v.proven = tlog.TileHashReader(tlog.Tree{N: v.head.Size, Hash: v.head.Root}, &tileReader{arch: v.arch})
		if root, err := tlog.TreeHash(v.head.Size, v.proven); err != nil || root != v.head.Root {
			v.fault("unproven", "the tree in the bundle does not give the checkpoint's root: %v", err)
			v.proven = nil
		}
	}
	return true
}

// against holds the bundle against the trusted checkpoint.
func (v *verifier) against() {
	c := v.trust.checkpoint
	if c == nil {
		return
	}
	when := fmt.Sprintf("the trusted checkpoint of %s, with %d entries", c.At.Format(time.RFC3339), c.Size)
	switch {
	case c.Ledger != v.head.Ledger:
		v.fault("rewritten", "%s is of the ledger %s, the bundle of %s", when, c.Ledger, v.head.Ledger)
		return
	case c.Size > v.head.Size:
		v.fault("rolled back", "the ledger ends with %d entries, before %s", v.head.Size, when)
		return
	}
	root, err := v.rootAt(c.Size)
	switch {
	case errors.Is(err, errNoTile):
		v.fault("unproven", "the bundle does not reach back to %s; ask for one from an earlier time", when)
		return
	case err != nil:
		v.fault("unproven", "whether the bundle continues %s: %v", when, err)
		return
	case root != c.Root:
		v.fault("rewritten", "the ledger does not begin with %s", when)
		return
	}
	if v.trust.fingerprint == "" {
		// The checkpoint vouches for what came before it; for what came after, the
		// key that signed it does.
		if _, err := signedBy(c.Signed, v.key); err != nil {
			v.fault("re-signed", "%s was signed with another key than the bundle, %s", when, v.rep.Signer)
			return
		}
		v.rep.Trusted = when
	} else {
		v.rep.Trusted += " and " + when
	}
	v.vouched = true
}

// rootAt returns the root the ledger had with size entries, from the proven tree.
func (v *verifier) rootAt(size int64) (tlog.Hash, error) {
	if size == v.head.Size {
		return v.head.Root, nil
	}
	if size == 0 {
		return new(Tree).Root(), nil
	}
	if v.proven == nil {
		return tlog.Hash{}, errors.New("the tree is not proven")
	}
	return tlog.TreeHash(size, v.proven)
}

// consistency checks the explicit proof from the checkpoint before the period.
func (v *verifier) consistency() {
	m := v.rep.Manifest
	if m.Previous == 0 && !v.arch.has(filePrevious) {
		return
	}
	signed, err := v.arch.small(filePrevious)
	if err != nil {
		v.fault("removed", "the previous checkpoint %s: %v", filePrevious, err)
		return
	}
	text, _ := v.open(filePrevious, signed)
	prev, err := parseCheckpointText(text)
	if err != nil || prev.Size != m.Previous || prev.Size > int64(m.First) || prev.Ledger != v.head.Ledger {
		v.fault("malformed", "%s is not the checkpoint before the period: %v", filePrevious, err)
		return
	}
	b, err := v.arch.small(fileConsistency)
	var proof consistency
	if err == nil {
		err = json.Unmarshal(b, &proof)
	}
	if err != nil || proof.From != prev.Size || proof.To != v.head.Size {
		v.fault("malformed", "%s is not the proof from %d to %d entries: %v", fileConsistency, prev.Size, v.head.Size, err)
		return
	}
	if prev.Size == 0 {
		return // every tree continues the empty one
	}
	if err := tlog.CheckTree(tlog.TreeProof(proof.Proof), v.head.Size, v.head.Root, prev.Size, prev.Root); err != nil {
		v.fault("rewritten", "the ledger does not continue its checkpoint of %s with %d entries", prev.At.Format(time.RFC3339), prev.Size)
	}
}
