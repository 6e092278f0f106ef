package csaf

import "github.com/wardround/wardround/format/csaf/internal/tree"

// Tests of groups with which a document is shared (2.1 §3.2.2.5.1).
var sharingTests = []test{
	{"6.1.38", in21, "Non-public sharing group with Max UUID", maxButNotClear},
	{"6.1.39", in21, "Public sharing group with no Max UUID", clearButNotMax},
	{"6.1.40", in21, "Invalid sharing group name", reservedGroupName},
	{"6.1.41", in21, "Missing sharing group name", missingGroupName},
	{"6.2.28", in21, "Usage of Max UUID", usesUUID(maxUUID)},
	{"6.2.29", in21, "Usage of Nil UUID", usesUUID(nilUUID)},
	{"6.2.30", in21, "Usage of sharing group on TLP:CLEAR", sharedAndClear},
}

// UUIDs with a meaning of their own (RFC 9562 §5.9, §5.10).
const (
	nilUUID = "00000000-0000-0000-0000-000000000000"
	maxUUID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

// sharingNames are reserved for these groups, and required of them.
var sharingNames = map[string]string{maxUUID: "Public", nilUUID: "No sharing allowed"}

func (s *subject) sharing() (group, id *tree.Node) {
	group = s.document.Get("distribution", "sharing_group")
	return group, group.Get("id")
}

func maxButNotClear(s *subject) {
	if _, id := s.sharing(); id.Str() == maxUUID && s.tlp() != "CLEAR" {
		s.fail(s.document.Get("distribution", "tlp", "label"), "the sharing group is the public one; the label is %s", s.tlp())
	}
}

func clearButNotMax(s *subject) {
	_, id := s.sharing()
	if s.tlp() != "CLEAR" || id == nil || id.Str() == maxUUID || id.Str() == nilUUID && s.status() == "draft" {
		return
	}
	s.fail(id, "the document is TLP:CLEAR; its sharing group can only be %s", maxUUID)
}

func reservedGroupName(s *subject) {
	group, id := s.sharing()
	name := group.Get("name")
	for uuid, reserved := range sharingNames {
		if name.Str() == reserved && id.Str() != uuid {
			s.fail(name, "the name %q is reserved for the sharing group %s", reserved, uuid)
		}
	}
}

func missingGroupName(s *subject) {
	group, id := s.sharing()
	want := sharingNames[id.Str()]
	switch name := group.Get("name"); {
	case want == "":
	case name == nil:
		s.missing(group, "name", "the sharing group %s must be named %q", id.Str(), want)
	case name.Str() != want:
		s.fail(name, "the sharing group %s must be named %q", id.Str(), want)
	}
}

func usesUUID(uuid string) func(*subject) {
	return func(s *subject) {
		if _, id := s.sharing(); id.Str() == uuid {
			s.fail(id, "the sharing group %s is no particular group", uuid)
		}
	}
}

func sharedAndClear(s *subject) {
	if group, _ := s.sharing(); group != nil && s.tlp() == "CLEAR" {
		s.fail(group, "the document is TLP:CLEAR; a sharing group says nothing")
	}
}
