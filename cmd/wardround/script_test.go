package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wardround": main})
}

// TestScripts runs the command line as a user types it: testdata/script holds one
// script per command. Besides testscript's own words they use
//
//	exits CODE PROGRAM ARG…                    run, and end with exactly this status
//	shape TYPE [MEMBER=VALUE]… MEMBER…         stdout has such objects, and each has these members
//	has TYPE [MEMBER=VALUE]…                   stdout has such an object; ! has: it has none
//	get VARIABLE TYPE [MEMBER=VALUE]… MEMBER   take a member of the first such object
//	answers URL                                wait until a server answers there, at most 20 s
//	certificate NAME DAYS                      write NAME.crt and NAME.key: for localhost, signed by itself
//
// where stdout is JSON, one object a line, and a member may be a path: flow.src.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			home := env.WorkDir + "/home"
			env.Setenv("HOME", home)
			env.Setenv("XDG_STATE_HOME", home+"/state")
			env.Setenv("WARDROUND_DATA", "")
			env.Setenv("WARDROUND_SERVER", "")
			env.Setenv("WARDROUND_TOKEN", "")
			l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free a moment later, too
			if err != nil {
				return err
			}
			env.Setenv("ADDRESS", l.Addr().String())
			if err := l.Close(); err != nil {
				return err
			}
			env.Setenv("IN_A_MONTH", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "shape": shape, "has": has, "get": get, "answers": answers, "certificate": certificate,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	if s := ts.ReadFile("stderr"); strings.Contains(s, "goroutine ") {
		ts.Fatalf("it panicked")
	}
}

// scriptObject is one line of stdout.
type scriptObject map[string]any

// objectsOf reads stdout and returns the objects of a type; every line must be an
// object with its type first.
func objectsOf(ts *testscript.TestScript, typ string) (list []scriptObject) {
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var o scriptObject
		d := json.NewDecoder(bytes.NewReader([]byte(line)))
		d.UseNumber()
		if err := d.Decode(&o); err != nil {
			ts.Fatalf("not a JSON object: %v: %s", err, line)
		}
		name, ok := o["type"].(string)
		if !ok || !strings.HasPrefix(line, `{"type":"`+name+`"`) {
			ts.Fatalf("type is not the first member: %s", line)
		}
		if name == typ {
			list = append(list, o)
		}
	}
	return list
}

// at returns what is at a path, and whether it is there.
func (o scriptObject) at(path string) (string, bool) {
	var v any = map[string]any(o)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return "", false
		}
		if v, ok = m[name]; !ok {
			return "", false
		}
	}
	if s, ok := v.(string); ok {
		return s, true
	}
	b, err := json.Marshal(v)
	return string(b), err == nil
}

// like reports whether o has every member with its value.
func (o scriptObject) like(conditions []string) bool {
	for _, c := range conditions {
		path, want, _ := strings.Cut(c, "=")
		if got, ok := o.at(path); !ok || got != want {
			return false
		}
	}
	return true
}

// parted splits arguments into conditions, MEMBER=VALUE, and members.
func parted(args []string) (conditions, members []string) {
	for _, a := range args {
		if strings.Contains(a, "=") {
			conditions = append(conditions, a)
		} else {
			members = append(members, a)
		}
	}
	return conditions, members
}

func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: answers URL")
	}
	// Whatever certificate it shows: only that it answers is asked.
	c := &http.Client{Timeout: time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	var err error
	for range 200 {
		var rs *http.Response
		if rs, err = c.Get(args[0]); err == nil {
			rs.Body.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("nobody answers: %v", err)
}

func certificate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: certificate NAME DAYS")
	}
	days, err := strconv.Atoi(args[1])
	ts.Check(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	until := time.Now().AddDate(0, 0, days)
	t := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: args[0]}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: until.AddDate(0, 0, -2), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, &t, &t, key.Public(), key)
	ts.Check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: shape TYPE [MEMBER=VALUE]… MEMBER…")
	}
	conditions, members := parted(args[1:])
	n := 0
	for _, o := range objectsOf(ts, args[0]) {
		if !o.like(conditions) {
			continue
		}
		n++
		for _, path := range members {
			if _, ok := o.at(path); !ok {
				ts.Fatalf("no member %s in %v", path, o)
			}
		}
	}
	if n == 0 {
		ts.Fatalf("no object like %q", args)
	}
}

func has(ts *testscript.TestScript, neg bool, args []string) {
	conditions, members := parted(args)
	if len(members) != 1 {
		ts.Fatalf("usage: [!] has TYPE [MEMBER=VALUE]…")
	}
	n := 0
	for _, o := range objectsOf(ts, members[0]) {
		if o.like(conditions) {
			n++
		}
	}
	if neg != (n == 0) {
		ts.Fatalf("%d objects like %q", n, args)
	}
}

func get(ts *testscript.TestScript, neg bool, args []string) {
	conditions, members := parted(args)
	if neg || len(members) != 3 {
		ts.Fatalf("usage: get VARIABLE TYPE [MEMBER=VALUE]… MEMBER")
	}
	for _, o := range objectsOf(ts, members[1]) {
		if v, ok := o.at(members[2]); ok && o.like(conditions) {
			ts.Setenv(members[0], v)
			return
		}
	}
	ts.Fatalf("no object like %q", args)
}
