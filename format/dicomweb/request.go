package dicomweb

import (
	"strings"

	"github.com/wardround/wardround/format/http"
)

// A Request is a transaction as method and target say it. Strings are raw.
type Request struct {
	Transaction Transaction
	// Level is that of the resource: the level searched in, retrieved or deleted.
	Level Level
	// Of is what a search returns: "studies", "series", "instances" or "workitems".
	Of string
	// Aspect is what is retrieved of the resource: "" for all of it, "metadata",
	// "rendered", "thumbnail", "pixeldata", "bulkdata" or "frames".
	Aspect string
	Fit    Fit
	Base   string // path before the transaction's own part, without trailing "/"
	Study  string // UID
	Series string // UID
	// Instance is the UID of an instance, or of a workitem.
	Instance string
	Frames   int    // frames asked for
	Query    string // of the target, not decoded; see [http.Query]
}

// maxSegments is how many segments of a path are looked at.
const maxSegments = 32

// ParseRequest reads the transaction from a request's method and target. Fit is
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
	if method == "HEAD" {
		method = "GET"
	}
	for i, s := range segments {
		switch s {
		case "studies", "series", "instances", "workitems":
		default:
			continue
		}
		r := Request{Fit: Possible, Base: base(segments[:i]), Query: t.Query}
		if !r.resource(method, segments[i:]) {
			continue
		}
		if named(segments[:i]) || distinct(r.Study) || distinct(r.Instance) {
			r.Fit = Certain
		}
		return r
	}
	r := Request{Base: base(segments), Query: t.Query}
	switch {
	case method == "GET" && r.uri():
		r.Fit = Certain
	case method == "OPTIONS" && named(segments):
		r.Transaction, r.Fit = Capabilities, Possible
	default:
		return Request{}
	}
	return r
}

func base(segments []string) string {
	if len(segments) == 0 {
		return ""
	}
	return "/" + strings.Join(segments, "/")
}

// named reports whether a base says that DICOMweb lives there.
func named(segments []string) bool {
	for _, s := range segments {
		s = strings.ToLower(s)
		for _, word := range [...]string{"dicom", "wado", "qido", "stow", "dcm4chee"} {
			if strings.Contains(s, word) {
				return true
			}
		}
	}
	return false
}

// resource reads a path that begins with studies, series, instances or workitems
// (PS3.18 §10.1.1, §11.1.1).
func (r *Request) resource(method string, s []string) bool {
	switch s[0] {
	case "workitems":
		return r.workitem(method, s[1:])
	case "studies":
		return r.study(method, s[1:])
	}
	r.Transaction, r.Of = Search, s[0]
	return method == "GET" && len(s) == 1
}

func (r *Request) study(method string, s []string) bool {
	if len(s) == 0 {
		return r.collection(method, "studies")
	}
	if !isUID(s[0]) {
		return false
	}
	r.Study, r.Level = s[0], Study
	s = s[1:]
	switch {
	case len(s) == 1 && (s[0] == "series" || s[0] == "instances"):
		r.Transaction, r.Of = Search, s[0]
		return method == "GET"
	case len(s) > 1 && s[0] == "series" && isUID(s[1]):
		return r.series(method, s[1:])
	}
	if len(s) == 0 && method == "POST" {
		r.Transaction = Store
		return true
	}
	return r.member(method, s)
}

func (r *Request) series(method string, s []string) bool {
	r.Series, r.Level = s[0], Series
	s = s[1:]
	switch {
	case len(s) == 1 && s[0] == "instances":
		r.Transaction, r.Of = Search, s[0]
		return method == "GET"
	case len(s) > 1 && s[0] == "instances" && isUID(s[1]):
		r.Instance, r.Level = s[1], Instance
		return r.member(method, s[2:])
	}
	return r.member(method, s)
}

// collection reads a request for /studies itself.
func (r *Request) collection(method, of string) bool {
	switch method {
	case "GET":
		r.Transaction, r.Of = Search, of
	case "POST":
		r.Transaction = Store
	default:
		return false
	}
	return true
}

