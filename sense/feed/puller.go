package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// PullOptions are what a puller stands on; zero fields take the default.
type PullOptions struct {
	Now   func() time.Time                                 // time.Now
	Sleep func(ctx context.Context, d time.Duration) error // until d is over or ctx is
	Rand  func() float64                                   // [0, 1)
	// Transport asks; by default over proxies that the environment names.
	Transport http.RoundTripper
	Timeout   time.Duration // of one request with its body; 15 min
	Agent     string        // User-Agent
	Dir       string        // for what is on its way; the system's
	Download  int64         // bytes of one file as it comes; 4 GiB
	Document  int64         // bytes of one document or page; 64 MiB
	Documents int           // of one source; 500,000
	Limits    Limits        // of what is unpacked
}

// Puller pulls knowledge from sources.
type Puller struct{ opt PullOptions }

// NewPuller returns a puller.
func NewPuller(o PullOptions) *Puller {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone() // its proxies are those of the environment
		t.ResponseHeaderTimeout = 2 * time.Minute
		t.MaxResponseHeaderBytes = 1 << 20
		o.Transport = t
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Minute
	}
	if o.Agent == "" {
		o.Agent = "wardround"
	}
	if o.Download <= 0 {
		o.Download = 4 << 30
	}
	if o.Document <= 0 {
		o.Document = 64 << 20
	}
	if o.Documents <= 0 {
		o.Documents = 500_000
	}
	return &Puller{opt: o}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Pull asks a source for what is new since the state, and returns it with the state
// that holds once it is taken in. Where a part could not be had, there may be batches
// and an error: each batch is whole in itself. Error: ECannotTell, with the address
// and what it did; what was known stays.
func (p *Puller) Pull(ctx context.Context, s *Source, st State) ([]*Batch, State, error) {
	before := st
	st = st.clone()
	st.Name, st.Kind, st.URL = s.Name, s.Kind, s.URL
	st.Tried, st.Refused, st.Clock, st.Error = p.opt.Now().UTC(), nil, "", ""
	x := &pulling{Puller: p, s: s, st: &st}
	var out []*Batch
	var err error
	switch {
	case s.Kind == "nvd":
		out, err = x.nvd(ctx)
	case s.Kind == "csaf":
		out, err = x.csaf(ctx)
	case s.Kind == "osv" && len(s.Ecosystems) > 0:
		out, err = x.each(ctx, s.Ecosystems, func(e string) (string, string) { return s.Name + "/" + e, url.PathEscape(e) + "/all.zip" })
	case s.Kind == "eol" && len(s.Products) > 0:
		out, err = x.each(ctx, s.Products, func(e string) (string, string) { return s.Name + "/" + e, url.PathEscape(e) + ".json" })
	default:
		out, err = x.file(ctx, s.Name, s.URL)
	}
	for _, b := range out {
		for i := range b.Rows {
			if b.Rows[i].URL == "" {
				b.Rows[i].URL = s.URL
			}
		}
		x.clock(b)
		st.Refused = append(st.Refused, b.Refused...)
	}
	st.Refused = st.Refused[:min(len(st.Refused), 100)]
	if len(out) == 0 && err == nil {
		st.Refused = before.Refused // nothing came: it is as it was
	}
	if err != nil {
		st.Failures++
		st.Error = err.Error()
		return out, st, err
	}
	st.Failures, st.Reached = 0, st.Tried
	return out, st, nil
}

// pulling is one pull.
type pulling struct {
	*Puller
	s  *Source
	st *State
}

// fault names the address of what went wrong.
func (x *pulling) fault(addr string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return wardround.Errorf(wardround.ECannotTell, "feed.pull", "feed %s: %s: %w", x.s.Name, addr, err)
}

// each pulls a file for each name; one that fails leaves the others.
func (x *pulling) each(ctx context.Context, names []string, at func(name string) (feed, rel string)) ([]*Batch, error) {
	var out []*Batch
	var errs []error
	for _, n := range names {
		feed, rel := at(n)
		b, err := x.file(ctx, feed, strings.TrimRight(x.s.URL, "/")+"/"+rel)
		out = append(out, b...)
		if err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return out, errors.Join(errs...)
}

// file pulls one file that is all of a feed.
func (x *pulling) file(ctx context.Context, feed, addr string) ([]*Batch, error) {
	f, err := os.CreateTemp(x.opt.Dir, ".feed-*")
	if err != nil {
		return nil, wardround.Wrap(wardround.EFull, "feed.pull", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	mark, err := x.get(ctx, x.s, addr, x.st.Files[addr], x.opt.Download, spool{f})
	if errors.Is(err, errSame) {
		return nil, nil
	}
	if err != nil {
		return nil, x.fault(addr, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, "feed.pull", err)
	}
	signer, err := x.signedFile(ctx, addr, f.Name())
	if err != nil {
		return nil, x.fault(addr, err)
	}
	in := newImporter(ctx, feed, ImportOptions{LeaveOut: true, Complete: true, Limits: x.opt.Limits})
	if err := in.file(f.Name(), path.Base(addr), info.Size()); err != nil {
		return nil, x.fault(addr, err)
	}
	b, err := in.batch()
	switch {
	case err != nil:
		return nil, x.fault(addr, err)
	case in.refused > 0 && in.refused*20 >= b.Documents:
		return nil, x.fault(addr, fmt.Errorf("%d documents cannot be read, %d can: %w", in.refused, b.Documents, b.Refused[0]))
	case x.s.Kind == "vex" && len(b.Statements) == 0, x.s.Kind != "vex" && b.Kind != x.s.Kind:
		return nil, x.fault(addr, fmt.Errorf("this is %s, and not %s as the feed should be", b.Kind, x.s.Kind))
	}
	b.ETag, b.Modified = mark.ETag, mark.Modified
	if signer != "" {
		b.Trust, b.Signer = "verified", signer
	}
	x.st.Files[addr] = mark
	return []*Batch{b}, nil
}

// document pulls one document into memory.
func (x *pulling) document(ctx context.Context, addr string, known Mark) ([]byte, Mark, error) {
	var b memory
	m, err := x.get(ctx, x.s, addr, known, x.opt.Document, &b)
	return b.Bytes(), m, err
}

// clock notes dates that lie in the future: a clock is wrong, theirs or ours.
func (x *pulling) clock(b *Batch) {
	now := x.opt.Now()
	if ahead := b.Newest.Sub(now); ahead > time.Hour {
		x.st.Clock = fmt.Sprintf("what it sent is dated %s, which has yet to come; its clock or ours is wrong", b.Newest.UTC().Format(time.DateTime))
		b.Newest = now.UTC()
	}
}

// memory and spool take bodies.
type memory struct{ bytes.Buffer }

func (m *memory) Reset() error { m.Buffer.Reset(); return nil }

type spool struct{ *os.File }

func (s spool) Reset() error {
	if err := s.Truncate(0); err != nil {
		return err
	}
	_, err := s.Seek(0, 0)
	return err
}
