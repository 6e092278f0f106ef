package provider

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// types are the files that are shown, and as what.
var types = map[string]string{
	".json": "application/json", ".txt": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
	".asc": "application/pgp-signature", ".sha256": "text/plain; charset=utf-8", ".sha512": "text/plain; charset=utf-8",
}

// Handler shows the folder to everybody, and hands all other requests on. Of the
// folder only what [Write] writes is shown: nothing is listed, no link is followed out
// of it, and no other label than white is there.
func Handler(dir string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ours := strings.CutPrefix(r.URL.Path, "/")
		ours = ours && (name == ".well-known/csaf/provider-metadata.json" || strings.HasPrefix(name, "csaf/"+label+"/") || strings.HasPrefix(name, "csaf/openpgp/"))
		if !ours {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET", http.StatusMethodNotAllowed)
			return
		}
		typ, known := types[path.Ext(name)]
		if path.Clean(name) != name || !known {
			http.NotFound(w, r)
			return
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer root.Close()
		f, at, err := open(root, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer f.Close()
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)) // who reads slower than that, does not read
		h.Set("Content-Type", typ)
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "public, max-age=300")
		http.ServeContent(w, r, "", at, f)
	})
}

// open opens a plain file below the folder.
func open(root *os.Root, name string) (io.ReadSeekCloser, time.Time, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, time.Time{}, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.Join(fs.ErrNotExist)
	}
	if err != nil {
		f.Close()
		return nil, time.Time{}, err
	}
	return f, st.ModTime(), nil
}
