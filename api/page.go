package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Limits of lists.
const (
	defaultLimit = 50
	maxLimit     = 500
	maxCursor    = 2048
)

// Page is one page of a list as the API says it.
type Page[T any] struct {
	Items    []T       `json:"items"`
	Next     string    `json:"next,omitempty" doc:"Send it as cursor for the next page; absent at the end."`
	Total    int       `json:"total" doc:"How many rows fit the filter, on all pages."`
	At       time.Time `json:"at" doc:"Site time of what was read."`
	Position uint64    `json:"position" doc:"Log position of what was read."`
}

// ListQuery is embedded in the input of every list.
type ListQuery struct {
	Limit  int      `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"Most rows of a page; CSV and NDJSON have all rows."`
	Cursor string   `query:"cursor" maxLength:"2048" doc:"Page.next of the page before, with the same filters and sorting."`
	Fields []string `query:"fields" maxItems:"100" doc:"Only these fields of each row, by commas."`
	Sort   string   `query:"sort" maxLength:"200" doc:"Fields by commas, a minus for descending."`
	Format string   `query:"format" enum:"json,csv,ndjson" doc:"What to answer; goes before Accept."`
	Accept string   `header:"Accept" hidden:"true"`
}

func (q *ListQuery) query() *ListQuery { return q }

type listed interface{ query() *ListQuery }

// sorted checks that every key of Sort is one of allowed, and returns Sort, or
// otherwise if none was asked for. Errors: EInvalid.
func (q *ListQuery) sorted(otherwise string, allowed ...string) (string, error) {
	if q.Sort == "" {
		return otherwise, nil
	}
	for key := range strings.SplitSeq(q.Sort, ",") {
		if !slices.Contains(allowed, strings.TrimPrefix(key, "-")) {
			return "", wardround.Errorf(wardround.EInvalid, "api.list", "sort: no field %q; there are %s", key, strings.Join(allowed, ", "))
		}
	}
	return q.Sort, nil
}

// Rows is one stretch of a list as its source gives it. Next is the source's own
// cursor, "" at the end; the frame seals it.
type Rows[T any] struct {
	Items    []T
	Next     string
	Total    int
	Position uint64
	At       time.Time // site time
}

// RowsFunc reads at most limit rows (1 to 500) that follow cursor, "" for the
// first. It is called once for a JSON page, and to the end for CSV and NDJSON.
type RowsFunc[T any] func(ctx context.Context, cursor string, limit int) (Rows[T], error)

// allRows makes a RowsFunc of a short list that is at hand; its cursor is the
// index of the next row.
func allRows[T any](items []T, position uint64, at time.Time) RowsFunc[T] {
	return func(_ context.Context, cursor string, limit int) (Rows[T], error) {
		from, err := parseIndex(cursor)
		if err != nil {
			return Rows[T]{}, err
		}
		from = min(from, len(items))
		to := min(from+limit, len(items))
		r := Rows[T]{Items: items[from:to], Total: len(items), Position: position, At: at}
		if to < len(items) {
			r.Next = formatIndex(to)
		}
		return r, nil
	}
}

// cursors seals the cursors of sources: opaque to the caller, not to be made up,
// and bound to the query they came from.
type cursors struct{ key []byte }

// macSize is the length of a cursor's seal in bytes: 96 bits cannot be guessed
// online, and a guess gains nothing but a place in a list.
const macSize = 12

// binding is what a cursor belongs to: path, filters and sorting, not how many
// rows are asked for or how they are written.
func binding(u *url.URL) string {
	q := u.Query()
	for _, k := range []string{"cursor", "limit", "format", "fields"} {
		q.Del(k)
	}
	return u.Path + "?" + q.Encode()
}

func (c cursors) mac(bound, inner string) []byte {
	m := hmac.New(sha256.New, c.key)
	m.Write([]byte("cursor\x00" + bound + "\x00" + inner))
	return m.Sum(nil)[:macSize]
}

// seal returns the cursor to hand out, "" for "".
func (c cursors) seal(bound, inner string) string {
	if inner == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(c.mac(bound, inner), inner...))
}

// open returns the source's cursor. Errors: EInvalid.
func (c cursors) open(bound, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if len(sealed) > maxCursor || err != nil || len(b) <= macSize || !hmac.Equal(b[:macSize], c.mac(bound, string(b[macSize:]))) {
		return "", hinted(wardround.Errorf(wardround.EInvalid, "api.cursor", "the cursor is not one of this list with these filters, or the server was restarted"),
			"Begin again without cursor.")
	}
	return string(b[macSize:]), nil
}
