package cyclonedx_test

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/sbom"
)

// counting is a sink that keeps nothing.
type counting struct{ components, relations int }

func (c *counting) Component(int, sbom.Component) error { c.components++; return nil }
func (c *counting) Relation(sbom.Relation) error        { c.relations++; return nil }

// TestLargeFile measures the file that WARDROUND_LARGE_SBOM names: how long Scan
// takes and the most memory that the process ever had.
//
//	go run ./format/cyclonedx/internal/generate -size 256 >/tmp/large.cdx.json
//	WARDROUND_LARGE_SBOM=/tmp/large.cdx.json go test ./format/cyclonedx -run LargeFile -v
func TestLargeFile(t *testing.T) {
	name := os.Getenv("WARDROUND_LARGE_SBOM")
	if name == "" {
		t.Skip("WARDROUND_LARGE_SBOM names no file")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var c counting
	begin := time.Now()
	doc, err := cyclonedx.Scan(f, sbom.Limits{}, &c)
	took := time.Since(begin)
	if err != nil {
		t.Fatal(err)
	}
	st, _ := f.Stat()
	most := peak(t)
	t.Logf("%d MB in %v: %d components (%.0f/s), %d relations, %d problems, %d MB resident at most",
		st.Size()>>20, took, c.components, float64(c.components)/took.Seconds(), c.relations, len(doc.Problems), most>>20)
	if took > 10*time.Second || most > 512<<20 {
		t.Errorf("took %v and %d MB", took, most>>20)
	}
}

// peak returns the most resident memory the process ever had, in bytes.
func peak(t *testing.T) int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

// TestScanKeepsNothing: reading 20,000 components through a sink that keeps
// nothing leaves little behind, whatever the document's size.
func TestScanKeepsNothing(t *testing.T) {
	component := `{"type":"library","bom-ref":"ref-%","name":"name-%","version":"1.2.%","purl":"pkg:npm/name-%@1.2.%","hashes":[{"alg":"MD5","content":"0123456789abcdef0123456789abcdef"}]}`
	var b strings.Builder
	b.WriteString(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`)
	const n = 20_000
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ReplaceAll(component, "%", strconv.Itoa(i)))
	}
	b.WriteString(`]}`)
	in := b.String()
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	held := &holding{}
	if _, err := cyclonedx.Scan(strings.NewReader(in), sbom.Limits{}, held); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if held.components != n {
		t.Errorf("%d components", held.components)
	}
	if per := int64(held.most-before.HeapAlloc) / n; per > 250 {
		t.Errorf("%d bytes per component were held while reading", per)
	}
}

type holding struct {
	counting
	most uint64
}

func (h *holding) Component(i int, c sbom.Component) error {
	if i%2000 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		h.most = max(h.most, m.HeapAlloc)
	}
	return h.counting.Component(i, c)
}
