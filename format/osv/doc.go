// Package osv reads vulnerability records in the Open Source Vulnerability format,
// schema 1.0 to 1.7 (https://ossf.github.io/osv-schema/), and says by its
// evaluation algorithm whether a version is affected.
//
// GitHub's, Go's, PyPA's, RustSec's, Debian's, Alpine's and many others' advisories
// come in this form, as single files, as a zip per ecosystem, or one per line.
package osv
