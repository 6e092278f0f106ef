package cyclonedx

import (
	"strings"

	"github.com/wardround/wardround/format/jsonstream"
	"github.com/wardround/wardround/format/sbom"
)

// pair reads an object and returns two of its texts.
func (j *jsonReader) pair(first, second string) (a, b string) {
	if !j.Object() {
		return "", ""
	}
	for j.next() {
		switch string(j.Name()) {
		case first:
			a = j.Text()
		case second:
			b = j.Text()
		}
	}
	return a, b
}

// party returns the name of an organisation.
func (j *jsonReader) party() string {
	name, _ := j.pair("name", "")
	return name
}

// person returns the name of a person, or an address if there is no name.
func (j *jsonReader) person() string {
	name, mail := j.pair("name", "email")
	if name == "" {
		return mail
	}
	return name
}

func (j *jsonReader) hashes(to *[]sbom.Hash) {
	if !j.Array() {
		return
	}
	for j.next() {
		if !j.Object() {
			continue
		}
		var h sbom.Hash
		for j.next() {
			switch string(j.Name()) {
			case "alg":
				h.Algorithm = j.Word()
			case "content":
				h.Value = j.Text()
			}
		}
		*to = append(*to, h)
	}
}

// licences reads ids, names and expressions alike: one list of texts.
func (j *jsonReader) licences(to *[]string) {
	if !j.Array() {
		return
	}
	for j.next() {
		if !j.Object() {
			continue
		}
		for j.next() {
			var s string
			switch string(j.Name()) {
			case "license":
				id, name := "", ""
				for in := j.Object(); in && j.next(); {
					switch string(j.Name()) {
					case "id":
						id = j.Word()
					case "name":
						name = j.Word()
					}
				}
				if s = id; s == "" {
					s = name
				}
			case "expression":
				s = j.Word()
			}
			if s != "" {
				*to = append(*to, s)
			}
		}
	}
}

func (j *jsonReader) references(from int) {
	j.each(func() {
		if !j.Object() {
			return
		}
		var kind, url string
		var digests []sbom.Hash
		for j.next() {
			switch string(j.Name()) {
			case "type":
				kind = j.Word()
			case "url":
				url = j.Text()
			case "hashes":
				j.hashes(&digests)
			}
		}
		j.reference(from, kind, url, firstDigest(digests))
	})
}

func firstDigest(hashes []sbom.Hash) string {
	if len(hashes) == 0 {
		return ""
	}
	return hashes[0].Algorithm + ":" + hashes[0].Value
}

// properties calls f with those that mean something or belong to the document.
// Values of the rest are never made into strings.
func (j *jsonReader) properties(f func(name []byte, value string)) {
	if !j.Array() {
		return
	}
	var name []byte
	for j.next() {
		if !j.Object() {
			continue
		}
		var value string
		name = name[:0]
		held := false // the value came before its name
		for j.next() {
			switch string(j.Name()) {
			case "name":
				name = append(name[:0], j.Bytes()...)
			case "value":
				m, _, _ := recognise(name)
				if len(name) == 0 || m != noMark || strings.HasPrefix(string(name), ours) {
					value, held = j.Scalar(), true
				}
			}
		}
		if held && len(name) > 0 {
			f(name, value)
		}
	}
}

func (j *jsonReader) tools() {
	if j.Peek() == jsonstream.Array {
		j.each(j.tool)
		return
	}
	if !j.Object() {
		return
	}
	for j.next() {
		switch string(j.Name()) {
		case "components", "services":
			j.each(j.tool)
		}
	}
}

func (j *jsonReader) tool() {
	if !j.Object() {
		return
	}
	var group, name, version string
	for j.next() {
		switch string(j.Name()) {
		case "group":
			group = j.Text()
		case "name":
			name = j.Text()
		case "version":
			version = j.Text()
		}
	}
	j.addTool(group, name, version)
}

func (b *builder) addTool(group, name, version string) {
	if group != "" {
		name = group + "/" + name
	}
	if version != "" {
		name += "@" + version
	}
	if name != "" {
		b.doc.Tools = append(b.doc.Tools, name)
	}
}
