package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/wardround/wardround"
)

// TestCheckpointsLeaveTheMachine: by file, webhook and mail; one way that fails
// does not keep the others.
func TestCheckpointsLeaveTheMachine(t *testing.T) {
	const signed = "wardround/o/s\n7\nroot\n\n— key sig\n"
	var hooked string
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		hooked = string(b)
	}))
	defer hook.Close()
	mailed := make(chan string, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go mailServer(l, mailed)
	file := filepath.Join(t.TempDir(), "checkpoint.txt")
	c := checkpointConfig{File: file, Webhook: hook.URL, Mail: mailConfig{Server: l.Addr().String(), From: "a@hosp.example", To: []string{"b@hosp.example"}}}
	scope := wardround.Scope{Org: "o", Site: "s"}
	if err := c.deliver(t.Context(), scope, []byte(signed)); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != signed {
		t.Errorf("file: %q %v", b, err)
	}
	if hooked != signed {
		t.Errorf("webhook: %q", hooked)
	}
	if m := <-mailed; !strings.Contains(m, "7\r\nroot") || !strings.Contains(m, "Subject: Wardround checkpoint o/s") {
		t.Errorf("mail: %q", m)
	}
	hook.Close()
	hooked = ""
	c.Mail.Server = ""
	c.File = filepath.Join(t.TempDir(), "again.txt")
	if err := c.deliver(t.Context(), scope, []byte(signed)); err == nil || !strings.Contains(err.Error(), "webhook") {
		t.Errorf("a dead webhook: %v", err)
	}
	if _, err := os.Stat(c.File); err != nil {
		t.Error("the file was not written because the webhook failed")
	}
}

// mailServer is just enough of RFC 5321 for one message.
func mailServer(l net.Listener, mailed chan<- string) {
	c, err := l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	r := bufio.NewReader(c)
	say := func(s string) { io.WriteString(c, s+"\r\n") }
	say("220 test")
	var body strings.Builder
	in := false
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch {
		case in && line == ".\r\n":
			in = false
			mailed <- body.String()
			say("250 taken")
		case in:
			body.WriteString(line)
		case strings.HasPrefix(line, "DATA"):
			in = true
			say("354 go on")
		case strings.HasPrefix(line, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// TestEveryCommandHasAnExample: each --help shows how the command is used.
func TestEveryCommandHasAnExample(t *testing.T) {
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"completion", "bash"}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("completion: %d %s", code, &errs)
	}
	n := 0
	for _, path := range commandPaths(t) {
		n++
		var help strings.Builder
		if code := run(t.Context(), append(strings.Fields(path), "--help"), strings.NewReader(""), &help, &errs); code != 0 {
			t.Errorf("%s --help: exit %d", path, code)
		}
		if !strings.Contains(help.String(), "Examples:\n  wardround "+strings.Fields(path)[0]) {
			t.Errorf("%s --help has no example", path)
		}
	}
	if n < 25 {
		t.Errorf("only %d commands were looked at", n)
	}
}

// commandPaths lists every command of the model, groups too.
func commandPaths(t *testing.T) []string {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.Vars{"user": "x"})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var visit func(n *kong.Node, path string)
	visit = func(n *kong.Node, path string) {
		for _, child := range n.Children {
			p := strings.TrimSpace(path + " " + child.Name)
			out = append(out, p)
			visit(child, p)
		}
	}
	visit(parser.Model.Node, "")
	return out
}
