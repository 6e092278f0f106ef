package notify

import (
	"bytes"
	"encoding/json"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Config is what people set up: the setting "notifications".
type Config struct {
	Routes    []Route   `json:"routes,omitempty"`
	Heartbeat Heartbeat `json:"heartbeat,omitzero"`
}

// Route is one way to some people, and what goes there.
type Route struct {
	Name    string  `json:"name"`
	Channel Channel `json:"channel"`
	When    When    `json:"when,omitzero"`
	// After so many minutes without anyone acknowledging the case it goes to route To
	// as well, once. 0: never.
	After int    `json:"escalate_after_minutes,omitempty"`
	To    string `json:"escalate_to,omitempty"`
	// Off keeps the route without using it.
	Off bool `json:"off,omitempty"`
}

// Kinds of channel.
const (
	Webhook = "webhook" // a JSON body, signed
	Slack   = "slack"   // {"text": …}, as Slack, Mattermost and others take it
	Teams   = "teams"   // an adaptive card
	Mail    = "mail"    // SMTP
)

// Channel is how a message is carried.
type Channel struct {
	Kind string `json:"kind"`
	URL  string `json:"url,omitempty"` // webhook, slack, teams
	// Secret signs a webhook's body: header Wardround-Signature,
	// "t=UNIX,v1=HEX", HMAC-SHA256 over "UNIX.BODY".
	Secret string `json:"secret,omitempty"`
	// Server is host:port of the mail server; it is spoken to over TLS when it offers
	// STARTTLS, and with Require only then.
	Server    string   `json:"server,omitempty"`
	Require   bool     `json:"require_tls,omitempty"`
	User      string   `json:"user,omitempty"`
	Password  string   `json:"password,omitempty"`
	From      string   `json:"from,omitempty"`
	Addresses []string `json:"to,omitempty"`
}

// When says which cases a route takes, and at which hours. Empty lists take all.
type When struct {
	Severity wardround.Severity `json:"severity,omitempty"` // this or worse; none: high
	Wards    []string           `json:"wards,omitempty"`
	Zones    []string           `json:"zones,omitempty"`
	Roles    []string           `json:"roles,omitempty"` // of the devices: "infusion-pump"
	Hours    []Hours            `json:"hours,omitempty"` // what comes at other hours waits for the next
}

// Hours are part of a week, in the site's time. To before From ends on the next day.
type Hours struct {
	Days []string `json:"days,omitempty"` // "mon" … "sun"; none: every day
	From string   `json:"from"`           // "07:00"
	To   string   `json:"to"`             // "19:00"; "24:00" is midnight
}

// Heartbeat is told outwards as long as we judge.
type Heartbeat struct {
	URL     string `json:"url,omitempty"`
	Minutes int    `json:"minutes,omitempty"` // 5 if 0
}

// Limits of a configuration.
const (
	maxRoutes    = 50
	maxAddresses = 50
)

// Parse reads and checks a configuration. Errors: EInvalid, naming the field.
func Parse(raw []byte) (Config, error) {
	const op = "notify.config"
	var c Config
	if len(bytes.TrimSpace(raw)) == 0 {
		return c, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Config{}, wardround.Errorf(wardround.EInvalid, op, "notifications: %w", err)
	}
	if len(c.Routes) > maxRoutes {
		return Config{}, wardround.Errorf(wardround.EInvalid, op, "%d routes: at most %d", len(c.Routes), maxRoutes)
	}
	names := map[string]bool{}
	for _, r := range c.Routes {
		if strings.TrimSpace(r.Name) == "" || names[r.Name] {
			return Config{}, wardround.Errorf(wardround.EInvalid, op, "route %q has no name, or one that another has", r.Name)
		}
		names[r.Name] = true
		if err := r.Channel.validate(); err != nil {
			return Config{}, wardround.Errorf(wardround.EInvalid, op, "route %q: %w", r.Name, err)
		}
		for _, h := range r.When.Hours {
			if _, _, _, err := h.parse(); err != nil {
				return Config{}, wardround.Errorf(wardround.EInvalid, op, "route %q: %w", r.Name, err)
			}
		}
	}
	for _, r := range c.Routes {
		switch {
		case r.After < 0 || r.After > 7*24*60:
			return Config{}, wardround.Errorf(wardround.EInvalid, op, "route %q: escalation after %d minutes; want up to a week", r.Name, r.After)
		case r.After > 0 && (!names[r.To] || r.To == r.Name):
			return Config{}, wardround.Errorf(wardround.EInvalid, op, "route %q escalates to %q, which is no other route", r.Name, r.To)
		}
	}
	if c.Heartbeat.URL != "" {
		if err := webAddress(c.Heartbeat.URL); err != nil {
			return Config{}, wardround.Errorf(wardround.EInvalid, op, "heartbeat: %w", err)
		}
	}
	if m := c.Heartbeat.Minutes; m < 0 || m > 24*60 {
		return Config{}, wardround.Errorf(wardround.EInvalid, op, "heartbeat every %d minutes; want 1 to 1440", m)
	}
	return c, nil
}

func (c Channel) validate() error {
	switch c.Kind {
	case Webhook, Slack, Teams:
		return webAddress(c.URL)
	case Mail:
		host, port, err := net.SplitHostPort(c.Server)
		if err != nil || host == "" || port == "" {
			return wardround.Errorf(wardround.EInvalid, "", "server %q: want host:port", c.Server)
		}
		if len(c.Addresses) == 0 || len(c.Addresses) > maxAddresses {
			return wardround.Errorf(wardround.EInvalid, "", "mail needs 1 to %d addresses in to", maxAddresses)
		}
		for _, a := range append([]string{c.From}, c.Addresses...) {
			if p, err := mail.ParseAddress(a); err != nil || strings.ContainsAny(p.Address, "\r\n") {
				return wardround.Errorf(wardround.EInvalid, "", "%q is no mail address", a)
			}
		}
		return nil
	}
	return wardround.Errorf(wardround.EInvalid, "", "channel %q: want webhook, slack, teams or mail", c.Kind)
}

func webAddress(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return wardround.Errorf(wardround.EInvalid, "", "%q is no web address: want https://HOST/…", s)
	}
	return nil
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parse returns the hours in minutes of a day and the days they begin on.
func (h Hours) parse() (from, to int, days [7]bool, err error) {
	if from, err = minutes(h.From); err != nil {
		return
	}
	if to, err = minutes(h.To); err != nil {
		return
	}
	if len(h.Days) == 0 {
		return from, to, [7]bool{true, true, true, true, true, true, true}, nil
	}
	for _, d := range h.Days {
		i := slices.Index(weekdays, strings.ToLower(d))
		if i < 0 {
			return 0, 0, days, wardround.Errorf(wardround.EInvalid, "", "day %q: want mon, tue, wed, thu, fri, sat or sun", d)
		}
		days[i] = true
	}
	return from, to, days, nil
}

func minutes(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, wardround.Errorf(wardround.EInvalid, "", "hour %q: want 07:00", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}
