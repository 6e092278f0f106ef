package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"

	nouns "github.com/wardround/wardround"
	"github.com/wardround/wardround/filelog"
	"github.com/wardround/wardround/kind"
)

// service is a running serve, as an administrator starts it: it watches the
// network's cable and keeps its data in a folder of the test.
type service struct {
	*network
	*peer
	dir string
}

// serve starts serve at the watched end and waits until it watches.
func (n *network) serve(args ...string) *service {
	n.Helper()
	dir := filepath.Join(n.TempDir(), "data")
	p := n.start(server, program, append([]string{"serve", "--data", dir, "--interface", watched}, args...)...)
	p.says("watching " + watched)
	return &service{n, p, dir}
}

// finish waits until the service has judged all that was sent, ends it, and
// returns the observations in its log.
func (s *service) finish() objects {
	s.network.Helper()
	s.farewell()
	until(s.network, "serve has seen the last words", func() bool {
		for _, o := range s.log() {
			if o.Kind == "wsdiscovery.target" && bytes.Contains(o.Fields, []byte(lastSpeaker)) {
				return true
			}
		}
		return false
	})
	if code := s.stop(syscall.SIGTERM); code != 0 {
		s.network.Errorf("serve ended with %d\n%s", code, s.said())
	}
	return s.log()
}

// log reads the service's log, beside it if it still runs.
func (s *service) log() objects {
	s.network.Helper()
	l, err := filelog.Open(filepath.Join(s.dir, "log"), filelog.Options{Codec: kind.Codec{}, ReadOnly: true})
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		s.network.Fatalf("the log cannot be read: %v", err)
	}
	defer l.Close()
	var out bytes.Buffer
	err = l.Read(s.network.Context(), 0, func(batch []*nouns.Observation) error {
		for _, o := range batch {
			b, err := (kind.Codec{}).Append(nil, o)
			if err != nil {
				return err
			}
			out.Write(append(b, '\n'))
		}
		return nil
	})
	if err != nil {
		s.network.Fatal(err)
	}
	return readObjects(s.network, out.Bytes())
}

// ask runs a reading command on the service's data and returns its objects.
func (s *service) ask(args ...string) objects {
	s.network.Helper()
	args = append([]string{"--data", s.dir, "--format", "json", "--quiet"}, args...)
	return readObjects(s.network, invocation{args: args}.run(s.network).want(s.network, 0).stdout)
}

func (s *service) findings() map[string]int { return s.ask("finding", "list").findings() }
func (s *service) assets() objects          { return s.ask("asset", "list") }
