package api

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/pipeline"
)

// zones are the setting in force, as the board has it from the log.
func (s *Server) zones() Setting[[]wardround.Zone] {
	out := Setting[[]wardround.Zone]{Name: "zones", Value: []wardround.Zone{}, ETag: `"0"`}
	if s.opt.Board == nil {
		return out
	}
	row, ok := s.opt.Board.Content(pipeline.ContentZones)
	if !ok {
		return out
	}
	if json.Unmarshal(row.Value, &out.Value) != nil || out.Value == nil {
		out.Value = []wardround.Zone{} // refused before the log; a log from elsewhere may still hold it
	}
	at := row.At.UTC()
	out.ETag, out.By, out.At, out.Reason = versionTag(int64(row.Generation)), row.By, &at, row.Reason
	return out
}

func (s *Server) getZones(ctx context.Context, in *getSettingInput) (*settingOutput[[]wardround.Zone], error) {
	x := s.zones()
	if !principal(ctx).MayAt(account.View, string(s.opt.Scope.Site)) {
		x.ETag = strings.TrimSuffix(x.ETag, `"`) + `-names"`
		for i := range x.Value { // the plan of the network is of the whole site; names are in what they see
			x.Value[i].Prefixes = nil
		}
	}
	if err := in.changed(x.ETag); err != nil {
		return nil, err
	}
	return settingAnswer(x), nil
}

func (s *Server) putZones(ctx context.Context, in *putSettingInput[[]wardround.Zone]) (*settingOutput[[]wardround.Zone], error) {
	s.editing.Lock()
	defer s.editing.Unlock()
	if err := in.check(s.zones().ETag); err != nil {
		return nil, err
	}
	value, err := json.Marshal(in.Body.Value)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "api.settings", "zones: %w", err)
	}
	if err := pipeline.ValidateContent(pipeline.ContentZones, string(value)); err != nil {
		return nil, err
	}
	err = s.say(ctx, &kind.ContentChangedV1{
		Name: pipeline.ContentZones, Value: string(value), By: kind.PersonalText(principal(ctx).Name()), Reason: kind.PersonalText(in.Body.Reason),
	})
	if err != nil {
		return nil, err
	}
	return settingAnswer(s.zones()), nil
}
