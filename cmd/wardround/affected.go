package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/datadir"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/sqlite"
)

// affectedCmd answers the question of the day.
type affectedCmd struct {
	What   string        `arg:"" help:"A vulnerability (CVE-2021-44228, GHSA-…, GO-…), or a package with a range: 'pkg:maven/org.apache.logging.log4j/log4j-core <2.17.1', 'openssl >=3.0,<3.0.7'."`
	In     string        `placeholder:"WHAT" help:"With a vulnerability: only where this package is."`
	Limit  int           `default:"50" help:"How many rows each list shows; all are counted."`
	MaxAge time.Duration `placeholder:"DURATION" help:"How old knowledge may be before \"not affected\" is no longer said; default 168h."`
	FailOn string        `enum:"affected,none" default:"none" help:"affected: end with status 1 when anything is."`
}

// affectedRow is a row as JSON.
type affectedRow struct {
	List string `json:"list"` // "affected", "not_affected", "cannot_tell"
	portfolio.Row
}

func (c *affectedCmd) Run(a *app) error {
	q, err := portfolio.ParseQuery(c.What)
	if err != nil {
		return err
	}
	if c.In != "" {
		in, err := portfolio.ParseQuery(c.In)
		if err != nil {
			return err
		}
		q.Package, q.Range = in.Package, in.Range
	}
	q.Limit, q.MaxAge = c.Limit, c.MaxAge
	server, err := a.remote()
	if err != nil {
		return err
	}
	var res *portfolio.Result
	if server != nil {
		res = new(portfolio.Result)
		err = server.Get(a.ctx, "/portfolio/affected", url.Values{"q": {c.What}, "in": {c.In}, "limit": {strconv.Itoa(c.Limit)}}, res)
	} else {
		var s *stock
		var done func()
		if s, done, err = a.readStock(); err != nil {
			return err
		}
		defer done()
		res, err = s.fold.Index().Affected(a.ctx, q)
	}
	if err != nil {
		return err
	}
	return c.show(a, res)
}

// readStock opens the portfolio for reading, beside whoever serves it.
func (a *app) readStock() (*stock, func(), error) {
	dir, err := a.data()
	if err != nil {
		return nil, nil, err
	}
	d, err := datadir.Read(dir)
	if err != nil {
		return nil, nil, err
	}
	st, err := sqlite.Open(d.State(), sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	s, err := a.openStock(dir, d.Blobs(), d.Scope(), wardround.Live, st, true)
	if err != nil {
		st.Close()
		return nil, nil, err
	}
	// The fleet is in the store, not in the portfolio's own files.
	var assets []*wardround.Asset
	for x, err := range st.Assets(a.ctx, d.Scope()) {
		if err != nil {
			st.Close()
			return nil, nil, err
		}
		assets = append(assets, x)
	}
	s.fold.Assets(assets)
	return s, func() { s.Close(); st.Close() }, nil
}

func (c *affectedCmd) show(a *app, res *portfolio.Result) error {
	lists := []struct {
		name, title string
		list        *portfolio.List
	}{{"affected", "Affected", &res.Affected}, {"not_affected", "Not affected", &res.NotAffected}, {"cannot_tell", "Cannot tell", &res.CannotTell}}
	if a.Format == "json" {
		for _, l := range lists {
			for _, r := range l.list.Rows {
				if err := a.object("place", affectedRow{l.name, r}); err != nil {
					return err
				}
			}
		}
		if err := a.object("answer", res); err != nil {
			return err
		}
	} else {
		if res.Vulnerability != "" {
			fmt.Fprintf(a.stdout, "%s %s\n\n", printable(res.Vulnerability), printable(res.Title))
		}
		for _, l := range lists {
			fmt.Fprintf(a.stdout, "%s: %s\n", l.title, tallied(l.list))
			var rows [][]string
			for _, r := range l.list.Rows {
				rows = append(rows, []string{" ", r.Name, instances(&r), clip(where(&r), 60), clip(strings.Join(r.Fixed, ", "), 30), clip(r.Why, 90)})
			}
			if err := a.grid([]string{" ", "release or asset", "assets", "where", "fixed in", "why"}, rows); err != nil {
				return err
			}
			for _, t := range l.list.Reasons {
				if len(l.list.Rows) < l.list.Subjects {
					fmt.Fprintf(a.stdout, "  %d: %s\n", t.N, printable(t.Name))
				}
			}
			fmt.Fprintln(a.stdout)
		}
		s := res.Share
		fmt.Fprintf(a.stderr, "Seen: %d of %d releases have a bill of materials; %d of %d assets run one of them. Knowledge: %s.\n", s.WithSBOM, s.Releases, s.Seen, s.Assets, came(res.Knowledge))
	}
	switch {
	case c.FailOn == "affected" && res.Affected.Subjects > 0:
		return status(exitFindings)
	case res.Affected.Subjects == 0 && res.CannotTell.Subjects > 0:
		return status(exitCannotTell)
	case res.Affected.Subjects+res.NotAffected.Subjects == 0:
		return status(exitCannotTell)
	}
	return nil
}

func tallied(l *portfolio.List) string {
	if l.Assets > 0 {
		return fmt.Sprintf("%d (%d assets)", l.Subjects, l.Assets)
	}
	return fmt.Sprint(l.Subjects)
}

func instances(r *portfolio.Row) string {
	if r.Subject.Kind == wardround.SubjectAsset {
		return "itself"
	}
	return fmt.Sprint(r.Instances)
}

func where(r *portfolio.Row) string {
	if len(r.Places) == 0 {
		return ""
	}
	s := r.Places[0].Path
	if r.Count > 1 {
		s += fmt.Sprintf(" and %d more", r.Count-1)
	}
	return s
}

func came(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return "as of " + t.UTC().Format("2006-01-02 15:04 UTC")
}
