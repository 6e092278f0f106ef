// Package content reads the content of HTTP messages as it passes (RFC 9110 §6.4):
// each reader is a [Sink] that is fed pieces of any size, keeps a bounded state
// and never the content itself.
//
// [Inflater] undoes gzip and deflate for another sink; [JSON] and [XML] walk a
// document and report its upper levels; [Multipart] splits a multipart body;
// [Sample] keeps the first bytes.
package content

// A Sink reads content.
type Sink interface {
	// Feed gives the next bytes; p is valid during the call.
	Feed(p []byte)
	// Gap says that n bytes are missing here; 0 when their number is not known.
	Gap(n int64)
	// Close says that there is no more. whole is false if the content was cut.
	Close(whole bool)
}

// A Sample keeps the first bytes of content, up to the capacity of Bytes. Its
// zero value with Bytes made is usable.
type Sample struct {
	Bytes []byte // what was kept
	Size  int64  // bytes seen and lost
	lost  bool
}

// Feed implements [Sink].
func (s *Sample) Feed(p []byte) {
	s.Size += int64(len(p))
	if room := cap(s.Bytes) - len(s.Bytes); room > 0 && !s.lost {
		s.Bytes = append(s.Bytes, p[:min(room, len(p))]...)
	}
}

// Gap implements [Sink]; nothing after a gap is kept.
func (s *Sample) Gap(n int64) {
	s.Size += n
	s.lost = true
}

// Close implements [Sink].
func (s *Sample) Close(bool) {}
