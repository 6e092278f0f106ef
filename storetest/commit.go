package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"

	"github.com/wardround/wardround"
)

func conflict(t *testing.T, s wardround.Store) {
	mustCommit(t, s, Full(0, 5, 1))
	before := dump(t, s, Ward)
	for _, c := range []*wardround.Commit{Full(4, 6, 2), Full(6, 7, 2), Full(0, 5, 2)} {
		code(t, "a commit elsewhere", s.Commit(context.Background(), c), wardround.EConflict)
	}
	code(t, "a commit backwards", s.Commit(context.Background(), Full(5, 4, 1)), wardround.EInvalid)
	equal(t, "the store", dump(t, s, Ward), before)
	position(t, s, Ward, 5)
	mustCommit(t, s, Full(5, 5, 0)) // what people do needs no observation
	mustCommit(t, s, Full(5, 6, 1))
}

func atomic(t *testing.T, s wardround.Store) {
	ctx := context.Background()
	mustCommit(t, s, Full(0, 5, 2))
	before := dump(t, s, Ward)
	for name, spoil := range map[string]func(c *wardround.Commit){
		"payload":           func(c *wardround.Commit) { c.Evidence[1].Payload = []byte("{") },
		"no kind":           func(c *wardround.Commit) { c.Evidence[2].Kind = "" },
		"state too large":   func(c *wardround.Commit) { c.States[1].Data = make([]byte, wardround.MaxCheckState+1) },
		"leaves missing":    func(c *wardround.Commit) { c.Evidence = c.Evidence[1:] },
		"leaves left over":  func(c *wardround.Commit) { c.Transitions = c.Transitions[1:] },
		"scope without org": func(c *wardround.Commit) { c.Scope.Org = "" },
	} {
		c := Full(5, 6, 2)
		spoil(c)
		code(t, name, s.Commit(ctx, c), wardround.EInvalid)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Commit(cancelled, Full(5, 6, 2)); err == nil {
		t.Error("a commit with a cancelled context was taken")
	}
	equal(t, "the store", dump(t, s, Ward), before)
	position(t, s, Ward, 5)
	c := Full(5, 6, 2)
	mustCommit(t, s, c)
	if c.Evidence[0].Index != 3 {
		t.Errorf("the next leaf has index %d, want 3: a refused commit left a hole", c.Evidence[0].Index)
	}
}

func origins(t *testing.T, s wardround.Store) {
	mustCommit(t, s, Full(0, 5, 1))
	c := Full(5, 6, 1)
	c.Origin = wardround.Simulated
	code(t, "simulated facts among live ones", s.Commit(context.Background(), c), wardround.EInvalid)
	c = Full(0, 1, 1)
	c.Scope, c.Origin = Other, wardround.Replay
	code(t, "replayed facts of another site", s.Commit(context.Background(), c), wardround.EInvalid)
	c.Origin = "rumour"
	code(t, "no origin at all", s.Commit(context.Background(), c), wardround.EInvalid)
}

func late(t *testing.T, s wardround.Store) {
	c := Full(0, 5, 2)
	was := &wardround.Transition{Key: c.Transitions[0].Key, From: wardround.Fail, To: wardround.Fail, Seq: 5, At: Noon, Reason: wardround.LatePrefix + "would have been pass"}
	c.Transitions = []*wardround.Transition{c.Transitions[0], was, c.Transitions[1]}
	mustCommit(t, s, c)
	if a, b := c.Transitions[0].Leaf, c.Transitions[2].Leaf; a != 0 || b != 1 || was.Leaf != wardround.NoLeaf {
		t.Errorf("leaves %d, %d, and %d for the late one", a, b, was.Leaf)
	}
	equal(t, "history", all(t, s.Transitions(context.Background(), Ward, was.Key)), c.Transitions[:2])
}

func evidence(t *testing.T, s wardround.Store) {
	first, second := Full(0, 5, 3), Full(5, 9, 2)
	mustCommit(t, s, first)
	mustCommit(t, s, second)
	index := uint64(0)
	salts := map[string]bool{}
	for _, c := range []*wardround.Commit{first, second} {
		for i, e := range c.Evidence {
			if e.Index != index {
				t.Errorf("leaf %d got index %d", index, e.Index)
			}
			if i < len(c.Transitions) && c.Transitions[i].Leaf != index {
				t.Errorf("transition %d points to leaf %d, want %d", i, c.Transitions[i].Leaf, index)
			}
			if len(e.Salt) != 16 || len(e.Leaf) != sha256.Size || salts[string(e.Salt)] {
				t.Errorf("leaf %d has salt %x, leaf %x", index, e.Salt, e.Leaf)
			}
			salts[string(e.Salt)] = true
			index++
		}
	}
	got := all(t, s.Evidence(context.Background(), Ward, 0, 0))
	if len(got) != int(index) {
		t.Fatalf("%d leaves, want %d", len(got), index)
	}
	// The same contents twice give different leaves: the salt hides equality.
	if bytes.Equal(got[0].Leaf, got[4].Leaf) {
		t.Error("equal entries have equal leaves")
	}
}

func factBytes(t *testing.T, s wardround.Store) {
	facts := wardround.Facts{
		"large": int64(1)<<53 + 1, "half": 0.5, "none": 0, "text": "a<b & \u2028", "list": []string{"x"}, "empty": []string{}, "at": Noon, "no": false,
	}
	want := string(facts.JSON())
	c := commit(0, 1)
	c.Verdicts = []*wardround.Verdict{{Key: key("k", "a", ""), Facts: facts, Origin: wardround.Live}}
	c.Findings = []*wardround.Finding{{ID: "f", Scope: Ward, Key: key("k", "a", ""), Facts: facts}}
	mustCommit(t, s, c)
	ctx := context.Background()
	for range 2 {
		v := all(t, s.Verdicts(ctx, Ward, wardround.VerdictFilter{}))
		f := all(t, s.Findings(ctx, Ward, wardround.FindingFilter{}))
		equal(t, "a verdict's facts", string(v[0].Facts.JSON()), want)
		equal(t, "a finding's facts", string(f[0].Facts.JSON()), want)
		again := commit(1, 1)
		again.Verdicts, again.Findings = v, f
		mustCommit(t, s, again)
	}
}

func durable(t *testing.T, sub Subject) {
	s := sub.New(t)
	for n := range uint64(6) {
		mustCommit(t, s, Full(n*10, n*10+10, 5))
		if n%2 == 1 {
			before := dump(t, s, Ward)
			s = sub.Reopen(t, s)
			equal(t, "after reopening", dump(t, s, Ward), before)
		}
	}
	defer func() { s.Close() }()
	position(t, s, Ward, 60)
	code(t, "an old commit again", s.Commit(context.Background(), Full(50, 60, 5)), wardround.EConflict)
	c := Full(60, 61, 1)
	mustCommit(t, s, c)
	if c.Evidence[0].Index != 36 {
		t.Errorf("the next leaf has index %d, want 36", c.Evidence[0].Index)
	}
	c = Full(61, 62, 1)
	c.Origin = wardround.Replay
	code(t, "another origin after reopening", s.Commit(context.Background(), c), wardround.EInvalid)
}
