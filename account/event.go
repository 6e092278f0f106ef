package account

import (
	"context"
	"net/netip"
	"time"
)

// Act names what happened; the words are stable, they are in the ledger.
type Act string

// The acts.
const (
	ActSignedIn         Act = "signed-in"
	ActSignedOut        Act = "signed-out"
	ActRefused          Act = "sign-in-refused" // Count of them since the last such event
	ActEmergency        Act = "emergency-sign-in"
	ActFirstLink        Act = "first-link-made"
	ActInvited          Act = "invited"
	ActResetLink        Act = "reset-link-made"
	ActLinkUsed         Act = "link-used"
	ActAccountMade      Act = "account-made"
	ActAccountChanged   Act = "account-changed"
	ActAccountDeleted   Act = "account-deleted"
	ActPasswordChanged  Act = "password-changed"
	ActTOTPOn           Act = "totp-on"
	ActTOTPOff          Act = "totp-off"
	ActRecoveryUsed     Act = "recovery-code-used"
	ActPasskeyAdded     Act = "passkey-added"
	ActPasskeyRemoved   Act = "passkey-removed"
	ActPasskeyCloned    Act = "passkey-cloned" // its counter went back: a copy of the key exists
	ActSessionRevoked   Act = "session-revoked"
	ActTokenMade        Act = "token-made"
	ActTokenRevoked     Act = "token-revoked"
	ActSignInConfigured Act = "sign-in-configured"
)

// Event is one act, for the audit trail. It holds no secret and no hash of one.
type Event struct {
	Act Act
	At  time.Time
	// By is the name of the account that acted, "" for a stranger and for the
	// program itself.
	By string
	// Of is the name of the account it was done to, if another.
	Of string
	// Detail is a sentence, or part of one.
	Detail string
	// From is the address it came from.
	From netip.Addr
	// Count is how many acts this one stands for, at least 1.
	Count int
}

// record puts e on the record before what it tells is done. Errors: what
// Options.Audit returned; the act must then not be done.
func (s *Service) record(ctx context.Context, c Client, e Event) error {
	e.At, e.From = s.opt.Now(), c.Addr
	if e.Count == 0 {
		e.Count = 1
	}
	return s.opt.Audit(ctx, e)
}

// note is [Service.record] for what happens in any case: a full disk must not keep
// anybody from looking, from signing out, or from ending a session.
func (s *Service) note(ctx context.Context, c Client, e Event) {
	if err := s.record(ctx, c, e); err != nil {
		s.opt.Failed(e.Act, err)
	}
}
