package filelog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// Gap is a stretch of the log that is lost or damaged.
type Gap struct {
	// From and To bound the positions that cannot be read, both included; when To
	// is below From nothing is known to be lost, but the chain is broken there.
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
	// File and Offset say where; Offset is in bytes, -1 when the file is missing.
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"` // in words, for the person who decides
	// Epoch and Accepted are set when someone went on without what is lost.
	Epoch    uint64    `json:"epoch,omitempty"`
	Accepted time.Time `json:"accepted,omitzero"`

	// toEnd: it runs to the end of its file, and To is not known yet.
	toEnd bool
}

func (g Gap) String() string {
	where := g.File
	if g.Offset >= 0 {
		where = fmt.Sprintf("%s at byte %d", g.File, g.Offset)
	}
	what := fmt.Sprintf("observations %d to %d", g.From, g.To)
	switch {
	case g.To < g.From:
		what = fmt.Sprintf("the chain before observation %d", g.From)
	case g.To == g.From:
		what = fmt.Sprintf("observation %d", g.From)
	}
	return fmt.Sprintf("%s: %s (%s)", where, g.Reason, what)
}

// covers reports whether accepting g accepted the fault f.
func (g *Gap) covers(f *Gap) bool {
	if f.To < f.From {
		return g.File == f.File && g.Offset == f.Offset
	}
	return g.From <= f.From && f.To <= g.To
}

// gapsName is the file of accepted gaps.
const gapsName = "gaps.json"

func loadGaps(dir string) ([]Gap, error) {
	b, err := os.ReadFile(filepath.Join(dir, gapsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var gaps []Gap
	if err := json.Unmarshal(b, &gaps); err != nil {
		return nil, fmt.Errorf("%s does not parse: %w", gapsName, err)
	}
	return gaps, nil
}

func saveGaps(dir string, gaps []Gap) error {
	b, err := json.MarshalIndent(gaps, "", " ")
	if err != nil {
		return err
	}
	return durable.Replace(dir, gapsName, b)
}

// refusal names what is wrong with the log at dir, the first few faults in full.
func refusal(op, dir string, faults []Gap) error {
	const most = 10
	var b strings.Builder
	fmt.Fprintf(&b, "the log in %s is not what was written: ", dir)
	for i, g := range faults {
		if i == most {
			fmt.Fprintf(&b, "; and %d more", len(faults)-most)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(g.String())
	}
	b.WriteString(". Restore a backup, or go on without what is lost by accepting the gap (--accept-gap), which leaves a gap verdict")
	return &IntegrityError{Faults: faults, err: &wardround.Error{Code: wardround.EIntegrity, Op: op, Message: b.String()}}
}

// IntegrityError is an EIntegrity with the faults it was made from.
type IntegrityError struct {
	Faults []Gap
	err    *wardround.Error
}

func (e *IntegrityError) Error() string { return e.err.Error() }

// Unwrap returns the [wardround.Error] in words.
func (e *IntegrityError) Unwrap() error { return e.err }
