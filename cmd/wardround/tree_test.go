package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// TestTreeOfOneCommand: a tree with one command in it says of that command what the
// whole tree says, for every command; so which of them read a line makes no difference.
func TestTreeOfOneCommand(t *testing.T) {
	vars := kong.Vars{"user": "x"}
	whole, err := kong.New(new(cli), vars)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(new(cli).commands(func(string) bool { return true })); n != len(whole.Model.Children) || n < 25 {
		t.Fatalf("%d commands can be asked for, the whole tree has %d", n, len(whole.Model.Children))
	}
	for _, n := range whole.Model.Children {
		t.Run(n.Name, func(t *testing.T) {
			c := new(cli)
			few := c.commands(func(name string) bool { return name == n.Name })
			if len(few) != 1 {
				t.Fatalf("%d commands have this name", len(few))
			}
			one, err := kong.New(&c.globals, append(few, vars)...)
			if err != nil {
				t.Fatal(err)
			}
			if len(one.Model.Children) != 1 {
				t.Fatalf("the tree has %d commands", len(one.Model.Children))
			}
			if diff := cmp.Diff(described(n), described(one.Model.Children[0])); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(flags(whole.Model.Node), flags(one.Model.Node)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func described(n *kong.Node) []string {
	out := []string{fmt.Sprintln(n.FullPath(), n.Help, n.Hidden, n.Aliases, n.Passthrough)}
	for _, p := range n.Positional {
		out = append(out, fmt.Sprintln(p.Name, p.Help, p.Required, p.Enum, p.Default, p.Tag.Type, p.Target.Type()))
	}
	out = append(out, flags(n)...)
	for _, c := range n.Children {
		out = append(out, described(c)...)
	}
	return out
}

func flags(n *kong.Node) []string {
	var out []string
	for _, f := range n.Flags {
		out = append(out, fmt.Sprintln(f.Name, string(f.Short), f.Help, f.Required, f.Enum, f.Default, f.PlaceHolder, f.Hidden, f.Tag.Type, strings.Join(f.Xor, " "), f.Target.Type()))
	}
	return out
}

// A name of a file is bytes; what is no UTF-8 among them must reach the file system as
// it was typed.
func TestNamesThatAreNoUTF8(t *testing.T) {
	name := filepath.Join(t.TempDir(), "n\xff\xfe.pkl")
	if err := os.WriteFile(name, []byte("cos\nsystem\n(S'true'\ntR."), 0o600); err != nil {
		t.Skip("this file system takes UTF-8 only: ", err)
	}
	code, out, errs := wr(t, "model", "scan", name)
	if code != exitFindings || !strings.Contains(out, "malicious") || !strings.Contains(out, `n\ufffd\ufffd.pkl`) {
		t.Errorf("status %d, %s%s", code, out, errs)
	}
	if code, _, errs := wr(t, "model", "scan", name, "--format"); code != exitUsage || !strings.Contains(errs, "--format: a value is missing") {
		t.Errorf("status %d, %s", code, errs)
	}
}
