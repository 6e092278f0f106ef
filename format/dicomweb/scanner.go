package dicomweb

import (
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/format/http/content"
)

// IsMediaType reports whether a Content-Type or one member of Accept says DICOM:
// PS3.18's own types, alone or in multipart/related (§8.7).
func IsMediaType(value string) bool {
	mediaType, params := http.MediaType(value)
	if mediaType == "multipart/related" {
		mediaType, _ = http.MediaType(http.Param(params, "type"))
	}
	return strings.HasPrefix(mediaType, "application/dicom") || mediaType == "image/dicom-rle" || mediaType == "image/dicom+rle"
}

// Accepts reports whether an Accept value names a media type of DICOM.
func Accepts(accept string) bool {
	// Parameters hold commas only in quotes, which no type of DICOM needs.
	for accept != "" {
		member, rest, _ := strings.Cut(accept, ",")
		accept = rest
		if IsMediaType(member) {
			return true
		}
	}
	return false
}

// Recognise decides whether an exchange was DICOMweb: from how well the request
// fits and whether one of its media types (Content-Type of either side, Accept) is
// DICOM's.
func Recognise(fit Fit, mediaType bool) bool {
	return fit == Certain || fit == Possible && mediaType
}

// Summary is what a [Scanner] found in a body.
type Summary struct {
	Multipart bool
	Parts     int      // of a multipart body
	Objects   int      // DICOM files: parts, or a single body, of application/dicom
	Media     []string // media types of the parts, at most 4 different ones
	Matches   int      // data sets in a JSON array: what a search found, or metadata
	Stored    int      // items of Referenced SOP Sequence in a store response
	Failed    int      // items of Failed SOP Sequence
	Size      int64    // bytes of content
	Personal  Personal // identifying attributes with a value in JSON data sets
	Whole     bool     // read to the end without loss
}

// maxMedia is how many media types of parts are told apart.
const maxMedia = 4

// A Scanner reads a DICOMweb body as it passes. It is a [content.Sink];
// [Scanner.Summary] says what it found, during and after.
type Scanner struct {
	// Part, if set before the first Feed, is called with the media type of each part
	// (or of a body without parts) and returns who wants its content, or nil.
	Part func(mediaType string) content.Sink
	// Attribute, if set before the first Feed, is called with the first value of each
	// attribute of a JSON data set (PS3.18 §F.2.2), cut to 64 bytes: within are the tags of
	// the sequences around it, outermost first, of which the first two items are read.
	// DataSet is called when one ends.
	Attribute func(within []uint32, tag uint32, value []byte)
	DataSet   func()

	sum   Summary
	media string // of a body without parts
	multi *content.Multipart
	json  *content.JSON
	one   content.Sink
	begun bool
	tags  dataSets
}

// NewScanner returns a scanner for a body with this Content-Type.
func NewScanner(contentType string) *Scanner {
	s := &Scanner{}
	mediaType, params := http.MediaType(contentType)
	boundary := http.Param(params, "boundary")
	switch {
	case mediaType == "multipart/related" && boundary != "" && len(boundary) <= maxBoundary:
		s.sum.Multipart = true
		s.multi = content.NewMultipart(boundary, s.part)
	case mediaType == "application/dicom+json", mediaType == "application/json":
		s.tags.scanner = s
	default:
		s.media = mediaType
	}
	return s
}

// maxBoundary is the longest boundary in characters. RFC 2046 allows 70; Orthanc
// writes longer ones.
const maxBoundary = 200

func (s *Scanner) part(head []byte) content.Sink {
	fields, _ := http.ParseFields(string(head), 16)
	mediaType, _ := http.MediaType(fields.Value("Content-Type"))
	if mediaType == "application/dicom" {
		s.sum.Objects++
	}
	known := len(s.sum.Media) == maxMedia
	for _, m := range s.sum.Media {
		known = known || m == mediaType
	}
	if !known {
		s.sum.Media = append(s.sum.Media, mediaType)
	}
	if s.Part == nil {
		return nil
	}
	return s.Part(mediaType)
}

// Summary is what was found so far.
func (s *Scanner) Summary() *Summary {
	if s.multi != nil {
		s.sum.Parts = s.multi.Parts
	}
	s.sum.Matches, s.sum.Stored, s.sum.Failed, s.sum.Personal = s.tags.matches, s.tags.stored, s.tags.failed, s.tags.personal
	return &s.sum
}

// Feed implements [content.Sink].
func (s *Scanner) Feed(p []byte) {
	s.sum.Size += int64(len(p))
	switch {
	case s.multi != nil:
		s.multi.Feed(p)
	case s.tags.scanner != nil:
		if s.json == nil {
			levels := jsonLevels
			if s.Attribute != nil {
				levels = jsonDeep
			}
			s.json = content.NewJSON(&s.tags, levels)
		}
		s.json.Feed(p)
	default:
		s.begin()
		if s.one != nil {
			s.one.Feed(p)
		}
	}
}

