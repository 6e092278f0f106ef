package ledger

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)

func verdict(n int) *wardround.Evidence {
	return &wardround.Evidence{
		Kind: "verdict", Reason: "transition", At: noon.Add(time.Duration(n) * time.Second), Seq: uint64(n) + 1,
		Payload: fmt.Appendf(nil, `{"state":"fail","check":"dicom.cleartext","subject":"asset:a-%d","facts":{"port":104,"titles":["CT1","PACS"]}}`, n),
	}
}

// The entry's hand-written JSON is what an independent RFC 8785 writer makes of it.
func TestEntryIsCanonical(t *testing.T) {
	for _, reason := range []string{"", "judged", `a "quoted" \ reason`, "tab\tnewline\n\b\f\r\x00\x1f\x7f", "Überwachung – 病院 🩺 <&>\u2028"} {
		e := verdict(7)
		e.Reason = reason
		if err := Seal(e, nil); err != nil {
			t.Fatal(err)
		}
		var payload any
		if err := json.Unmarshal(e.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		naive, err := json.Marshal(map[string]any{
			"reason": e.Reason, "kind": e.Kind, "seq": e.Seq, "payload": payload, "at": e.At.Format(time.RFC3339Nano),
		})
		if err != nil {
			t.Fatal(err)
		}
		want, err := jcs.Transform(naive)
		if err != nil {
			t.Fatal(err)
		}
		if got := Entry(e); string(got) != string(want) {
			t.Errorf("reason %q:\n got %s\nwant %s", reason, got, want)
		}
		if sum := sha256.Sum256(append(append([]byte(nil), e.Salt...), want...)); string(sum[:]) != string(e.Leaf) {
			t.Errorf("reason %q: the leaf is not SHA-256 over salt and entry", reason)
		}
		if err := Check(e); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckNamesWhatChanged(t *testing.T) {
	changes := map[string]func(e *wardround.Evidence){
		"payload": func(e *wardround.Evidence) {
			e.Payload = []byte(strings.Replace(string(e.Payload), "fail", "pass", 1))
		},
		"salt":   func(e *wardround.Evidence) { e.Salt[3] ^= 1 },
		"leaf":   func(e *wardround.Evidence) { e.Leaf[31] ^= 1 },
		"at":     func(e *wardround.Evidence) { e.At = e.At.Add(time.Nanosecond) },
		"seq":    func(e *wardround.Evidence) { e.Seq++ },
		"kind":   func(e *wardround.Evidence) { e.Kind = "action" },
		"reason": func(e *wardround.Evidence) { e.Reason = "renewal" },
		"spaces": func(e *wardround.Evidence) { e.Payload = append([]byte(" "), e.Payload...) },
	}
	for name, change := range changes {
		e := verdict(1)
		if err := Seal(e, nil); err != nil {
			t.Fatal(err)
		}
		change(e)
		if err := Check(e); wardround.ErrorCode(err) != wardround.EIntegrity {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	e := verdict(1)
	if err := Seal(e, nil); err != nil {
		t.Fatal(err)
	}
	e.Salt, e.Payload = nil, nil
	if err := Check(e); err != nil {
		t.Errorf("an erased entry: %v", err)
	}
}

func TestSealRefuses(t *testing.T) {
	for name, payload := range map[string]string{
		"nothing": "", "no object": `[1]`, "broken": `{"a":`, "twice": `{"a":1,"a":2}`, "large": `{"a":"` + strings.Repeat("x", MaxPayload) + `"}`,
	} {
		if err := Seal(&wardround.Evidence{Kind: "verdict", Payload: []byte(payload)}, nil); wardround.ErrorCode(err) != wardround.EInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Seal(&wardround.Evidence{Payload: []byte("{}")}, nil); wardround.ErrorCode(err) != wardround.EInvalid {
		t.Errorf("no kind: %v", err)
	}
}

// The tree gives the same hashes and roots as the tlog package computes from its
// own storage, at every size, and after being loaded at every size.
func TestTreeAgreesWithTlog(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	var tree Tree
	for n := range int64(300) {
		want, err := tlog.TreeHash(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := LoadTree(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Root() != want || loaded.Root() != want || loaded.Size() != n || tree.Size() != n {
			t.Fatalf("size %d: root %v, loaded %v, want %v", n, tree.Root(), loaded.Root(), want)
		}
		leaf := fmt.Appendf(nil, "leaf %d", n)
		hashes, err := tlog.StoredHashes(n, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		got := loaded.Append(nil, leaf)
		if fmt.Sprint(got) != fmt.Sprint(hashes) || fmt.Sprint(tree.Append(nil, leaf)) != fmt.Sprint(hashes) {
			t.Fatalf("leaf %d stores %v, want %v", n, got, hashes)
		}
		stored = append(stored, hashes...)
	}
}

func BenchmarkSeal(b *testing.B) {
	var tree Tree
	var hashes []tlog.Hash
	for b.Loop() {
		e := verdict(1)
		if err := Seal(e, nil); err != nil {
			b.Fatal(err)
		}
		hashes = tree.Append(hashes[:0], e.Leaf)
	}
}
