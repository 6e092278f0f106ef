package account

import (
	"bytes"
	"context"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/wardround/wardround"
)

// Enrolment is what an authenticator app needs.
type Enrolment struct {
	Secret string `json:"secret"` // base32
	URI    string `json:"uri"`    // otpauth://totp/…
	PNG    []byte `json:"-"`      // URI as a QR code
}

const (
	totpStep      = 30 // seconds (RFC 6238 §5.2)
	recoveryCodes = 10
)

var errCode = wardround.Errorf(EUnauthenticated, "account.totp", "the code is wrong, was used already, or is too old; wait for the next one, and see that the clock of your phone is right")

// TOTPBegin draws a secret for an authenticator app. Nothing is in force until
// [Service.TOTPFinish]; a later begin replaces an earlier one. Errors: EForbidden,
// EConflict (there is one already).
func (s *Service) TOTPBegin(ctx context.Context, p *Principal) (Enrolment, error) {
	const op = "account.totp"
	me, err := s.justIn(ctx, op, p)
	if err != nil {
		return Enrolment{}, err
	}
	if len(me.TOTPSecret) > 0 {
		return Enrolment{}, wardround.Errorf(wardround.EConflict, op, "an authenticator app is set up already; remove it first")
	}
	secret := lower32.EncodeToString(s.draw(20)) // 160 bits (RFC 4226 §4, R6)
	q := url.Values{"secret": {secret}, "issuer": {s.opt.RPName}, "period": {"30"}, "digits": {"6"}, "algorithm": {"SHA1"}}
	uri := (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + s.opt.RPName + ":" + me.Name, RawQuery: q.Encode()}).String()
	key, err := otp.NewKeyFromURL(uri)
	if err != nil {
		return Enrolment{}, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return Enrolment{}, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Enrolment{}, wardround.Errorf(wardround.EInternal, op, "%w", err)
	}
	s.enrolments.put(p.Session, p.Session, secret)
	return Enrolment{secret, uri, b.Bytes()}, nil
}

// TOTPFinish turns the app of [Service.TOTPBegin] on if code is one of its codes.
// The recovery codes are shown this once. All other sessions end, and the step has
// a new cookie for this one. Errors: EUnauthenticated (wrong code), EInvalid (there
// was no begin, or it was too long ago).
func (s *Service) TOTPFinish(ctx context.Context, c Client, p *Principal, code string) (recovery []string, step Step, err error) {
	const op = "account.totp"
	me, err := s.self(ctx, op, p)
	if err != nil {
		return nil, Step{}, err
	}
	secret, ok := s.enrolments.look(p.Session)
	if !ok {
		return nil, Step{}, wardround.Errorf(wardround.EInvalid, op, "setting up an authenticator app was not begun, or too long ago; begin again")
	}
	at := s.matches(secret, code, 0)
	if at == 0 {
		return nil, Step{}, errCode
	}
	sealed, err := s.seal.seal([]byte(secret), "totp:"+me.ID)
	if err != nil {
		return nil, Step{}, err
	}
	var hashes []string
	for range recoveryCodes {
		code := strings.ToLower(lower32.EncodeToString(s.draw(10)))
		recovery = append(recovery, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		hashes = append(hashes, recoveryHash(me.ID, code))
	}
	step, err = s.change(ctx, c, p, me, Event{Act: ActTOTPOn}, func(me *person) error {
		if len(me.TOTPSecret) > 0 {
			return wardround.Errorf(wardround.EConflict, op, "an authenticator app is set up already; remove it first")
		}
		me.TOTPSecret, me.TOTPStep, me.Recovery = sealed, at, hashes
		return nil
	})
	if err != nil {
		return nil, Step{}, err
	}
	s.enrolments.take(p.Session)
	return recovery, step, nil
}

// TOTPRemove turns the authenticator app off. All other sessions end. Errors:
// EForbidden, ENotFound (there is none).
func (s *Service) TOTPRemove(ctx context.Context, c Client, p *Principal) (Step, error) {
	const op = "account.totp"
	me, err := s.justIn(ctx, op, p)
	if err != nil {
		return Step{}, err
	}
	if len(me.TOTPSecret) == 0 {
		return Step{}, wardround.Errorf(wardround.ENotFound, op, "no authenticator app is set up")
	}
	return s.change(ctx, c, p, me, Event{Act: ActTOTPOff}, func(me *person) error {
		me.TOTPSecret, me.TOTPStep, me.Recovery = nil, 0, nil
		return nil
	})
}

// useCode checks a code and marks it used in p; recovery says it was a recovery
// code.
func (s *Service) useCode(p *person, code string) (recovery bool, err error) {
	code = strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, clip(code)))
	if len(code) == 16 {
		h := recoveryHash(p.ID, code)
		for i, x := range p.Recovery {
			if same(x, h) {
				p.Recovery = slices.Delete(slices.Clone(p.Recovery), i, i+1)
				return true, nil
			}
		}
		return false, errCode
	}
	secret, err := s.seal.open(p.TOTPSecret, "totp:"+p.ID)
	if err != nil {
		return false, err
	}
	at := s.matches(string(secret), code, p.TOTPStep)
	if at == 0 {
		return false, errCode
	}
	p.TOTPStep = at
	return false, nil
}

// matches returns the step that code belongs to, among the one now, the one before
// and the one after (RFC 6238 §5.2), and after the newest that was used: a code is
// good once. 0 is none.
func (s *Service) matches(secret, code string, used int64) (at int64) {
	now := s.opt.Now().Unix() / totpStep
	for step := now - 1; step <= now+1; step++ {
		want, err := totp.GenerateCode(secret, time.Unix(step*totpStep, 0))
		if err == nil && same(want, code) && step > used && at == 0 {
			at = step
		}
	}
	return at
}

func recoveryHash(account, code string) string { return digest("recovery\n" + account + "\n" + code) }
