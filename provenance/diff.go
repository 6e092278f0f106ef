package provenance

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oms"
)

// Change is what became of one tensor.
type Change struct {
	Name string `json:"name"`
	// Kind is "values", "shape", "type", "added" or "removed".
	Kind  string   `json:"kind"`
	From  string   `json:"from,omitempty"` // type and shape: "F32[768,768]"
	To    string   `json:"to,omitempty"`
	Count int64    `json:"count,omitempty"` // values in it
	Moved *Measure `json:"moved,omitempty"` // nil where values can't be compared one by one
}

// Measure says how far values moved; NaN where both are NaN counts as unchanged.
type Measure struct {
	Changed  int64   `json:"changed"`       // values that differ
	Max      float64 `json:"max"`           // largest absolute difference of finite values
	Mean     float64 `json:"mean"`          // mean absolute difference over all finite values
	L2       float64 `json:"l2"`            // ‖b−a‖₂
	Relative float64 `json:"relative"`      // ‖b−a‖₂ / ‖a‖₂; 0 where a is 0 and b is, too; -1 where only a is
	Cosine   float64 `json:"cosine"`        // of the angle between a and b; 1 is the same direction
	Odd      int64   `json:"odd,omitempty"` // values that became, or were, infinite or no number
}

// Difference is what two versions of a model differ in.
type Difference struct {
	Formats []string `json:"formats,omitempty"` // whose tensors were compared
	Tensors int      `json:"tensors"`           // in both versions
	Same    int      `json:"same"`              // of those, to the byte
	Changes []Change `json:"changes,omitempty"` // greatest relative move first
	// Files that hold no tensors we can read, by name.
	FilesSame    int      `json:"files_same"`
	FilesChanged []string `json:"files_changed,omitempty"`
	FilesAdded   []string `json:"files_added,omitempty"`
	FilesRemoved []string `json:"files_removed,omitempty"`
	// Unread are files of weights that break their format; they count as files.
	Unread []string `json:"unread,omitempty"`
}

// Equal reports whether nothing differs.
func (d *Difference) Equal() bool {
	return len(d.Changes)+len(d.FilesChanged)+len(d.FilesAdded)+len(d.FilesRemoved) == 0
}

