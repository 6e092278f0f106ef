package csaf

import (
	"regexp"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/wardround/wardround/format/csaf/internal/tree"
)

// Tests of descriptions, names in registries and of how identifiers agree with the
// branches.
var adviceTests = []test{
	{"6.2.40", in21, "Product description without product reference", descriptionWithoutProduct},
	{"6.2.42", in21, "Inconsistent product identification helper", inconsistentHelper},
	{"6.2.53", in21, "Matching text for registered id system", registeredText},
	{"6.3.20", in21, "Use of unregistered id system", unregisteredSystem},
}

func descriptionWithoutProduct(s *subject) {
	title := "Product Description"
	if !s.english() {
		var ok bool
		if title, ok = s.translated("product_description"); !ok {
			return
		}
	}
	for _, n := range s.document.Get("notes").Items() {
		if n.At("category") == "description" && strings.HasPrefix(n.At("title"), title) && !n.Has("group_ids") && !n.Has("product_ids") {
			s.fail(n, "the description does not say of which product it is")
		}
	}
}

// idSystems is the registry of vulnerability id systems (RVISC) with the form of
// their ids.
var idSystems = map[string]*regexp.Regexp{
	"https://github.com/oasis-tcs/csaf": regexp.MustCompile(`^#[1-9]\d*$`),
	"https://euvd.enisa.europa.eu":      regexp.MustCompile(`^EUVD-[1-9][0-9]{3}-[0-9]{4,}$`),
}

func registeredText(s *subject) {
	s.eachItem("ids", func(_, n *tree.Node) {
		if form := idSystems[n.At("system_name")]; form != nil && !form.MatchString(n.At("text")) {
			s.fail(n.Get("text"), "%q is no id of %s", n.At("text"), n.At("system_name"))
		}
	})
}

func unregisteredSystem(s *subject) {
	s.eachItem("ids", func(_, n *tree.Node) {
		if name := n.Get("system_name"); idSystems[name.Str()] == nil {
			s.fail(name, "the id system %q is not registered", name.Str())
		}
	})
}

// inconsistentHelper compares the version of a branch with that of its package
// URLs and its CPE, and asks that a CPE says no more than the branches.
func inconsistentHelper(s *subject) {
	for _, d := range s.products {
		if d.branch == nil {
			continue
		}
		said := map[string]string{}
		for _, b := range d.branch.way() {
			said[b.category] = b.name
		}
		version := said["product_version"]
		for _, n := range d.purlNodes() {
			u, err := packageurl.FromString(n.Str())
			if err != nil {
				continue // 6.1.13
			}
			switch name := said["product_name"]; {
			case version != "" && u.Version != version:
				s.fail(n, "the version in the package URL is %q, in the branches %q", u.Version, version)
			case name != "" && !strings.EqualFold(u.Name, name) && strings.EqualFold(u.Type, "deb"):
				s.fail(n, "the name in the package URL is %q, in the branches %q", u.Name, name)
			}
		}
		if n := d.helper.Get("cpe"); n.Is(tree.String) {
			if why := cpeSaysMore(n.Text, version, said); why != "" {
				s.fail(n, "%s", why)
			}
		}
	}
}

// cpeFields are those after "cpe:2.3" (NISTIR 7695 §6.2); each but the first four
// needs a branch that says the same.
var cpeFields = []struct{ name, category string }{
	{"part", "-"}, {"vendor", "vendor"}, {"product", "product_name"}, {"version", "product_version"}, {"update", "service_pack"},
	{"edition", "specification"}, {"language", "language"}, {"sw_edition", "specification"}, {"target_sw", "host_name"}, {"target_hw", "architecture"}, {"other", "-"},
}

func cpeSaysMore(cpe, version string, said map[string]string) string {
	rest, ok := strings.CutPrefix(cpe, "cpe:2.3:")
	if !ok {
		return ""
	}
	for i, value := range strings.Split(strings.ReplaceAll(rest, `\:`, "\x00"), ":") {
		if i >= len(cpeFields) || value == "*" || value == "-" {
			continue
		}
		f := cpeFields[i]
		value = strings.ReplaceAll(strings.ReplaceAll(value, "\x00", ":"), `\`, "")
		switch {
		case f.name == "version" && version != "" && !strings.EqualFold(value, version):
			return "the version in the CPE is \"" + value + "\", in the branches \"" + version + "\""
		case i > 3 && f.category != "-" && said[f.category] == "" && said["patch_level"] == "":
			return "the CPE names the " + f.name + " \"" + value + "\", the branches do not"
		}
	}
	return ""
}
