package behaviour

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// Version is one version of a model of which anything is known: by documents, by what
// was found in its files, or because it answers or answered here.
type Version struct {
	// ID is that of the release where maker, product and version are told, "KEY#VERSION"
	// of one that is known from its answers alone, "file:SHA256" of a file of which
	// nobody said what it is of.
	ID                      string
	Name                    string
	Maker, Product, Version string
	Release                 wardround.ReleaseID // told whole; there may be no row of it
	Model                   string              // key of the model that answers or answered in it
	Current                 bool                // it is what answers now
	Documents               []Document
	Judgements              []check.Judgement // of its files and its signature
}

// maxVersions bounds what is listed.
const maxVersions = 4000

// Versions lists the versions of all models, in the order of their names.
func (f *Fold) Versions() []Version {
	f.mu.RLock()
	defer f.mu.RUnlock()
	seen := map[string]*Version{}
	at := func(id string, v Version) *Version {
		if have := seen[id]; have != nil {
			return have
		}
		if len(seen) >= maxVersions {
			return nil
		}
		v.ID = id
		seen[id] = &v
		return &v
	}
	for _, m := range f.sorted() {
		maker, product := f.product(m)
		for i, version := range []string{m.Version, m.Before} {
			if i == 1 && (version == "" || version == m.Version) {
				continue
			}
			v := Version{Maker: maker, Product: product, Version: version, Model: m.Key, Current: i == 0}
			id := m.Key + "#" + version
			if m.Product != "" || maker != "" {
				if r := f.releaseOf(maker, product, version); r != "" {
					v.Release, id = r, string(r)
				}
			}
			have := at(id, v)
			if have == nil {
				continue
			}
			have.Model, have.Current = m.Key, have.Current || i == 0
		}
	}
	for _, place := range sortedKeys(f.documents) {
		d := f.documents[place]
		if r := f.releaseOf(d.Maker, d.Product, d.Version); r != "" {
			at(string(r), Version{Maker: d.Maker, Product: d.Product, Version: d.Version, Release: r})
		}
	}
	for k, e := range f.current {
		if k.topic != "artefact" && k.topic != "signature" {
			continue
		}
		j, ok := f.judgement(e)
		if !ok {
			continue
		}
		var v *Version
		switch {
		case strings.HasPrefix(k.owner, ofRelease):
			id := k.owner[len(ofRelease):]
			name, _ := j.Facts["model"].(string)
			v = at(id, Version{Name: name, Release: wardround.ReleaseID(id)})
		case strings.HasPrefix(k.owner, ofModel):
			for _, x := range seen {
				if x.Current && x.Model == k.owner[len(ofModel):] {
					v = x
				}
			}
		case k.owner == ofSite && k.topic == "artefact":
			sha, _ := j.Facts["sha256"].(string)
			file, _ := j.Facts["file"].(string)
			v = at("file:"+cmp.Or(sha, file), Version{Name: cmp.Or(file, sha)})
		}
		if v != nil {
			v.Judgements = append(v.Judgements, *j)
		}
	}
	out := make([]Version, 0, len(seen))
	for _, v := range seen {
		if v.Product != "" || v.Model != "" {
			v.Documents = f.documentsOf(v)
		}
		if v.Name == "" {
			v.Name = strings.TrimSpace(strings.Join([]string{v.Maker, cmp.Or(v.Product, v.Model), v.Version}, " "))
		}
		slices.SortFunc(v.Judgements, func(a, b check.Judgement) int {
			return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Item, b.Item))
		})
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Version) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return out
}

// documentsOf are the documents that would be in force if the version answered.
func (f *Fold) documentsOf(v *Version) []Document {
	m := &instance{Key: cmp.Or(v.Model, v.Product), Maker: v.Maker, Product: v.Product, Version: v.Version}
	var out []Document
	for _, kind := range []string{"card", "plan", "reference", "diff"} {
		d := f.inForce(m, kind, "")
		if d == nil || d.Problem != "" || kind == "diff" && d.Version != v.Version {
			continue
		}
		digest := d.Digest
		out = append(out, Document{d.Kind, d.Part, d.Version, d.File, d.Format, digest, d.Signer, d.Trust, d.Problem, d.At})
	}
	return out
}
