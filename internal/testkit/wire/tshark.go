package wire

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

// Tshark asks tshark for fields of the packets of a capture file that pass the
// display filter, one row per packet in capture order. A field that occurs more
// than once in a packet holds its values joined by "|". More arguments, such as
// "-d", "udp.port==9999,dns", go to tshark as they are. A malformed packet in
// the whole capture fails the test.
func Tshark(t testing.TB, path, filter string, fields []string, args ...string) [][]string {
	t.Helper()
	program := testkit.Need(t, "tshark")
	base := append([]string{"-n", "-r", path}, args...)
	if bad := run(t, program, append(base, "-Y", "_ws.malformed")...); bad != "" {
		t.Fatalf("tshark calls these packets malformed:\n%s", bad)
	}
	list := append(base, "-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|")
	for _, f := range fields {
		list = append(list, "-e", f)
	}
	var rows [][]string
	for line := range strings.Lines(run(t, program, list...)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}

func run(t testing.TB, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}
