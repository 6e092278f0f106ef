package purl

import (
	"fmt"
	"strings"
)

// The fix-ups over packageurl-go v0.1.7: the cases of the specification's suite
// that it gets wrong, and what it lets through that cannot be written again.

// strict refuses what parsing must refuse and canonicalising may repair:
// qualifier keys that are not in lower case (ECMA-427 §5.6.6). The suite was
// brought into line with the rule type by type (purl-spec #942, #946, #951); for
// maven it still requires the old leniency, so maven has it.
func strict(s string) error {
	s, _, _ = strings.Cut(s, "#")
	if len(s) > 10 && strings.EqualFold(s[:10], "pkg:maven/") {
		return nil
	}
	_, query, ok := strings.Cut(s, "?")
	if !ok {
		return nil
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if key != strings.ToLower(key) {
			return fmt.Errorf("%w: qualifier key %q is not in lower case", ErrInvalid, clip(key))
		}
	}
	return nil
}

// fix puts right what the library leaves: the type git keeps one segment, the
// host, as namespace and everything after it as name, all in lower case.
func fix(p PURL) (PURL, error) {
	if p.Type == "git" {
		whole := p.Name
		if p.Namespace != "" {
			whole = p.Namespace + "/" + p.Name
		}
		host, path, ok := strings.Cut(strings.ToLower(whole), "/")
		if !ok || host == "" || strings.Trim(path, "/") == "" {
			return PURL{}, fmt.Errorf("%w: pkg:git needs a host and a path, not %q", ErrInvalid, clip(whole))
		}
		p.Namespace, p.Name = host, segments(path)
	}
	p.Namespace = segments(p.Namespace)
	for s := range strings.SplitSeq(p.Subpath, "/") {
		if s == "." || s == ".." {
			return PURL{}, fmt.Errorf("%w: subpath %q", ErrInvalid, clip(p.Subpath))
		}
	}
	p.Subpath = segments(p.Subpath)
	for _, part := range []string{p.Namespace, p.Name, p.Version, p.Subpath} {
		if control(part) {
			return PURL{}, fmt.Errorf("%w: a control character in %q", ErrInvalid, clip(part))
		}
	}
	for _, q := range p.Qualifiers {
		if control(q.Value) {
			return PURL{}, fmt.Errorf("%w: a control character in qualifier %s", ErrInvalid, clip(q.Key))
		}
		if q.Key == "" || q.Key[0] >= '0' && q.Key[0] <= '9' {
			return PURL{}, fmt.Errorf("%w: qualifier key %q", ErrInvalid, clip(q.Key))
		}
	}
	return p, nil
}

// segments is a path without empty segments.
func segments(path string) string {
	if !strings.HasPrefix(path, "/") && !strings.HasSuffix(path, "/") && !strings.Contains(path, "//") {
		return path
	}
	return strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/")
}

func control(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

// written moves the slashes of a git name to where the library does not escape
// them.
func written(p PURL) PURL {
	if p.Type == "git" {
		if i := strings.LastIndexByte(p.Name, '/'); i >= 0 {
			p.Namespace, p.Name = p.Namespace+"/"+p.Name[:i], p.Name[i+1:]
		}
	}
	return p
}
