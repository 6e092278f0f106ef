package feed

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/wardround/wardround"
)

// State is how far a source has been pulled.
type State struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind,omitempty"`
	URL     string    `json:"url,omitempty"` // with another the rest is void
	Tried   time.Time `json:"tried,omitzero"`
	Reached time.Time `json:"reached,omitzero"` // last time that all went well
	// Failures counts tries in a row that did not; Error is the last one's.
	Failures int       `json:"failures,omitempty"`
	Error    string    `json:"error,omitempty"`
	Next     time.Time `json:"next,omitzero"` // when the server tries again
	// Refused are documents that were left out at the last try, at most 100.
	Refused []Refusal `json:"refused,omitempty"`
	// Clock says how far the source's clock was ahead of ours, where it was.
	Clock string `json:"clock,omitempty"`

	// Files has what a server said of the version of each file.
	Files map[string]Mark `json:"files,omitempty"`
	// Since is the end of the last window of an API.
	Since time.Time `json:"since,omitzero"`
	// Documents has the documents that are known, by address.
	Documents map[string]Known `json:"documents,omitempty"`
}

// Mark is the version of a file, as its server names it.
type Mark struct {
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"` // Last-Modified
}

// Known is a document that was taken in.
type Known struct {
	Updated time.Time `json:"updated,omitzero"` // as its provider's list says
	Digest  string    `json:"digest,omitempty"`
	ID      string    `json:"id,omitempty"` // that its rows are known by
}

func (s State) clone() State {
	s.Files, s.Documents, s.Refused = maps.Clone(s.Files), maps.Clone(s.Documents), slices.Clone(s.Refused)
	if s.Files == nil {
		s.Files = map[string]Mark{}
	}
	if s.Documents == nil {
		s.Documents = map[string]Known{}
	}
	return s
}

// States keeps the states of sources in one file. It is a cache: without it all is
// pulled again. Each change is written whole and in place of the former, after
// reading it again, for a command may pull while a server runs.
type States struct {
	path string
	mu   sync.Mutex
}

// OpenStates keeps states in a file that need not be there. The folder must be.
func OpenStates(path string) *States { return &States{path: path} }

// List returns all states, by name. A file that cannot be read counts as none.
func (s *States) List() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.read()), func(a, b State) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
}

// Get returns the state of a source; one that was never pulled, or from another
// address, has an empty one.
func (s *States) Get(src *Source) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.read()[src.Name]
	if st.URL != src.URL || st.Kind != src.Kind {
		st = State{}
	}
	st.Name, st.Kind, st.URL = src.Name, src.Kind, src.URL
	return st
}

// Put keeps the state of a source. Error: EFull.
func (s *States) Put(st State) error {
	const op = "feed.state"
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.read()
	all[st.Name] = st
	b, err := json.Marshal(all)
	if err != nil {
		return wardround.Wrap(wardround.EInternal, op, err)
	}
	f, err := os.CreateTemp(filepath.Dir(s.path), ".feeds-*")
	if err != nil {
		return wardround.Wrap(wardround.EFull, op, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), s.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return wardround.Wrap(wardround.EFull, op, err)
}

// Forget makes the next pull of a source one of everything, as if it were the first;
// how it answered is kept. Error: EFull.
func (s *States) Forget(src *Source) error {
	st := s.Get(src)
	if len(st.Files)+len(st.Documents) == 0 && st.Since.IsZero() {
		return nil
	}
	st.Files, st.Documents, st.Since, st.Next = nil, nil, time.Time{}, time.Time{}
	return s.Put(st)
}

func (s *States) read() map[string]State {
	all := map[string]State{}
	b, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) || err != nil {
		return all
	}
	if json.Unmarshal(b, &all) != nil || all == nil {
		return map[string]State{}
	}
	return all
}
