package board

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wardround/wardround"
)

// TestList: whatever comes and goes, a list is its rows in order, and one that was
// taken before stays as it was.
func TestList(t *testing.T) {
	type row struct{ key, tag int }
	compare := func(a, b *row) int { return cmp.Or(cmp.Compare(a.key, b.key)) }
	r := rand.New(rand.NewPCG(7, 7))
	var l list[*row]
	in := map[int]*row{}
	for round := range 400 {
		before := slices.Collect(l.all())
		taken := l
		var c changes[*row]
		n := 1 + r.IntN(20)
		if round%50 == 0 {
			n = 2000
		}
		touched := map[int]bool{}
		for range n {
			k := r.IntN(5000)
			if touched[k] {
				continue
			}
			touched[k] = true
			switch old := in[k]; {
			case old == nil:
				in[k] = &row{k, round}
				c.note(nil, in[k], compare)
			case r.IntN(3) == 0:
				in[k] = &row{k, round}
				c.note(old, in[k], compare)
			case round > 20:
				delete(in, k)
				c.note(old, nil, compare)
			}
		}
		l = c.apply(l, compare)
		want := make([]*row, 0, len(in))
		for _, x := range in {
			want = append(want, x)
		}
		slices.SortFunc(want, compare)
		if got := slices.Collect(l.all()); !slices.Equal(got, want) || l.n != len(want) {
			t.Fatalf("round %d: %d rows (n %d), want %d", round, len(got), l.n, len(want))
		}
		if !slices.Equal(slices.Collect(taken.all()), before) {
			t.Fatalf("round %d: a list that was taken before has changed", round)
		}
		for _, ch := range l.chunks {
			if len(ch) == 0 || len(ch) > chunkSize {
				t.Fatalf("round %d: a chunk of %d rows", round, len(ch))
			}
		}
	}
}

// TestPagesWhileRowsCome: who reads page by page meets each row that was there all
// the time exactly once, in every order, whatever comes and goes meanwhile.
func TestPagesWhileRowsCome(t *testing.T) {
	for _, sort := range []string{"", "-last_seen", "asset,-severity", "title"} {
		b, c := small()
		at := c.To
		there := map[string]bool{}
		for i, f := range c.Findings {
			there[f.ID] = i%5 != 0 // the others will change
		}
		r := rand.New(rand.NewPCG(1, 1))
		seen := map[string]int{}
		q := FindingQuery{List: List{Sort: sort, Limit: 17}}
		for pages := 0; ; pages++ {
			p, err := b.Findings(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Items {
				seen[f.ID]++
			}
			if q.Cursor = p.Next; q.Cursor == "" {
				break
			}
			next := &wardround.Commit{Scope: scope, To: at + 1, At: c.At}
			at++
			for range 10 {
				f := finding(c.Assets[r.IntN(len(c.Assets))], b.own[r.IntN(len(b.own))].Check, "new "+string(rune('a'+pages%26)), wardround.Severity(1+r.IntN(5)), t0)
				f.Case = c.Findings[0].Case
				old := *c.Findings[5*r.IntN(len(c.Findings)/5)]
				old.Severity, old.LastSeen = wardround.Severity(1+r.IntN(5)), c.At
				next.Findings = append(next.Findings, f, &old)
			}
			b.Apply(next)
			if pages > 1000 {
				t.Fatal("no end")
			}
		}
		for id, stayed := range there {
			if stayed && seen[id] != 1 {
				t.Errorf("sort %q: finding %s was there all the time and shown %d times", sort, id, seen[id])
			}
		}
	}
}

// small is a board of a few hundred findings.
func small() (*Board, *wardround.Commit) {
	c := hospitalOf(200, 600)
	b := newBoard()
	b.Apply(c)
	return b, c
}

// TestSortsAndCursors: what is no sort or no cursor is refused in words; a cursor
// goes with its sort.
func TestSortsAndCursors(t *testing.T) {
	b, _ := small()
	page, err := b.Findings(FindingQuery{List: List{Limit: 5}})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []List{
		{Sort: "password", Limit: 5},
		{Sort: "title,,", Limit: 5},
		{Sort: "title,title,title,title,title,title,title,title,title", Limit: 5},
		{Cursor: "nonsense!", Limit: 5},
		{Cursor: "e30", Limit: 5}, // {}
		{Sort: "title", Cursor: page.Next, Limit: 5},
	} {
		if _, err := b.Findings(FindingQuery{List: q}); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%+v: %v, want EInvalid", q, err)
		}
	}
	// Each order is an order: all rows come, none twice, and in the order of its key.
	for name := range findingFields.by {
		for _, sort := range []string{name, "-" + name} {
			all, err := b.Findings(FindingQuery{List: List{Sort: sort, Limit: -1}})
			if err != nil || len(all.Items) != all.Total || all.Next != "" {
				t.Fatalf("%s: %d of %d rows, next %q, %v", sort, len(all.Items), all.Total, all.Next, err)
			}
			var paged []string
			q := FindingQuery{List: List{Sort: sort, Limit: 70}}
			for {
				p, err := b.Findings(q)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range p.Items {
					paged = append(paged, f.ID)
				}
				if q.Cursor = p.Next; q.Cursor == "" {
					break
				}
			}
			whole := make([]string, len(all.Items))
			for i, f := range all.Items {
				whole[i] = f.ID
			}
			if !slices.Equal(whole, paged) {
				t.Errorf("%s: page by page is not the whole", sort)
			}
		}
	}
}
