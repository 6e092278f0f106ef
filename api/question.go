package api

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/portfolio"
)

var questionRoutes = []Route{
	{Method: GET, Path: "/api/v1/portfolio/affected", ID: "ask-affected", Tag: "portfolio", Summary: "What is affected, what is not and why, and of what it cannot be told",
		Doc: "q is a vulnerability (CVE-2021-44228, GHSA-…) or a package with a range (pkg:npm/lodash <4.17.21, openssl >=3.0 <3.0.7).", Needs: account.View, Errors: []int{404, 422}, register: handle((*Server).askAffected)},
	{Method: GET, Path: "/api/v1/portfolio/news", ID: "get-portfolio-news", Tag: "portfolio", Summary: "What came new since a time, by vulnerability",
		Needs: account.View, register: handle((*Server).portfolioNews)},
	{Method: GET, Path: "/api/v1/portfolio/metrics", ID: "get-portfolio-metrics", Tag: "portfolio", Summary: "How long until a vulnerability is identified, patched, and the patch deployed",
		Needs: account.View, register: handle((*Server).portfolioMetrics)},
	{Method: GET, Path: "/api/v1/portfolio/support", ID: "get-portfolio-support", Tag: "portfolio", Summary: "Releases whose support ends within some months, and those of which nobody said when",
		Needs: account.View, register: handle((*Server).portfolioSupport)},
}

