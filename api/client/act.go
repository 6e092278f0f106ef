package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/coverage"
)

// Session is who the token speaks for, and with whom.
type Session struct {
	Account     Account          `json:"account"`
	Permissions []string         `json:"permissions"`
	Org         wardround.Org    `json:"org"`
	Site        wardround.SiteID `json:"site"`
	SiteName    string           `json:"site_name"`
	Origin      wardround.Origin `json:"origin"`
	Expires     time.Time        `json:"expires"`
	Via         string           `json:"via"`
	Version     string           `json:"version"`
}

// Session asks who we are to the server.
func (c *Client) Session(ctx context.Context) (*Session, error) {
	s := new(Session)
	return s, c.Get(ctx, "/session", nil, s)
}

// Scope is the site that the server watches.
func (c *Client) Scope(ctx context.Context) (wardround.Scope, error) {
	s, err := c.Session(ctx)
	return wardround.Scope{Org: s.Org, Site: s.Site}, err
}

// Voice is a finding in the words of one language.
type Voice struct {
	Language string `json:"language"`
	Title    string `json:"title"`
	Where    string `json:"where"`
	Bedside  string `json:"at_the_bedside"`
	Do       struct {
		Ward        string `json:"ward"`
		Engineering string `json:"clinical_engineering"`
		Security    string `json:"security"`
	} `json:"do"`
	Dont     string `json:"dont"`
	Why      string `json:"why_we_say_so"`
	Wrong    string `json:"wrong_if"`
	Evidence string `json:"evidence"`
}

// Finding is a finding with its words and what may be done with it.
type Finding struct {
	wardround.Finding
	Voice     Voice     `json:"voice"`
	AssetName string    `json:"asset_name"`
	TwoPeople bool      `json:"two_people"`
	MaxUntil  time.Time `json:"max_until,omitzero"`
	May       []string  `json:"may"`
	ETag      string    `json:"etag"`
}

// Finding reads one finding in a language, "" for the caller's. Errors: ENotFound.
func (c *Client) Finding(ctx context.Context, id, language string) (*Finding, error) {
	q := url.Values{}
	set(q, "language", language)
	f := new(Finding)
	return f, c.Get(ctx, "/findings/"+url.PathEscape(id), q, f)
}

// Decision is what one person says of a finding.
type Decision struct {
	State  wardround.FindingState `json:"state"`
	Until  time.Time              `json:"until,omitzero"`
	Reason string                 `json:"reason"`
	Scope  string                 `json:"scope,omitempty"` // false positive: "finding" or "asset"
}

// Decide says it of a finding as it was read: etag is Finding.ETag. Errors:
// EConflict (it changed meanwhile), EForbidden, EInvalid.
func (c *Client) Decide(ctx context.Context, id, etag string, d Decision) (*Finding, error) {
	f := new(Finding)
	return f, c.Send(ctx, http.MethodPost, "/findings/"+url.PathEscape(id)+"/decision", nil, d, f, "If-Match", etag)
}

// Assign gives a finding to an account, "" takes it back.
func (c *Client) Assign(ctx context.Context, id, etag string, a wardround.Assignment) (*Finding, error) {
	body := struct {
		To   string    `json:"to"`
		Due  time.Time `json:"due,omitzero"`
		Note string    `json:"note,omitempty"`
	}{a.To, a.Due, a.Note}
	f := new(Finding)
	return f, c.Send(ctx, http.MethodPost, "/findings/"+url.PathEscape(id)+"/assignment", nil, body, f, "If-Match", etag)
}

// Answer answers an open question of the inventory.
func (c *Client) Answer(ctx context.Context, proposal string, accept bool) (*wardround.Proposal, error) {
	p := new(wardround.Proposal)
	body := map[string]bool{"accept": accept}
	return p, c.Send(ctx, http.MethodPost, "/proposals/"+url.PathEscape(proposal)+"/answer", nil, body, p)
}

// Statement is what a person or an import says of an asset.
type Statement struct {
	Act      string            `json:"act"`
	Proposal string            `json:"proposal,omitempty"`
	Asset    wardround.AssetID `json:"asset,omitempty"`
	Other    wardround.AssetID `json:"other,omitempty"`
	Match    []Match           `json:"match,omitempty"`
	Set      map[string]string `json:"set,omitempty"`
	Source   string            `json:"source,omitempty"`
}

// Match is an identifier by which a statement finds its asset.
type Match struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Difference is what statements change of one asset, in words.
type Difference struct {
	Asset wardround.AssetID `json:"asset,omitempty"`
	Name  string            `json:"name"`
	Text  string            `json:"text"`
}

// Say makes statements, all of them or none; with preview it changes nothing. It
// returns what changes.
func (c *Client) Say(ctx context.Context, statements []Statement, preview bool) ([]Difference, error) {
	body := struct {
		Statements []Statement `json:"statements"`
		Preview    bool        `json:"preview,omitempty"`
	}{statements, preview}
	var into struct {
		Changes []Difference `json:"changes"`
	}
	err := c.Send(ctx, http.MethodPost, "/statements", nil, body, &into)
	return into.Changes, err
}

// Setting is one versioned setting.
type Setting struct {
	Name   string          `json:"name"`
	Value  json.RawMessage `json:"value"`
	ETag   string          `json:"etag"`
	By     string          `json:"by,omitempty"`
	At     time.Time       `json:"at,omitzero"`
	Reason string          `json:"reason,omitempty"`
}

// Setting reads a setting.
func (c *Client) Setting(ctx context.Context, name string) (*Setting, error) {
	s := new(Setting)
	return s, c.Get(ctx, "/settings/"+url.PathEscape(name), nil, s)
}

// Set writes a setting as it was read: etag is Setting.ETag. Errors: EConflict.
func (c *Client) Set(ctx context.Context, name, etag string, value any, reason string) (*Setting, error) {
	s := new(Setting)
	body := map[string]any{"value": value, "reason": reason}
	return s, c.Send(ctx, http.MethodPut, "/settings/"+url.PathEscape(name), nil, body, s, "If-Match", etag)
}

// Coverage reads the coverage matrix.
func (c *Client) Coverage(ctx context.Context) (*coverage.Matrix, error) {
	m := new(coverage.Matrix)
	return m, c.Get(ctx, "/coverage", nil, m)
}

// Export writes a bundle of evidence over a period to w; zero times are open ends.
func (c *Client) Export(ctx context.Context, from, to time.Time, w io.Writer) (int64, error) {
	body := struct {
		From time.Time `json:"from,omitzero"`
		To   time.Time `json:"to,omitzero"`
	}{from, to}
	return c.Download(ctx, http.MethodPost, "/evidence/export", body, w)
}
