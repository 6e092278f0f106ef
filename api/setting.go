package api

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/notify"
)

// Settings are of two sorts. Whatever can change a verdict is content: it goes
// through the log, so that a replay repeats it. The rest are documents. Both are
// edited with If-Match, and each change is in the audit trail.
var settingRoutes = slices.Concat(
	settingOf("zones", "The network segments of the site", account.View, account.Tune, (*Server).getZones, (*Server).putZones),
	settingOf("site", "Name, language and time zone of the site", account.View, account.Settings, document[SiteSetting]("site"), put[SiteSetting]("site")),
	settingOf("retention", "How long observations are kept", account.Settings, account.Settings, document[RetentionSetting]("retention"), put[RetentionSetting]("retention")),
	settingOf("notifications", "Who is told what, and how", account.Settings, account.Settings, document[notify.Config]("notifications"), put[notify.Config]("notifications")),
	settingOf("work-orders", "How a finding becomes a work order", account.Settings, account.Settings, document[notify.Orders]("work-orders"), put[notify.Orders]("work-orders")),
	settingOf("sign-in", "The ways to sign in", account.People, account.People, (*Server).getPolicy, (*Server).putPolicy),
)

// settingOf makes the routes of one setting; each has its own shape and its own
// permissions, which the table shows.
func settingOf[T any](name, summary string, read, write account.Permission,
	get func(*Server, context.Context, *getSettingInput) (*settingOutput[T], error),
	put func(*Server, context.Context, *putSettingInput[T]) (*settingOutput[T], error),
) []Route {
	path := "/api/v1/settings/" + name
	return []Route{
		{Method: GET, Path: path, ID: "get-setting-" + name, Tag: "settings", Summary: summary, Needs: read, Whole: read != account.View, Errors: []int{304}, register: handle(get)},
		{Method: PUT, Path: path, ID: "set-setting-" + name, Tag: "settings", Summary: "Change: " + summary, Needs: write, Whole: true, MaxBody: 1 << 20,
			InPerson: name == "sign-in", Errors: []int{412, 428}, register: handle(put)},
	}
}

// Setting is a setting in force and who made it so.
type Setting[T any] struct {
	Name   string     `json:"name"`
	Value  T          `json:"value"`
	ETag   string     `json:"etag"`
	By     string     `json:"by,omitempty"`
	At     *time.Time `json:"at,omitempty"`
	Reason string     `json:"reason,omitempty"`
}

// SiteSetting is how the site presents itself.
type SiteSetting struct {
	Name     string `json:"name" maxLength:"200"`
	Language string `json:"language" maxLength:"35" doc:"BCP 47; of notifications, and of pages for who has not chosen."`
	TimeZone string `json:"time_zone" maxLength:"64" doc:"IANA name."`
}

// RetentionSetting is how long observations are kept; evidence stays.
type RetentionSetting struct {
	ObservationsDays int `json:"observations_days" minimum:"1" maximum:"36500"`
}

type getSettingInput struct{ IfNoneMatch }

type putSettingInput[T any] struct {
	IfMatch
	Body struct {
		Value  T      `json:"value"`
		Reason string `json:"reason" maxLength:"1000" doc:"Why; it is in the audit trail."`
	}
}

type settingOutput[T any] struct {
	ETag string `header:"ETag"`
	Body Setting[T]
}

func settingAnswer[T any](x Setting[T]) *settingOutput[T] { return &settingOutput[T]{quote(x.ETag), x} }

// Names of documents are prefixed, so that settings and saved views don't meet.
func documentName(setting string) string { return "settings/" + setting }

// readDocument returns a setting that is a document; version 0 and the default if
// nobody has set it.
func readDocument[T any](ctx context.Context, s *Server, name string) (Setting[T], int64, error) {
	out := Setting[T]{Name: name, ETag: `"0"`}
	if s.opt.Documents == nil {
		return out, 0, missing("this setting")
	}
	d, err := s.opt.Documents.Document(ctx, documentName(name))
	switch {
	case wardround.ErrorCode(err) == wardround.ENotFound:
		err = json.Unmarshal(s.defaultOf(name), &out.Value)
		return out, 0, err
	case err != nil:
		return out, 0, err
	}
	if err := json.Unmarshal(d.Value, &out.Value); err != nil {
		return out, 0, wardround.Errorf(wardround.EIntegrity, "api.settings", "the stored setting %s cannot be read: %w", name, err)
	}
	s.opened(ctx, &out.Value)
	at := d.At.UTC()
	out.ETag, out.By, out.At, out.Reason = versionTag(d.Version), d.By, &at, d.Reason
	return out, d.Version, nil
}

func versionTag(v int64) string { return `"` + strconv.FormatInt(v, 36) + `"` }

// defaultOf is what a setting is before anybody set it.
func (s *Server) defaultOf(name string) []byte {
	if b := s.opt.Defaults[name]; b != nil {
		return b
	}
	switch name {
	case "site":
		b, _ := json.Marshal(SiteSetting{Name: s.opt.SiteName, Language: "en", TimeZone: "UTC"}) // plain strings
		return b
	}
	return []byte("{}")
}

func document[T any](name string) func(*Server, context.Context, *getSettingInput) (*settingOutput[T], error) {
	return func(s *Server, ctx context.Context, in *getSettingInput) (*settingOutput[T], error) {
		x, _, err := readDocument[T](ctx, s, name)
		if err != nil {
			return nil, err
		}
		if err := in.changed(x.ETag); err != nil {
			return nil, err
		}
		x.Value = masked(x.Value)
		return settingAnswer(x), nil
	}
}

