package provenance

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/attest"
)

// match holds the subjects against the files.
func (a *Attestation) match(s *attest.Statement, files map[string]map[string]string, root string) {
	a.State = Verified
	by := map[string][]string{} // "sha256:hex" → files
	for name, ds := range files {
		for algorithm, d := range ds {
			by[algorithm+":"+d] = append(by[algorithm+":"+d], name)
		}
	}
	a.all = map[string]bool{}
	whole := false
	for _, x := range s.Subject {
		algorithm := "sha256"
		if x.Digest[algorithm] == "" {
			algorithm = "sha512"
		}
		d := strings.ToLower(x.Digest[algorithm])
		names := by[algorithm+":"+d]
		switch {
		case d != "" && len(names) > 0:
			for _, n := range names {
				a.all[n] = true
			}
		case algorithm == "sha256" && d != "" && d == root:
			whole = true
		default:
			name := strings.TrimPrefix(x.Name, "./")
			if file := named(name, files); file != "" && d != "" {
				a.Differs = append(a.Differs, file)
				continue
			}
			a.Other = append(a.Other, clipped(name, 200))
		}
	}
	for name := range files {
		if whole {
			a.all[name] = true
		}
		if a.all[name] {
			a.Covered = append(a.Covered, name)
		} else {
			a.Uncovered = append(a.Uncovered, name)
		}
	}
	a.Differs = slices.DeleteFunc(a.Differs, func(n string) bool { return a.all[n] })
	for _, l := range []*[]string{&a.Covered, &a.Uncovered, &a.Other, &a.Differs} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
		*l = (*l)[:min(len(*l), maxNamed)]
	}
	refused := ""
	a.Says, refused = said(s)
	switch {
	case len(a.Differs) > 0:
		a.State, a.Why = Failed, "it is about another content of "+a.Differs[0]
	case len(a.all) == 0:
		a.State, a.Why = Failed, "it is about none of the model's files"
	case refused != "":
		a.State, a.Why = Failed, refused
	}
}

// named is the file that a subject's name means: its path, or the end of it where a
// build wrote a longer one.
func named(subject string, files map[string]map[string]string) string {
	if files[subject] != nil {
		return subject
	}
	for i := 0; i < len(subject); i++ {
		if subject[i] == '/' && files[subject[i+1:]] != nil {
			return subject[i+1:]
		}
	}
	return ""
}

func clipped(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
