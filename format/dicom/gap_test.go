package dicom

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// storeStream sends three objects of about 40 kB and releases.
func storeStream() []byte {
	var b []byte
	for id := range uint16(3) {
		c := Command{Field: CStoreRQ, MessageID: id + 1, AffectedSOPClass: CTImageStorage, AffectedSOPInstance: fmt.Sprintf("1.2.%d", id), DataSet: true}
		b = AppendMessage(b, 4096, 3, &c, object(Syntax{}, 40_000))
	}
	return AppendReleaseRQ(b)
}

// withGap decodes stream without the n bytes from at on.
func withGap(stream []byte, at, n int, next func() int) *record {
	r := &record{}
	d := NewDecoder(&Config{Want: NewTagSet(Modality, SoftwareVersions)}, agreed(), r)
	feed := func(b []byte) {
		for len(b) > 0 {
			k := min(next(), len(b))
			if err := d.Feed(b[:k]); err != nil {
				r.add("error %v", err)
				return
			}
			b = b[k:]
		}
	}
	feed(stream[:at])
	if err := d.Gap(int64(n)); err != nil {
		r.add("gap %v", err)
	}
	feed(stream[at+n:])
	if d.Offset() != int64(len(stream)) && d.state != atSearch {
		r.add("offset %d of %d", d.Offset(), len(stream))
	}
	if err := d.Close(); err != nil {
		r.add("close %v", err)
	}
	return r
}

func TestAGapInPixelDataLosesNothing(t *testing.T) {
	stream := storeStream()
	r := withGap(stream, 20_000, 1000, whole)
	s := r.String()
	if strings.Contains(s, "malformed") || strings.Contains(s, "error") || strings.Contains(s, "close") {
		t.Errorf("%s", s)
	}
	if strings.Count(s, "command 3") != 3 || strings.Count(s, "Complete:true") != 3 || strings.Count(s, "Missing:1000") != 1 || !strings.HasSuffix(s, "release request") {
		t.Errorf("%s", s)
	}
}

func TestALargeGapIsFollowedByTheNextPDUThatCanOnlyBeOne(t *testing.T) {
	stream := storeStream()
	// From inside the first object over the second command into the second object.
	r := withGap(stream, 20_000, 40_000, whole)
	s := r.String()
	if strings.Count(s, "command 3") != 2 || strings.Count(s, "data set end") != 2 || strings.Count(s, "Missing:0 Complete:true") != 1 {
		t.Errorf("%s", s)
	}
	if !strings.HasSuffix(s, "release request") || strings.Contains(s, "offset") {
		t.Errorf("the stream's end was not found:\n%s", s)
	}
}

func TestGapsAnywhereNeverInventAnything(t *testing.T) {
	stream := storeStream()
	rng := rand.New(rand.NewPCG(5, 6))
	ungapped := decode(&Config{Want: NewTagSet(Modality, SoftwareVersions)}, agreed(), stream, whole)
	known := map[string]bool{}
	for _, l := range ungapped.lines {
		known[l] = true
	}
	for range 300 {
		at := rng.IntN(len(stream))
		n := 1 + rng.IntN(min(30_000, len(stream)-at))
		if rng.IntN(3) == 0 {
			n = min(n, 1+rng.IntN(8))
		}
		a := withGap(stream, at, n, whole)
		if b := withGap(stream, at, n, func() int { return 1 + rng.IntN(30) }); a.String() != b.String() {
			t.Fatalf("gap of %d at %d, in pieces:\n%s\nwhole:\n%s", n, at, b, a)
		}
		for _, l := range a.lines {
			if strings.HasPrefix(l, "element") && !known[l] && !strings.Contains(l, "…") || strings.HasPrefix(l, "command") && !known[l] || strings.HasPrefix(l, "error") {
				t.Fatalf("gap of %d at %d invented %q", n, at, l)
			}
		}
	}
}

func TestAGapInAnAssociationLosesOnlyIt(t *testing.T) {
	b := fullRequest().Append(nil)
	n := len(b)
	echo := Command{Field: CEchoRQ, MessageID: 1, AffectedSOPClass: Verification}
	b = AppendMessage(b, 0, 1, &echo, nil)
	for _, gap := range [][2]int{{100, 20}, {100, n - 100}, {100, n - 95}, {3, 2}} {
		r := withGap(b, gap[0], gap[1], single)
		s := r.String()
		echoLost := gap[1] > n-100
		if strings.Contains(s, "request \"") || strings.Contains(s, "command 1") == echoLost {
			t.Errorf("gap %v:\n%s", gap, s)
		}
	}
}

func TestReleaseIsFoundBehindAGapAtTheEnd(t *testing.T) {
	stream := storeStream()
	for _, keep := range []int{10, 13, 40} {
		at := 1000
		r := withGap(stream, at, len(stream)-keep-at, single)
		if !strings.HasSuffix(r.String(), "release request") {
			t.Errorf("%d bytes left:\n%s", keep, r)
		}
	}
}

func TestAStreamJoinedInTheMiddle(t *testing.T) {
	stream := storeStream()
	r := withGap(stream[5000:], 0, 0, single)
	s := r.String()
	if strings.Count(s, "command 3") != 2 || strings.Count(s, "Complete:true") != 3 || !strings.HasSuffix(s, "release request") {
		t.Errorf("%s", s)
	}
}
