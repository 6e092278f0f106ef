package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/wardround/wardround/account"
)

// Methods, short enough for the table.
const (
	GET    = http.MethodGet
	POST   = http.MethodPost
	PUT    = http.MethodPut
	PATCH  = http.MethodPatch
	DELETE = http.MethodDelete
)

// routes is the one route table: everything that can be asked, and by whom.
var routes = slices.Concat(
	signInRoutes, oidcRoutes, meRoutes, peopleRoutes, tokenRoutes,
	auditRoutes, settingRoutes, sensorRoutes, noticeRoutes, aboutRoutes,
	boardRoutes,
	findingRoutes,
	portfolioRoutes,
	modelRoutes,
)

// Route is one line of the table.
type Route struct {
	Method, Path string
	ID           string // of the operation, "list-assets"
	Tag          string // what it is listed under
	Summary      string
	Doc          string // more than the summary, if there is more to say

	// Needs is what the caller must be allowed; "" is for whoever is signed in.
	Needs account.Permission
	// Whole routes are of the whole site: who may for some product lines only may not.
	// The handlers of the others keep what they answer to the caller's lines.
	Whole bool
	// Public routes need no session and are throttled by address.
	Public bool

	// Near routes need no session from the same machine, unless TLS is on: there is
	// then a door for others, and a proxy's requests look like ours.
	Near bool
	// InPerson routes need a session: what a token could change of its owner would
	// make it more than its scope.
	InPerson bool
	// AnyQuery lets parameters pass that the route does not know.
	AnyQuery bool

	// MaxBody is the most bytes of a body; 64 KiB if 0.
	MaxBody int64
	// BodyWithin is how long a body may take to come; 10 s if 0.
	BodyWithin time.Duration
	// Upload names the media types of a body that is not JSON: the handler reads it
	// with upload(ctx) as it comes. Each read must bring something within 30 s.
	Upload []string
	// Stream marks an answer without an end or of any length: the handler sets its
	// own deadlines for writing.
	Stream bool
	// Status is that of success; 200, or 204 without a body, if 0.
	Status int
	// Errors are the statuses it can answer beside those every route has.
	Errors []int

	register register
}

// register adds one operation to the server.
type register func(*Server, huma.Operation)

const (
	defaultBody   = 64 << 10
	defaultWithin = 10 * time.Second
	answerWithin  = 60 * time.Second // from the body's end to the answer's
)

// handle registers a handler. Its error becomes a problem.
func handle[I, O any](fn func(*Server, context.Context, *I) (*O, error)) register {
	return func(s *Server, op huma.Operation) {
		if rt := op.Metadata["route"].(*Route); rt.Method == GET && !rt.Public {
			documentTag(&op)
		}
		huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
			settled(ctx)
			out, err := fn(s, ctx, in)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			return out, nil
		})
	}
}

// raw registers a handler that writes the answer itself: event streams, files. An
// error it returns before it wrote anything becomes a problem.
func raw[I any](types []string, fn func(*Server, http.ResponseWriter, *http.Request, *I) error) register {
	return func(s *Server, op huma.Operation) {
		content := map[string]*huma.MediaType{}
		for _, t := range types {
			content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: content}}
		huma.Register(s.huma, op, func(ctx context.Context, in *I) (*listOutput, error) {
			settled(ctx)
			return &listOutput{Body: func(hc huma.Context) {
				r, rw := humago.Unwrap(hc)
				if err := fn(s, rw, r, in); err != nil {
					s.fail(rw, r, err)
				}
			}}, nil
		})
	}
}

// add registers a route.
func (s *Server) add(rt *Route) {
	op := huma.Operation{
		Method: rt.Method, Path: rt.Path, OperationID: rt.ID, Summary: rt.Summary, Description: rt.description(),
		Tags: []string{rt.Tag}, DefaultStatus: rt.Status, Errors: rt.errors(),
		MaxBodyBytes:    -1, // the frame limits bodies
		BodyReadTimeout: rt.within(),

		RejectUnknownQueryParameters: !rt.AnyQuery,
		Metadata:                     map[string]any{"route": rt},
	}
	if !rt.Public {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	} else {
		op.Security = []map[string][]string{}
	}
	if len(rt.Upload) > 0 {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, t := range rt.Upload {
			op.RequestBody.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
			if t == "application/json" { // with a schema huma would read the body itself
				op.RequestBody.Content[t].Schema = nil
			}
		}
		op.SkipValidateBody = true
	}
	rt.register(s, op)
}

func (rt *Route) description() string {
	text := rt.Doc
	if rt.Needs != "" {
		if text != "" {
			text += "\n\n"
		}
		text += "Needs the permission " + string(rt.Needs) + rt.reach() + "."
	}
	return text
}

func (rt *Route) reach() string {
	if rt.Whole {
		return " for the whole site"
	}
	return ""
}

// errors are the statuses of the problems a route can answer.
func (rt *Route) errors() []int {
	out := []int{http.StatusTooManyRequests}
	if !rt.Public {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden)
	}
	if rt.Method != GET {
		out = append(out, http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	out = append(out, rt.Errors...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (rt *Route) within() time.Duration {
	if rt.BodyWithin == 0 {
		return defaultWithin
	}
	return rt.BodyWithin
}

func (rt *Route) maxBody() int64 {
	if rt.MaxBody == 0 {
		return defaultBody
	}
	return rt.MaxBody
}

// whole reports whether all that a permission opens is of the whole site: who has it
// for some product lines can do nothing with it.
func (s *Server) whole(x account.Permission) bool {
	any := false
	for i := range s.table {
		if s.table[i].Needs == x {
			if !s.table[i].Whole {
				return false
			}
			any = true
		}
	}
	return any
}

// adapter is how huma reaches the mux: through the guard.
type adapter struct{ s *Server }

// Handle registers an operation behind the guard of its route.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	rt := op.Metadata["route"].(*Route)
	next := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler(humago.NewContext(op, r, w))
	}))
	if op.Metadata["tagged"] != nil {
		next = tagged(next)
	}
	if !rt.Public {
		next = a.s.veiled(next)
	}
	a.s.mux.Handle(rt.Method+" "+rt.Path, a.s.guard(rt, next))
}

// ServeHTTP makes adapter a huma.Adapter.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.s.mux.ServeHTTP(w, r) }
