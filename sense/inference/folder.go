package inference

import (
	"context"
	"errors"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/sense"
	"github.com/wardround/wardround/stat/sketch"
)

// Bounds of a folder.
const (
	maxOpen   = 256  // windows that are filled at once
	maxInputs = 4096 // whose position is remembered
	maxOutbox = 1024 // facts that nobody took yet
)

// Sink takes what is handed over: the observation, and the content of its blob. It
// returns when both are durable. It may be given the same observation again after a
// crash, with the same sensor, input and position.
type Sink interface {
	Take(ctx context.Context, o *wardround.Observation, blob []byte) error
}

// Options say what a folder is.
type Options struct {
	Sensor     string // names the source in every observation
	Mapping    *Mapping
	Pseudonyms *sense.Pseudonyms // one epoch's key for as long as labels are waited for
	Dir        string            // where state is kept; made if it is not there
	Origin     wardround.Origin
	Sink       Sink
	Now        func() time.Time
	Pending    int           // predictions that wait for labels; default [DefaultPending]
	Commit     time.Duration // how often [Folder.Run] commits; default 2 s
	Reservoir  *Reservoir    // nil: no raw row is kept
	// Reference is what rows are held against to say whether they lie outside; nil: the
	// first window of a version with enough rows.
	Reference *sketch.Window
}

// Counts say what became of records. Nothing is lost without one of them.
type Counts struct {
	Rows          int64            `json:"rows"`           // in windows
	Repeated      int64            `json:"repeated"`       // batches that came before, under the same position
	Refused       map[string]int64 `json:"refused"`        // records in no window, by reason
	Unreadable    int64            `json:"unreadable"`     // lines that are no record
	UnknownFields int64            `json:"unknown_fields"` // values of fields that the mapping does not name: dropped
	UnknownLabels int64            `json:"unknown_labels"` // labels that are neither positive nor negative
	NoColumn      int64            `json:"no_column"`      // values of groups that are too many
	Labels        int64            `json:"labels"`         // that came late and found their prediction
	Forgotten     int64            `json:"forgotten"`      // predictions that waited while there were too many
	RepeatedIDs   int64            `json:"repeated_ids"`   // predictions under an id that waits already
	Busy          int64            `json:"busy"`           // batches turned away under load, to come again
	Withheld      int64            `json:"withheld"`       // columns of texts that look like identifiers
	Windows       int64            `json:"windows"`        // handed over
}

// Folder folds records into windows. It is safe for concurrent use.
type Folder struct {
	opt        Options
	mapping    *Mapping
	pseudonyms *sense.Pseudonyms
	maxPending int
	reservoir  *reservoir

	one          map[As]string // the field that is mapped so
	columnFields []string
	groupFields  []string
	scoreFields  []string
	intake       intake

	mu       sync.Mutex
	counts   Counts
	open     map[span]*open
	labels   map[span]*labelled
	parts    map[span]int // how often a window was handed over
	refused  map[model]int64
	lenses   map[model]*glass
	echoes   echoes
	strays   strays
	pending  map[uint64]*pending
	queue    []uint64 // ids of pending, oldest first
	journal  journal
	inputs   map[string]*input
	position uint64 // of the last fact
	outbox   []fact
	added    uint64 // batches so far
	changed  bool

	commit    sync.Mutex // one commit at a time
	committed uint64     // batches that are durable
	failed    error      // of the last commit
	wake      chan struct{}
	now       chan struct{} // asks Run for a commit
}

// input is where a source stands.
type input struct {
	Position uint64
	Used     int64 // Unix seconds
}

