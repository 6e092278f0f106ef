package main

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/notify"
)

// told is a case as a notice says it, in the site's language.
func (f *face) told(id string) (notify.Case, bool) {
	language := check.English
	if l := f.language.Load(); l != nil {
		language = *l
	}
	x := f.board.Case(board.Visible{}, id, language)
	if x == nil {
		return notify.Case{}, false
	}
	return notify.Case{
		ID: x.ID, Title: x.Title, Severity: x.Severity, Where: x.Where, Bedside: x.Bedside, Language: x.Language,
		Ward: x.Ward, Zone: string(x.Zone), Role: x.Role, TakenUp: x.Acknowledged || x.State != "open",
	}, true
}

// missed are the notices that were committed after a time: those that an end in
// between kept from the outbox.
func missed(r wardround.Reader, s wardround.Scope) func(context.Context, time.Time) ([]*wardround.Notice, error) {
	return func(ctx context.Context, after time.Time) (out []*wardround.Notice, err error) {
		for n, err := range r.Notices(ctx, s) {
			if err != nil {
				return nil, err
			}
			if n.At.After(after) {
				out = append(out, n)
			}
		}
		return out, nil
	}
}

// deliveries are what was sent to people, newest first.
func (f *face) deliveries(context.Context) ([]api.Notification, error) {
	if err := f.teller.Err(); err != nil {
		return nil, err
	}
	list := f.teller.Deliveries()
	out := make([]api.Notification, len(list))
	for i, d := range list {
		out[i] = api.Notification{
			ID: d.ID, Type: d.Type, Case: d.Case, Title: d.Title, Severity: d.Severity, At: d.At, Route: d.Route, Channel: d.Channel,
			State: d.State, Error: d.Error, Attempts: d.Attempts,
		}
	}
	return out, nil
}

// changing puts settings of notices and work orders in force, and hands every other
// on. Errors: EInvalid; it is then not kept.
func (f *face) changing(rest func(ctx context.Context, name string, value []byte) error) func(context.Context, string, []byte) error {
	return func(ctx context.Context, name string, value []byte) error {
		switch name {
		case "notifications":
			c, err := notify.Parse(value)
			if err != nil {
				return err
			}
			f.teller.Configure(c)
			return nil
		case "work-orders":
			o, err := notify.ParseOrders(value)
			if err != nil {
				return err
			}
			f.teller.ConfigureOrders(o)
			return nil
		case "site":
			if err := f.settle(value); err != nil {
				return err
			}
		}
		if rest == nil {
			return nil
		}
		return rest(ctx, name, value)
	}
}

// settle tells notices how the site is called, in which language and time zone.
func (f *face) settle(value []byte) error {
	var x api.SiteSetting
	if err := json.Unmarshal(value, &x); err != nil {
		return wardround.Errorf(wardround.EInvalid, "settings", "site: %w", err)
	}
	zone, err := time.LoadLocation(x.TimeZone)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "settings", "site: %q is no time zone we know; write it as Europe/Berlin", x.TimeZone)
	}
	language, _, _ := strings.Cut(strings.ToLower(x.Language), "-") // de-AT is read as de
	f.language.Store(&language)
	f.teller.SetSite(cmp.Or(x.Name, f.name), zone)
	return nil
}

// outbox keeps in a document what is still to be sent.
type outbox struct {
	docs account.Documents
	now  func() time.Time
}

// documentOutbox is its name.
const documentOutbox = "outbox"

// Load returns what was saved last, nil for nothing.
func (o *outbox) Load(ctx context.Context) ([]byte, error) {
	d, err := o.docs.Document(ctx, documentOutbox)
	if wardround.ErrorCode(err) == wardround.ENotFound {
		return nil, nil
	}
	return d.Value, err
}

// Save keeps what is to be sent; there is one that writes.
func (o *outbox) Save(ctx context.Context, b []byte) error {
	d, err := o.docs.Document(ctx, documentOutbox)
	if err != nil && wardround.ErrorCode(err) != wardround.ENotFound {
		return err
	}
	_, err = o.docs.PutDocument(ctx, account.Document{Name: documentOutbox, Value: b, Version: d.Version, At: o.now()})
	return err
}
