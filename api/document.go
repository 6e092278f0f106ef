package api

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// maxDocument is the largest document that is taken in.
const maxDocument = 512 << 20

// documentTypes are the media types under which documents come.
var documentTypes = []string{"application/octet-stream", "application/json", "application/xml", "text/xml", "text/plain", "text/csv", "application/zip",
	"application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml", "application/spdx+json"}

var documentRoutes = []Route{
	{Method: POST, Path: "/api/v1/releases/{id}/sbom", ID: "upload-sbom", Tag: "portfolio", Summary: "Make a bill of materials that of a release",
		Doc:   "CycloneDX or SPDX, not compressed, at most 512 MiB. It is answered when it is judged; one that cannot be read is refused with the position, and what was known stays.",
		Needs: account.Inventory, MaxBody: maxDocument, BodyWithin: time.Hour, Stream: true, Upload: documentTypes, Status: http.StatusCreated, Errors: []int{404, 422, 501, 503, 507}, register: handle((*Server).uploadSBOM)},
	{Method: POST, Path: "/api/v1/documents", ID: "upload-document", Tag: "portfolio", Summary: "Take a document in: bill of materials, exploitability statements, advisories, build evidence",
		Doc:   "Of knowledge also a zip archive. Bills of materials and build evidence say in the query of which release they are, or do so themselves. What concerns all releases needs the permission for the whole site.",
		Needs: account.Inventory, MaxBody: maxDocument, BodyWithin: time.Hour, Stream: true, Upload: documentTypes, Status: http.StatusCreated, Errors: []int{422, 501, 503, 507}, register: handle((*Server).uploadDocument)},
	{Method: GET, Path: "/api/v1/documents", ID: "list-documents", Tag: "portfolio", Summary: "The documents that were received, newest first",
		Needs: account.View, register: list((*Server).listDocuments)},
	{Method: GET, Path: "/api/v1/documents/{id}", ID: "get-document", Tag: "portfolio", Summary: "One document", Needs: account.View, Errors: []int{404}, register: handle((*Server).getDocument)},
	{Method: GET, Path: "/api/v1/documents/{id}/content", ID: "get-document-content", Tag: "portfolio", Summary: "A document as it was received",
		Needs: account.View, Stream: true, Errors: []int{404, 501}, register: raw([]string{"application/octet-stream"}, (*Server).documentContent)},
}

// Document is a document that was received.
type Document struct {
	*wardround.Document
	ReleaseName string `json:"release_name,omitempty"`
}

// documents are the received documents that keep and the caller may see, newest
// first: those of its releases, and those that concern everybody.
func (s *Server) documents(ctx context.Context, keep func(*wardround.Document) bool) ([]Document, error) {
	out := []Document{}
	if s.opt.Store == nil || s.index() == nil {
		return out, nil
	}
	sc, v := s.scope(ctx), s.veil(ctx)
	for d, err := range s.opt.Store.Documents(ctx, s.opt.Scope) {
		if err != nil {
			return nil, err
		}
		name := ""
		if d.Release != "" {
			r := s.index().Release(d.Release)
			if r == nil || !sc.Sees(r) {
				continue
			}
			name = r.Name()
		}
		if !keep(d) || v.mentions(d.Name) || v.mentions(d.Problem) {
			continue
		}
		own := *d
		own.At, own.Issued, own.Replaced = own.At.UTC(), own.Issued.UTC(), own.Replaced.UTC()
		out = append(out, Document{&own, name})
	}
	slices.SortFunc(out, func(a, b Document) int {
		return cmp.Or(cmp.Compare(b.Seq, a.Seq), strings.Compare(string(a.ID), string(b.ID)))
	})
	return out, nil
}

type documentsInput struct {
	ListQuery
	Q       string `query:"q" maxLength:"200" doc:"Words that all must occur in name, format, author or release."`
	Kind    string `query:"kind" enum:"sbom,knowledge,vex,mds2,build,exchange,model-card,model-plan,model-reference,model-acceptance,model-artefact,model-diff"`
	Release string `query:"release" maxLength:"100"`
	Problem string `query:"problem" enum:"true,false" doc:"Whether it could not be read."`
	Current bool   `query:"current" doc:"Only those in force: read, and not replaced."`
}

func (s *Server) listDocuments(ctx context.Context, in *documentsInput) (RowsFunc[Document], error) {
	if _, err := in.sorted("-at", "-at"); err != nil {
		return nil, err
	}
	all, err := s.documents(ctx, func(d *wardround.Document) bool {
		return (in.Kind == "" || string(d.Kind) == in.Kind) && (in.Release == "" || string(d.Release) == in.Release) &&
			(in.Problem == "" || (in.Problem == "true") == (d.Problem != "")) && (!in.Current || d.Problem == "" && d.Replaced.IsZero())
	})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(d Document) bool { return !contains(in.Q, d.Name, d.Format, d.Author, d.ReleaseName) })
	return short(s, all), nil
}

type documentInput struct {
	ID string `path:"id" minLength:"1" maxLength:"100"`
}

type documentOutput struct{ Body *Document }

func (s *Server) documentOf(ctx context.Context, id string) (*Document, error) {
	all, err := s.documents(ctx, func(d *wardround.Document) bool { return string(d.ID) == id })
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, wardround.Errorf(wardround.ENotFound, "api.documents", "there is no document %q", clip(id, 60))
	}
	return &all[0], nil
}

func (s *Server) getDocument(ctx context.Context, in *documentInput) (*documentOutput, error) {
	d, err := s.documentOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &documentOutput{d}, nil
}

