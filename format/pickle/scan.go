package pickle

import "io"

// Scan reads one pickle from r, up to its STOP or to where it breaks, and says
// what it would do. The error is about reading r alone: a broken, hostile or
// endless stream is a report, not an error. Scan may read past the end of the
// pickle; Report.End tells where it ends.
func Scan(r io.Reader, lim Limits, pol Policy) (*Report, error) {
	panic("under construction")
}
