package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/knowledge"
)

var advisoryRoutes = []Route{
	{Method: GET, Path: "/api/v1/advisories/{id}", ID: "get-advisory", Tag: "portfolio", Summary: "An advisory: what a source says, as it was taken in",
		Doc: "By the id of a record, or the name of the document it stands in: then all records of that.", Needs: account.View, Errors: []int{404}, register: handle((*Server).getAdvisory)},
}

// AdvisoryRef names a record of a feed.
type AdvisoryRef struct {
	ID        string     `json:"id"`
	Feed      string     `json:"feed"`
	Document  string     `json:"document,omitempty"`
	Title     string     `json:"title,omitempty"`
	URL       string     `json:"url,omitempty"`
	Digest    string     `json:"digest,omitempty"`
	Published *time.Time `json:"published,omitempty"`
	Modified  *time.Time `json:"modified,omitempty"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
}

func (s *Server) advisoryRef(r knowledge.Ref) AdvisoryRef {
	out := AdvisoryRef{ID: r.ID, Feed: r.Feed, Document: r.Document}
	rec, digest, url := s.opt.Portfolio.Knowledge.Record(r)
	if rec != nil {
		out.Title, out.Digest, out.URL = rec.Title, digest, url
		out.Published, out.Modified, out.Withdrawn = moment(rec.Published), moment(rec.Modified), moment(rec.Withdrawn)
	}
	return out
}

// AdvisoryPage is a document of a source, with its records.
type AdvisoryPage struct {
	ID      string           `json:"id"`
	Records []AdvisoryRecord `json:"records"`
}

// AdvisoryRecord is what a source says of one vulnerability.
type AdvisoryRecord struct {
	AdvisoryRef
	Vulnerability string          `json:"vulnerability" doc:"The id it stands under here."`
	Details       string          `json:"details,omitempty"`
	Aliases       []string        `json:"aliases,omitempty"`
	Related       []string        `json:"related,omitempty"`
	Affected      []AffectedWords `json:"affected" doc:"What it says of packages and products; at most 500."`
	References    []Reference     `json:"references"`
	Ratings       []Rating        `json:"ratings"`
}

// AffectedWords is what a record says of one package or product, to read.
type AffectedWords struct {
	Name     string   `json:"name"`
	Status   string   `json:"status,omitempty"`
	Versions []string `json:"versions,omitempty" doc:"Ranges and versions in the source's words; at most 50."`
	Unread   string   `json:"unread,omitempty" doc:"A range that was not understood: it is never guessed."`
}

// Reference is an address that a record names.
type Reference struct {
	Kind string `json:"kind,omitempty"`
	URL  string `json:"url"`
}

type advisoryInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"300"`
	Feed string `query:"feed" maxLength:"200" doc:"Only as this feed gives it."`
}

type advisoryOutput struct{ Body *AdvisoryPage }

// Bounds of what the page of an advisory shows.
const (
	maxRecords  = 200
	maxAffected = 500
	maxVersions = 50
)

func (s *Server) getAdvisory(ctx context.Context, in *advisoryInput) (*advisoryOutput, error) {
	none := wardround.Errorf(wardround.ENotFound, "api.advisories", "there is no advisory %q", clip(in.ID, 60))
	if s.opt.Portfolio == nil || s.opt.Portfolio.Knowledge == nil {
		return nil, none
	}
	base, veil := s.opt.Portfolio.Knowledge, s.veil(ctx)
	out := &AdvisoryPage{ID: in.ID, Records: []AdvisoryRecord{}}
	var refs []knowledge.Ref
	if v, ok := base.Vulnerability(in.ID); ok {
		for _, r := range v.Records {
			if strings.EqualFold(r.ID, in.ID) || strings.EqualFold(r.Document, in.ID) {
				refs = append(refs, r)
			}
		}
	}
	if len(refs) == 0 {
		refs = base.Document(in.ID)
	}
	for _, r := range refs[:min(len(refs), maxRecords)] {
		if in.Feed != "" && r.Feed != in.Feed {
			continue
		}
		id := base.Folded(r.ID)
		if rec, ok := s.advisoryRecord(r, id); ok && !veil.hides(id) && !veil.hides(r.ID) {
			out.Records = append(out.Records, rec)
		}
	}
	if len(out.Records) == 0 {
		return nil, none
	}
	return &advisoryOutput{out}, nil
}

func (s *Server) advisoryRecord(r knowledge.Ref, id string) (AdvisoryRecord, bool) {
	rec, _, _ := s.opt.Portfolio.Knowledge.Record(r)
	if rec == nil {
		return AdvisoryRecord{}, false
	}
	out := AdvisoryRecord{AdvisoryRef: s.advisoryRef(r), Vulnerability: id, Details: clip(rec.Details, 20_000), Aliases: rec.Aliases, Related: rec.Related,
		Affected: []AffectedWords{}, References: []Reference{}, Ratings: []Rating{}}
	for i := range rec.Affected[:min(len(rec.Affected), maxAffected)] {
		a := &rec.Affected[i]
		name := ""
		switch {
		case a.Package != nil && a.Package.PURL != "":
			name = a.Package.PURL
		case a.Package != nil:
			name = strings.TrimSpace(a.Package.Ecosystem + " " + a.Package.Name)
		case a.Product != nil && a.Product.Full != "":
			name = a.Product.Full
		case a.Product != nil:
			name = strings.TrimSpace(a.Product.Vendor + " " + a.Product.Name)
		case a.CPE != nil:
			name = a.CPE.Match
		}
		var versions []string
		if a.All {
			versions = append(versions, "every version")
		}
		for j := range a.Ranges {
			versions = append(versions, rangeWords(a.Ranges[j].Text, func(yield func(from, fixed, last string)) {
				for _, e := range a.Ranges[j].Events {
					yield(e.Introduced, e.Fixed, e.Last)
				}
			}))
		}
		versions = append(versions, a.Versions...)
		if n := len(versions) - maxVersions; n > 0 {
			versions = append(versions[:maxVersions], strconv.Itoa(n)+" more")
		}
		out.Affected = append(out.Affected, AffectedWords{Name: name, Status: string(a.Status), Versions: versions, Unread: a.Unread})
	}
	for _, x := range rec.References[:min(len(rec.References), 100)] {
		out.References = append(out.References, Reference{x.Kind, x.URL})
	}
	for _, x := range rec.Severities {
		out.Ratings = append(out.Ratings, Rating{x.System, x.Vector, x.Score, x.Text, x.By})
	}
	return out, true
}

// rangeWords puts a range into words: as the source wrote it, else by its events.
func rangeWords(text string, events func(func(from, fixed, last string))) string {
	if text != "" {
		return text
	}
	var parts []string
	events(func(from, fixed, last string) {
		switch {
		case from == "0":
		case from != "":
			parts = append(parts, ">= "+from)
		case fixed != "":
			parts = append(parts, "< "+fixed)
		case last != "":
			parts = append(parts, "<= "+last)
		}
	})
	if len(parts) == 0 {
		return "every version"
	}
	return strings.Join(parts, ", ")
}
