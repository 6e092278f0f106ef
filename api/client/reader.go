package client

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

var _ wardround.Reader = (*Client)(nil)

// Position implements [wardround.Reader].
func (c *Client) Position(ctx context.Context, _ wardround.Scope) (uint64, time.Time, error) {
	var p struct {
		At       time.Time `json:"at"`
		Position uint64    `json:"position"`
	}
	err := c.Get(ctx, "/findings", url.Values{"limit": {"1"}}, &p)
	return p.Position, p.At, err
}

// asStored asks for the words as they are stored, whatever language the account
// reads: a reader is what a store is.
func asStored(q url.Values) url.Values {
	q.Set("language", "en")
	return q
}

// only yields the rows that are wanted, and errors.
func only[T any](rows iter.Seq2[*T, error], wanted func(*T) bool) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for row, err := range rows {
			if err == nil && !wanted(row) {
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// in reports whether a row of a scope is of the one asked for; the zero scope is the
// server's own.
func in(row, asked wardround.Scope) bool { return asked == (wardround.Scope{}) || row == asked }

// ordered yields rows in the order of their ids, as a store does; it waits for the
// last of them.
func ordered[T any](rows iter.Seq2[*T, error], id func(*T) string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		var all []*T
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			all = append(all, row)
		}
		slices.SortFunc(all, func(a, b *T) int { return strings.Compare(id(a), id(b)) })
		for _, row := range all {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Assets implements [wardround.Reader]: also public peers and what was merged into
// others.
func (c *Client) Assets(ctx context.Context, s wardround.Scope) iter.Seq2[*wardround.Asset, error] {
	standing := List[wardround.Asset](ctx, c, "/assets", asStored(url.Values{"remote": {"true"}}))
	merged := List[wardround.Asset](ctx, c, "/assets", asStored(url.Values{"remote": {"true"}, "merged": {"true"}}))
	rows := ordered(both(standing, merged), func(x *wardround.Asset) string { return string(x.ID) })
	return only(rows, func(x *wardround.Asset) bool { return in(x.Scope, s) })
}

// both yields the rows of a and then those of b.
func both[T any](a, b iter.Seq2[*T, error]) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for _, rows := range []iter.Seq2[*T, error]{a, b} {
			for row, err := range rows {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// Links implements [wardround.Reader].
func (c *Client) Links(ctx context.Context, s wardround.Scope) iter.Seq2[*wardround.Link, error] {
	rows := ordered(List[wardround.Link](ctx, c, "/links", nil), func(x *wardround.Link) string { return string(x.ID) })
	return only(rows, func(x *wardround.Link) bool { return in(x.Scope, s) })
}

// Proposals implements [wardround.Reader].
func (c *Client) Proposals(ctx context.Context, s wardround.Scope) iter.Seq2[*wardround.Proposal, error] {
	return ordered(List[wardround.Proposal](ctx, c, "/proposals", asStored(url.Values{})), func(x *wardround.Proposal) string { return x.ID })
}

// Verdicts implements [wardround.Reader] with what is said of assets and of links;
// the API tells verdicts asset by asset, and none of sites and sensors.
func (c *Client) Verdicts(ctx context.Context, s wardround.Scope, f wardround.VerdictFilter) iter.Seq2[*wardround.Verdict, error] {
	return func(yield func(*wardround.Verdict, error) bool) {
		told := map[wardround.Key]bool{} // that of a link is told with both its ends
		of := func(id wardround.AssetID) bool {
			for v, err := range List[wardround.Verdict](ctx, c, "/assets/"+url.PathEscape(string(id))+"/verdicts", asStored(url.Values{})) {
				switch {
				case err != nil:
				case f.Check != "" && v.Check != f.Check, f.Subject != wardround.Subject{} && v.Subject != f.Subject, told[v.Key]:
					continue
				default:
					told[v.Key] = true
				}
				if !yield(v, err) || err != nil {
					return false
				}
			}
			return true
		}
		switch f.Subject.Kind {
		case wardround.SubjectAsset:
			of(wardround.AssetID(f.Subject.ID))
		case wardround.SubjectLink:
			for l, err := range c.Links(ctx, s) {
				if err != nil {
					yield(nil, err)
					return
				}
				if string(l.ID) == f.Subject.ID {
					of(l.Server)
					return
				}
			}
		case "":
			for x, err := range c.Assets(ctx, s) {
				if err != nil {
					yield(nil, err)
					return
				}
				if x.MergedInto == "" && !of(x.ID) {
					return
				}
			}
		default:
			yield(nil, wardround.Errorf(wardround.EForbidden, "client", "of a %s a server tells no verdicts; read them where the data directory lies", f.Subject.Kind))
		}
	}
}

// Findings implements [wardround.Reader].
func (c *Client) Findings(ctx context.Context, s wardround.Scope, f wardround.FindingFilter) iter.Seq2[*wardround.Finding, error] {
	q := url.Values{"live": {strconv.FormatBool(f.Live)}}
	set(q, "check", f.Check)
	set(q, "case", f.Case)
	if f.Severity > wardround.SeverityNone {
		q.Set("severity", f.Severity.String())
	}
	rows := ordered(List[wardround.Finding](ctx, c, "/findings", asStored(q)), func(x *wardround.Finding) string { return x.ID })
	return only(rows, func(x *wardround.Finding) bool {
		return in(x.Scope, s) && (f.Subject == wardround.Subject{} || x.Subject == f.Subject)
	})
}

// caseLine is a case as the API writes it: with words for where instead of a group.
type caseLine struct {
	wardround.Case
	Where string `json:"where"`
}

// Cases implements [wardround.Reader]; Group is where they are, in words.
func (c *Client) Cases(ctx context.Context, s wardround.Scope) iter.Seq2[*wardround.Case, error] {
	rows := ordered(List[caseLine](ctx, c, "/cases", nil), func(x *caseLine) string { return x.ID })
	return func(yield func(*wardround.Case, error) bool) {
		for x, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if x.Group == "" {
				x.Group = x.Where
			}
			x.Scope = s
			if !yield(&x.Case, nil) {
				return
			}
		}
	}
}

// Notices implements [wardround.Reader] with what was sent to people; none where
// nothing is sent.
func (c *Client) Notices(ctx context.Context, _ wardround.Scope) iter.Seq2[*wardround.Notice, error] {
	return func(yield func(*wardround.Notice, error) bool) {
		for x, err := range List[wardround.Notice](ctx, c, "/notifications", nil) {
			var p *Problem
			if errors.As(err, &p) && (p.Code == "unavailable" || p.Code == wardround.EForbidden) {
				return // it sends none, or they are not for us to see
			}
			if !yield(x, err) {
				return
			}
		}
	}
}

// Transitions implements [wardround.Reader] for the key of a finding that is or was;
// others have none that the API tells.
func (c *Client) Transitions(ctx context.Context, s wardround.Scope, k wardround.Key) iter.Seq2[*wardround.Transition, error] {
	return func(yield func(*wardround.Transition, error) bool) {
		var d struct {
			History []*wardround.Transition `json:"history"`
		}
		id, err := c.findingID(ctx, s, k)
		if err != nil {
			yield(nil, err)
			return
		}
		err = c.Get(ctx, "/findings/"+url.PathEscape(id), asStored(url.Values{}), &d)
		if wardround.ErrorCode(err) == wardround.ENotFound {
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for _, t := range slices.Backward(d.History) { // a page has the newest first
			t.Key = k
			if !yield(t, nil) {
				return
			}
		}
	}
}

func (c *Client) findingID(ctx context.Context, s wardround.Scope, k wardround.Key) (string, error) {
	if s == (wardround.Scope{}) {
		var err error
		if s, err = c.Scope(ctx); err != nil {
			return "", err
		}
	}
	return wardround.FindingID(s, k), nil
}

// Evidence implements [wardround.Reader], one request an entry: only alone does an
// entry come with its salt. For a period as a whole there is [Client.Export].
func (c *Client) Evidence(ctx context.Context, _ wardround.Scope, from, to uint64) iter.Seq2[*wardround.Evidence, error] {
	return func(yield func(*wardround.Evidence, error) bool) {
		var head struct {
			Size uint64 `json:"size"`
		}
		if err := c.Get(ctx, "/evidence", nil, &head); err != nil {
			yield(nil, err)
			return
		}
		if to == 0 || to > head.Size {
			to = head.Size
		}
		for i := from; i < to; i++ {
			var e entry
			err := c.Get(ctx, "/evidence/entries/"+strconv.FormatUint(i, 10), nil, &e)
			if err != nil {
				yield(nil, err)
				return
			}
			x, err := e.evidence()
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

// entry is one leaf as the API writes it: salt and leaf in hex, the payload as JSON.
type entry struct {
	Index   uint64          `json:"index"`
	Kind    string          `json:"kind"`
	Reason  string          `json:"reason"`
	At      time.Time       `json:"at"`
	Seq     uint64          `json:"seq"`
	Leaf    string          `json:"leaf"`
	Salt    string          `json:"salt"`
	Payload json.RawMessage `json:"payload"`
	Erased  bool            `json:"erased"`
}

func (e *entry) evidence() (*wardround.Evidence, error) {
	leaf, err := hex.DecodeString(e.Leaf)
	if err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "client.evidence", "leaf of entry %d: %w", e.Index, err)
	}
	x := &wardround.Evidence{Index: e.Index, Kind: e.Kind, Reason: e.Reason, At: e.At, Seq: e.Seq, Leaf: leaf}
	if e.Erased {
		return x, nil
	}
	if x.Salt, err = hex.DecodeString(e.Salt); err != nil {
		return nil, wardround.Errorf(wardround.EIntegrity, "client.evidence", "salt of entry %d: %w", e.Index, err)
	}
	x.Payload = e.Payload
	return x, nil
}

// States implements [wardround.Reader]: what a check remembers stays on its server.
func (c *Client) States(context.Context, wardround.Scope) iter.Seq2[wardround.StateRow, error] {
	return kept[wardround.StateRow]("the state of checks")
}

// Wakes implements [wardround.Reader]: they stay on their server.
func (c *Client) Wakes(context.Context, wardround.Scope) iter.Seq2[wardround.WakeRow, error] {
	return kept[wardround.WakeRow]("what checks wait for")
}

// Learned implements [wardround.Reader]: it is told with the proposals of baselines.
func (c *Client) Learned(context.Context, wardround.Scope) iter.Seq2[wardround.LearnedRow, error] {
	return kept[wardround.LearnedRow]("what checks have learned")
}

func kept[T any](what string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, wardround.Errorf(wardround.EForbidden, "client", "%s is told by no server; read it where the data directory lies", what))
	}
}

// Content implements [wardround.Reader] with the settings that change verdicts: the
// zones, and for each check its thresholds and whether it is off.
func (c *Client) Content(ctx context.Context, _ wardround.Scope) iter.Seq2[wardround.ContentRow, error] {
	return func(yield func(wardround.ContentRow, error) bool) {
		zones, err := c.Setting(ctx, "zones")
		if err != nil {
			yield(wardround.ContentRow{}, err)
			return
		}
		if len(zones.Value) > 0 && string(zones.Value) != "null" {
			if !yield(wardround.ContentRow{Name: "zones", Value: zones.Value, By: zones.By, Reason: zones.Reason, At: zones.At}, nil) {
				return
			}
		}
		for x, err := range List[checkContent](ctx, c, "/checks", nil) {
			if err != nil {
				yield(wardround.ContentRow{}, err)
				return
			}
			for _, row := range x.rows() {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// checkContent is what people set of one check.
type checkContent struct {
	ID  string `json:"id"`
	Off *struct {
		By     string    `json:"by"`
		At     time.Time `json:"at"`
		Reason string    `json:"reason"`
	} `json:"off"`
	Thresholds json.RawMessage `json:"thresholds"`
}

func (x *checkContent) rows() (rows []wardround.ContentRow) {
	if len(x.Thresholds) > 0 && string(x.Thresholds) != "null" {
		rows = append(rows, wardround.ContentRow{Name: "check/" + x.ID, Value: x.Thresholds})
	}
	if x.Off != nil {
		reason, _ := json.Marshal(x.Off.Reason) // a string always marshals
		rows = append(rows, wardround.ContentRow{Name: "check/" + x.ID + "/off", Value: reason, By: x.Off.By, Reason: x.Off.Reason, At: x.Off.At})
	}
	return rows
}

// set sets a parameter unless it is empty.
func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}
