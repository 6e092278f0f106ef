package board

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/wardround/wardround"
)

// TestReadWhileItChanges: everything can be asked while commits come in. What is
// read together fits together: a page's rows never change afterwards.
func TestReadWhileItChanges(t *testing.T) {
	c := hospitalOf(100, 500)
	b := newBoard()
	b.Apply(c)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(9, uint64(i)))
			v := Visible{}
			if i == 3 {
				v.Products = []string{"maker 3"}
			}
			for {
				select {
				case <-done:
					return
				default:
				}
				ask(t, b, v, c, r)
			}
		})
	}
	r := rand.New(rand.NewPCG(8, 8))
	for n := range 150 {
		next := &wardround.Commit{Scope: scope, To: c.To + uint64(n) + 1, At: c.At}
		for range 5 {
			a := *c.Assets[r.IntN(len(c.Assets))]
			a.Last, a.Zone = next.At, wardround.ZoneID([]string{"icu", "office"}[r.IntN(2)])
			f := *c.Findings[r.IntN(len(c.Findings))]
			f.State = []wardround.FindingState{wardround.Open, wardround.Fixed, wardround.Acknowledged}[r.IntN(3)]
			l := *c.Links[r.IntN(len(c.Links))]
			l.Encrypted = wardround.Tri(r.IntN(3) - 1)
			next.Assets, next.Findings, next.Links = append(next.Assets, &a), append(next.Findings, &f), append(next.Links, &l)
			next.Verdicts = append(next.Verdicts, &wardround.Verdict{Key: f.Key, State: wardround.State(r.IntN(3)), Severity: f.Severity})
			next.Cases = append(next.Cases, &wardround.Case{ID: f.Case, Check: f.Check, Title: f.Title, State: "open", Opened: f.Opened})
			next.Proposals = append(next.Proposals, &wardround.Proposal{ID: "p" + f.ID, Asset: a.ID, State: "open", At: next.At})
		}
		next.Evidence = []*wardround.Evidence{{Kind: "action", Reason: "accept", Index: uint64(n), Payload: []byte(`{"kind":"inventory.said","fields":{"act":"accept","by":"ada"}}`)}}
		b.Apply(next)
		b.Observed([]*wardround.Observation{{Sensor: "mirror-1", At: next.At, Logged: next.At}})
	}
	close(done)
	wg.Wait()
}

func ask(t *testing.T, b *Board, v Visible, c *wardround.Commit, r *rand.Rand) {
	l := List{Visible: v, Limit: 20}
	page, err := b.Findings(FindingQuery{List: l, Q: "maker", Fixed: r.IntN(2) == 0})
	if err != nil || page.Total < len(page.Items) {
		t.Errorf("%d findings of %d, %v", len(page.Items), page.Total, err)
	}
	for i := 1; i < len(page.Items); i++ {
		if page.Items[i].Severity > page.Items[i-1].Severity {
			t.Errorf("%s comes after %s", page.Items[i].Severity, page.Items[i-1].Severity)
		}
	}
	id := c.Assets[r.IntN(len(c.Assets))].ID
	for _, err := range []error{
		second(b.Assets(AssetQuery{List: l, Status: Failing})), second(b.Cases(CaseQuery{List: l})), second(b.Links(LinkQuery{List: l, Asset: id})),
		second(b.Proposals(ProposalQuery{List: l, Asset: id})), second(b.Audit(AuditQuery{List: l})),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	f := c.Findings[r.IntN(len(c.Findings))]
	b.Asset(v, id)
	b.Finding(v, f.ID)
	b.Case(v, f.Case, "de")
	b.Related(v, f.ID, 5)
	b.LinksOf(v, f.Subject, 5)
	b.Coverage(v)
	b.Counts(v)
	b.Now(v, 8, "en")
	b.Changes(v, 30)
	b.Sensors()
	b.Search(v, "maker 3", 20, "en")
	b.Graph(v)
	b.Tally(f.Check)
	b.Inventory()
	b.Named(string(id))
}

func second[T any](_ T, err error) error { return err }
