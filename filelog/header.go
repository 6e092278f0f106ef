package filelog

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// version of the file format. A log with another one is refused.
const version = 1

// header is the first frame of a file.
type header struct {
	Version int              `json:"version"`
	ID      logID            `json:"id"`
	Epoch   uint64           `json:"epoch"`
	Origin  wardround.Origin `json:"origin"`
	First   uint64           `json:"first"`
	Prev    digest           `json:"prev"` // hash of the frame before; zero in the first file
	// Before sums up the file before; zero in the first.
	Before  File    `json:"before,omitzero"`
	Reached []reach `json:"reached,omitempty"`
}

// File sums up one file of the log.
type File struct {
	Name   string    `json:"name"`
	First  uint64    `json:"first"`
	Last   uint64    `json:"last"` // First-1 while empty
	Size   int64     `json:"size"` // bytes when it was written; thinning shrinks it
	Newest time.Time `json:"newest"`
	// Kinds says how much of each kind is in it.
	Kinds map[string]Share `json:"kinds,omitempty"`
}

// Share is how much of a file is of one kind.
type Share struct {
	Count uint64 `json:"count"` // observations
	Bytes int64  `json:"bytes"`
}

// digest is a hash that JSON writes in hex.
type digest hash

// MarshalText writes hex digits.
func (id logID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText reads hex digits.
func (id *logID) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(id)) {
		return errParse
	}
	_, err := hex.Decode(id[:], b)
	return err
}

// MarshalText writes hex digits.
func (d digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText reads hex digits.
func (d *digest) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("a hash has %d hex digits, not %d", hex.EncodedLen(len(d)), len(b))
	}
	_, err := hex.Decode(d[:], b)
	return err
}

func (h *header) encode() ([]byte, hash, error) {
	body, err := json.Marshal(h)
	if err != nil {
		return nil, hash{}, err
	}
	if len(body) > maxHead {
		return nil, hash{}, fmt.Errorf("the header would have %d bytes", len(body))
	}
	b, sum := sealHead(append(make([]byte, frameHead), body...), magicHeader, 0)
	return b, sum, nil
}

func parseHeader(head []byte) (*header, error) {
	h := new(header)
	if err := json.Unmarshal(head, h); err != nil {
		return nil, errParse
	}
	if h.Version != version {
		return nil, fmt.Errorf("format version %d; this program reads version %d", h.Version, version)
	}
	if h.First == 0 {
		return nil, errParse
	}
	return h, nil
}

const (
	extension = ".wrl"
	// unfinished is added to the name of a file that is being thinned.
	unfinished = ".new"
)

// fileName names a file after the day and position of its first observation.
func fileName(day time.Time, first uint64) string {
	return fmt.Sprintf("%s-%020d%s", day.UTC().Format("20060102"), first, extension)
}

// thinName names what is left of a file after retention dropped some kinds for
// the n-th time. A new name each time, so that a reader notices.
func thinName(name string, n int) string {
	return fmt.Sprintf("%s.t%d%s", stem(name), n, extension)
}

// stem is what names a file whether thinned or not.
func stem(name string) string {
	s, _, _ := strings.Cut(name, ".")
	return s
}

// parseName returns the first position that a file's name gives and how often it
// was thinned; ok is false for a file that is none of the log's.
func parseName(name string) (first uint64, thin int, ok bool) {
	day, pos, found := strings.Cut(stem(name), "-")
	if !found || len(day) != 8 || len(pos) != 20 {
		return 0, 0, false
	}
	first, err := strconv.ParseUint(pos, 10, 64)
	if err != nil || first == 0 {
		return 0, 0, false
	}
	rest := name[len(stem(name)):]
	if rest == extension {
		return first, 0, true
	}
	n, found := strings.CutSuffix(strings.TrimPrefix(rest, ".t"), extension)
	thin, err = strconv.Atoi(n)
	return first, thin, found && err == nil && thin > 0 && name == thinName(name, thin)
}

// dayOf returns the day in a file's name as people write it.
func dayOf(name string) string {
	if len(name) < 8 {
		return name
	}
	return name[:4] + "-" + name[4:6] + "-" + name[6:8]
}
