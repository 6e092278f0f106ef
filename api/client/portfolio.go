package client

import (
	"context"
	"iter"

	"github.com/wardround/wardround"
)

// Releases implements [wardround.Reader].
func (c *Client) Releases(ctx context.Context, _ wardround.Scope) iter.Seq2[*wardround.Release, error] {
	return ordered(portfolio[wardround.Release](ctx, c, "/releases"), func(x *wardround.Release) string { return string(x.ID) })
}

// Documents implements [wardround.Reader].
func (c *Client) Documents(ctx context.Context, _ wardround.Scope) iter.Seq2[*wardround.Document, error] {
	return ordered(portfolio[wardround.Document](ctx, c, "/documents"), func(x *wardround.Document) string { return string(x.ID) })
}

// portfolio lists what a server without a portfolio does not have, and says so.
func portfolio[T any](ctx context.Context, c *Client, path string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for row, err := range List[T](ctx, c, path, nil) {
			if wardround.ErrorCode(err) == wardround.ENotFound {
				err = wardround.Errorf(wardround.ECannotTell, "client.portfolio", "the server of %s tells no releases; it is older than this program: %w", c.base, err)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}