// Diff compares two versions of a model: folders, or files. Errors: ENotFound,
// EInvalid, EForbidden, EFull.
func Diff(ctx context.Context, a, b string, h HashOptions) (*Difference, error) {
	digest := func(model string) func([]string) (map[string]string, error) {
		return func(rels []string) (map[string]string, error) { return digests(ctx, model, rels, h) }
	}
	ca, oddA, err := readContents(a, h, digest(a))
	if err != nil {
		return nil, err
	}
	cb, oddB, err := readContents(b, h, digest(b))
	if err != nil {
		return nil, err
	}
	d := &Difference{Formats: slices.Compact(slices.Sorted(slices.Values(append(ca.formats, cb.formats...)))), Unread: append(oddA, oddB...)}
	// One file against one file is one thing, whatever the names are.
	if len(ca.files) == 1 && len(cb.files) == 1 && len(ca.tensors)+len(cb.tensors) == 0 {
		for _, c := range []*contents{ca, cb} {
			for name, sum := range c.files {
				delete(c.files, name)
				c.files[filepath.Base(a)] = sum
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ca.files)) {
		switch sum, ok := cb.files[name]; {
		case !ok:
			d.FilesRemoved = append(d.FilesRemoved, name)
		case sum != ca.files[name]:
			d.FilesChanged = append(d.FilesChanged, name)
		default:
			d.FilesSame++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cb.files)) {
		if _, ok := ca.files[name]; !ok {
			d.FilesAdded = append(d.FilesAdded, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ca.rest)) {
		x := ca.rest[name]
		if y, ok := cb.rest[name]; ok && x.layout == y.layout && x.digest != y.digest {
			if name == "." {
				name = filepath.Base(b)
			}
			d.FilesChanged = append(d.FilesChanged, name+" (besides its tensors)")
		}
	}
	return d, d.tensors(ctx, ca, cb, h.fill().Workers)
}

// digests of files that are no tensors.
func digests(ctx context.Context, model string, rels []string, h HashOptions) (map[string]string, error) {
	if len(rels) == 0 {
		return map[string]string{}, nil
	}
	h.Only, h.Method = rels, oms.Files
	m, err := Hash(ctx, model, h)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range m.Resources {
		out[r.Name] = r.Digest
	}
	return out, nil
}

// tensors compares tensor by tensor, several at once.
func (d *Difference) tensors(ctx context.Context, a, b *contents, workers int) error {
	var both []string
	for _, name := range slices.Sorted(maps.Keys(a.tensors)) {
		x := a.tensors[name]
		y, ok := b.tensors[name]
		switch {
		case !ok:
			d.Changes = append(d.Changes, Change{Name: name, Kind: "removed", From: described(x)})
		case x.DType != y.DType:
			d.Changes = append(d.Changes, Change{Name: name, Kind: "type", From: described(x), To: described(y)})
		case !slices.Equal(x.Shape, y.Shape):
			d.Changes = append(d.Changes, Change{Name: name, Kind: "shape", From: described(x), To: described(y)})
		default:
			both = append(both, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.tensors)) {
		if _, ok := a.tensors[name]; !ok {
			d.Changes = append(d.Changes, Change{Name: name, Kind: "added", To: described(b.tensors[name])})
		}
	}
	d.Tensors = len(both)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	work := make(chan string)
	for range min(workers, len(both)) {
		wg.Go(func() {
			var s scratch
			for name := range work {
				c, err := s.compare(ctx, a, b, name)
				if err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				if c == nil {
					d.Same++
				} else {
					d.Changes = append(d.Changes, *c)
				}
				mu.Unlock()
			}
		})
	}
	for _, name := range both {
		select {
		case work <- name:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	rank := func(c Change) float64 {
		if c.Moved == nil {
			return math.Inf(1)
		}
		if c.Moved.Relative < 0 {
			return math.MaxFloat64
		}
		return c.Moved.Relative
	}
	slices.SortFunc(d.Changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(rank(y), rank(x)), cmp.Compare(x.Name, y.Name))
	})
	return context.Cause(ctx)
}

// scratch is what one worker reads into.
type scratch struct {
	a, b   [block]byte
	va, vb [block]float64
}

// compare returns nil where two tensors are the same to the byte.
func (s *scratch) compare(ctx context.Context, a, b *contents, name string) (*Change, error) {
	const op = "model diff"
	x, y := a.tensors[name], b.tensors[name]
	fa, err := os.Open(x.path)
	if err != nil {
		return nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	defer fa.Close()
	fb, err := os.Open(y.path)
	if err != nil {
		return nil, wardround.Wrap(wardround.EForbidden, op, err)
	}
	defer fb.Close()
	c := &Change{Name: name, Kind: "values", From: described(x), To: described(y)}
	same := x.Len == y.Len
	w, values := unit(x.DType)
	step := int64(block)
	if w == 0 || x.Order != y.Order || !same {
		w = 0
	} else {
		c.Count = x.Len / int64(w) * int64(values)
		step = block / int64(max(values, 1)*8) * int64(w) // so that the values have room, too
		if values == 1 {
			step = block
		}
	}
	ra, rb := x.reader(fa), y.reader(fb)
	var m sums
	for at := int64(0); at < x.Len && same || at < min(x.Len, y.Len); at += step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(step, x.Len-at)
		if _, err := io.ReadFull(ra, s.a[:n]); err != nil {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "%s, %s: %v", x.File, name, noEOF(err))
		}
		if _, err := io.ReadFull(rb, s.b[:n]); err != nil {
			return nil, wardround.Errorf(wardround.EIntegrity, op, "%s, %s: %v", y.File, name, noEOF(err))
		}
		equal := bytes.Equal(s.a[:n], s.b[:n])
		same = same && equal
		if w == 0 {
			if !same {
				return c, nil
			}
			continue
		}
		k := int(n) / w * values
		decode(x.DType, x.Order, s.a[:], s.va[:k])
		if equal {
			m.same(s.va[:k])
			continue
		}
		decode(y.DType, y.Order, s.b[:], s.vb[:k])
		m.add(s.va[:k], s.vb[:k])
	}
	if same {
		return nil, nil
	}
	c.Moved = m.measure()
	return c, nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// sums are what a measure is made of.
type sums struct {
	changed, odd, n             int64
	max, abs, aa, bb, ab, delta float64
}

func (s *sums) same(a []float64) {
	for _, v := range a {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.n++
			s.aa += v * v
			s.bb += v * v
			s.ab += v * v
		}
	}
}

func (s *sums) add(a, b []float64) {
	for i, v := range a {
		w := b[i]
		d := w - v
		if math.IsNaN(d) || math.IsInf(d, 0) {
			if v != w && !(math.IsNaN(v) && math.IsNaN(w)) {
				s.changed++
				s.odd++
			}
			continue
		}
		s.n++
		if d != 0 {
			s.changed++
		}
		s.max = max(s.max, math.Abs(d))
		s.abs += math.Abs(d)
		s.delta += d * d
		s.aa += v * v
		s.bb += w * w
		s.ab += v * w
	}
}

func (s *sums) measure() *Measure {
	m := &Measure{Changed: s.changed, Max: s.max, L2: math.Sqrt(s.delta), Odd: s.odd}
	if s.n > 0 {
		m.Mean = s.abs / float64(s.n)
	}
	switch {
	case s.aa > 0:
		m.Relative = math.Sqrt(s.delta / s.aa)
	case s.delta > 0:
		m.Relative = -1
	}
	if s.aa > 0 && s.bb > 0 {
		m.Cosine = s.ab / math.Sqrt(s.aa) / math.Sqrt(s.bb)
	}
	return m
}

// described is a tensor's type and shape: "F32[768,768]".
func described(t Tensor) string {
	b := []byte(t.DType + "[")
	for i, n := range t.Shape {
		if i == 8 {
			b = append(b, ",…"...)
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, n, 10)
	}
	return string(append(b, ']'))
}
