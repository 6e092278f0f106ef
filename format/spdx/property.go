package spdx

import (
	"strings"

	"github.com/wardround/wardround/format/sbom"
)

// property takes in what SPDX has no field for: the level of support and the end
// of it (SPDX 2; FDA premarket guidance on section 524B) and hardware identifiers.
// It is read from CdxPropertiesExtension (SPDX 3) and from annotations of the form
// "name: value" or "name=value" (SPDX 2). Names end at the last colon, case, "-"
// and "_" make no difference after it: example:levelOfSupport.
func (b *builder) property(c *sbom.Component, name, value string) {
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if value == "" || said(value) == "" {
		return
	}
	last := name[strings.LastIndexByte(name, ':')+1:]
	key := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(last))
	if strings.HasSuffix(name, "support:level") {
		key = "supportlevel"
	}
	if strings.HasSuffix(name, "support:end") {
		key = "supportend"
	}
	switch name {
	case "wardround:type":
		c.Type = sbom.Type(value)
		return
	case "wardround:group":
		c.Group = value
		return
	}
	switch key {
	case "supportlevel", "levelofsupport", "softwarelevelofsupport":
		if c.Support == "" {
			c.Support = value
		}
	case "supportend", "supportenddate", "endofsupport", "endofsupportdate":
		if t := moment(value); c.EndOfSupport.IsZero() && !t.IsZero() {
			c.EndOfSupport = t
		}
	case "udidi", "basicudidi", "gtin", "modelnumber", "serialnumber":
		if c.Identifiers == nil {
			c.Identifiers = map[string]string{}
		}
		id := map[string]string{"udidi": "udi-di", "basicudidi": "basic-udi-di", "gtin": "gtin", "modelnumber": "model-number", "serialnumber": "serial-number"}[key]
		if _, ok := c.Identifiers[id]; !ok {
			c.Identifiers[id] = value
		}
	}
}

// annotation is a property written as a remark. Remarks of other forms say nothing.
func (b *builder) annotation(c *sbom.Component, comment string) {
	if strings.ContainsAny(comment, "\n\r") {
		return
	}
	if name, value, ok := strings.Cut(comment, "="); ok && !strings.ContainsAny(name, " \t") {
		b.property(c, name, value)
		return
	}
	if i := strings.Index(comment, ": "); i > 0 && !strings.ContainsAny(comment[:i], " \t") {
		b.property(c, comment[:i], comment[i+2:])
	}
}
