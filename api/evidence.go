package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/ledger"
)

var evidenceRoutes = []Route{
	{Method: GET, Path: "/api/v1/evidence", ID: "get-evidence", Tag: "evidence", Summary: "The ledger: how large, under which root, signed by which keys",
		Needs: account.View, Errors: []int{501}, register: handle((*Server).getLedger)},
	{Method: GET, Path: "/api/v1/evidence/entries", ID: "list-entries", Tag: "evidence", Summary: "Entries of the ledger, newest first",
		Doc:   "What people did is shown with its contents to who may export evidence or read the audit trail; others see that it was done.",
		Needs: account.View, Errors: []int{501}, register: list((*Server).listEntries)},
	{Method: GET, Path: "/api/v1/evidence/entries/{index}", ID: "get-entry", Tag: "evidence", Summary: "One entry, with the bytes and the salt that its leaf is computed of",
		Needs: account.View, Errors: []int{404, 501}, register: handle((*Server).getEntry)},
	{Method: GET, Path: "/api/v1/evidence/entries/{index}/proof", ID: "get-proof", Tag: "evidence", Summary: "That the entry is in the ledger, step by step",
		Doc:   "Each step's node is SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1.1; the first is SHA-256(0x00 ‖ leaf). Compute them yourself.",
		Needs: account.View, Errors: []int{404, 501}, register: handle((*Server).getProof)},
	bundleExport, bundleVerify,
}

// Ledger is the state of the evidence.
type Ledger struct {
	Size       int64            `json:"size"`
	Root       string           `json:"root" doc:"Hex."`
	Keys       []LedgerKey      `json:"keys"`
	Checkpoint *SignedHead      `json:"checkpoint,omitempty" doc:"The newest: keep it elsewhere."`
	Growth     []Growth         `json:"growth" doc:"How many entries there were at the end of each day, oldest first."`
	ByKind     map[string]int64 `json:"by_kind"`
}

// LedgerKey verifies what the ledger signs.
type LedgerKey struct {
	Name        string `json:"name"`
	Verifier    string `json:"verifier"`
	Fingerprint string `json:"fingerprint"`
}

// SignedHead is a checkpoint.
type SignedHead struct {
	At     time.Time `json:"at"`
	Size   int64     `json:"size"`
	Root   string    `json:"root"`
	Signed string    `json:"signed"`
}

// Growth is the ledger's size at the end of a day (UTC, site time).
type Growth struct {
	Day  string `json:"day"`
	Size int64  `json:"size"`
}

// Entry is one entry of the ledger. The leaf is SHA-256(salt ‖ canonical).
type Entry struct {
	Index     uint64          `json:"index"`
	Kind      string          `json:"kind"`
	Reason    string          `json:"reason"`
	At        time.Time       `json:"at"`
	Seq       uint64          `json:"seq"`
	Leaf      string          `json:"leaf" doc:"Hex."`
	Payload   json.RawMessage `json:"payload,omitempty"`
	Canonical string          `json:"canonical,omitempty" doc:"The entry as RFC 8785 writes it."`
	Salt      string          `json:"salt,omitempty" doc:"Hex."`
	Erased    bool            `json:"erased"`
}

// Proof shows that an entry is in the ledger.
type Proof struct {
	Index      int64       `json:"index"`
	Size       int64       `json:"size"`
	Leaf       string      `json:"leaf"`
	Steps      []ProofStep `json:"steps"`
	Root       string      `json:"root"`
	Checkpoint string      `json:"checkpoint,omitempty" doc:"The signed note of a tree of this size; absent if none was made yet."`
}

// ProofStep is one node on the way to the root.
type ProofStep struct {
	Side string `json:"side" enum:"left,right" doc:"Where the sibling stands."`
	Hash string `json:"hash" doc:"The sibling."`
	Node string `json:"node"`
}

// entryIndex is what is counted of the ledger: the kind of each entry, one byte
// each, and where each day ends. It is read once and then follows the ledger.
type entryIndex struct {
	mu    sync.Mutex
	kinds []byte
	names []string
	days  []Growth
}

// follow reads what was added to the ledger since the last time.
func (x *entryIndex) follow(ctx context.Context, st ledger.Store, sc wardround.Scope) error {
	size, _, err := st.Head(ctx, sc)
	if err != nil || int64(len(x.kinds)) >= size {
		return err
	}
	if k, ok := st.(kindReader); ok {
		return k.Kinds(ctx, sc, uint64(len(x.kinds)), func(kind string, at time.Time) error {
			x.add(kind, at)
			return ctx.Err()
		})
	}
	for e, err := range st.Evidence(ctx, sc, uint64(len(x.kinds)), uint64(size)) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		x.add(e.Kind, e.At)
	}
	return nil
}

// kindReader is a ledger that tells what is counted without reading all the rest.
type kindReader interface {
	Kinds(ctx context.Context, s wardround.Scope, from uint64, fn func(kind string, at time.Time) error) error
}

