package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// flood shows n good things of one asset, a batch at a time.
func flood(b *bench, from, n int, at time.Duration) {
	b.Helper()
	for from < n {
		var batch []*wardround.Observation
		for ; from < n && len(batch) < 500; from++ {
			batch = append(batch, seen(at, thingV1{Word: word(from), Good: true}))
		}
		b.see(batch...)
	}
}

func (b *bench) rows() (n int) {
	b.Helper()
	for _, err := range b.st.Verdicts(b.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}

// Who chooses the items of a subject does not choose how many rows are kept: the
// rest is one item, which fails when one of them fails and never passes.
func TestItemsOfASubjectAreBounded(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	flood(b, 0, 3*maxItems/2, 0)
	if n := b.rows(); n != maxItems+1 {
		t.Fatalf("%d rows, want %d and one for the rest", n, maxItems)
	}
	rest := must(t, b.verdict(More), "verdict on the rest")
	if rest.State != wardround.Unknown || !strings.Contains(rest.Why, "more than 2000 items") {
		t.Fatalf("the rest, all good, is %v: %s", rest.State, rest.Why)
	}

	b.see(seen(time.Minute, thingV1{Word: "hidden", N: 3}))
	rest = b.verdict(More)
	if rest.State != wardround.Fail || rest.Facts["item"] != "hidden" || rest.Facts["n"] != 3 {
		t.Fatalf("one of the rest fails: %+v", rest)
	}
	b.see(seen(2*time.Minute, thingV1{Word: "hidden", Good: true}), seen(2*time.Minute, thingV1{Word: word(2*maxItems - 1), Good: true}))
	if rest = b.verdict(More); rest.State != wardround.Fail {
		t.Fatal("a pass of one of the rest hid that another may fail")
	}
	b.see(seen(3*time.Minute, thingV1{Word: word(5)})) // what has a row of its own keeps it
	if v := b.verdict(word(5)); v.State != wardround.Fail {
		t.Fatalf("a known item: %+v", v)
	}
	leaves := b.st.Leaves()
	for i := range 100 {
		b.see(seen(4*time.Minute+time.Duration(i)*time.Second, thingV1{Word: word(-i), N: i}))
	}
	if n := b.st.Leaves() - leaves; n > 1 {
		t.Errorf("a hundred fails of the rest are %d leaves", n)
	}

	b.restart() // the bound outlives it
	b.see(seen(10*time.Minute, thingV1{Word: "one more"}))
	if n := b.rows(); n != maxItems+1 {
		t.Errorf("%d rows after a restart", n)
	}
	b.see(b.say(5*time.Hour, &kind.SensorStatusV1{}))
	if rest = b.verdict(More); rest.State != wardround.Unknown {
		t.Errorf("the rest is %v long after", rest.State)
	}
}

// While the rest fails, its severity only rises: who mixes grave and slight things
// does not write a leaf with each.
func TestTheRestIsAsGraveAsTheGravest(t *testing.T) {
	c := goodness()
	b := newBench(t, Options{}, c)
	flood(b, 0, maxItems, 0)
	c.Severity = wardround.High
	b.see(seen(time.Minute, thingV1{Word: "grave"}))
	c.Severity = wardround.Low
	b.see(seen(2*time.Minute, thingV1{Word: "slight"}))
	if v := b.verdict(More); v.Severity != wardround.High {
		t.Errorf("severity %v", v.Severity)
	}
	if f := b.finding(); f == nil || f.Item != More || f.Severity != wardround.High {
		t.Errorf("finding %+v", f)
	}
}

// An item of any length is one item, and no two are mistaken for each other.
func TestLongItemsAreShortened(t *testing.T) {
	b := newBench(t, Options{}, goodness())
	long := strings.Repeat("ü", maxItem)
	b.see(seen(0, thingV1{Word: long + "1"}), seen(0, thingV1{Word: long + "2", Good: true}), seen(0, thingV1{Word: "bad\xff"}))
	b.see(seen(time.Minute, thingV1{Word: long + "1", Good: true}))
	items := map[string]wardround.State{}
	for v, err := range b.st.Verdicts(t.Context(), scope, wardround.VerdictFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Item) > maxItem || strings.ToValidUTF8(v.Item, "") != v.Item {
			t.Errorf("item %q", v.Item)
		}
		items[v.Item] = v.State
	}
	if len(items) != 3 || items["bad\ufffd"] != wardround.Fail {
		t.Errorf("items %v", items)
	}
	if f := must(t, b.finding(), "finding"); f.State != wardround.Fixed && f.Item != "bad\ufffd" {
		t.Errorf("a later pass did not find its finding: %+v", f)
	}
}
