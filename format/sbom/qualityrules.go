package sbom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/purl"
)

// The clauses the rules come from.
const (
	ntia = "NTIA Minimum Elements (2021), Data Fields: "
	fda  = "FDA, Cybersecurity in Medical Devices (June 2025), V.A.4: "
	cra  = "Regulation (EU) 2024/2847 Annex I Part II (1): "
)

// rules are all there are. A rule of a law says no more than the law does.
var rules = []Rule{
	{
		ID: "supplier-name", Title: "Supplier name", Reference: ntia + "Supplier Name", Profiles: []Profile{NTIA, FDA},
		Why: "Whoever supplies a component is whom one asks when it is found vulnerable.",
		judge: func(f *facts) finding {
			return f.each("name a supplier", func(c *Component) bool { return given(c.Supplier) || given(c.Manufacturer) })
		},
	},
	{
		ID: "component-name", Title: "Component name", Reference: ntia + "Component Name", Profiles: []Profile{NTIA, FDA},
		Why:   "Without a name nothing can be looked up.",
		judge: func(f *facts) finding { return f.each("have a name", func(c *Component) bool { return given(c.Name) }) },
	},
	{
		ID: "component-version", Title: "Version of the component", Reference: ntia + "Version of the Component", Profiles: []Profile{NTIA, FDA},
		Why: "An advisory speaks of versions.",
		judge: func(f *facts) finding {
			return f.each("have a version", func(c *Component) bool { return given(c.Version) || given(c.VersionRange) })
		},
	},
	{
		ID: "unique-identifier", Title: "Other unique identifiers", Reference: ntia + "Other Unique Identifiers", Profiles: []Profile{NTIA, FDA},
		Why:   "A purl, CPE, SWID tag, digest or device identifier finds a component in databases where its name does not.",
		judge: func(f *facts) finding { return f.each("have an identifier beyond their name", identified) },
	},
	{
		ID: "dependency-relationship", Title: "Dependency relationship", Reference: ntia + "Dependency Relationship", Profiles: []Profile{NTIA, FDA},
		Why:   "Only the graph says what a vulnerable component is part of.",
		judge: dependencyRelationship,
	},
	{
		ID: "sbom-author", Title: "Author of SBOM data", Reference: ntia + "Author of SBOM Data", Profiles: []Profile{NTIA, FDA},
		Why: "Somebody must answer for the list; a tool cannot.",
		judge: func(f *facts) finding {
			if slices.ContainsFunc(f.Authors, given) || given(f.Supplier) {
				return pass("The document names who made it.")
			}
			return fail("The document names no person or organisation that made it.")
		},
	},
	{
		ID: "timestamp", Title: "Timestamp", Reference: ntia + "Timestamp", Profiles: []Profile{NTIA, FDA},
		Why: "The list is true of one moment.",
		judge: func(f *facts) finding {
			if f.Created.IsZero() {
				return fail("The document does not say when it was made.")
			}
			return pass("The document was made at " + f.Created.UTC().Format("2006-01-02 15:04 MST") + ".")
		},
	},
	{
		ID: "support-level", Title: "Level of support", Reference: fda + "software level of support", Profiles: []Profile{FDA},
		Why: "A component that nobody maintains gets no fix.",
		judge: func(f *facts) finding {
			return f.each("state their level of support", func(c *Component) bool { return given(c.Support) })
		},
	},
	{
		ID: "end-of-support", Title: "End-of-support date", Reference: fda + "end-of-support date", Profiles: []Profile{FDA},
		Why: "Support that ends before the device does is a risk to plan for.",
		judge: func(f *facts) finding {
			return f.each("state when support ends", func(c *Component) bool { return !c.EndOfSupport.IsZero() })
		},
	},
	{
		ID: "machine-readable-format", Title: "Commonly used and machine-readable format", Reference: cra + "commonly used and machine-readable format", Profiles: []Profile{CRA},
		Why: "The list is for machines of others to read.",
		judge: func(f *facts) finding {
			switch {
			case f.Format == "CycloneDX" || f.Format == "SPDX":
				return pass(strings.TrimSpace("The document is " + f.Format + " " + f.Version + "."))
			case f.Format == "" && len(f.Sources) > 0:
				return pass("The document was merged from CycloneDX and SPDX.")
			}
			return fail(fmt.Sprintf("The format %q is not one in common use.", f.Format))
		},
	},
	{
		ID: "product-named", Title: "Product the list is for", Reference: cra + "components contained in products with digital elements", Profiles: []Profile{CRA},
		Why:   "A list must say of what it is.",
		judge: productNamed,
	},
	{
		ID: "top-level-dependencies", Title: "Top-level dependencies", Reference: cra + "at the very least the top-level dependencies", Profiles: []Profile{CRA},
		Why:   "The law asks for these at the very least.",
		judge: topLevel,
	},
	{
		ID: "broken-reference", Title: "References that lead nowhere", Reference: "SPDX 2.3 clause 11, CycloneDX dependencies and BOM-Link", Profiles: []Profile{Integrity},
		Why: "A dependency on something that is not there is a component that was forgotten.",
		judge: func(f *facts) finding {
			return f.problems("Every reference leads to a component or another document.", "%d references lead nowhere.", "unknown-ref", "bad-link", "bad-relationship")
		},
	},
	{
		ID: "duplicate-reference", Title: "References used twice", Reference: "SPDX 2.3 clause 3.2, CycloneDX bom-ref", Profiles: []Profile{Integrity},
		Why: "A statement about one of two components of one name may be about the other.",
		judge: func(f *facts) finding {
			return f.problems("Every reference belongs to one component.", "%d references belong to more than one component.", "duplicate-ref")
		},
	},
	{
		ID: "cycle", Title: "Cycles", Reference: "CycloneDX components and dependencies", Profiles: []Profile{Integrity},
		Why:   "Nothing contains itself; a list that says so is wrong somewhere.",
		judge: cycles,
	},
	{
		ID: "identity", Title: "Components without identity", Reference: "NTIA Minimum Elements (2021), Other Unique Identifiers", Profiles: []Profile{Integrity},
		Why: "What cannot be identified is never matched, and never reported as safe.",
		judge: func(f *facts) finding {
			return f.each("have an identifier or a name with a version", func(c *Component) bool { return identified(c) || (given(c.Name) && given(c.Version)) })
		},
	},
	{
		ID: "valid-purl", Title: "Valid package URLs", Reference: "ECMA-427 §5", Profiles: []Profile{Integrity},
		Why:   "A package URL that cannot be read matches nothing, without a word.",
		judge: validPURLs,
	},
	{
		ID: "primary-component", Title: "Primary component", Reference: "NTIA, Framing Software Component Transparency (2021), Primary Component; SPDX DESCRIBES; CycloneDX metadata.component", Profiles: []Profile{Integrity},
		Why:   "Without it nobody knows what the list is about.",
		judge: productNamed,
	},
	{
		ID: "completeness", Title: "Completeness", Reference: "NTIA Minimum Elements (2021), Practices and Processes: Known Unknowns", Profiles: []Profile{Integrity},
		Why:   "An empty list of dependencies is not the same as one that nobody made.",
		judge: completeness,
	},
}