type affectedInput struct {
	Q      string `query:"q" required:"true" minLength:"1" maxLength:"4096" doc:"A vulnerability, or a package and a range of its versions."`
	In     string `query:"in" maxLength:"4096" doc:"With a vulnerability: only where this package is."`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"Rows of each list; all are counted."`
	MaxAge string `query:"max_age" maxLength:"20" doc:"How old knowledge may be before it is no longer said that something is not affected; 168h if left out."`
}

type affectedOutput struct{ Body *portfolio.Result }

func (s *Server) askAffected(ctx context.Context, in *affectedInput) (*affectedOutput, error) {
	q, err := portfolio.ParseQuery(in.Q)
	if err != nil {
		return nil, err
	}
	if in.In != "" {
		x, err := portfolio.ParseQuery(in.In)
		if err != nil {
			return nil, err
		}
		q.Package, q.Range = x.Package, x.Range
	}
	if in.MaxAge != "" {
		if q.MaxAge, err = time.ParseDuration(in.MaxAge); err != nil || q.MaxAge <= 0 {
			return nil, wardround.Errorf(wardround.EInvalid, "api.affected", "max_age: %q is no duration such as 168h", in.MaxAge)
		}
	}
	q.Limit, q.Scope = in.Limit, s.scope(ctx)
	if s.index() == nil {
		return &affectedOutput{filled(&portfolio.Result{Vulnerability: q.Vulnerability})}, nil
	}
	res, err := s.index().Affected(ctx, q)
	if err != nil {
		return nil, err
	}
	return &affectedOutput{filled(res)}, nil
}

// News is what came new.
type News struct {
	Since time.Time       `json:"since"`
	Items []NewsRow       `json:"items" doc:"The newest first."`
	More  int             `json:"more" doc:"That are not shown."`
	Share portfolio.Share `json:"share"`
}

// NewsRow is what came new of one vulnerability.
type NewsRow struct {
	Vulnerability string             `json:"vulnerability"`
	Title         string             `json:"title,omitempty"`
	Since         time.Time          `json:"since"`
	Subjects      int                `json:"subjects" doc:"Releases, and assets of none."`
	Assets        int                `json:"assets"`
	Severity      wardround.Severity `json:"severity"`
	Exploited     bool               `json:"exploited,omitempty"`
	Names         []string           `json:"names" doc:"Of releases and assets, at most 8."`
}

type newsInput struct {
	Since time.Time `query:"since" doc:"The last Monday, 00:00 UTC, if left out."`
	Limit int       `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

type newsOutput struct{ Body *News }

// monday is when the week of a time began, in UTC.
func monday(t time.Time) time.Time {
	t = t.UTC()
	y, m, d := t.Date()
	return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
}

func (s *Server) portfolioNews(ctx context.Context, in *newsInput) (*newsOutput, error) {
	out := &News{Since: in.Since.UTC(), Items: []NewsRow{}}
	if in.Since.IsZero() {
		_, now := s.position()
		out.Since = monday(now)
	}
	ix := s.index()
	if ix == nil {
		return &newsOutput{out}, nil
	}
	sc := s.scope(ctx)
	list, more, err := ix.NewIn(ctx, out.Since, in.Limit, sc)
	if err != nil {
		return nil, err
	}
	out.More, out.Share = more, ix.ShareIn(sc)
	for _, x := range list {
		row := NewsRow{Vulnerability: x.Vulnerability, Title: x.Title, Since: x.Since.UTC(), Subjects: x.Subjects, Assets: x.Assets, Names: []string{}}
		if f, known := s.facts(x.Vulnerability); known {
			row.Severity, row.Exploited = f.Severity, f.Exploited
		}
		for _, k := range x.Keys {
			row.Names = append(row.Names, s.subjectName(k.Subject))
		}
		out.Items = append(out.Items, row)
	}
	return &newsOutput{out}, nil
}

func (s *Server) facts(id string) (portfolio.Facts, bool) {
	if s.opt.Portfolio == nil || s.opt.Portfolio.Knowledge == nil {
		return portfolio.Facts{}, false
	}
	return portfolio.Base{Base: s.opt.Portfolio.Knowledge}.Facts(id)
}

// subjectName is how people call a release or an asset.
func (s *Server) subjectName(x wardround.Subject) string {
	if x.Kind == wardround.SubjectRelease {
		if r := s.index().Release(wardround.ReleaseID(x.ID)); r != nil {
			return r.Name()
		}
	} else if s.opt.Board != nil {
		return s.opt.Board.Name(wardround.AssetID(x.ID))
	}
	return x.ID
}

// Metrics are the measures of a fleet.
type Metrics struct {
	Verdict        Spread          `json:"verdict" doc:"From an advisory to the verdict, in seconds."`
	Patch          Spread          `json:"patch" doc:"From identified to patched, in seconds."`
	Open           int             `json:"open" doc:"Vulnerabilities of a product line without a patch."`
	Deployed       Spread          `json:"deployed" doc:"From patched to deployed, by instance, in seconds."`
	Instances      int             `json:"instances" doc:"Ran an affected release that has a patch."`
	Patched        int             `json:"patched" doc:"Of these: do so no more."`
	PatchedPercent float64         `json:"patched_percent" doc:"-1: none had to be."`
	Share          portfolio.Share `json:"share"`
	Feeds          []Feed          `json:"feeds"`
}

// Spread is a set of durations, in seconds.
type Spread struct {
	N   int     `json:"n"`
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	Max float64 `json:"max"`
}

func spreadOf(x portfolio.Spread) Spread {
	return Spread{x.N, x.P50.Seconds(), x.P90.Seconds(), x.Max.Seconds()}
}

type metricsOutput struct{ Body *Metrics }

func (s *Server) portfolioMetrics(ctx context.Context, _ *struct{}) (*metricsOutput, error) {
	out := &Metrics{PatchedPercent: -1, Feeds: []Feed{}}
	if s.index() == nil {
		return &metricsOutput{out}, nil
	}
	m, err := s.index().MetricsIn(ctx, s.scope(ctx))
	if err != nil {
		return nil, err
	}
	_, now := s.position()
	*out = Metrics{spreadOf(m.Verdict), spreadOf(m.Patch), m.Open, spreadOf(m.Deployed), m.Instances, m.Patched, m.PatchedPercent(), m.Share, feedRows(m.Knowledge, now)}
	return &metricsOutput{out}, nil
}

// Support is when support ends.
type Support struct {
	Until   time.Time       `json:"until"`
	Ending  []SupportRow    `json:"ending" doc:"Ended, or ends before then; the soonest first."`
	Unknown []SupportRow    `json:"unknown" doc:"Nobody said when; most instances first."`
	Share   portfolio.Share `json:"share"`
}

// SupportRow is one release.
type SupportRow struct {
	Release   wardround.ReleaseID    `json:"release"`
	Name      string                 `json:"name"`
	Maker     string                 `json:"maker"`
	Product   string                 `json:"product"`
	Version   string                 `json:"version"`
	Stage     wardround.SupportStage `json:"stage"`
	Ends      *time.Time             `json:"ends,omitempty"`
	Instances int                    `json:"instances"`
}

type supportInput struct {
	Months int `query:"months" default:"12" minimum:"0" maximum:"240"`
}

type supportOutput struct{ Body *Support }

func (s *Server) portfolioSupport(ctx context.Context, in *supportInput) (*supportOutput, error) {
	_, now := s.position()
	out := &Support{Until: now.UTC().AddDate(0, in.Months, 0), Ending: []SupportRow{}, Unknown: []SupportRow{}}
	ix := s.index()
	if ix == nil {
		return &supportOutput{out}, nil
	}
	sc := s.scope(ctx)
	ending, unknown := ix.Support(out.Until)
	rows := func(in []portfolio.Supported) []SupportRow {
		list := []SupportRow{}
		for _, x := range in {
			if r := x.Release; sc.Sees(r) {
				list = append(list, SupportRow{r.ID, r.Name(), r.Maker, r.Product, r.Version, x.Stage, moment(x.Ends), x.Instances})
			}
		}
		return list
	}
	out.Ending, out.Unknown, out.Share = rows(ending), rows(unknown), ix.ShareIn(sc)
	return &supportOutput{out}, nil
}

var feedRoutes = []Route{
	{Method: GET, Path: "/api/v1/feeds", ID: "list-feeds", Tag: "portfolio", Summary: "What is known, from where, and how old it is",
		Doc: "Rows of which missing is not 0 name an ecosystem that components are of and no feed speaks of.", Needs: account.View, register: list((*Server).listFeeds)},
}

// Feed is the state of one source of knowledge.
type Feed struct {
	check.Feed
	AgeS       int64    `json:"age_s" doc:"Seconds since it last came; -1: never."`
	Ecosystems []string `json:"ecosystems,omitempty" doc:"What it speaks of; cpe and product for records by CPE and by product."`
}

func feedRows(in []check.Feed, now time.Time) []Feed {
	out := []Feed{}
	for _, f := range in {
		row := Feed{Feed: f, AgeS: -1}
		if !f.At.IsZero() {
			row.AgeS = int64(max(0, now.Sub(f.At)).Seconds())
		}
		row.At, row.Newest = row.At.UTC(), row.Newest.UTC()
		out = append(out, row)
	}
	return out
}

// feeds yields the state of each feed.
func (s *Server) feeds() iter.Seq[check.Feed] {
	if s.opt.Portfolio.Knowledge == nil {
		return func(func(check.Feed) bool) {}
	}
	return portfolio.Base{Base: s.opt.Portfolio.Knowledge}.Feeds()
}

type feedsInput struct{ ListQuery }

func (s *Server) listFeeds(_ context.Context, in *feedsInput) (RowsFunc[Feed], error) {
	if _, err := in.sorted("name", "name"); err != nil {
		return nil, err
	}
	if s.index() == nil {
		return short(s, []Feed{}), nil
	}
	_, now := s.position()
	rows := feedRows(slices.Collect(s.feeds()), now)
	if k := s.opt.Portfolio.Knowledge; k != nil {
		by := map[string][]string{}
		for _, f := range k.Feeds() {
			by[f.Name] = f.Ecosystems
		}
		for i := range rows {
			rows[i].Ecosystems = by[rows[i].Name]
		}
	}
	return short(s, rows), nil
}