func (x *entryIndex) add(kind string, at time.Time) {
	x.kinds = append(x.kinds, x.number(kind))
	day := at.UTC().Format(time.DateOnly)
	switch n := len(x.days); {
	case n == 0 || x.days[n-1].Day < day:
		x.days = append(x.days, Growth{day, int64(len(x.kinds))})
	default: // what is dated back counts for the day on which it came
		x.days[n-1].Size = int64(len(x.kinds))
	}
}

// number is the byte a kind is kept as.
func (x *entryIndex) number(kind string) byte {
	for i, n := range x.names {
		if n == kind {
			return byte(i)
		}
	}
	if len(x.names) == 255 {
		return 254
	}
	x.names = append(x.names, kind)
	return byte(len(x.names) - 1)
}

// count is how many of the entries [first, end) are of a kind, "" for any.
func (x *entryIndex) count(kind string, first, end uint64) (n int) {
	end = min(end, uint64(len(x.kinds)))
	if first >= end {
		return 0
	}
	if kind == "" {
		return int(end - first)
	}
	for i, name := range x.names {
		if name == kind {
			for _, k := range x.kinds[first:end] {
				if k == byte(i) {
					n++
				}
			}
		}
	}
	return n
}

// before finds the newest entries of a kind, at most limit, in [first, end), newest
// first.
func (x *entryIndex) before(kind string, first, end uint64, limit int) (out []uint64) {
	for i := min(end, uint64(len(x.kinds))); i > first && len(out) < limit; i-- {
		if kind == "" || x.names[x.kinds[i-1]] == kind {
			out = append(out, i-1)
		}
	}
	return out
}

// entriesOf returns the index, up to date. The caller unlocks it.
func (s *Server) entriesOf(ctx context.Context) (*entryIndex, error) {
	if s.opt.Store == nil {
		return nil, missing("the ledger")
	}
	s.entries.mu.Lock()
	if err := s.entries.follow(ctx, s.opt.Store, s.opt.Scope); err != nil {
		s.entries.mu.Unlock()
		return nil, err
	}
	return &s.entries, nil
}

type ledgerOutput struct{ Body *Ledger }

// maxGrowth is how many days of growth are told.
const maxGrowth = 400

func (s *Server) getLedger(ctx context.Context, _ *struct{}) (*ledgerOutput, error) {
	x, err := s.entriesOf(ctx)
	if err != nil {
		return nil, err
	}
	out := &Ledger{Keys: []LedgerKey{}, Growth: append([]Growth{}, x.days[max(0, len(x.days)-maxGrowth):]...), ByKind: map[string]int64{}}
	for _, name := range x.names {
		out.ByKind[name] = int64(x.count(name, 0, uint64(len(x.kinds))))
	}
	x.mu.Unlock()
	size, root, err := s.opt.Store.Head(ctx, s.opt.Scope)
	if err != nil {
		return nil, err
	}
	out.Size, out.Root = size, hex.EncodeToString(root[:])
	for _, k := range s.opt.Keys {
		p := k.Public()
		out.Keys = append(out.Keys, LedgerKey{ledger.KeyName, p.String(), p.Fingerprint()})
	}
	for c, err := range s.opt.Store.Checkpoints(ctx, s.opt.Scope) {
		if err != nil {
			return nil, err
		}
		out.Checkpoint = &SignedHead{c.At.UTC(), c.Size, hex.EncodeToString(c.Root[:]), string(c.Signed)}
	}
	return &ledgerOutput{out}, nil
}

type entriesInput struct {
	ListQuery
	Kind string    `query:"kind" maxLength:"40" doc:"verdict, action, gap, content, erased, key."`
	From time.Time `query:"from" doc:"Site time, included."`
	To   time.Time `query:"to" doc:"Site time, not included."`
}

func (s *Server) listEntries(ctx context.Context, in *entriesInput) (RowsFunc[Entry], error) {
	if s.opt.Store == nil {
		return nil, missing("the ledger")
	}
	if _, err := in.sorted("-index", "-index"); err != nil {
		return nil, err
	}
	eyes := s.eyes(ctx)
	return func(ctx context.Context, cursor string, limit int) (Rows[Entry], error) {
		position, at := s.position()
		out := Rows[Entry]{Items: []Entry{}, Position: position, At: at}
		first, end, err := s.opt.Store.Period(ctx, s.opt.Scope, in.From, in.To)
		if err != nil {
			return out, err
		}
		x, err := s.entriesOf(ctx)
		if err != nil {
			return out, err
		}
		out.Total = x.count(in.Kind, first, end)
		below := end
		if cursor != "" {
			n, err := strconv.ParseUint(cursor, 10, 64)
			if err != nil {
				x.mu.Unlock()
				return out, wardround.Errorf(wardround.EInvalid, "api.cursor", "the cursor is none of this list")
			}
			below = min(below, n)
		}
		wanted := x.before(in.Kind, first, below, limit+1)
		x.mu.Unlock()
		if len(wanted) > limit {
			wanted = wanted[:limit]
			out.Next = strconv.FormatUint(wanted[limit-1], 10)
		}
		for _, i := range wanted {
			e, err := s.entry(ctx, i)
			if err != nil {
				return out, err
			}
			if row, ok := eyes.entry(e); ok {
				row.Canonical, row.Salt = "", "" // one entry by itself has them
				out.Items = append(out.Items, row)
			} else {
				out.Total-- // of this page; what others hide is not counted
			}
		}
		return out, nil
	}, nil
}

