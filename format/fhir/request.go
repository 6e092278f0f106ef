package fhir

import (
	"strings"

	"github.com/wardround/wardround/format/http"
)

// A Request is an interaction as method and target say it. Strings other than
// type names are raw, from the path percent-decoded.
type Request struct {
	Interaction   Interaction
	Level         Level
	Fit           Fit
	Base          string // path before the interaction's own part, without trailing "/"
	Type          string // resource type, "" at system level; "*" in a compartment search over all
	ID            string
	Version       string // of vread
	Compartment   string // resource type of the compartment
	CompartmentID string
	Operation     string // without "$"
	Conditional   bool   // update, patch or delete of what a search finds
	Query         string // of the target, not decoded; see [http.Query]
}

// maxSegments is how many segments of a path are looked at.
const maxSegments = 24

// maxID is the longest id in characters (R5 datatypes.html §2.24.0.1).
const maxID = 64

// ParseRequest reads the interaction from a request's method and target. Fit is
// Misfit if there is none.
func ParseRequest(method, target string) Request {
	t := http.ParseTarget(target)
	var buf [maxSegments]string
	segments := buf[:0]
	for s := range http.Segments(t.Path) {
		if len(segments) == maxSegments {
			return Request{}
		}
		segments = append(segments, s)
	}
	method = verb(method)
	for i, s := range segments {
		if !IsType(s) {
			continue
		}
		r := Request{Query: t.Query, Fit: Probable, Base: base(segments[:i])}
		if r.typed(method, segments[i:]) {
			if named(segments[:i]) {
				r.Fit = Certain
			}
			return r
		}
	}
	r := Request{Query: t.Query, Fit: Possible}
	if !r.system(method, segments) {
		return Request{}
	}
	return r
}

// verb maps HEAD to GET, as a server does.
func verb(method string) string {
	if method == "HEAD" {
		return "GET"
	}
	return method
}

func base(segments []string) string {
	if len(segments) == 0 {
		return ""
	}
	return "/" + strings.Join(segments, "/")
}

// named reports whether a base says that FHIR lives there.
func named(segments []string) bool {
	for _, s := range segments {
		if containsFold(s, "fhir") || containsFold(s, "dstu") || containsFold(s, "stu3") {
			return true
		}
	}
	return false
}

func containsFold(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		j := 0
		for j < len(lower) && s[i+j]|0x20 == lower[j]|0x20 {
			j++
		}
		if j == len(lower) {
			return true
		}
	}
	return false
}

// typed reads a path that begins with a resource type.
func (r *Request) typed(method string, s []string) bool {
	r.Type, r.Level = types[s[0]].name, Type
	switch len(s) {
	case 1:
		return r.onType(method)
	case 2:
		return r.onTypeMember(method, s[1])
	case 3:
		return isID(s[1]) && r.onInstanceMember(method, s[1], s[2])
	case 4:
		return isID(s[1]) && r.onVersion(method, s)
	case 5:
		return s[2] == "_history" && isID(s[3]) && r.instance(s[1]) && r.call(method, s[4])
	}
	return false
}

func (r *Request) onType(method string) bool {
	switch method {
	case "GET":
		r.Interaction = Search
	case "POST":
		r.Interaction = Create
	case "PUT":
		r.Interaction = Update
	case "PATCH":
		r.Interaction = Patch
	case "DELETE":
		r.Interaction = Delete
	default:
		return false
	}
	if method != "GET" && method != "POST" {
		r.Conditional = true
		return r.Query != ""
	}
	return true
}

func (r *Request) onTypeMember(method, member string) bool {
	switch {
	case member == "_search":
		r.Interaction = Search
		return method == "POST" || method == "GET"
	case member == "_history":
		r.Interaction = History
		return method == "GET"
	case strings.HasPrefix(member, "$"):
		return r.call(method, member)
	case !r.instance(member):
		return false
	}
	switch method {
	case "GET":
		r.Interaction = Read
	case "PUT":
		r.Interaction = Update
	case "PATCH":
		r.Interaction = Patch
	case "DELETE":
		r.Interaction = Delete
	default:
		return false
	}
	return true
}

func (r *Request) onInstanceMember(method, id, member string) bool {
	switch {
	case member == "_history":
		r.Interaction = History
		if method == "DELETE" { // of the history, R5 http.html §3.2.0.7
			r.Interaction = Delete
			return r.instance(id)
		}
		return method == "GET" && r.instance(id)
	case strings.HasPrefix(member, "$"):
		return r.instance(id) && r.call(method, member)
	case member == "*" || IsType(member):
		r.compartment(id, member)
		return method == "GET"
	}
	return false
}

func (r *Request) onVersion(method string, s []string) bool {
	switch {
	case s[2] == "_history" && isID(s[3]):
		r.Version = s[3]
		r.Interaction = VRead
		if method == "DELETE" {
			r.Interaction = Delete
		}
		return (method == "GET" || method == "DELETE") && r.instance(s[1])
	case s[3] == "_search" && (s[2] == "*" || IsType(s[2])):
		r.compartment(s[1], s[2])
		return method == "POST"
	}
	return false
}

func (r *Request) compartment(id, member string) {
	r.Interaction, r.Level = Search, Compartment
	r.Compartment, r.CompartmentID = r.Type, id
	r.Type = "*"
	if member != "*" {
		r.Type = types[member].name
	}
}

func (r *Request) instance(id string) bool {
	r.Level, r.ID = Instance, id
	return isID(id)
}

func (r *Request) call(method, member string) bool {
	if len(member) < 2 || len(member) > maxID || member[0] != '$' {
		return false
	}
	r.Interaction, r.Operation = OperationCall, member[1:]
	return method == "GET" || method == "POST" || method == "DELETE"
}

// system reads a path without a resource type.
func (r *Request) system(method string, s []string) bool {
	last := ""
	if len(s) > 0 {
		last = s[len(s)-1]
	}
	own := true // the last segment is the interaction's
	switch {
	case last == "metadata" && method == "GET":
		r.Interaction = Capabilities
	case last == "_history" && method == "GET":
		r.Interaction = History
	case last == "_search" && method == "POST":
		r.Interaction = Search
	case strings.HasPrefix(last, "$"):
		if !r.call(method, last) {
			return false
		}
	case method == "POST":
		r.Interaction, own = Batch, false
	case method == "GET" && r.Query != "":
		r.Interaction, own = Search, false
	default:
		return false
	}
	if own {
		s = s[:len(s)-1]
		if named(s) {
			r.Fit = Certain
		}
	}
	r.Base = base(s)
	return true
}

// isID reports whether s can be a logical id. Servers exist that allow "_".
func isID(s string) bool {
	if s == "" || len(s) > maxID || s[0] == '_' || s[0] == '$' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}

// Form returns the method and target that say the interaction: what
// [ParseRequest] reads back. Ids and types are not escaped.
func (r Request) Form() (method, target string) {
	path := r.Base
	for _, s := range []string{r.Compartment, r.CompartmentID, r.Type, r.ID} {
		if s != "" {
			path += "/" + s
		}
	}
	method = "GET"
	switch r.Interaction {
	case VRead:
		path += "/_history/" + r.Version
	case History:
		path += "/_history"
	case Capabilities:
		path += "/metadata"
	case Update:
		method = "PUT"
	case Patch:
		method = "PATCH"
	case Delete:
		method = "DELETE"
	case Create, Batch:
		method = "POST"
	case OperationCall:
		method = "POST"
		path += "/$" + r.Operation
	}
	if path == "" {
		path = "/"
	}
	if r.Query != "" {
		path += "?" + r.Query
	}
	return method, path
}
