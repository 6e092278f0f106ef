package filelog_test

import (
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/logtest"
)

func open(t testing.TB, dir string, opt filelog.Options) *filelog.Log {
	t.Helper()
	opt.Codec = logtest.Codec{}
	l, err := filelog.Open(dir, opt)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestConformance(t *testing.T) {
	var dir string
	logtest.Run(t, logtest.Subject{
		New: func(t *testing.T) wardround.Log {
			dir = t.TempDir()
			return open(t, dir, filelog.Options{})
		},
		Reopen: func(t *testing.T, l wardround.Log) wardround.Log {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, dir, filelog.Options{})
		},
	})
}