// entry reads one entry of the ledger. Errors: ENotFound.
func (s *Server) entry(ctx context.Context, index uint64) (*wardround.Evidence, error) {
	if index < 1<<62 {
		for e, err := range s.opt.Store.Evidence(ctx, s.opt.Scope, index, index+1) {
			return e, err
		}
	}
	return nil, wardround.Errorf(wardround.ENotFound, "api.evidence", "there is no entry %d", index)
}

// eyes are what the caller may read of the ledger.
type eyes struct {
	board *board.Board
	see   board.Visible
	acts  bool // what people did, in their words
}

func (s *Server) eyes(ctx context.Context) eyes {
	p, site := principal(ctx), string(s.opt.Scope.Site)
	return eyes{s.opt.Board, s.sight(ctx, account.View), p.MayAt(account.Evidence, site) || p.MayAt(account.Audit, site)}
}

// entry is an entry as the caller may read it; false if it may not be seen at all.
func (y eyes) entry(e *wardround.Evidence) (Entry, bool) {
	out := Entry{Index: e.Index, Kind: e.Kind, Reason: e.Reason, At: e.At.UTC(), Seq: e.Seq, Leaf: hex.EncodeToString(e.Leaf), Erased: ledger.Erased(e)}
	if !y.see.All() && !y.sees(e) {
		return out, false
	}
	if out.Erased || e.Kind != ledger.KindVerdict && !y.acts {
		if e.Kind == ledger.KindErased {
			out.Reason = "" // in the words of who erased it
		}
		return out, true
	}
	out.Payload, out.Canonical, out.Salt = e.Payload, string(ledger.Entry(e)), hex.EncodeToString(e.Salt)
	return out, true
}

// sees reports whether an entry is of the caller's product lines.
func (y eyes) sees(e *wardround.Evidence) bool {
	var v struct {
		Subject wardround.Subject `json:"subject"`
	}
	if e.Kind != ledger.KindVerdict || y.board == nil || json.Unmarshal(e.Payload, &v) != nil {
		return false
	}
	switch v.Subject.Kind {
	case wardround.SubjectAsset:
		return y.board.Asset(y.see, wardround.AssetID(v.Subject.ID)) != nil
	case wardround.SubjectLink:
		return y.board.Link(y.see, wardround.LinkID(v.Subject.ID)) != nil
	}
	return false
}

type entryInput struct {
	Index uint64 `path:"index"`
}

type entryOutput struct{ Body *Entry }

func (s *Server) getEntry(ctx context.Context, in *entryInput) (*entryOutput, error) {
	row, err := s.readable(ctx, in.Index)
	if err != nil {
		return nil, err
	}
	return &entryOutput{row}, nil
}

// readable returns an entry as the caller may read it. Errors: ENotFound.
func (s *Server) readable(ctx context.Context, index uint64) (*Entry, error) {
	if s.opt.Store == nil {
		return nil, missing("the ledger")
	}
	e, err := s.entry(ctx, index)
	if err != nil {
		return nil, err
	}
	row, ok := s.eyes(ctx).entry(e)
	if !ok {
		return nil, wardround.Errorf(wardround.ENotFound, "api.evidence", "there is no entry %d that you may see", index)
	}
	return &row, nil
}

type proofOutput struct{ Body *Proof }

func (s *Server) getProof(ctx context.Context, in *entryInput) (*proofOutput, error) {
	if _, err := s.readable(ctx, in.Index); err != nil {
		return nil, err
	}
	p, err := ledger.Prove(ctx, s.opt.Store, s.opt.Scope, in.Index)
	if err != nil {
		return nil, err
	}
	out := &Proof{Index: p.Index, Size: p.Size, Leaf: hex.EncodeToString(p.Leaf), Root: hex.EncodeToString(p.Root[:]), Steps: []ProofStep{}}
	for _, x := range p.Steps {
		side := "right"
		if x.Left {
			side = "left"
		}
		out.Steps = append(out.Steps, ProofStep{side, hex.EncodeToString(x.Hash[:]), hex.EncodeToString(x.Node[:])})
	}
	if p.Checkpoint != nil {
		out.Checkpoint = string(p.Checkpoint.Signed)
	}
	return &proofOutput{out}, nil
}
