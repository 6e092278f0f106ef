//go:build linux

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The disk fills up while an import is written, at several points of it. It is said;
// with room again the next command goes on, and sees all of the import or nothing of it.
func TestDiskFullWhileImporting(t *testing.T) {
	s, folder := stocked(t)
	second := advisories(t, filepath.Join(folder, "npm-2.zip"), "part", 400, "1.2.0", true)
	args := []string{"feed", "import", "--name", "npm", second}
	before := s.answers()
	through := s.copyTo(filepath.Join(folder, "through"))
	through.run(args...)
	after := through.answers()
	used := int64(0)
	for _, pattern := range []string{"*", "*/*", "*/*/*"} {
		files, err := filepath.Glob(filepath.Join(s.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if st, err := os.Stat(f); err == nil && st.Mode().IsRegular() {
				used += (st.Size() + 4095) / 4096 * 4
			}
		}
	}
	refused := 0
	for _, room := range []int64{8, 60, 200, 450, 900, 1600} {
		t.Run(fmt.Sprintf("%d kB", room), func(t *testing.T) {
			disk := t.TempDir()
			mount(t, "tmpfs", disk, "tmpfs", 0, fmt.Sprintf("size=%dk", used+room+64))
			x := s.copyTo(filepath.Join(disk, "data"))
			x.TB = t
			r := cli(t, append([]string{"--data", x.dir}, args...)...)
			if r.code != 0 {
				refused++
				r.want(t, 3, "no room left")
				if strings.Count(r.stderr, "\n") > 6 {
					t.Errorf("it says too much: %s", r.stderr)
				}
			}
			if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=200m"); err != nil {
				t.Fatal(err)
			}
			known := x.known(x.bills[0])
			if !strings.HasPrefix(before, known) && !strings.HasPrefix(after, known) {
				t.Error("sbom check sees neither what was nor what is")
			}
			x.other()
			if got := x.answers(); got != before && got != after {
				same(t, "with room again", after, got)
			}
			x.run(args...)
			same(t, "after the import was made again", after, x.answers())
			audit(t, x.dir)
			if left, _ := filepath.Glob(filepath.Join(x.dir, ".incoming-*")); len(left) > 0 {
				t.Errorf("left over: %v", left)
			}
		})
	}
	if refused < 2 {
		t.Errorf("the disk was full %d times: this test shows too little", refused)
	}
}
