package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type listOutput struct {
	Body func(huma.Context)
}

// list registers a handler that returns rows. I embeds [ListQuery].
func list[I, T any, P interface {
	*I
	listed
}](fn func(*Server, context.Context, *I) (RowsFunc[T], error)) register {
	return func(s *Server, op huma.Operation) {
		documentList[T](s, &op)
		huma.Register(s.huma, op, func(ctx context.Context, in *I) (*listOutput, error) {
			settled(ctx)
			rows, err := fn(s, ctx, in)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			w, err := s.begin(ctx, P(in).query(), reflect.TypeFor[T](), op.OperationID)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			rows = discreet(s.veil(ctx), rows)
			first, err := rows(ctx, w.cursor, w.limit)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			return &listOutput{Body: func(hc huma.Context) {
				r, rw := humago.Unwrap(hc)
				switch w.format {
				case "csv":
					stream(s, r, rw, w, first, rows, &csvRows{names: w.names, out: csv.NewWriter(rw)})
				case "ndjson":
					stream(s, r, rw, w, first, rows, &jsonRows{names: w.names, all: w.all, out: json.NewEncoder(rw)})
				default:
					page(s, r, rw, w, first)
				}
			}}, nil
		})
	}
}

// discreet leaves out the rows that name what is hidden from the caller.
func discreet[T any](v *veil, rows RowsFunc[T]) RowsFunc[T] {
	if !v.any() {
		return rows
	}
	return func(ctx context.Context, cursor string, limit int) (Rows[T], error) {
		r, err := rows(ctx, cursor, limit)
		n := len(r.Items)
		r.Items = slices.DeleteFunc(slices.Clone(r.Items), func(row T) bool { return v.row(row) })
		r.Total -= n - len(r.Items) // of this page
		return r, err
	}
}

// want is what a list was asked for, checked.
type want struct {
	names  []string
	all    bool // every field
	format string
	bound  string
	cursor string
	limit  int
	file   string
}

func (s *Server) begin(ctx context.Context, q *ListQuery, t reflect.Type, id string) (*want, error) {
	names, err := picked(t, q.Fields)
	if err != nil {
		return nil, err
	}
	w := &want{names: names, all: len(q.Fields) == 0, format: formatOf(q), limit: q.Limit}
	if w.limit == 0 {
		w.limit = defaultLimit
	}
	if c := callOf(ctx); c != nil {
		w.bound = binding(c.r.URL)
	}
	if w.cursor, err = s.cursors.open(w.bound, q.Cursor); err != nil {
		return nil, err
	}
	if w.format != "json" {
		w.limit = maxLimit
	}
	w.file = strings.TrimPrefix(id, "list-") + "-" + s.opt.Now().UTC().Format("20060102-150405")
	return w, nil
}

// formatOf chooses by ?format=, else by the first type of Accept that we write.
func formatOf(q *ListQuery) string {
	if q.Format != "" {
		return q.Format
	}
	for part := range strings.SplitSeq(q.Accept, ",") {
		t, params, err := mime.ParseMediaType(part)
		if err != nil || params["q"] == "0" {
			continue
		}
		switch t {
		case "text/csv":
			return "csv"
		case "application/x-ndjson", "application/ndjson":
			return "ndjson"
		case "application/json", "*/*":
			return "json"
		}
	}
	return "json"
}

// page writes one page as JSON.
func page[T any](s *Server, r *http.Request, rw http.ResponseWriter, w *want, rows Rows[T]) {
	next := s.cursors.seal(w.bound, rows.Next)
	rw.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(rw)
	enc.SetEscapeHTML(false)
	var err error
	if w.all {
		if rows.Items == nil {
			rows.Items = []T{}
		}
		err = enc.Encode(Page[T]{rows.Items, next, rows.Total, rows.At.UTC(), rows.Position})
	} else {
		items := make([]json.RawMessage, len(rows.Items))
		for i, row := range rows.Items {
			if items[i], err = pick(row, w.names); err != nil {
				break
			}
		}
		if err == nil {
			err = enc.Encode(Page[json.RawMessage]{items, next, rows.Total, rows.At.UTC(), rows.Position})
		}
	}
	if err != nil && r.Context().Err() == nil {
		panic(err) // a row that cannot be written is our own fault
	}
}

// rowWriter writes rows one after the other.
type rowWriter interface {
	contentType() string
	begin(*want) error
	row(any) error
	flush() error
}

// streamFor is how long one stretch of a stream may take to leave.
const streamFor = 30 * time.Second

// stream writes all pages. What fails after the first byte breaks the connection:
// a file that ends early must not look whole.
func stream[T any](s *Server, r *http.Request, rw http.ResponseWriter, w *want, rows Rows[T], more RowsFunc[T], out rowWriter) {
	ctx := r.Context()
	rc := http.NewResponseController(rw)
	rw.Header().Set("Content-Type", out.contentType())
	rw.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": w.file + "." + w.format}))
	err := out.begin(w)
	for err == nil {
		for _, row := range rows.Items {
			if err = out.row(row); err != nil {
				break
			}
		}
		if err == nil {
			err = out.flush()
		}
		if err != nil || rows.Next == "" {
			break
		}
		if err = ctx.Err(); err != nil {
			break
		}
		_ = rc.SetWriteDeadline(time.Now().Add(streamFor)) // connections have deadlines; recorders have none
		rows, err = more(ctx, rows.Next, w.limit)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.WarnContext(ctx, "a list broke off", "request", idOf(callOf(ctx)), "err", err)
		}
		panic(http.ErrAbortHandler)
	}
}

// csvRows writes RFC 4180 with a header record.
type csvRows struct {
	names []string
	out   *csv.Writer
}

func (c *csvRows) contentType() string { return "text/csv; charset=utf-8; header=present" }

func (c *csvRows) begin(*want) error {
	c.out.UseCRLF = true
	return c.out.Write(c.names)
}

func (c *csvRows) row(row any) error {
	cells, err := cellsOf(row)
	if err != nil {
		return err
	}
	record := make([]string, len(c.names))
	for i, n := range c.names {
		record[i] = cell(cells[n])
	}
	return c.out.Write(record)
}

func (c *csvRows) flush() error {
	c.out.Flush()
	return c.out.Error()
}

// jsonRows writes one JSON object a line.
type jsonRows struct {
	names []string
	all   bool
	out   *json.Encoder
}

func (j *jsonRows) contentType() string { return "application/x-ndjson" }

func (j *jsonRows) begin(*want) error {
	j.out.SetEscapeHTML(false)
	return nil
}

func (j *jsonRows) row(row any) error {
	if j.all {
		return j.out.Encode(row)
	}
	b, err := pick(row, j.names)
	if err != nil {
		return err
	}
	return j.out.Encode(b)
}

func (j *jsonRows) flush() error { return nil }

// documentList says in the OpenAPI document what a list answers.
func documentList[T any](s *Server, op *huma.Operation) {
	registry := s.huma.OpenAPI().Components.Schemas
	op.Responses = map[string]*huma.Response{"200": {
		Description: "One page; as CSV or NDJSON all rows.",
		Content: map[string]*huma.MediaType{
			"application/json":     {Schema: registry.Schema(reflect.TypeFor[Page[T]](), true, "")},
			"application/x-ndjson": {Schema: registry.Schema(reflect.TypeFor[T](), true, "")},
			"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}},
		},
	}}
}