// identified reports whether something beyond name and version tells what it is.
func identified(c *Component) bool {
	if c.PURL != "" || c.SWID != "" || len(c.CPEs) > 0 || len(c.Identifiers) > 0 {
		return true
	}
	return hashKey(c) != ""
}

func dependencyRelationship(f *facts) finding {
	loose := f.among(f.parts, "stand in a relation to another", func(*Component) bool { return true })
	if loose.of == 0 {
		return loose
	}
	loose.state = Pass
	for _, i := range f.parts {
		_, stated := f.stated[i]
		if f.tied[i] || stated {
			continue
		}
		loose.count++
		loose.where = append(loose.where, f.Components[i].Ref)
	}
	switch {
	case loose.count == 0:
		loose.sentence = fmt.Sprintf("All %d components stand in a relation to another.", loose.of)
	case loose.of == 1:
		loose.state, loose.sentence = Unknown, "There is one component only, and nothing says that it depends on nothing."
	case loose.count == loose.of && len(f.Relations) == 0:
		loose.state, loose.sentence = Fail, fmt.Sprintf("The document lists %d components and not one relation between them.", loose.of)
	default:
		loose.state = Fail
		loose.sentence = fmt.Sprintf("%d of %d components (%d %%) stand in no relation to any other.", loose.count, loose.of, (100*loose.count+loose.of-1)/loose.of)
	}
	return loose
}