// New returns a folder that goes on where the one before in the same folder of the
// disk ended. Errors: EInvalid for a mapping that is wrong or a state that cannot be
// read, EForbidden and EFull of the disk.
func New(opt Options) (*Folder, error) {
	const op = "inference.new"
	if opt.Mapping == nil || opt.Pseudonyms == nil || opt.Now == nil || opt.Sink == nil || opt.Sensor == "" || opt.Dir == "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "a mapping, pseudonyms, a clock, a sink, a sensor's name and a folder are needed")
	}
	if err := opt.Mapping.Check(); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	f := &Folder{
		opt: opt, mapping: opt.Mapping, pseudonyms: opt.Pseudonyms, maxPending: opt.Pending,
		one: map[As]string{}, open: map[span]*open{}, labels: map[span]*labelled{}, parts: map[span]int{},
		refused: map[model]int64{}, lenses: map[model]*glass{}, pending: map[uint64]*pending{}, inputs: map[string]*input{},
		wake: make(chan struct{}), now: make(chan struct{}, 1),
	}
	f.counts.Refused = map[string]int64{}
	if f.maxPending <= 0 {
		f.maxPending = DefaultPending
	}
	if f.opt.Commit <= 0 {
		f.opt.Commit = 2 * time.Second
	}
	for _, n := range opt.Mapping.names {
		switch as := opt.Mapping.Fields[n].As; as {
		case AsIgnored:
		case AsFeature, AsOutput, AsScore, AsGroup:
			f.columnFields = append(f.columnFields, n)
			if as == AsGroup {
				f.groupFields = append(f.groupFields, n)
			}
			if as == AsScore {
				f.scoreFields = append(f.scoreFields, n)
			}
		default:
			f.one[as] = n
		}
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	if opt.Reservoir != nil {
		r, err := opt.Reservoir.open(opt.Now())
		if err != nil {
			return nil, err
		}
		f.reservoir = r
	}
	if err := f.recover(); err != nil {
		return nil, err
	}
	return f, nil
}

// Batch is a portion of records.
type Batch struct {
	// Input and Position say what this is a portion of, and the how many-th, from 1. A
	// portion that came before is not counted again. Without an input there is no such
	// protection.
	Input    string
	Position uint64
	Records  []Record
	// Unreadable is how many lines beside the records were none.
	Unreadable int64
}

// Added says what became of a batch.
type Added struct {
	Ticket   uint64 // for [Folder.Wait]
	Rows     int
	Refused  map[string]int
	Repeated bool // it came before
}

// Add folds a batch. It is in memory then; [Folder.Wait] tells when it is durable.
func (f *Folder) Add(b Batch) Added {
	now := f.opt.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	out := Added{Refused: map[string]int{}}
	if b.Input != "" {
		in := f.inputs[b.Input]
		if in == nil {
			if len(f.inputs) >= maxInputs {
				f.dropInput()
			}
			in = &input{}
			f.inputs[b.Input] = in
		}
		in.Used = now.Unix()
		if b.Position != 0 && b.Position <= in.Position {
			f.counts.Repeated++
			out.Repeated, out.Ticket = true, f.added
			return out
		}
		in.Position = b.Position
	}
	for _, r := range b.Records {
		if why := f.fold(r, now); why != "" {
			out.Refused[why]++
		} else {
			out.Rows++
		}
	}
	f.counts.Unreadable += b.Unreadable
	if b.Unreadable > 0 && f.mapping.Model != "" {
		f.refused[model{f.mapping.Model, f.mapping.Version, f.mapping.Service}] += b.Unreadable
	}
	f.added++
	f.changed = true
	out.Ticket = f.added
	return out
}

// dropInput forgets the input that was quiet for longest.
func (f *Folder) dropInput() {
	var name string
	for n, in := range f.inputs {
		if name == "" || in.Used < f.inputs[name].Used || in.Used == f.inputs[name].Used && n < name {
			name = n
		}
	}
	delete(f.inputs, name)
}

// Position is the last position of an input that was folded; 0 for one not known.
func (f *Folder) Position(name string) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in := f.inputs[name]; in != nil {
		return in.Position
	}
	return 0
}

// Counts returns what became of all records so far.
func (f *Folder) Counts() Counts {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.counts
	c.Refused = maps.Clone(c.Refused)
	return c
}

// Waiting is how many predictions wait for labels.
func (f *Folder) Waiting() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pending)
}

// Wait returns when a batch is durable, or with the error of the commit that failed.
// Somebody must call [Folder.Run] or [Folder.Commit] meanwhile.
func (f *Folder) Wait(ctx context.Context, ticket uint64) error {
	for {
		f.mu.Lock()
		done, err, wake := f.committed >= ticket, f.failed, f.wake
		f.mu.Unlock()
		if done {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Run commits until ctx ends, and then once more. It returns the last commit's error.
func (f *Folder) Run(ctx context.Context) error {
	t := time.NewTicker(f.opt.Commit)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			last, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer stop()
			return f.Commit(last)
		case <-t.C:
		case <-f.now:
		}
		if err := f.Commit(ctx); err != nil && !errors.Is(err, context.Canceled) {
			continue // the next one tries again; whoever waits was told
		}
	}
}
