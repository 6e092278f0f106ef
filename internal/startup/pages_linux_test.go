//go:build !cgo

package startup

import (
	"bytes"
	"os"
	"strconv"
	"testing"
)

// resident is how much of files lies in this process's memory, in kB.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	_, b, _ = bytes.Cut(b, []byte("RssFile:"))
	b, _, _ = bytes.Cut(b, []byte("kB"))
	n, err := strconv.Atoi(string(bytes.TrimSpace(b)))
	if err != nil {
		t.Skip("this kernel does not tell: ", err)
	}
	return n
}

// TestDropPages: the program's pages go, and come back when they are used.
func TestDropPages(t *testing.T) {
	cutPages()
	if len(program) == 0 {
		t.Skip("this test program is loaded at an address of the system's choice")
	}
	touched := 0
	for _, m := range program {
		if m[0] >= m[1] || m[0]%4096 != 0 {
			t.Errorf("a mapping from %#x to %#x", m[0], m[1])
		}
		touched += int(m[1]-m[0]) >> 10
	}
	before := resident(t)
	DropPages()
	after := resident(t)
	if after > before || after > touched {
		t.Errorf("%d kB before, %d kB after, of a program of %d kB", before, after, touched)
	}
	if got := len(constant()); got < len(program) {
		t.Errorf("%d mappings, %d before they were cut", got, len(program))
	}
}
