package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"

	"github.com/wardround/wardround"
)

// maxRow is the longest line of a list in bytes.
const maxRow = 4 << 20

// List yields every row of a list, in the order asked for with "sort", as one
// stream: the server is read as fast as the rows are taken. An error ends it; a
// stream that was cut is an error, never a shorter list.
func List[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		op := "GET " + path
		ctx, cancel := context.WithCancel(ctx) // a reader that has enough ends the stream
		defer cancel()
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		q.Set("format", "ndjson")
		rs, err := c.do(ctx, call{method: http.MethodGet, path: path, query: q, accept: "application/x-ndjson"})
		if err != nil {
			yield(nil, err)
			return
		}
		defer rs.Body.Close()
		if err := ours(rs); err != nil {
			yield(nil, c.foreign(op, err))
			return
		}
		lines := bufio.NewScanner(rs.Body)
		lines.Buffer(make([]byte, 64<<10), maxRow)
		for lines.Scan() {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			row := new(T)
			if err := json.Unmarshal(lines.Bytes(), row); err != nil {
				yield(nil, c.foreign(op, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
				err = wardround.Errorf(wardround.ECannotTell, op, "the list of %s ended early: %w", c.base, err)
			}
			yield(nil, err)
		}
	}
}

// Page is one page of a list.
type Page[T any] struct {
	Items    []T    `json:"items"`
	Next     string `json:"next"` // the cursor of the next page; "" for none
	Total    int    `json:"total"`
	Position uint64 `json:"position"` // of the log, when the page was made
}

// Pages yields every row of a list page by page, for lists that change while they
// are read: each page is whole. query may say "limit".
func Pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		for {
			var p Page[T]
			if err := c.Get(ctx, path, q, &p); err != nil {
				yield(nil, err)
				return
			}
			for i := range p.Items {
				if !yield(&p.Items[i], nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			if p.Next == q.Get("cursor") {
				yield(nil, wardround.Errorf(wardround.EIntegrity, "GET "+path, "%s sends the same page again", c.base))
				return
			}
			q.Set("cursor", p.Next)
		}
	}
}

// Upload sends what r holds as the body of a POST and reads the answer into a
// value.
func (c *Client) Upload(ctx context.Context, path string, query url.Values, typ string, r io.Reader, into any) error {
	rs, err := c.do(ctx, call{method: http.MethodPost, path: path, query: query, raw: r, typ: typ})
	if err != nil {
		return err
	}
	defer rs.Body.Close()
	if err := json.NewDecoder(io.LimitReader(rs.Body, maxAnswer)).Decode(into); err != nil {
		return c.foreign("POST "+path, err)
	}
	return nil
}
