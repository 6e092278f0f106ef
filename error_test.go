package wardround_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	. "github.com/wardround/wardround"
)

func TestErrorsSayWhatWhereAndWhy(t *testing.T) {
	for _, tc := range []struct {
		err  error
		text string
		code Code
	}{
		{Errorf(EInvalid, "zones", "id %q is empty", "x"), `zones: id "x" is empty`, EInvalid},
		{&Error{Code: EFull, Op: "log", Message: "no room", Err: io.ErrShortWrite}, "log: no room: short write", EFull},
		{&Error{Code: EFull, Message: "no room"}, "no room", EFull},
		{Wrap(EIntegrity, "ledger", io.EOF), "ledger: EOF", EIntegrity},
		{fmt.Errorf("serve: %w", Errorf(EConflict, "sqlite", "in use")), "serve: sqlite: in use", EConflict},
		{Wrap(EInternal, "outer", Errorf(ENotFound, "inner", "gone")), "outer: inner: gone", EInternal}, // the outermost counts
		{io.EOF, "EOF", EInternal},
	} {
		if tc.err.Error() != tc.text || ErrorCode(tc.err) != tc.code {
			t.Errorf("%q with code %q, want %q with %q", tc.err, ErrorCode(tc.err), tc.text, tc.code)
		}
	}
	if Wrap(EInternal, "x", nil) != nil || ErrorCode(nil) != "" {
		t.Error("no error became one")
	}
	if !errors.Is(Errorf(EInternal, "x", "read: %w", io.EOF), io.EOF) || !errors.Is(Wrap(EInternal, "x", io.EOF), io.EOF) {
		t.Error("the cause is lost")
	}
}
