package modelcard

import "strings"

// part writes a file, a library or data.
func (s *spdxWriter) part(c *Component, refs map[string]string) string {
	if len(c.Data) == 1 && c.Data[0].To == "" && (c.Type == "data" || c.Type == "") {
		d := c.Data[0]
		d.Name = first(c.Name, d.Name)
		id := s.dataset(&d, c.Name, c)
		refs[c.Ref] = id
		return id
	}
	kind, purpose := "software_Package", map[string]string{"library": "library", "framework": "framework", "file": "file", "data": "data", "application": "application"}[c.Type]
	if c.Type == "file" {
		kind = "software_File"
	}
	id := s.id(strings.TrimPrefix(kind, "software_"), c.Name)
	refs[c.Ref] = id
	f := s.common(c)
	if kind == "software_File" {
		delete(f, "software_packageVersion")
		delete(f, "software_packageUrl")
		delete(f, "software_downloadLocation")
	}
	f["software_primaryPurpose"] = purpose
	f["extension"] = properties(c.Properties)
	s.out = append(s.out, s.element(kind, id, f))
	s.licences(id, c.Licences)
	var parts []string
	for _, p := range c.Parts {
		parts = append(parts, s.part(p, refs))
	}
	for i := range c.Data {
		if c.Data[i].To == "" {
			parts = append(parts, s.dataset(&c.Data[i], c.Name, nil))
		}
	}
	s.relate("contains", id, parts...)
	return id
}

// depends writes what depends on what, of components that have a ref.
func (s *spdxWriter) depends(d *Document, refs map[string]string) {
	var walk func(c *Component)
	walk = func(c *Component) {
		var to []string
		for _, ref := range c.DependsOn {
			if id := refs[ref]; id != "" {
				to = append(to, id)
			} else {
				s.losses.add("%s depends on %s, which is not there", c.Name, ref)
			}
		}
		if from := refs[c.Ref]; from != "" {
			s.relate("dependsOn", from, to...)
		}
		for _, p := range c.Parts {
			walk(p)
		}
	}
	for _, c := range d.Cards {
		walk(&c.Component)
	}
	for _, c := range d.Parts {
		walk(c)
	}
}