func put[T any](name string) func(*Server, context.Context, *putSettingInput[T]) (*settingOutput[T], error) {
	return func(s *Server, ctx context.Context, in *putSettingInput[T]) (*settingOutput[T], error) {
		s.editing.Lock()
		defer s.editing.Unlock()
		old, version, err := readDocument[T](ctx, s, name)
		if err != nil {
			return nil, err
		}
		if err := in.check(old.ETag); err != nil {
			return nil, err
		}
		value, err := unmasked(old.Value, in.Body.Value)
		if err != nil {
			return nil, err
		}
		kept, err := sealed(s, value)
		if err != nil {
			return nil, err
		}
		if err := s.store(ctx, name, old.Value, value, kept, version, in.Body.Reason); err != nil {
			return nil, err
		}
		x, _, err := readDocument[T](ctx, s, name)
		if err != nil {
			return nil, err
		}
		x.Value = masked(x.Value)
		return settingAnswer(x), nil
	}
}

// store puts a setting in force, on the record and in the store, in this order: one
// that is refused leaves no trace, and one that cannot be recorded or kept is taken
// back. kept is value as it is stored: its secrets sealed.
func (s *Server) store(ctx context.Context, name string, old, value, kept any, version int64, reason string) error {
	b, err := json.Marshal(value)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "api.settings", "%s: %w", name, err)
	}
	stored, err := json.Marshal(kept)
	if err != nil {
		return wardround.Errorf(wardround.EInvalid, "api.settings", "%s: %w", name, err)
	}
	if err := validSetting(name, b); err != nil {
		return err
	}
	if err := s.inForce(ctx, name, b); err != nil {
		return err
	}
	by := principal(ctx).Name()
	err = s.say(ctx, &kind.OperatorActedV1{
		Act: "setting-changed", By: kind.PersonalText(by), Detail: kind.PersonalText(because(name, reason)),
	})
	if err == nil {
		_, err = s.opt.Documents.PutDocument(ctx, account.Document{
			Name: documentName(name), Value: stored, Version: version, By: by, At: s.opt.Now(), Reason: reason,
		})
		if wardround.ErrorCode(err) == wardround.EConflict {
			err = stale()
		}
	}
	if err != nil {
		if was, merr := json.Marshal(old); merr == nil {
			if rerr := s.inForce(context.WithoutCancel(ctx), name, was); rerr != nil {
				s.log.ErrorContext(ctx, "a setting that was not kept is still in force until the next start", "setting", name, "err", rerr)
			}
		}
	}
	return err
}

func because(what, reason string) string {
	if reason != "" {
		what += ": " + reason
	}
	return what
}

// validSetting checks what shapes alone do not say. Errors: EInvalid.
func validSetting(name string, value []byte) error {
	switch name {
	case "site":
		return validSite(value)
	case "notifications":
		_, err := notify.Parse(value)
		return err
	case "work-orders":
		_, err := notify.ParseOrders(value)
		return err
	}
	return nil
}

func validSite(value []byte) error {
	var x SiteSetting
	if err := json.Unmarshal(value, &x); err != nil {
		return wardround.Errorf(wardround.EInvalid, "api.settings", "site: %w", err)
	}
	if _, err := time.LoadLocation(x.TimeZone); err != nil || x.TimeZone == "Local" {
		return wardround.Errorf(wardround.EInvalid, "api.settings", "site: %q is no time zone we know; write it as Europe/Berlin", x.TimeZone)
	}
	return nil
}

// inForce makes the running program act by a setting. Errors: EInvalid.
func (s *Server) inForce(ctx context.Context, name string, value []byte) error {
	if name == "site" {
		var x SiteSetting
		if err := json.Unmarshal(value, &x); err != nil {
			return wardround.Errorf(wardround.EInvalid, "api.settings", "site: %w", err)
		}
		s.named.Store(&x.Name)
	}
	if s.opt.Control.Changed == nil {
		return nil
	}
	return s.opt.Control.Changed(ctx, name, value)
}

// Restore puts the settings that are stored in force, at the start.
func (s *Server) Restore(ctx context.Context) error {
	if s.opt.Documents == nil {
		return nil
	}
	all, err := s.opt.Documents.ListDocuments(ctx, documentName(""))
	if err != nil {
		return err
	}
	for _, d := range all {
		name := d.Name[len(documentName("")):]
		if name == "sign-in" {
			var p account.Policy
			if err := json.Unmarshal(d.Value, &p); err != nil {
				return wardround.Errorf(wardround.EIntegrity, "api.settings", "the stored setting %s cannot be read: %w", name, err)
			}
			if err := s.opt.Accounts.SetPolicy(p); err != nil {
				return err
			}
			continue
		}
		value, err := s.openedValue(ctx, name, d.Value)
		if err != nil {
			return err
		}
		if err := s.inForce(ctx, name, value); err != nil {
			return err
		}
	}
	return nil
}

// siteName is what people call the site.
func (s *Server) siteName() string {
	if n := s.named.Load(); n != nil && *n != "" {
		return *n
	}
	if s.opt.SiteName != "" {
		return s.opt.SiteName
	}
	return string(s.opt.Scope.Site)
}

// say puts something into the log.
func (s *Server) say(ctx context.Context, fields ...any) error {
	if s.opt.Say == nil {
		return missing("changing anything")
	}
	return s.opt.Say(ctx, fields...)
}

// stale is the answer to an edit of what has changed.
func stale() error {
	return problem(codePrecondition, "it has changed since it was read")
}
