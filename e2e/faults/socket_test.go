//go:build unix

package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround/kind"
)

// One directory has one server. The second names the directory and ends; it does
// so before it looks at its port, and harms nothing.
func TestSecondServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir).ready()
	r := cli(t, "--data", dir, "serve", "--listen", "127.0.0.1:0").want(t, 2, dir, "served by another process")
	if strings.Contains(r.stderr, "serves") && strings.Contains(r.stderr, "http://") {
		t.Errorf("it served: %s", r.stderr)
	}
	m := address.FindStringSubmatch(s.text())
	cli(t, "--data", dir, "serve", "--listen", m[1]).want(t, 2, "served by another process")
	cli(t, "--data", filepath.Join(t.TempDir(), "other"), "serve", "--listen", m[1]).want(t, 2, "--listen", "in use")
	if s.get("/healthz") != "ok\n" {
		t.Error("the first server is not well any more")
	}
	p := &people{T: t, dir: dir}
	p.importOne("still-served")
	s.stop()
	p.check(audit(t, dir))
	if !p.acknowledged["still-served"] {
		t.Error("the first server does not answer any more")
	}
	// When nobody serves, the lock is free again, and a stale socket is in no one's way.
	l, err := net.Listen("unix", filepath.Join(dir, "control.sock"))
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	p.importOne("alone")
	serve(t, dir).ready().stop()
	p.check(audit(t, dir))
	if !p.acknowledged["alone"] {
		t.Error("a stale socket kept a command from working alone")
	}
}

// While a server runs, a command that changes something goes through its socket:
// the server judges it. The socket, and everything else, is for the owner only.
func TestCommandsGoThroughTheSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir).ready()
	p := &people{T: t, dir: dir}
	p.importOne("by-socket")
	if n := s.metric("wardround_judged_observations_total"); n < 1 {
		t.Errorf("the server judged %v observations", n)
	}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := e.Info()
		if err != nil {
			return err
		}
		want := os.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if st.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, st.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.stop()
	if _, err := os.Stat(filepath.Join(dir, "control.sock")); err == nil {
		t.Error("the socket is left over after a clean end")
	}
}

// knock sends bytes to the socket and returns the answer; with half it says no
// more, without ending its side.
func knock(t testing.TB, dir string, send []byte) string {
	t.Helper()
	c, err := net.Dial("unix", filepath.Join(dir, "control.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, werr := c.Write(send) // it may be refused before all is sent
	if werr == nil {
		werr = c.(*net.UnixConn).CloseWrite()
	}
	b, err := io.ReadAll(c)
	if len(b) == 0 {
		t.Errorf("no answer to %.60q: %v, %v", send, werr, err)
	}
	return string(b)
}

// Nonsense on the control socket is answered with an error or dropped. It neither
// ends the server nor gets into the log, and takes bounded memory and time.
func TestHostileControlSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir).ready()
	before := audit(t, dir)
	random := rand.New(rand.NewPCG(1, 0))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	fact := func(k kind.Name, fields string) string {
		return fmt.Sprintf(`{"act":"append","observations":[{"type":"observation","kind":%q,"v":1,"at":"2026-03-01T08:00:00Z","fields":%s}]}`+"\n", k, fields)
	}
	said := `{"act":"set","match":[{"type":"hostname","value":"intruder"}],"set":{"ward":"ICU"},"by":"x"}`
	for name, request := range map[string]string{
		"nothing":             "",
		"an empty line":       "\n",
		"noise":               string(noise),
		"noise and a newline": string(noise) + "\n",
		"half a request":      `{"act":"append","observations":[`,
		"another protocol":    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"deep nesting":        strings.Repeat("[", 50_000) + "\n",
		"deep observation":    `{"act":"append","observations":[` + strings.Repeat("[", 50_000) + "]}\n",
		"no act":              "{}\n",
		"an unknown act":      `{"act":"shutdown"}` + "\n",
		"a wrong type":        `{"act":"append","observations":"all"}` + "\n",
		"an unknown kind":     fact("no.such", `{}`),
		"a null observation":  `{"act":"append","observations":[null]}` + "\n",
		"a sensor's fact":     fact(kind.Flow, `{"connections":1}`),
		"the pipeline's fact": fact(kind.CheckFailed, `{"check":"dicom.cleartext","cause":"panic","paused_until":"2099-01-01T00:00:00Z"}`),
		"a forged gap":        fact(kind.LogGap, `{"after":0,"reason":"none","by":"x"}`),
		"a forged act":        fact(kind.OperatorActed, `{"act":"backup","by":"x"}`),
		"a huge fact":         fact(kind.InventorySaid, `{"act":"set","by":"`+strings.Repeat("x", 40_000)+`"}`),
		"a good and a bad fact": `{"act":"append","observations":[{"type":"observation","kind":"inventory.said","v":1,"at":"2026-03-01T08:00:00Z","fields":` + said +
			`},{"type":"observation","kind":"no.such","v":1,"at":"2026-03-01T08:00:00Z","fields":{}}]}` + "\n",
		"senseless content":     fact(kind.ContentChanged, `{"name":"zones","value":"[{","by":"x"}`),
		"a bundle over a file":  `{"act":"export","path":"/proc/self/status"}` + "\n",
		"a backup into nowhere": `{"act":"backup","path":"/no/such/folder/b"}` + "\n",
		"a line without end":    strings.Repeat("x", 65<<20),
		"a long line of spaces": strings.Repeat(" ", 1<<20) + `{"act":"shutdown"}` + "\n",
		"a newer version":       `{"act":"append","observations":[{"type":"observation","kind":"inventory.said","v":99,"at":"2026-03-01T08:00:00Z","fields":{}}]}` + "\n",
		"two requests in one":   `{"act":"shutdown"}` + "\n" + fact(kind.InventorySaid, said),
	} {
		answer := knock(t, dir, []byte(request))
		var rs struct{ Code, Error string }
		if err := json.Unmarshal([]byte(answer), &rs); err != nil || rs.Error == "" || rs.Code == "" || strings.Count(answer, "\n") != 1 {
			t.Errorf("%s: the answer is %.200q, want one line with an error and its code", name, answer)
		}
	}
	after := audit(t, dir)
	if after.said["intruder"] != 0 {
		t.Error("something of it got into the log")
	}
	// That an export and a backup were tried is on the record; nothing else is.
	if n := after.byKind["action"] - before.byKind["action"]; n > 2 {
		t.Errorf("%d acts on the record", n)
	}
	if !s.running() || s.get("/healthz") != "ok\n" {
		t.Fatal("the server is not well any more")
	}
	s.stop()
}

