package api

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/ledger"
)

// maxBundle is the largest bundle that is verified here; larger ones the command
// line verifies, offline.
const maxBundle = 256 << 20

// bundleLimits bound what an uploaded bundle may unpack to. It is never unpacked to
// disk.
var bundleLimits = ledger.Limits{Total: 2 << 30, Files: 100_000, Entries: 5_000_000}

var (
	bundleExport = Route{Method: POST, Path: "/api/v1/evidence/export", ID: "export-evidence", Tag: "evidence", Summary: "A bundle of evidence that anyone can verify offline",
		Doc:   "One zip file: entries, salts, proofs, gaps, digests, a plain README. The ledger is signed for it.",
		Needs: account.Evidence, Stream: true, Errors: []int{422, 501, 503}, register: raw([]string{"application/zip"}, (*Server).exportBundle)}
	bundleVerify = Route{Method: POST, Path: "/api/v1/evidence/verify", ID: "verify-evidence", Tag: "evidence", Summary: "Verify a bundle",
		Doc:     "Against X-Verifier-Key, a public key or its fingerprint that you have from elsewhere; without it a bundle can only be found self-consistent.",
		MaxBody: maxBundle, Stream: true, Upload: []string{"application/zip", "application/octet-stream"},
		Errors: []int{422, 503}, register: handle((*Server).verifyBundle)}
)

type exportInput struct {
	Body struct {
		From time.Time `json:"from,omitzero" doc:"Site time, included; from the beginning if left out."`
		To   time.Time `json:"to,omitzero" doc:"Site time, not included; to the end if left out."`
	}
}

// busy is said when as many are at it as may be.
func busy(what string) error {
	p := problem(wardround.ECannotTell, "someone else is %s", what)
	p.Hint, p.header = "Try again in a minute.", http.Header{"Retry-After": {"60"}}
	return p
}

// take takes a place of a few; false if there is none.
func take(places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
		return false
	}
}

// exportBundle signs the ledger and writes a bundle as it is made. One that breaks
// off breaks the connection, so that it does not look whole.
func (s *Server) exportBundle(w http.ResponseWriter, r *http.Request, in *exportInput) error {
	ctx := r.Context()
	from, to := in.Body.From, in.Body.To
	switch {
	case s.opt.Store == nil || len(s.opt.Keys) == 0:
		return missing("the export of evidence")
	case !from.IsZero() && !to.IsZero() && !from.Before(to):
		return wardround.Errorf(wardround.EInvalid, "api.export", "from is not before to")
	}
	if err := s.everywhere(ctx, account.Evidence); err != nil {
		return err
	}
	if err := s.openly(ctx, "a bundle of evidence"); err != nil {
		return err
	}
	if !take(s.exporting) {
		return busy("exporting evidence")
	}
	defer func() { <-s.exporting }()
	name := "evidence-" + string(s.opt.Scope.Site) + "-" + s.opt.Now().UTC().Format("20060102-150405") + ".zip"
	if err := s.acted(ctx, "evidence export", period(from, to)); err != nil {
		return err
	}
	var st ledger.Statement
	if s.opt.Statement != nil {
		var err error
		if st, err = s.opt.Statement(ctx); err != nil {
			return err
		}
	}
	out := &download{w: w, rc: http.NewResponseController(w), name: name}
	_, _, err := ledger.Export{Scope: s.opt.Scope, From: from, To: to, Keys: s.opt.Keys, Now: s.opt.Now(), Statement: st}.Write(ctx, s.opt.Store, out)
	if err != nil && out.begun {
		if ctx.Err() == nil {
			s.log.ErrorContext(ctx, "an export broke off", "request", idOf(callOf(ctx)), "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	return err
}

func period(from, to time.Time) string {
	text := func(t time.Time, open string) string {
		if t.IsZero() {
			return open
		}
		return t.UTC().Format(time.RFC3339)
	}
	return text(from, "the beginning") + " to " + text(to, "now")
}

// download begins an answer with the first byte, so that what fails before it can
// still be told.
type download struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	name  string
	typ   string // "application/zip" if empty
	begun bool
}

func (d *download) Write(p []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.w.Header()
		h.Set("Content-Type", cmp.Or(d.typ, "application/zip"))
		h.Set("Content-Disposition", attachment(d.name))
		d.w.WriteHeader(http.StatusOK)
	}
	_ = d.rc.SetWriteDeadline(time.Now().Add(streamFor)) // recorders have none
	return d.w.Write(p)
}

// attachment names a download. Only what any file system takes is left of the name.
func attachment(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}, name)
	return `attachment; filename="` + name + `"`
}

type verifyInput struct {
	Key string `header:"X-Verifier-Key" maxLength:"500" doc:"A public key of a ledger, or its fingerprint (sha256:…)."`
}

// Verification is what became of verifying a bundle.
type Verification struct {
	Result   ledger.Outcome `json:"result" enum:"verified,self-consistent only,failed"`
	Entries  uint64         `json:"entries" doc:"In the bundle."`
	Total    int64          `json:"total" doc:"In the ledger when it was made."`
	Problems []string       `json:"problems" doc:"At most 200."`
	SignedBy string         `json:"signed_by,omitempty" doc:"Fingerprint of the key in the bundle."`
	At       *time.Time     `json:"at,omitempty" doc:"When it was made, as it says."`
	Trusted  string         `json:"trusted" doc:"What vouches for it."`
	Ledger   string         `json:"ledger,omitempty"`
}

const maxProblems = 200

type verifyOutput struct{ Body *Verification }

func (s *Server) verifyBundle(ctx context.Context, in *verifyInput) (*verifyOutput, error) {
	const op = "api.verify"
	if !take(s.verifying) {
		return nil, busy("verifying a bundle")
	}
	defer func() { <-s.verifying }()
	var trust ledger.Trust
	switch key := strings.TrimSpace(in.Key); {
	case strings.HasPrefix(strings.ToLower(key), "sha256:"):
		trust.Fingerprint = key
	default:
		trust.Key = key
	}
	f, err := os.CreateTemp("", "wardround-bundle-*")
	if err != nil {
		return nil, wardround.Errorf(wardround.EFull, op, "there is no room for the bundle: %w", err)
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	size, err := io.Copy(f, upload(ctx))
	if err != nil {
		if bodyProblem(err) == nil && ctx.Err() == nil {
			err = wardround.Errorf(wardround.EInvalid, op, "the bundle did not come whole: %w", err)
		}
		return nil, err
	}
	r, err := ledger.Verify(ctx, f, size, trust, bundleLimits)
	if err != nil {
		return nil, err
	}
	out := &Verification{
		Result: r.Outcome, Entries: r.Entries, Total: r.Manifest.Size, SignedBy: r.Signer, Problems: []string{}, Trusted: r.Trusted, Ledger: clip(r.Manifest.Ledger, 200),
	}
	if !r.Manifest.Exported.IsZero() {
		at := r.Manifest.Exported.UTC()
		out.At = &at
	}
	for _, p := range r.Problems[:min(len(r.Problems), maxProblems)] {
		out.Problems = append(out.Problems, clip(p.String(), 500))
	}
	return &verifyOutput{out}, nil
}