func productNamed(f *facts) finding {
	switch {
	case f.Root >= 0 && f.Root < len(f.Components) && given(f.Components[f.Root].Name):
		return pass(fmt.Sprintf("The document is about %q.", f.Components[f.Root].Name))
	case len(f.Described) > 1:
		return finding{state: Fail, count: len(f.Described), sentence: fmt.Sprintf("The document describes %d components and none of them as the product.", len(f.Described))}
	}
	return fail("The document does not say which product it is about.")
}

func topLevel(f *facts) finding {
	if f.Root < 0 {
		return fail("No product is named, so nothing is its top-level dependency.")
	}
	if len(f.below) == 0 {
		// CycloneDX lists the parts of the product beside it.
		others := 0
		for i := range f.Components {
			if i != f.Root && f.Components[i].Parent < 0 && f.Format == "CycloneDX" {
				others++
			}
		}
		switch {
		case others > 0:
			return pass(fmt.Sprintf("The document lists %d components of the product.", others))
		case f.stated[f.Root] == "complete":
			return pass("The product has no dependencies; the document says that its list is complete.")
		}
		return unknown("The product has no dependencies here, and nothing says that it has none.")
	}
	out := pass(fmt.Sprintf("The document lists %d parts and dependencies directly below the product.", len(f.below)))
	if strings.HasPrefix(f.stated[f.Root], "incomplete") {
		out = fail("The document says itself that the list of the product's dependencies is incomplete.")
	}
	return out
}

func cycles(f *facts) finding {
	out := f.problems("Nothing contains or needs itself by way of others.", "%d cycles of containment.", "cycle", "self-ref")
	for _, group := range Cycles(f.Document) {
		out.count++
		out.state = Fail
		out.where = append(out.where, f.Components[group[0]].Ref)
	}
	if out.count > 0 {
		out.sentence = fmt.Sprintf("%d groups of components contain or need themselves by way of others.", out.count)
	}
	return out
}

func validPURLs(f *facts) finding {
	var with []int
	for i := range f.Components {
		if f.Components[i].PURL != "" {
			with = append(with, i)
		}
	}
	if len(with) == 0 {
		return unknown("No component has a package URL.")
	}
	return f.among(with, "have a valid package URL", func(c *Component) bool {
		_, err := purl.Parse(c.PURL)
		return err == nil
	})
}

func completeness(f *facts) finding {
	if len(f.Compositions) == 0 {
		return unknown("The document does not say whether its lists are complete.")
	}
	short := finding{of: len(f.stated)}
	for i := range f.Components {
		switch word, ok := f.stated[i]; {
		case !ok || word == "complete":
		case strings.HasPrefix(word, "incomplete"):
			short.state = Fail
			fallthrough
		default:
			short.count++
			short.where = append(short.where, f.Components[i].Ref)
		}
	}
	switch {
	case short.state == Fail:
		short.sentence = fmt.Sprintf("The lists of %d components are incomplete or of unknown completeness, as the document says.", short.count)
	case short.count > 0:
		short.state, short.sentence = Unknown, fmt.Sprintf("Of %d components the document says that nobody knows whether their lists are complete.", short.count)
	case f.Root >= 0 && f.stated[f.Root] != "complete":
		short.state, short.sentence = Unknown, "The document speaks of the completeness of some components, not of the product's."
	default:
		short.state, short.sentence = Pass, "The document says that its lists are complete."
	}
	return short
}
