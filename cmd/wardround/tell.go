package main

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/api"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/notify"
)

// told is a case as a notice says it.
func (f *face) told(id string) (notify.Case, bool) {
	x := f.board.Case(board.Visible{}, id, check.English)
	if x == nil {
		return notify.Case{}, false
	}
	return notify.Case{
		ID: x.ID, Title: x.Title, Severity: x.Severity, Where: x.Where, Bedside: x.Bedside, Language: x.Language,
		Ward: x.Ward, Zone: string(x.Zone), Role: x.Role, TakenUp: x.Acknowledged || x.State != "open",
	}, true
}

// deliveries are what was sent to people, newest first.
func (f *face) deliveries(context.Context) ([]api.Notification, error) {
	list := f.teller.Deliveries()
	out := make([]api.Notification, len(list))
	for i, d := range list {
		out[i] = api.Notification{
			ID: d.ID, Case: d.Case, Title: d.Title, Severity: d.Severity, At: d.At, Route: d.Route, Channel: d.Channel,
			State: d.State, Error: d.Error, Attempts: d.Attempts,
		}
	}
	return out, nil
}

// changing puts settings of notices in force, and hands every other on.
func (f *face) changing(rest func(ctx context.Context, name string, value []byte) error) func(context.Context, string, []byte) error {
	return func(ctx context.Context, name string, value []byte) error {
		if name == "notifications" {
			c, err := notify.Parse(value)
			if err != nil {
				return err
			}
			f.teller.Configure(c)
			return nil
		}
		if rest == nil {
			return nil
		}
		return rest(ctx, name, value)
	}
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
