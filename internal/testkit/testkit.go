// Package testkit holds what tests of every package need: the shared data, the
// real peers, and the rule that what may be missing on a laptop may not be
// missing in CI.
package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// CI reports whether the tests run in CI, where a missing part is a failure.
func CI() bool { return os.Getenv("CI") == "true" }

// Missing skips the test on a laptop and fails it in CI.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if CI() {
		t.Fatalf(format+" (required in CI)", args...)
	}
	t.Skipf(format, args...)
}

// Need returns the path of the program name, or skips (laptop) or fails (CI).
func Need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		// Debian puts servers where an ordinary user's PATH does not look.
		for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
			if p := filepath.Join(dir, name); executable(p) {
				return p
			}
		}
		Missing(t, "%s is not installed", name)
	}
	return path
}

func executable(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

// Root returns the root folder of the project's checkout.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("testkit: no caller information")
	}
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Data returns the path of rel below the shared test data, which stands beside
// the project as ../shared/data; or skips (laptop) or fails (CI).
func Data(t testing.TB, rel string) string {
	t.Helper()
	path := filepath.Join(Root(t), "..", "shared", "data", filepath.FromSlash(rel))
	if _, err := os.Stat(path); err != nil {
		Missing(t, "shared test data %s is not there", rel)
	}
	return path
}
