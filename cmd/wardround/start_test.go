package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestStartAllocatesLittle keeps starts short: what packages build before main, every
// command pays for. Bytes are counted rather than time, which on a busy machine says
// nothing. A table or a pattern that this finds too large can wait until somebody asks
// for it: sync.OnceValue, format/pattern.
func TestStartAllocatesLittle(t *testing.T) {
	const (
		ours      = "github.com/wardround/wardround/"
		ofPackage = 800_000   // bytes; the largest, the names of format/pickle, takes 570,000
		ofUs      = 2_600_000 // bytes
	)
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var told bytes.Buffer
	c.Stderr = &told
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	packages, sum := 0, 0
	for s := bufio.NewScanner(&told); s.Scan(); {
		// init NAME @1.2 ms, 0.003 ms clock, 4096 bytes, 5 allocs
		f := strings.Fields(s.Text())
		if len(f) < 9 || f[0] != "init" || f[8] != "bytes," || !strings.HasPrefix(f[1], ours) {
			continue
		}
		n, err := strconv.Atoi(f[7])
		if err != nil {
			t.Fatalf("%q: %v", s.Text(), err)
		}
		packages++
		sum += n
		if n > ofPackage {
			t.Errorf("%s takes %d bytes before main, more than %d", f[1], n, ofPackage)
		}
	}
	t.Logf("%d bytes in %d packages", sum, packages)
	if packages < 30 {
		t.Fatalf("the runtime told of %d packages: this test reads it wrongly", packages)
	}
	if sum > ofUs {
		t.Errorf("our packages take %d bytes before main, more than %d", sum, ofUs)
	}
}
