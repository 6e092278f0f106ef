package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/sense/feed"
)

// feedConfig is a source of knowledge in the configuration.
type feedConfig struct {
	Name       string            `yaml:"name"`
	Kind       string            `yaml:"kind"`
	URL        string            `yaml:"url"`
	Every      string            `yaml:"every"`
	Ecosystems []string          `yaml:"ecosystems"`
	Products   []string          `yaml:"products"`
	Keys       []string          `yaml:"keys"`   // files
	Header     map[string]string `yaml:"header"` // a value that begins with @ is a file's
	Hosts      []string          `yaml:"hosts"`
}

// sources turns the configuration's feeds into sources. Error: EInvalid.
func (c *config) sources() ([]*feed.Source, error) {
	const op = "config"
	var out []*feed.Source
	names := map[string]bool{}
	for _, f := range c.Feeds {
		s := &feed.Source{Name: f.Name, Kind: f.Kind, URL: f.URL, Ecosystems: f.Ecosystems, Products: f.Products, Hosts: f.Hosts, Headers: map[string]string{}}
		if names[f.Name] {
			return nil, wardround.Errorf(wardround.EInvalid, op, "two feeds have the name %q; give each its own", f.Name)
		}
		names[f.Name] = true
		if f.Every != "" {
			d, err := time.ParseDuration(f.Every)
			if err != nil || d <= 0 {
				return nil, wardround.Errorf(wardround.EInvalid, op, "feed %s: every %q: want a duration such as 6h", f.Name, f.Every)
			}
			s.Every = d
		}
		for _, k := range f.Keys {
			b, err := smallFile(k)
			if err != nil {
				return nil, wardround.Errorf(wardround.EInvalid, op, "feed %s: key: %w", f.Name, err)
			}
			s.Keys = append(s.Keys, b)
		}
		for name, v := range f.Header {
			if file, ok := strings.CutPrefix(v, "@"); ok {
				b, err := smallFile(file)
				if err != nil {
					return nil, wardround.Errorf(wardround.EInvalid, op, "feed %s: header %s: %w", f.Name, name, err)
				}
				v = strings.TrimSpace(string(b))
			}
			if name == "" || strings.ContainsAny(name+v, "\r\n\x00") {
				return nil, wardround.Errorf(wardround.EInvalid, op, "feed %s: header %q is none, or its value has more than one line", f.Name, name)
			}
			s.Headers[http.CanonicalHeaderKey(name)] = v
		}
		if err := s.Check(); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// smallFile reads a key or a secret.
func smallFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > 1<<20 {
		return nil, wardround.Errorf(wardround.EInvalid, "config", "%s has more than a megabyte", name)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// feedStates are how far the sources of a data directory have been pulled.
func feedStates(dir string) *feed.States {
	return feed.OpenStates(filepath.Join(dir, dirKnowledge, "feeds.json"))
}

// forgetLost lets the sources be pulled anew of which nothing is known, although they
// were pulled: a log that lost its end, or a cache from elsewhere.
func forgetLost(states *feed.States, sources []*feed.Source, known []knowledge.Feed) error {
	for _, s := range sources {
		held := s.Kind == "vex" // statements are not knowledge: the base does not know of them
		for _, f := range known {
			held = held || f.Name == s.Name || strings.HasPrefix(f.Name, s.Name+"/")
		}
		if held {
			continue
		}
		if err := states.Forget(s); err != nil {
			return err
		}
	}
	return nil
}

// puller pulls for a data directory.
func (a *app) puller(dir string) *feed.Puller {
	v, _ := versionOf()
	return feed.NewPuller(feed.PullOptions{Now: a.now, Agent: "wardround/" + v, Dir: dir})
}

// pullFeeds pulls the sources on schedule while the server runs; the function that it
// returns waits until nothing of it is under way, once ctx is done.
func (a *app) pullFeeds(ctx context.Context, w *writer, sources []*feed.Source) (wait func(), err error) {
	if len(sources) == 0 {
		return func() {}, nil
	}
	if err := os.MkdirAll(filepath.Join(w.dir, dirKnowledge), 0o700); err != nil {
		return nil, wardround.Wrap(wardround.EForbidden, "serve", err)
	}
	states := feedStates(w.dir)
	if err := forgetLost(states, sources, w.stock.base.Feeds()); err != nil {
		return nil, err
	}
	c := &feed.Scheduler{
		Puller: a.puller(w.dir), Sources: sources, States: states,
		Deliver: func(ctx context.Context, b *feed.Batch) error {
			docs, err := a.batch(b)
			if err != nil {
				return err
			}
			return w.receive(ctx, docs...)
		},
		Said: func(_ *feed.Source, err error) { a.note("wardround: %s", printable(wording(err))) },
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx)
	}()
	return func() { <-done }, nil
}
