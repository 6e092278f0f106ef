package ssh

import (
	"context"
	"encoding/base64"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// OpenSSH's client talks to a listener that only sends our banner and offer:
// what it says it offered is what we read, and what it says it was offered is
// what we wrote.
func TestAgainstOpenSSH(t *testing.T) {
	program := testkit.Need(t, "ssh")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	offered := make(chan KexInit, 1)
	go func() {
		defer close(offered)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		conn.Write(oldKex.Append(Banner{"2.0", "Ward_1.0", ""}.Append(nil), [16]byte{7}))
		d := NewDecoder(Limits{}, Handler{KexInit: func(k *KexInit) { offered <- *k }})
		buf := make([]byte, 100)
		for len(offered) == 0 {
			n, err := conn.Read(buf)
			if err != nil || d.Feed(buf[:n]) != nil {
				return
			}
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-F", "none", "-vv", "-p", port, "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "nobody@127.0.0.1")
	said, _ := cmd.CombinedOutput() // it fails, as nobody answers further
	k, ok := <-offered
	if !ok {
		t.Fatalf("no offer came:\n%s", said)
	}
	local, peer, ok := strings.Cut(string(said), "peer server KEXINIT proposal")
	if !ok {
		t.Fatalf("ssh did not read our offer:\n%s", said)
	}
	if diff := cmp.Diff(proposal(local), words(k)); diff != "" {
		t.Errorf("its offer: %s", diff)
	}
	if diff := cmp.Diff(proposal(peer), words(oldKex)); diff != "" {
		t.Errorf("our offer: %s", diff)
	}
}

// proposal picks the lists out of what ssh -vv prints.
func proposal(text string) map[string]string {
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)debug2: (KEX algorithms|host key algorithms|ciphers ctos|ciphers stoc|MACs ctos|MACs stoc): (\S*)`).FindAllStringSubmatch(text, 6) {
		found[m[1]] = m[2]
	}
	return found
}

func words(k KexInit) map[string]string {
	said := map[string]string{}
	for i, name := range []string{"KEX algorithms", "host key algorithms", "ciphers ctos", "ciphers stoc", "MACs ctos", "MACs stoc"} {
		said[name] = strings.Join(*k.lists()[i], ",")
	}
	return said
}

// The fingerprint and length of a key are those ssh-keygen prints.
func TestHostKeyAgainstKeygen(t *testing.T) {
	program := testkit.Need(t, "ssh-keygen")
	for _, args := range [][]string{{"-t", "ed25519"}, {"-t", "rsa", "-b", "1024"}, {"-t", "ecdsa", "-b", "384"}} {
		path := filepath.Join(t.TempDir(), "key")
		if out, err := exec.Command(program, append(args, "-q", "-N", "", "-f", path)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		public, err := os.ReadFile(path + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		blob, err := base64.StdEncoding.DecodeString(strings.Fields(string(public))[1])
		if err != nil {
			t.Fatal(err)
		}
		printed, err := exec.Command(program, "-l", "-f", path+".pub").Output() // bits, fingerprint, comment
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(string(printed))
		k, ok := parseHostKey(blob)
		if !ok || k.Fingerprint != want[1] || k.Algorithm != strings.Fields(string(public))[0] {
			t.Errorf("%v: %+v, %v; want %s", args, k, ok, printed)
		}
		if k.Bits != 0 && want[0] != "1024" || args[1] == "rsa" && k.Bits != 1024 {
			t.Errorf("%v: %d bits", args, k.Bits)
		}
	}
}
