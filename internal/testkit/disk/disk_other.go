//go:build !linux

package disk

import (
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// Small needs Linux: elsewhere the test is skipped, or fails in CI.
func Small(t testing.TB, size int64) string {
	t.Helper()
	testkit.Missing(t, "small disks are made on Linux only")
	return ""
}

// ReadOnly needs Linux, as Small does.
func ReadOnly(t testing.TB, from string) string {
	t.Helper()
	testkit.Missing(t, "read-only folders are made on Linux only")
	return ""
}
