package dicom

import (
	"fmt"
	"slices"
)

// Tag names a data element: group number in the upper 16 bits, element number
// in the lower (PS3.5 §7.1).
type Tag uint32

// NewTag returns the tag (group,element).
func NewTag(group, element uint16) Tag { return Tag(group)<<16 | Tag(element) }

// Group returns the group number.
func (t Tag) Group() uint16 { return uint16(t >> 16) }

// Element returns the element number.
func (t Tag) Element() uint16 { return uint16(t) }

// Private reports whether the tag is a maker's own: odd groups are (PS3.5 §7.8).
func (t Tag) Private() bool { return t.Group()&1 == 1 }

// String returns the tag as the standard prints it, "(0008,0070)".
func (t Tag) String() string { return fmt.Sprintf("(%04x,%04x)", t.Group(), t.Element()) }

// The tags that give sequences and fragments their shape (PS3.5 §7.5).
const (
	Item                 Tag = 0xFFFEE000
	ItemDelimitation     Tag = 0xFFFEE00D
	SequenceDelimitation Tag = 0xFFFEE0DD
)

// TagSet is the set of elements a caller wants to see. The same set may serve
// any number of readers. A nil set wants nothing.
type TagSet struct {
	tags []Tag // ascending
	all  bool
}

// NewTagSet returns the set of the given tags.
func NewTagSet(tags ...Tag) *TagSet {
	s := &TagSet{tags: slices.Clone(tags)}
	slices.Sort(s.tags)
	s.tags = slices.Compact(s.tags)
	return s
}

// EveryTag returns the set that holds every tag.
func EveryTag() *TagSet { return &TagSet{all: true} }

// Has reports whether t is in the set.
func (s *TagSet) Has(t Tag) bool {
	if s == nil {
		return false
	}
	if s.all {
		return true
	}
	_, ok := slices.BinarySearch(s.tags, t)
	return ok
}

// Empty reports whether the set holds no tag.
func (s *TagSet) Empty() bool { return s == nil || !s.all && len(s.tags) == 0 }

// beyond reports whether no tag from t on is wanted: the elements of a data set
// ascend (PS3.5 §7.1), so the rest of it need not be read.
func (s *TagSet) beyond(t Tag) bool {
	return !s.all && t > s.tags[len(s.tags)-1]
}
