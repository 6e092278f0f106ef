package product

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/wardround/wardround/format/advisory"
)

// big is an index of n products: makers and lines as they are, models made up.
func big(n int) *Index {
	r := rand.New(rand.NewPCG(1, 2))
	type line struct{ maker, line string }
	var lines []line
	for _, m := range table().Makers {
		for _, l := range m.Lines {
			lines = append(lines, line{m.Names[0], l})
		}
	}
	kinds := []string{"Patient Monitor", "Infusion Pump", "Workstation", "Server", "Gateway", "System", "Ultrasound", ""}
	x := NewIndex()
	for i := 0; x.Len() < n; i++ {
		l := lines[r.IntN(len(lines))]
		v := fmt.Sprintf("< %d.%d.%d", 1+r.IntN(9), r.IntN(9), r.IntN(20))
		x.Add(advisory.Record{ID: fmt.Sprintf("CVE-2099-%d", i), Affected: []advisory.Affected{{
			Status: advisory.IsAffected, Unread: v,
			Product: &advisory.Product{Vendor: l.maker, Name: fmt.Sprintf("%s %c%d %s", l.line, 'A'+rune(r.IntN(26)), 10*r.IntN(90), kinds[r.IntN(len(kinds))]), Version: v},
		}}})
	}
	return x
}

var devices = []Device{
	{Maker: "GE Healthcare", Model: "CARESCAPE B650", Software: "2.1.0"},
	{Maker: "PHILIPS", Model: "IntelliVue MX800", Software: "M.01.02"},
	{Model: "Alaris 8015", Software: "9.33"},
	{Maker: "SIEMENS", Model: "MAGNETOM", Software: "syngo MR E11"},
	{Maker: "Philips", Model: "IntelliVue"},
	{Maker: "Nobody", Model: "Patient Monitor 1"},
	{Tokens: []string{"philips-intellivue-a120.ward.example"}},
}

// TestAnswersInTime: a device is compared with 100,000 products in less than a
// millisecond. The test allows ten, for machines that do something else as well.
func TestAnswersInTime(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	x := big(100_000)
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d products indexed in %s, %d MB", x.Len(), took.Round(time.Millisecond), (after.HeapAlloc-before.HeapAlloc)>>20)
	for _, d := range devices {
		best := time.Hour
		var n int
		for range 20 {
			start := time.Now()
			ms, _ := x.Match(d)
			best = min(best, time.Since(start))
			n = len(ms)
		}
		t.Logf("%-20s %-20s %8s, %d matches", d.Maker, d.Model, best.Round(time.Microsecond), n)
		if best > 10*time.Millisecond {
			t.Errorf("%v takes %s", d, best)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	x := big(100_000)
	b.ResetTimer()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Match(devices[i%len(devices)])
	}
}

func BenchmarkPrepare(b *testing.B) {
	p := advisory.Product{Vendor: "Hillrom", Name: "Welch Allyn ELI 150c/BUR 150c/MLBUR 150c Resting Electrocardiograph", Version: "<= 2.2.0"}
	for b.Loop() {
		Prepare(p)
	}
}
