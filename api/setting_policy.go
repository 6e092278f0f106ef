package api

import (
	"context"

	"github.com/wardround/wardround/account"
)

// getPolicy shows the ways to sign in without the secrets of providers.
func (s *Server) getPolicy(ctx context.Context, in *getSettingInput) (*settingOutput[account.Policy], error) {
	x, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.changed(x.ETag); err != nil {
		return nil, err
	}
	return settingAnswer(x), nil
}

func (s *Server) policy(ctx context.Context) (Setting[account.Policy], error) {
	x, version, err := readDocument[account.Policy](ctx, s, "sign-in")
	if version == 0 {
		x.Value = s.opt.Accounts.Policy()
	}
	x.Value = x.Value.Redacted()
	if x.Value.OIDC == nil {
		x.Value.OIDC = []account.Provider{}
	}
	return x, err
}

func (s *Server) putPolicy(ctx context.Context, in *putSettingInput[account.Policy]) (*settingOutput[account.Policy], error) {
	s.editing.Lock()
	defer s.editing.Unlock()
	old, version, err := readDocument[account.Policy](ctx, s, "sign-in")
	if err != nil {
		return nil, err
	}
	if err := in.check(old.ETag); err != nil {
		return nil, err
	}
	was := s.opt.Accounts.Policy()
	sealed, err := s.opt.Accounts.SealPolicy(was, in.Body.Value)
	if err != nil {
		return nil, err
	}
	if err := s.opt.Accounts.SetPolicy(sealed); err != nil {
		return nil, err
	}
	if err := s.store(ctx, "sign-in", was, sealed, sealed, version, in.Body.Reason); err != nil {
		if rerr := s.opt.Accounts.SetPolicy(was); rerr != nil {
			s.log.ErrorContext(ctx, "ways to sign in that were not kept are in force until the next start", "err", rerr)
		}
		return nil, err
	}
	x, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	return settingAnswer(x), nil
}
