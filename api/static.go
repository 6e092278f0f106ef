package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/wardround/wardround"
)

// static is the built UI, held in memory: a path is a key and never a file name.
type static struct{ files map[string]*asset }

type asset struct {
	body []byte
	kind string // media type
	etag string
	zip  func() []byte // gzip, made once; nil if it is not worth it
}

func newStatic(ui fs.FS) (*static, error) {
	s := &static{files: map[string]*asset{}}
	if ui == nil {
		return s, nil
	}
	return s, fs.WalkDir(ui, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(ui, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		a := &asset{body: body, kind: typeOf(name), etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
		if compresses(a.kind) && len(body) > 1<<10 {
			a.zip = sync.OnceValue(func() []byte { return zipped(body) })
		}
		s.files["/"+name] = a
		return nil
	})
}

// typeOf does not ask the system's tables, which differ.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func compresses(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "svg")
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is one
	_, _ = w.Write(b)                                       // to memory
	_ = w.Close()
	return out.Bytes()
}

// page answers with a file of the UI, or with its index for a path that the UI
// itself knows.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.fail(w, r, newProblem(http.StatusMethodNotAllowed, wardround.EInvalid, "a page can be read and nothing else"))
		return
	}
	a := s.static.files[r.URL.Path]
	if a == nil && !strings.HasPrefix(r.URL.Path, "/static/") {
		a = s.static.files["/index.html"]
	}
	if a == nil {
		s.fail(w, r, problem(wardround.ENotFound, "there is nothing at this path"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Etag", a.etag)
	if strings.HasPrefix(r.URL.Path, "/static/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // the name has the content's hash
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body := a.body
	if a.zip != nil {
		h.Set("Vary", "Accept-Encoding")
		if accepts(r.Header.Get("Accept-Encoding"), "gzip") {
			body = a.zip()
			h.Set("Content-Encoding", "gzip")
			h.Set("Etag", strings.TrimSuffix(a.etag, `"`)+`-gz"`) // RFC 9110 §8.8.3: another representation
		}
	}
	if match := r.Header.Get("If-None-Match"); match != "" && matches(match, h.Get("Etag"), true) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // whoever asked may have gone
}

// accepts reports whether an Accept-Encoding allows coding (RFC 9110 §12.5.3).
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			v, err := strconv.ParseFloat(q, 64)
			return !ok || err != nil || v > 0
		}
	}
	return false
}
