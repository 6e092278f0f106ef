package sbom

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/purl"
)

// aside are qualifiers of a purl that say where something was got or found, not
// what it is. All others (arch, distro, epoch, type, classifier, repository_url …)
// tell packages apart.
var aside = map[string]bool{
	"checksum": true, "checksums": true, "download_url": true, "vcs_url": true, "file_name": true, "package-id": true, "tag": true, "upstream": true,
}

// strength orders digests; one that collides at will identifies nothing.
var strength = []string{
	"SHA-512", "SHA3-512", "BLAKE2b-512", "SHA-384", "SHA3-384", "BLAKE2b-384", "SHA-256", "SHA3-256", "BLAKE2b-256", "BLAKE3", "SHA-224", "SHA3-224", "SHA-1",
}

// IdentityOf says what makes a component the same wherever it stands: its purl
// without the qualifiers that do not identify; failing that its strongest digest
// (of a file together with its name, since empty files are alike); failing that
// type, group, name, version and supplier. It is "" for a component that only its
// name is known of: another of that name need not be the same.
//
// The text is a key to compare, not to show; it is the same in every run.
func IdentityOf(c *Component) string {
	if k := purlKey(c.PURL, true); k != "" {
		return k
	}
	if k := hashKey(c); k != "" {
		return k
	}
	if c.Name == "" || c.Version == "" {
		return ""
	}
	return nameKey(c) + "\x00" + c.Version
}

// LineOf is the identity without the version: what a component and its successor
// have in common.
func LineOf(c *Component) string {
	if k := purlKey(c.PURL, false); k != "" {
		return k
	}
	if c.Name == "" {
		return ""
	}
	return nameKey(c)
}

func nameKey(c *Component) string {
	return strings.Join([]string{"name", string(c.Type), strings.ToLower(c.Group), strings.ToLower(c.Name), strings.ToLower(c.Supplier)}, "\x00")
}

// purlKey is a purl in canonical form, "" if it is none.
func purlKey(text string, version bool) string {
	if text == "" {
		return ""
	}
	p, err := purl.Parse(text)
	if err != nil { // written with less care than the standard asks for
		canonical, err := purl.Canonical(text)
		if err != nil {
			return ""
		}
		if p, err = purl.Parse(canonical); err != nil {
			return ""
		}
	}
	var b strings.Builder
	b.WriteString("purl\x00" + p.Type + "\x00" + p.Namespace + "\x00" + p.Name)
	if version {
		b.WriteString("\x00" + p.Version)
	}
	for _, q := range p.Qualifiers {
		if !aside[q.Key] && (version || q.Key != "epoch") {
			b.WriteString("\x00" + q.Key + "=" + q.Value)
		}
	}
	if p.Subpath != "" {
		b.WriteString("\x00#" + p.Subpath)
	}
	return b.String()
}

func hashKey(c *Component) string {
	for _, a := range strength {
		for _, h := range c.Hashes {
			if strings.EqualFold(h.Algorithm, a) && h.Value != "" {
				k := "hash\x00" + a + "\x00" + strings.ToLower(h.Value)
				if c.Type == File {
					k += "\x00" + c.Name
				}
				return k
			}
		}
	}
	return ""
}

// places gives every component a key that also tells apart those without an
// identity: such a one is the same only in the same place, that is under the same
// name in a parent of the same key. At the top it has no place, and is the same as
// nothing in another document, which has another number.
func places(d *Document, number int) []string {
	keys := make([]string, len(d.Components))
	done := make([]bool, len(d.Components))
	var up []int
	for i := range d.Components {
		// Parents first; the walk ends at a component that has its key, at the top, or
		// where a cycle closes.
		up = up[:0]
		for at := i; at >= 0 && at < len(d.Components) && !done[at]; at = d.Components[at].Parent {
			done[at] = true
			up = append(up, at)
		}
		for k := len(up) - 1; k >= 0; k-- {
			c := &d.Components[up[k]]
			id := IdentityOf(c)
			if id == "" {
				id = nameKey(c) + "\x00in\x00"
				if c.Name != "" && c.Parent >= 0 && c.Parent < len(keys) && !artificial(&d.Components[c.Parent]) {
					sum := sha256.Sum256([]byte(keys[c.Parent]))
					id += hex.EncodeToString(sum[:16])
				} else {
					id += strconv.Itoa(number) + "\x00" + strconv.Itoa(up[k])
				}
			}
			keys[up[k]] = id
		}
	}
	return keys
}
