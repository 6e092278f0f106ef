package cyclonedx

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/pattern"
)

// linkForm is BOM-Link: urn:cdx:SERIAL/VERSION#REF (ECMA-424, bom-link; registered
// as the URN namespace cdx).
var linkForm = pattern.Of(`^urn:cdx:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/[1-9][0-9]*(#.+)?$`)

func isLink(s string) bool { return strings.HasPrefix(s, "urn:cdx:") && linkForm().MatchString(s) }

// SplitLink divides a BOM-Link or another reference to a bill of materials into
// the document and the bom-ref in it.
//
// Documents are seen with the ref escaped as in a query (the form that the
// specification's libraries write) and as it is (that of its examples). A package
// URL holds escapes of its own, so a ref is only unescaped where it has escapes
// and none of the characters that escaping would have removed.
func SplitLink(s string) (document, ref string) {
	document, ref, _ = strings.Cut(s, "#")
	if strings.Contains(ref, "%") && !strings.ContainsAny(ref, ":/@?&=# ") {
		if plain, err := url.QueryUnescape(ref); err == nil {
			ref = plain
		}
	}
	return document, ref
}

// Link returns the BOM-Link to a ref in the document with this serial number
// ("urn:uuid:…") and revision; to the document itself if ref is "".
func Link(serial string, revision int, ref string) string {
	s := "urn:cdx:" + strings.TrimPrefix(serial, "urn:uuid:") + "/" + strconv.Itoa(max(revision, 1))
	if ref != "" {
		s += "#" + url.QueryEscape(ref)
	}
	return s
}

// notPURL says why s can't be a package URL (ECMA-427), "" if it may be one. It
// looks at the form alone; package purl parses.
func notPURL(s string) string {
	rest, ok := strings.CutPrefix(s, "pkg:")
	if !ok {
		if len(s) >= 4 && strings.EqualFold(s[:4], "pkg:") {
			rest = s[4:]
		} else {
			return "it does not begin with pkg:"
		}
	}
	rest = strings.TrimLeft(rest, "/")
	typ, rest, ok := strings.Cut(rest, "/")
	if !ok || typ == "" {
		return "it has no type"
	}
	for i := range len(typ) {
		c := typ[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '.' || c == '-' || '0' <= c && c <= '9' && i > 0) {
			return "its type has characters that a type can't have"
		}
	}
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '%':
			if i+2 >= len(rest) || !isHex(rest[i+1]) || !isHex(rest[i+2]) {
				return "a percent sign is not followed by two hexadecimal digits"
			}
		case c <= ' ':
			return "it has white space"
		}
	}
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest = rest[:i]
	}
	path, query, _ := strings.Cut(rest, "?")
	if i := strings.LastIndexByte(path, '@'); i > 0 {
		path = path[:i]
	}
	path = strings.TrimRight(path, "/")
	if path[strings.LastIndexByte(path, '/')+1:] == "" {
		return "it has no name"
	}
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if k, _, ok := strings.Cut(pair, "="); pair != "" && (!ok || k == "") {
			return "a qualifier is not of the form key=value"
		}
	}
	return ""
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
