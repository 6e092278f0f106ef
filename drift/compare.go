package drift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/twosample"
)

// Files compares two files, each a table or a sketch of one. Errors: EInvalid for what can't be read or is neither, with the file
// and the place.
func Files(ctx context.Context, reference, current string, cfg Config) (*Report, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	a, cols, notes, err := open(ctx, reference, nil, cfg)
	if err != nil {
		return nil, err
	}
	// The current file is read as what the reference is: a column that turned to text is unreadable numbers, not a category.
	b, _, more, err := open(ctx, current, cols, cfg)
	if err != nil {
		return nil, err
	}
	r, err := compare(ctx, a, b, cfg)
	if err != nil {
		return nil, err
	}
	for _, n := range append(notes, more...) {
		if !slices.Contains(r.Notes, n) && len(r.Notes) < 50 {
			r.Notes = append(r.Notes, n)
		}
	}
	return r, nil
}

func compare(ctx context.Context, a, b *data, cfg Config) (*Report, error) {
	r := &Report{Reference: a.side, Current: b.side, Alpha: cfg.Alpha, Correction: cfg.Correction}
	for _, s := range []Side{a.side, b.side} {
		if s.Refused > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%s: %d rows could not be read and were left out", s.File, s.Refused))
		}
	}
	if err := columns(ctx, r, a, b, cfg, ""); err != nil {
		return nil, err
	}
	for _, g := range a.order {
		if other := b.groups[g]; other != nil {
			if err := columns(ctx, r, a.groups[g], other, cfg, g); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range []*data{a, b} {
		for name, n := range d.dropped {
			r.Notes = append(r.Notes, fmt.Sprintf("%s: %q has more than %d values; %d rows are in no group", d.side.File, name, cfg.Limits.Groups, n))
		}
	}
	if a.sample == nil || b.sample == nil {
		r.Notes = append(r.Notes, "rows as a whole were not compared: a sketch holds none")
	} else if err := multivariate(ctx, r, a, b, cfg); err != nil {
		return nil, err
	}
	decideAll(r, cfg)
	r.sum()
	r.Shift = kindsOf(r, a, b, cfg)
	return r, nil
}

// columns compares every column of the reference, and names those that are new.
func columns(ctx context.Context, r *Report, a, b *data, cfg Config, group string) error {
	out := make([]*Column, len(a.columns))
	errs := make([]error, len(a.columns))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(out)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(out) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if ca := a.columns[i]; !skip(cfg, ca.name) && (group == "" || !inGroup(cfg, ca.name)) {
					out[i], errs[i] = against(ctx, ca, a, b, cfg, group)
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return err
	}
	for _, c := range out {
		if c == nil || group != "" && c.leftOut {
			continue // of a group, said once of the column as a whole
		}
		r.Columns = append(r.Columns, *c)
	}
	if group != "" {
		return nil
	}
	for _, cb := range b.columns {
		if a.column(cb.name) == nil && !skip(cfg, cb.name) {
			c := blank(cb.name, "", typeOf(cb.kind))
			c.schema("not in the reference: it can't be compared", 0, cb.n)
			c.leftOut = true
			r.Columns = append(r.Columns, c)
		}
	}
	return nil
}

// against compares a column of the reference with what it is now.
func against(ctx context.Context, ca *column, a, b *data, cfg Config, group string) (*Column, error) {
	c := blank(ca.name, group, typeOf(ca.kind))
	cb := b.column(ca.name)
	switch {
	case cb == nil && ca.name == cfg.Label:
		c.schema("no labels in the current file", ca.n, 0)
		c.leftOut = true
	case cb == nil:
		c.schema("not in the current file: it can't be compared, and the model doesn't get it", ca.n, 0)
	case cb.kind != ca.kind:
		c.schema(fmt.Sprintf("%s before, %s now: it can't be compared", typeOf(ca.kind), typeOf(cb.kind)), ca.n, cb.n)
		c.Quality = append(c.Quality, Quality{Kind: "type", Text: c.Reason, Reference: nan(), Current: nan(), P: nan(), Adjusted: nan()})
	default:
		if err := pair(ctx, &c, ca, cb, a, b, cfg); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

func skip(cfg Config, name string) bool { return name == cfg.Unit || slices.Contains(cfg.Ignore, name) }

func inGroup(cfg Config, name string) bool {
	return name == cfg.Source || slices.Contains(cfg.Groups, name)
}

func blank(name, group, typ string) Column {
	return Column{Name: name, Group: group, Type: typ, Statistic: nan(), P: nan(), PLow: nan(), PHigh: nan(), Adjusted: nan(), Effect: nan(), Limit: nan(), hypothesis: -1}
}

func (c *Column) schema(reason string, na, nb int64) {
	c.Test, c.Decision, c.Reason = "schema", Unknown, reason
	c.NReference, c.NCurrent, c.N = na, nb, na+nb
}

func pair(ctx context.Context, c *Column, ca, cb *column, a, b *data, cfg Config) error {
	p := &pairing{a: ca, b: cb, result: c, cfg: cfg}
	c.NReference, c.NCurrent, c.N = ca.n, cb.n, ca.n+cb.n
	if cfg.Columns[ca.name].Type == "" && !inGroup(cfg, ca.name) && ca.name != cfg.Label && ca.name != cfg.Prediction {
		if why := identifier(ca); why != "" {
			c.Type, c.Decision, c.Reason, c.leftOut = "identifier", Unknown, "left out: "+why, true
			return nil
		}
	}
	p.sizes(a.side.Units, b.side.Units)
	why, err := p.prepare()
	if err != nil {
		return invalid("column %q: %w", ca.name, err)
	}
	p.quality(a.side.Units, b.side.Units)
	if why != "" {
		c.Decision, c.Reason = Unknown, why
		c.leftOut = ca.kind == table.Time
		return nil
	}
	p.power()
	switch err := p.run(ctx); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, twosample.ErrConstant):
		c.Decision, c.Reason = OK, "the same single value on both sides"
		if !c.enough {
			c.Decision, c.Reason = Unknown, fmt.Sprintf("the same single value on both sides, but too few to say: %d independent values on each side would do", c.NNeeded)
		}
	default:
		c.Decision, c.Reason = Unknown, err.Error()
	}
	return nil
}

// named puts the file before an error that doesn't name it yet.
func named(file string, err error) error {
	if strings.Contains(err.Error(), file) {
		return invalid("%w", err)
	}
	return invalid("%s: %w", file, err)
}

func marshalNumber(x float64) ([]byte, error) {
	if x != x || math.IsInf(x, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(x)
}
