package e2e

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestNotACapture: what is no capture is bad input, and the message names it.
func TestNotACapture(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(5, 6))
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	header, err := os.ReadFile(written(t, func(*crafted) {}))
	if err != nil {
		t.Fatal(err)
	}
	impossible := append(bytes.Clone(header), bytes.Repeat([]byte{0xff}, 4000)...)
	whole, err := os.ReadFile(written(t, func(c *crafted) { c.innocent() }))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty": nil, "random": random, "text": []byte("This is not a capture.\n"), "short": header[:10], "impossible": impossible,
		"picture": append([]byte("\x89PNG\r\n\x1a\n"), random[:500]...), "packed-text": multistream(t, []byte("not a capture either")),
		"packed-cut": multistream(t, whole)[:15], "broken-later": append(bytes.Clone(whole), impossible[24:]...),
	} {
		file := filepath.Join(dir, name+".pcap")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, v := range []invocation{
			{args: []string{"replay", file}}, {args: []string{"replay", "--format", "json", file}},
			{args: []string{"replay", "-"}, stdin: bytes.NewReader(content)},
		} {
			r := v.run(t).want(t, 2)
			what := v.args[len(v.args)-1] + " is not a readable capture: pcap: "
			if !bytes.Contains(r.stderr, []byte(what)) || bytes.Count(r.stderr, []byte("\n")) > 3 {
				t.Errorf("%s: it says\n%s", name, r.stderr)
			}
		}
	}
	wardround(t, "replay", dir).want(t, 2)
	wardround(t, "replay", filepath.Join(dir, "missing.pcap")).want(t, 2)
}

// TestPartOfACapture: what is whole is judged, and what is missing is said.
func TestPartOfACapture(t *testing.T) {
	whole, err := os.ReadFile(written(t, func(c *crafted) { c.innocent() }))
	if err != nil {
		t.Fatal(err)
	}
	run := func(content []byte) objects {
		return readObjects(t, invocation{args: []string{"replay", "--format", "json", "--quiet", "-"}, stdin: bytes.NewReader(content)}.run(t).want(t, 0).stdout)
	}
	if s := run(whole[:24]).summary(t); s.Packets != 0 || s.Truncated {
		t.Errorf("a header alone: %s", s.raw)
	}
	l := run(whole)
	all := l.summary(t)
	if !l.seenInnocent(t) || all.Truncated {
		t.Fatalf("the whole: %s", all.raw)
	}
	for cut := 25; cut < len(whole); cut += 13 {
		s := run(whole[:cut]).summary(t)
		if s.Packets > all.Packets || s.Bytes > all.Bytes {
			t.Fatalf("cut at %d: %s", cut, s.raw)
		}
		if !s.Truncated && !atRecord(whole, cut) {
			t.Errorf("cut at %d, inside a packet, and nothing said: %s", cut, s.raw)
		}
	}
	if r := wardround(t, "replay", write(t, "cut.pcap", string(whole[:len(whole)-5]))).want(t, 0); !bytes.Contains(r.stdout, []byte("ends inside a packet")) {
		t.Errorf("the table does not say it:\n%s", r.stdout)
	}
}

// atRecord reports whether a record of the capture begins at offset.
func atRecord(capture []byte, offset int) bool {
	at := 24
	for at < offset {
		at += 16 + int(binary.LittleEndian.Uint32(capture[at+8:]))
	}
	return at == offset
}

// TestDamagedCaptures: bytes of a simulated day are flipped at random; nothing
// panics, nothing grows, and the exit status is one of the two that are right.
func TestDamagedCaptures(t *testing.T) {
	whole, err := os.ReadFile(simulated(t, 6, "0.25", everyScenario()...))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 12 {
		damaged := bytes.Clone(whole)
		for range 1 + r.IntN(3000) {
			at := 24 + r.IntN(len(damaged)-24)
			if n%3 > 0 && inRecordHeader(whole, at) {
				continue // so that the capture stays readable
			}
			damaged[at] ^= byte(1 << r.IntN(8))
		}
		v := invocation{args: []string{"replay", "--format", "json", "--quiet", "-"}, stdin: io.Reader(bytes.NewReader(damaged)), measure: true}
		res := v.run(t)
		if res.code != 0 && res.code != 2 || res.code == 2 && n%3 > 0 || res.peak > maxResident {
			t.Errorf("round %d: exit status %d, %d MB\n%s", n, res.code, res.peak/1e6, res.stderr)
		}
	}
}

// inRecordHeader reports whether a byte belongs to the capture format itself.
func inRecordHeader(capture []byte, offset int) bool {
	at := 24
	for {
		end := at + 16 + int(binary.LittleEndian.Uint32(capture[at+8:]))
		if offset < end {
			return offset < at+16
		}
		at = end
	}
}