// member reads what follows the UID of a study, series or instance.
func (r *Request) member(method string, s []string) bool {
	r.Transaction = Retrieve
	if len(s) == 0 {
		if method == "DELETE" {
			r.Transaction = Delete
			return true
		}
		return method == "GET"
	}
	r.Aspect = aspects[s[0]]
	switch {
	case r.Aspect == "" || method != "GET":
		return false
	case r.Aspect == "bulkdata":
		return true // its path is the server's (PS3.18 §10.4.1.1.5)
	case r.Aspect == "frames" && r.Level == Instance && len(s) > 1:
		r.Level, r.Frames = Frame, strings.Count(s[1], ",")+1
		if len(s) == 3 {
			r.Aspect = aspects[s[2]]
		}
		return len(s) <= 3 && r.Aspect != ""
	}
	return len(s) == 1
}

var aspects = map[string]string{
	"metadata": "metadata", "rendered": "rendered", "thumbnail": "thumbnail",
	"pixeldata": "pixeldata", "bulkdata": "bulkdata", "frames": "frames",
}

func (r *Request) workitem(method string, s []string) bool {
	r.Transaction, r.Of = Worklist, "workitems"
	if len(s) > 0 {
		if !isUID(s[0]) {
			return false
		}
		r.Instance, r.Level = s[0], Instance
	}
	switch {
	case len(s) <= 1:
		return method == "GET" || method == "POST" || method == "PUT"
	case len(s) == 2 && s[1] == "state":
		return method == "PUT"
	case len(s) == 2 && s[1] == "cancelrequest":
		return method == "POST"
	case s[1] == "subscribers" && len(s) <= 4:
		return method == "POST" || method == "DELETE"
	}
	return false
}

// uri reads the query of WADO-URI (PS3.18 §9.1.2).
func (r *Request) uri() bool {
	if !strings.Contains(r.Query, "requestType=") {
		return false
	}
	wado := false
	for name, value := range http.Query(r.Query) {
		switch name {
		case "requestType":
			wado = value == "WADO"
		case "studyUID":
			r.Study = value
		case "seriesUID":
			r.Series = value
		case "objectUID":
			r.Instance = value
		case "contentType":
			if strings.HasPrefix(value, "image/") || strings.HasPrefix(value, "text/") {
				r.Aspect = "rendered"
			}
		}
	}
	r.Transaction, r.Level = RetrieveURI, Instance
	return wado && isUID(r.Study) && isUID(r.Instance)
}

// isUID reports whether s has the form of a UID (PS3.5 §9.1).
func isUID(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '.' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && c != '.' {
			return false
		}
	}
	return true
}

// distinct reports whether a UID can hardly be anything else.
func distinct(uid string) bool { return strings.Count(uid, ".") >= 3 }

// Form returns the method and target that say the transaction: what
// [ParseRequest] reads back. RetrieveURI and Capabilities need the query and base
// that are set.
func (r Request) Form() (method, target string) {
	path := r.Base
	method = "GET"
	if r.Transaction == Worklist {
		path += "/workitems"
	} else if r.Transaction != RetrieveURI && r.Transaction != Capabilities && (r.Study != "" || r.Of == "studies" || r.Transaction == Store) {
		path += "/studies"
	}
	if r.Transaction != RetrieveURI {
		for _, s := range [...]struct{ name, uid string }{{"", r.Study}, {"/series", r.Series}, {"/instances", r.Instance}} {
			if s.uid != "" {
				if r.Transaction != Worklist {
					path += s.name
				}
				path += "/" + s.uid
			}
		}
	}
	switch r.Transaction {
	case Store:
		method = "POST"
	case Delete:
		method = "DELETE"
	case Capabilities:
		method = "OPTIONS"
	case Search:
		if r.Of != "studies" {
			path += "/" + r.Of
		}
	case Retrieve:
		if r.Frames > 0 {
			path += "/frames/1" + strings.Repeat(",1", r.Frames-1)
		}
		if r.Aspect != "" && r.Aspect != "frames" {
			path += "/" + r.Aspect
		}
	}
	if r.Query != "" {
		path += "?" + r.Query
	}
	return method, path
}
