package account

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

func TestPHC(t *testing.T) {
	const good = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$aWJlbGlldmVpbW9mMzJieXRlc2l0aGlua3NvLi4"
	h, err := parsePHC(good)
	if err != nil || h.String() != good {
		t.Fatalf("%s, %v", h, err)
	}
	for what, s := range map[string]string{
		"nothing": "", "another algorithm": strings.Replace(good, "argon2id", "argon2i", 1), "bcrypt": "$2b$12$abc", "another version": strings.Replace(good, "v=19", "v=16", 1),
		"no version": strings.Replace(good, "$v=19", "", 1), "memory beyond reason": strings.Replace(good, "m=64", "m=4194304", 1), "no memory": strings.Replace(good, "m=64", "m=0", 1),
		"no pass": strings.Replace(good, "t=1", "t=0", 1), "a million passes": strings.Replace(good, "t=1", "t=1000000", 1), "no lane": strings.Replace(good, "p=1", "p=0", 1),
		"256 lanes, which is 0": strings.Replace(good, "p=1", "p=256", 1), "a leading zero": strings.Replace(good, "m=64", "m=064", 1), "a sign": strings.Replace(good, "m=64", "m=+64", 1),
		"another order": strings.Replace(good, "m=64,t=1", "t=1,m=64", 1), "padding": good + "=", "something behind": good + "$x", "no salt": strings.Replace(good, "c29tZXNhbHRzb21lc2FsdA", "", 1),
		"a short tag": good[:len(good)-30], "too long": good + strings.Repeat("A", 600), "a line end": good[:60] + "\n" + good[60:],
	} {
		if _, err := parsePHC(s); !is(err, wardround.EIntegrity) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$aWJlbGlldmVpbW9mMzJieXRlc2l0aGlua3NvLi4")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=255$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			return
		}
		if h.String() != s {
			t.Errorf("%q is written %q", s, h)
		}
		if h.cost.Memory > maxArgonMemory || h.cost.Time > maxArgonTime || h.cost.valid() != nil {
			t.Errorf("%q asks for too much", s)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("wr_" + strings.Repeat("A", 43))
	f.Add("wr_")
	f.Fuzz(func(t *testing.T, s string) {
		hash, ok := parseToken(s)
		if !ok {
			return
		}
		if len(s) != 46 || !strings.HasPrefix(s, "wr_") || len(hash) != 43 || strings.Contains(hash, s[3:]) {
			t.Errorf("%q has hash %q", s, hash)
		}
	})
}

// A few at a time, however many ask: memory is Hashes × Argon.Memory.
func TestHashesAtTheSameTimeAreBounded(t *testing.T) {
	h, err := newHasher(Argon{64, 1, 1}, 2, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// Both slots are taken: the next wait, and beyond maxWaiting they are sent away.
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range maxWaiting {
		wg.Go(func() {
			if err := h.enter(ctx); err == nil {
				t.Error("a third was let in")
			}
		})
	}
	for h.waiting.Load() < maxWaiting {
		time.Sleep(time.Millisecond)
	}
	if err := h.enter(t.Context()); !is(err, EThrottled) || RetryAfter(err) != 2*time.Second {
		t.Errorf("one more than may wait: %v", err)
	}
	cancel()
	wg.Wait()
	h.leave()
	if _, err := h.hash(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	if _, err := newHasher(Argon{1 << 20, 1, 1}, 2, rand.Reader); !is(err, wardround.EInvalid) {
		t.Error(err)
	}
}

func TestPasswords(t *testing.T) {
	for _, p := range []string{"granite otter lamp violin", "correct horse battery staple", "пароль из четырёх слов", "病院の夜は静かではない毎日", "aB3$aB3$xYz!", strings.Repeat("wxyzabcdq ", 12) + "and more"} {
		if _, err := validPassword("t", p, "ada"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
	for p, why := range map[string]string{
		"short":                           "12 to 128",
		"elevenchars":                     "12 to 128",
		"ｅｌｅｖｅｎｃｈａｒｓ":                     "12 to 128", // 33 bytes
		strings.Repeat("abcdefghij ", 12): "12 to 128",
		strings.Repeat("x", 1<<20):        "12 to 128",
		"granite\x00otter lamp":           "control",
		"granite \xff otter lamp":         "12 to 128",
		"1qaz2wsx3edc":                    "guessers",
		"1QAZ2wsx3EDC":                    "guessers",
		"qwerty123456":                    "guessers",
		"sunshine-2026!":                  "guessers",
		"2026 Sunshine!!":                 "guessers",
		"passwordpassword":                "guessers",
		"otterotterotter":                 "guessers",
		"aaaaaaaaaaaaaaaa":                "guessers",
		"abababababab":                    "guessers",
		"123456789012":                    "guessers",
		"abcdefghijklmnop":                "guessers",
		"zyxwvutsrqponm":                  "guessers",
		"098765432109":                    "guessers",
		"i am Ada of the ward":            "name of the account",
		"my ADA is a password":            "name of the account",
	} {
		if _, err := validPassword("t", p, "ada"); !is(err, wardround.EInvalid) || !strings.Contains(err.Error(), why) {
			t.Errorf("%.40q: %v, want %q", p, err, why)
		} else if strings.Contains(err.Error(), p) {
			t.Errorf("the message repeats the password")
		}
	}
	if n := len(common()); n < 10000 {
		t.Errorf("%d on the list", n)
	}
	for _, p := range []string{"123456", "password", "letmein", "qwertyuiop"} {
		if _, ok := common()[p]; !ok {
			t.Errorf("%s is not on the list", p)
		}
	}
}

func TestTheThrottleIsBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	th := newThrottle(func() time.Time { return now })
	for i := range maxTries + 5000 {
		a := &attempt{t: th}
		a.add(fmt.Sprint("name ", i), perAccount)
		if a.begin() != 0 {
			t.Fatal("a first try waits")
		}
	}
	if len(th.keys) != maxTries || th.age.Len() != maxTries {
		t.Errorf("%d keys, %d in order", len(th.keys), th.age.Len())
	}
}

// Who has one good account cannot use it to clear an address for guessing at others.
func TestASuccessDoesNotClearAnAddress(t *testing.T) {
	now := time.Unix(1e9, 0)
	th := newThrottle(func() time.Time { return now })
	guesses := 0
	for range 2000 { // 2000 seconds
		now = now.Add(time.Second)
		for range 3 {
			bad := &attempt{t: th}
			bad.add("address", perAddress)
			if bad.begin() == 0 {
				guesses++
			}
			good := &attempt{t: th}
			good.add("address", perAddress)
			if good.begin() == 0 {
				good.done()
			}
		}
	}
	// 30 are free, and one heals each minute.
	if guesses > 30+2000/60+10 {
		t.Errorf("%d guesses in half an hour", guesses)
	}
}

// What strangers begin and never end makes no room for itself but its own network's.
func TestTheShelfIsBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	s := newShelf[int](func() time.Time { return now }, time.Minute)
	s.put("mine", "10.0.0.1", 7)
	for i := range 3 * maxFrom {
		s.put(fmt.Sprint("flood", i), "203.0.113.1", i)
	}
	if s.order.Len() != maxFrom+1 {
		t.Errorf("%d on the shelf", s.order.Len())
	}
	if v, ok := s.look("mine"); !ok || v != 7 {
		t.Error("a stranger threw mine out")
	}
	for i := range 3 * maxShelf {
		s.put(fmt.Sprint("wide", i), fmt.Sprint("net", i), i)
	}
	if s.order.Len() != maxShelf || len(s.items) != maxShelf || len(s.from) > maxShelf {
		t.Errorf("%d on the shelf", s.order.Len())
	}
	last := fmt.Sprint("wide", 3*maxShelf-1)
	if _, ok := s.take(last); !ok {
		t.Error("the newest is gone")
	}
	if _, ok := s.take(last); ok {
		t.Error("taken twice")
	}
	now = now.Add(time.Minute)
	if _, ok := s.look(fmt.Sprint("wide", 3*maxShelf-2)); ok || s.order.Len() != 0 || len(s.from) != 0 {
		t.Error("it outlived its time")
	}
}

func TestRefusalsAreBounded(t *testing.T) {
	var r refusals
	for i := range 5000 {
		r.add(Client{Addr: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})}, "password", fmt.Sprint("n", i), false)
	}
	events := r.take()
	n := 0
	for _, e := range events {
		n += e.Count
	}
	if len(events) != maxNetworks+1 || n != 5000 {
		t.Errorf("%d events of %d refusals", len(events), n)
	}
}

func TestLocalPath(t *testing.T) {
	for _, to := range []string{"/", "/findings", "/findings?severity=high&q=a%20b#top", "/assets/a-1:2", "/a/b/../c", "/käse"} {
		if got := LocalPath(to); got != to {
			t.Errorf("%q became %q", to, got)
		}
	}
	for _, to := range []string{
		"", "findings", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example",
		"/ /evil.example", " //evil.example", "/%09/../\\evil", "/%2f/evil.example/..", "/%2F%2Fevil.example", "/%5cevil.example", "/a\r\nSet-Cookie: x=y", "/a%0d%0aSet-Cookie:x=y", "/\u0085/evil", "/api/v1/session", "/auth/oidc/x/start",
		"/" + strings.Repeat("a", 3000), "/%zz", "https:/evil.example", "@evil.example", "/\x00",
	} {
		if got := LocalPath(to); got != "/" {
			t.Errorf("%q became %q", to, got)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	f.Add("//evil.example")
	f.Add("/findings?x=1")
	f.Fuzz(func(t *testing.T, to string) {
		got := LocalPath(to)
		if !strings.HasPrefix(got, "/") || len(got) > 1 && (got[1] == '/' || got[1] == '\\') || strings.ContainsAny(got, "\r\n\t\\ \x00") {
			t.Errorf("%q became %q", to, got)
		}
	})
}

func TestTheKeyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts")
	key, err := LoadKey(file)
	if err != nil || key == ([32]byte{}) {
		t.Fatal(err)
	}
	if again, err := LoadKey(file); err != nil || again != key {
		t.Errorf("another key: %v", err)
	}
	b, err := os.ReadFile(file)
	if err != nil || strings.TrimSpace(string(b)) != hex.EncodeToString(key[:]) {
		t.Errorf("%q, %v", b, err)
	}
	if runtime.GOOS != "windows" {
		if st, _ := os.Stat(file); st.Mode().Perm() != 0o600 {
			t.Error(st.Mode())
		}
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKey(file); !is(err, wardround.EForbidden) {
			t.Errorf("a key that others may read: %v", err)
		}
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"", "abc", strings.Repeat("g", 64), strings.Repeat("0", 65)} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKey(file); !is(err, wardround.EIntegrity) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := LoadKey(filepath.Join(t.TempDir(), "none", "accounts")); err == nil {
		t.Error("made in a folder that is not there")
	}
}

func TestSealed(t *testing.T) {
	s, err := newSealer([32]byte{1}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	box, err := s.seal([]byte("secret"), "totp:a")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := s.open(box, "totp:a"); err != nil || string(b) != "secret" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := s.open(box, "totp:b"); !is(err, wardround.EIntegrity) {
		t.Errorf("opened for another account: %v", err)
	}
	for i := range box {
		bad := append([]byte{}, box...)
		bad[i] ^= 1
		if _, err := s.open(bad, "totp:a"); !is(err, wardround.EIntegrity) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	if _, err := s.open(nil, "totp:a"); !is(err, wardround.EIntegrity) {
		t.Error(err)
	}
}