// documentContent sends a document as it came. What names a vulnerability under
// embargo is not for those who may not see that.
func (s *Server) documentContent(w http.ResponseWriter, r *http.Request, in *documentInput) error {
	ctx := r.Context()
	d, err := s.documentOf(ctx, in.ID)
	if err != nil {
		return err
	}
	if s.opt.Portfolio.Open == nil || d.Blob.Digest == "" {
		return missing("the content of documents")
	}
	if v := s.veil(ctx); v.any() {
		b, err := s.opt.Portfolio.Open(d.Blob.Digest)
		if err != nil {
			return err
		}
		named, err := v.mentionedIn(b)
		b.Close()
		if err != nil {
			return err
		}
		if named {
			return wardround.Errorf(wardround.ENotFound, "api.documents", "there is no document %q", clip(in.ID, 60))
		}
	}
	b, err := s.opt.Portfolio.Open(d.Blob.Digest)
	if err != nil {
		return err
	}
	defer b.Close()
	out := &download{w: w, rc: http.NewResponseController(w), name: d.Name, typ: "application/octet-stream"}
	if _, err := io.Copy(out, b); err != nil {
		if out.begun {
			panic(http.ErrAbortHandler) // what was sent must not look whole
		}
		return err
	}
	return nil
}

type uploadSBOMInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"100"`
	Name string `query:"name" maxLength:"200" doc:"Of the file."`
}

type uploadedOutput struct{ Body *Document }

func (s *Server) uploadSBOM(ctx context.Context, in *uploadSBOMInput) (*uploadedOutput, error) {
	x, err := s.releaseOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	r := x.Release
	if !s.mayFor(ctx, account.Inventory, r) {
		return nil, wardround.Errorf(wardround.EForbidden, "api.documents", "it needs the permission %q for the product line of %s", account.Inventory, r.Name())
	}
	return s.receive(ctx, Incoming{Kind: wardround.DocumentSBOM, Name: cmp.Or(in.Name, "sbom"), Maker: r.Maker, Product: r.Product, Version: r.Version})
}

type uploadInput struct {
	Kind    string `query:"kind" required:"true" enum:"sbom,vex,knowledge,build"`
	Name    string `query:"name" maxLength:"200" doc:"Of the file."`
	Release string `query:"release" maxLength:"100" doc:"Id of the release that it is of; or say maker, product and version."`
	Maker   string `query:"maker" maxLength:"256"`
	Product string `query:"product" maxLength:"256"`
	Version string `query:"version" maxLength:"256"`
	Feed    string `query:"feed" maxLength:"200" doc:"Of knowledge: what it brings replaces what the feed of that name brought before."`
	Report  string `query:"report" enum:"sarif,junit,slsa-provenance,pentest,gate" doc:"Of build evidence."`
	Tool    string `query:"tool" maxLength:"200"`
}

func (s *Server) uploadDocument(ctx context.Context, in *uploadInput) (*uploadedOutput, error) {
	x := Incoming{Kind: wardround.DocumentKind(in.Kind), Name: cmp.Or(in.Name, in.Kind), Maker: in.Maker, Product: in.Product, Version: in.Version, Feed: in.Feed, Report: in.Report, Tool: in.Tool}
	if in.Release != "" {
		r, err := s.releaseOf(ctx, in.Release)
		if err != nil {
			return nil, err
		}
		x.Maker, x.Product, x.Version = r.Release.Maker, r.Release.Product, r.Release.Version
	}
	ofRelease := x.Kind == wardround.DocumentSBOM || x.Kind == wardround.DocumentBuild
	if !ofRelease || x.Product == "" { // of everybody, or of whatever it says of itself
		if err := s.everywhere(ctx, account.Inventory); err != nil {
			return nil, err
		}
	} else if !s.mayFor(ctx, account.Inventory, &wardround.Release{Maker: x.Maker, Product: x.Product}) {
		return nil, wardround.Errorf(wardround.EForbidden, "api.documents", "it needs the permission %q for the product line of %s %s", account.Inventory, x.Maker, x.Product)
	}
	return s.receive(ctx, x)
}

// receive takes in what is uploaded, and answers when it is judged.
func (s *Server) receive(ctx context.Context, in Incoming) (*uploadedOutput, error) {
	const op = "api.documents"
	if s.opt.Portfolio == nil || s.opt.Portfolio.Receive == nil {
		return nil, missing("taking in documents")
	}
	if !take(s.receiving) {
		return nil, busy("uploading a document")
	}
	defer func() { <-s.receiving }()
	in.By = principal(ctx).Name()
	blob, err := s.opt.Portfolio.Receive(ctx, in, &plain{r: upload(ctx)})
	if err != nil {
		return nil, err
	}
	docs, err := s.documents(ctx, func(d *wardround.Document) bool { return d.Kind == in.Kind && d.Blob.Digest == blob.Digest })
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 { // of another line, or what it became is no document of its own
		return nil, wardround.Errorf(wardround.ENotFound, op, "%s was taken in, and is not for you to see", clip(in.Name, 60))
	}
	if d := docs[0]; d.Problem != "" {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s cannot be read: %s", clip(d.Name, 60), d.Problem)
	}
	return &uploadedOutput{&docs[0]}, nil
}

// plain refuses what is compressed: how large it unpacks to is not known before.
type plain struct {
	r     io.Reader
	begun bool
	head  []byte
}

func (p *plain) Read(b []byte) (int, error) {
	if !p.begun {
		p.begun = true
		head := make([]byte, 3)
		n, err := io.ReadFull(p.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, err
		}
		if p.head = head[:n]; n >= 2 && head[0] == 0x1f && head[1] == 0x8b || n == 3 && string(head) == "BZh" {
			return 0, hinted(wardround.Errorf(wardround.EInvalid, "api.documents", "the document is compressed"), "Unpack it and send it as it is.")
		}
	}
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.r.Read(b)
}
