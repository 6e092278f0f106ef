package client

import (
	"context"
	"iter"
	"net/url"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/behaviour/picture"
)

// Model is an AI model in use, as a server lists it.
type Model struct {
	Key       string              `json:"key"`
	Name      string              `json:"name"`
	Service   string              `json:"service,omitempty"`
	Maker     string              `json:"maker,omitempty"`
	Product   string              `json:"product,omitempty"`
	Version   string              `json:"version,omitempty"`
	Asset     wardround.AssetID   `json:"asset,omitempty"`
	Release   wardround.ReleaseID `json:"release,omitempty"`
	Passing   int                 `json:"passing"`
	Failing   int                 `json:"failing"`
	Unknown   int                 `json:"unknown"`
	Needed    int64               `json:"needed,omitempty"` // patients or studies
	Artefact  string              `json:"artefact"`
	Signature string              `json:"signature"`
	Worst     wardround.Severity  `json:"worst"`
}

// Models lists the AI models in use that the caller may see.
func (c *Client) Models(ctx context.Context) iter.Seq2[*Model, error] {
	return portfolio[Model](ctx, c, "/models")
}

// ModelHeat tells what changed when, of the model with that key. Errors: ENotFound.
func (c *Client) ModelHeat(ctx context.Context, key string) (*picture.Heat, error) {
	out := &picture.Heat{}
	return out, c.Get(ctx, "/models/"+url.PathEscape(key)+"/heat", nil, out)
}

// ModelColumn tells the distribution of a column of a group, now and in the reference.
// Errors: ENotFound.
func (c *Client) ModelColumn(ctx context.Context, key, column, group string) (*picture.Column, error) {
	out := &picture.Column{}
	q := url.Values{}
	if group != "" {
		q.Set("group", group)
	}
	return out, c.Get(ctx, "/models/"+url.PathEscape(key)+"/columns/"+url.PathEscape(column), q, out)
}
