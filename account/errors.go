package account

import (
	"errors"
	"fmt"
	"time"

	"github.com/wardround/wardround"
)

// Codes of this package, beside those of the root package.
const (
	// EUnauthenticated: nobody is signed in, or what was shown is no longer good.
	EUnauthenticated wardround.Code = "unauthenticated"
	// EThrottled: too many tries; [RetryAfter] says when the next one is looked at.
	EThrottled wardround.Code = "throttled"
	// EPrecondition: the thing has changed since the version that was named.
	EPrecondition wardround.Code = "precondition"
)

// wait is the cause of an [EThrottled].
type wait struct{ after time.Duration }

func (w *wait) Error() string {
	return fmt.Sprintf("too many tries; the next one is looked at in %s", w.after.Round(time.Second))
}

func throttled(op string, after time.Duration) error {
	// Whole seconds, upwards: it becomes a Retry-After header (RFC 9110 §10.2.3).
	after = (after + time.Second - 1).Truncate(time.Second)
	return &wardround.Error{Code: EThrottled, Op: op, Err: &wait{after}}
}

// RetryAfter returns how long to wait before trying again, in whole seconds; 0 if
// err is not about that.
func RetryAfter(err error) time.Duration {
	var w *wait
	if errors.As(err, &w) {
		return w.after
	}
	return 0
}

// refused is the one answer to every sign-in that fails, whatever was wrong with it.
func refused(op string) error {
	return wardround.Errorf(EUnauthenticated, op, "name and password don't fit, or this way to sign in isn't open to the account")
}

func is(err error, code wardround.Code) bool { return err != nil && wardround.ErrorCode(err) == code }