// begin treats a body without parts as one part.
func (s *Scanner) begin() {
	if s.begun {
		return
	}
	s.begun = true
	if s.media == "application/dicom" {
		s.sum.Objects = 1
	}
	if s.Part != nil {
		s.one = s.Part(s.media)
	}
}

// Gap implements [content.Sink].
func (s *Scanner) Gap(n int64) {
	s.sum.Size += n
	switch {
	case s.multi != nil:
		s.multi.Gap(n)
	case s.json != nil:
		s.json.Gap(n)
	case s.one != nil:
		s.one.Gap(n)
	}
}

// Close implements [content.Sink].
func (s *Scanner) Close(whole bool) {
	s.sum.Whole = whole
	switch {
	case s.multi != nil:
		s.multi.Close(whole)
		s.sum.Whole = whole && s.multi.Ended && !s.multi.Lost()
	case s.json != nil:
		s.json.Close(whole)
		s.sum.Whole = whole && !s.json.Bad()
	case s.one != nil:
		s.one.Close(whole)
	}
}

// dataSets reads the DICOM JSON model (PS3.18 §F.2): an array of data sets, or one
// data set, whose members are tags with "vr" and "Value".
type dataSets struct {
	matches, stored, failed int
	personal                Personal
	list                    bool // the root is an array
	tag                     Personal
	sequence                *int // counts the items of the sequence being read
	scanner                 *Scanner
	names                   [jsonDeep + 1]uint32 // tag of the attribute being read, by the depth of its data set
	value                   [jsonDeep + 1]bool   // the member being read is Value, by the depth of its attribute
	told                    [jsonDeep + 1]bool   // its first value was told
	within                  [2]uint32
}

// jsonLevels: the array, a data set, an attribute, its Value, an item of that. jsonDeep
// are as many as it takes for an attribute in a sequence in a sequence: three more for
// each, an attribute, its Value, an item.
const (
	jsonLevels = 5
	jsonDeep   = 10
)

// attributeAt is how deep a data set or item at depth is nested, if it is one.
func (d *dataSets) attributeAt(depth int) (nested int, ok bool) {
	first := d.attribute() - 1 // depth of a data set
	nested = (depth - first) / 3
	return nested, depth >= first && (depth-first)%3 == 0 && nested <= len(d.within)
}

// attributes notes names, for those who asked for attributes.
func (d *dataSets) attributes(depth int, name []byte) {
	if d.scanner == nil || d.scanner.Attribute == nil {
		return
	}
	if _, ok := d.attributeAt(depth); ok {
		d.names[depth] = tagOf(name)
		return
	}
	if _, ok := d.attributeAt(depth - 1); ok {
		d.value[depth], d.told[depth] = string(name) == "Value", false
	}
}

// tagOf reads eight hexadecimal digits; 0 for any other name.
func tagOf(name []byte) uint32 {
	if len(name) != 8 {
		return 0
	}
	n, err := strconv.ParseUint(string(name), 16, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func (d *dataSets) Open(depth int, array bool) {
	switch {
	case depth == 1:
		d.list = array
	case depth == 2 && d.list && !array:
		d.matches++
	case depth == d.attribute()+2 && !array && d.sequence != nil:
		*d.sequence++
	}
}

// attribute is the depth of an attribute's object.
func (d *dataSets) attribute() int {
	if d.list {
		return 3
	}
	return 2
}

func (d *dataSets) Name(depth int, name []byte) {
	d.attributes(depth, name)
	switch depth {
	case d.attribute() - 1:
		d.tag = personalTag(name)
		d.sequence = nil
		switch string(name) {
		case "00081199":
			d.sequence = &d.stored
		case "00081198":
			d.sequence = &d.failed
		}
	case d.attribute():
		if string(name) == "Value" {
			d.personal |= d.tag
		}
	}
}

// Scalar tells of a value: it is in the array Value, two below its data set.
func (d *dataSets) Scalar(depth int, text []byte, _ bool) {
	if d.scanner == nil || d.scanner.Attribute == nil {
		return
	}
	nested, ok := d.attributeAt(depth - 2)
	if !ok || !d.value[depth-1] || d.told[depth-1] || d.names[depth-2] == 0 {
		return
	}
	d.told[depth-1] = true
	within := d.within[:0]
	for i := range nested {
		within = append(within, d.names[d.attribute()-1+3*i])
	}
	d.scanner.Attribute(within, d.names[depth-2], text)
}

func (d *dataSets) Shut(depth int) {
	if depth == d.attribute()-1 && d.scanner != nil && d.scanner.DataSet != nil {
		d.scanner.DataSet()
	}
}