// Many connections that say nothing, or only half of something, keep nobody else
// from being served, and take bounded memory.
func TestCrowdAtTheControlSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, dir).ready()
	var crowd []net.Conn
	defer func() {
		for _, c := range crowd {
			c.Close()
		}
	}()
	for n := range 190 {
		c, err := net.Dial("unix", filepath.Join(dir, "control.sock"))
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, c)
		if n%2 == 0 {
			if _, err := c.Write([]byte(`{"act":"append","obser`)); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := &people{T: t, dir: dir}
	p.importOne("in-the-crowd")
	if !p.acknowledged["in-the-crowd"] {
		t.Error("a crowd that says nothing keeps others out")
	}
	// Many large requests at once are read one after the other.
	var wg sync.WaitGroup
	large := append(bytes.Repeat([]byte(" "), 32<<20), []byte(`{"act":"none"}`+"\n")...)
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if a := knock(t, dir, large); !strings.Contains(a, `no act \"none\"`) {
				t.Errorf("a large request was answered %.200q", a)
			}
		}()
	}
	wg.Wait()
	kb := s.resident()
	t.Logf("%d kB resident", kb)
	if kb > 300<<10 {
		t.Errorf("it holds %d kB", kb)
	}
	// And real work in parallel, each once.
	const commands = 12
	names := make(chan string, commands)
	for n := range commands {
		wg.Add(1)
		go func() {
			defer wg.Done()
			name := fmt.Sprintf("at-once-%d", n)
			file := filepath.Join(t.TempDir(), "a.csv")
			if err := os.WriteFile(file, []byte("hostname,ward\n"+name+",ICU\n"), 0o600); err != nil {
				t.Error(err)
			}
			if r := cli(t, "--data", dir, "asset", "import", file); r.code == 0 {
				names <- name
			} else {
				t.Errorf("status %d: %s", r.code, r.stderr)
			}
		}()
	}
	wg.Wait()
	close(names)
	b := audit(t, dir)
	for name := range names {
		if b.said[name] != 1 {
			t.Errorf("%s is in the log %d times", name, b.said[name])
		}
	}
	s.stop()
}

// resident is the memory the server holds, in kB.
func (s *server) resident() int {
	s.Helper()
	return resident(s.TB, s.cmd.Process.Pid)
}

// resident is the memory a process holds, in kB.
func resident(t testing.TB, pid int) int {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc on this system")
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var kb int
		if _, err := fmt.Sscanf(sc.Text(), "VmRSS: %d kB", &kb); err == nil {
			return kb
		}
	}
	t.Fatalf("the memory of process %d cannot be read", pid)
	return 0
}
