package api

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

func TestAPanicIsOurOwnFault(t *testing.T) {
	v := echo(t)
	w := v.get("/api/v1/panic")
	v.refused(500, "internal", w)
	if strings.Contains(w.Body.String(), "secret cause") {
		t.Errorf("the cause is said: %s", w.Body)
	}
	if !strings.Contains(v.h.log.String(), "the secret cause") {
		t.Error("the cause is not in the log")
	}
}

// One mapping, tried for every code there is.
func TestErrorsBecomeProblems(t *testing.T) {
	v := echo(t)
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
		says   string
		silent string
	}{
		"invalid":     {wardround.Errorf(wardround.EInvalid, "x.y", "the filter is wrong"), 422, "invalid", "the filter is wrong", "x.y"},
		"not found":   {wardround.Errorf(wardround.ENotFound, "x.y", "no finding f-1"), 404, "not_found", "no finding f-1", "x.y"},
		"conflict":    {wardround.Errorf(wardround.EConflict, "x.y", "changed"), 409, "conflict", "changed", "x.y"},
		"forbidden":   {wardround.Errorf(wardround.EForbidden, "x.y", "needs a second person"), 403, "forbidden", "second person", "x.y"},
		"integrity":   {wardround.Errorf(wardround.EIntegrity, "x.y", "leaf 7 differs"), 500, "integrity", "leaf 7", "x.y"},
		"cannot tell": {wardround.Errorf(wardround.ECannotTell, "x.y", "no knowledge"), 503, "cannot_tell", "no knowledge", "x.y"},
		"full":        {wardround.Errorf(wardround.EFull, "x.y", "no room"), 507, "full", "no room", "x.y"},
		"internal":    {wardround.Errorf(wardround.EInternal, "x.y", "at /var/lib/secret"), 500, "internal", "our side", "/var/lib"},
		"foreign":     {errors.New("sql: secret"), 500, "internal", "our side", "sql"},
		"stranger":    {wardround.Errorf(account.EUnauthenticated, "x.y", "don't fit"), 401, "unauthenticated", "don't fit", "x.y"},
		"throttled":   {wardround.Errorf(account.EThrottled, "x.y", "too many tries"), 429, "throttled", "too many", "x.y"},
		"stale":       {wardround.Errorf(account.EPrecondition, "x.y", "changed"), 412, "precondition", "changed", "x.y"},
		"absent":      {missing("the simulated ward"), 501, "unavailable", "the simulated ward", "x.y"},
		"wrapped":     {fmt.Errorf("while looking: %w", wardround.Errorf(wardround.ENotFound, "x.y", "no asset")), 404, "not_found", "no asset", "x.y"},
		"nested":      {wardround.Wrap(wardround.EConflict, "outer", wardround.Errorf(wardround.EInvalid, "inner.op", "deep")), 409, "conflict", "deep", "inner.op"},
	} {
		t.Run(name, func(t *testing.T) {
			v.h.t = t
			errOf = c.err
			defer func() { errOf = nil }()
			w := v.send(POST, "/api/v1/echo", `{"name":"a"}`)
			p := v.refused(c.status, c.code, w)
			if !strings.Contains(p.Detail, c.says) || strings.Contains(w.Body.String(), c.silent) {
				t.Errorf("said %s", w.Body)
			}
			if p.Hint == "" && c.code != "invalid" && c.code != "not_found" {
				t.Errorf("no hint: %s", w.Body)
			}
		})
	}
}
