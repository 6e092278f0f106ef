package control

import "testing"

func TestEveryControlIsComplete(t *testing.T) {
	all := All()
	if len(all) < 15 {
		t.Fatalf("%d controls", len(all))
	}
	for _, c := range all {
		got, ok := Lookup(c.ID)
		if !ok || got.Title != c.Title || len(c.Clause) < 2 {
			t.Errorf("control %q: %+v", c.ID, got)
		}
	}
	if _, ok := Lookup("no-such-control"); ok {
		t.Error("an unknown control was found")
	}
}
