package wardround_test

import (
	"regexp"
	"testing"

	. "github.com/wardround/wardround"
)

func TestIDsDeriveFromWhatTheyIdentify(t *testing.T) {
	// Ids are for ever: an id that changes loses its history and its decisions. This
	// one was computed apart from this code.
	if got, want := DeriveID("a", "clinic", "north", "4711", "asset", "1"), "a-na52xuj8pxn8crah"; got != want {
		t.Errorf("got %s, want %s as always", got, want)
	}
	shape := regexp.MustCompile(`^f-[a-km-np-z2-9]{16}$`)
	seen := map[string][]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a", "b"}, {"ab"}, {"ab", ""}, {"", "ab"}, {"a", "b", ""}, {"\x00\x00\x00\x01a"}} {
		id := DeriveID("f", parts...)
		if !shape.MatchString(id) {
			t.Errorf("%q has another shape", id)
		}
		if old, ok := seen[id]; ok {
			t.Errorf("%q and %q have one id", old, parts)
		}
		seen[id] = parts
	}
}

func TestFindingAndCaseIDs(t *testing.T) {
	s := Scope{Org: "clinic", Site: "north"}
	k := Key{Check: "net.scan", Subject: AssetSubject("a-1"), Item: "x"}
	ids := map[string]bool{FindingID(s, k): true, CaseID(s, "net.scan", "zone:icu"): true}
	for _, other := range []struct {
		s Scope
		k Key
	}{
		{Scope{Org: "clinic", Site: "south"}, k},
		{Scope{Org: "other", Site: "north"}, k},
		{s, Key{Check: "net.scan", Subject: LinkSubject("a-1"), Item: "x"}},
		{s, Key{Check: "net.scan", Subject: AssetSubject("a-1"), Item: ""}},
		{s, Key{Check: "net.conflict", Subject: AssetSubject("a-1"), Item: "x"}},
	} {
		id := FindingID(other.s, other.k)
		if ids[id] {
			t.Errorf("%+v has the id of another", other)
		}
		ids[id] = true
	}
	if again := FindingID(s, k); !ids[again] || again == "" {
		t.Error("one key has two ids")
	}
}
