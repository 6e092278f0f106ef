package probe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
)

// Bounds of a grant.
const (
	MaxGrant    = 64 << 10 // bytes
	MaxWindow   = 24 * time.Hour
	MaxRate     = 50      // requests a second
	MaxRequests = 100_000 // under one grant
	maxPatients = 10_000
)

// Sensor is what a grant has to name.
const Sensor = "model-probe"

// What may be sent.
const (
	Table  = "table"
	Series = "series"
	Image  = "image"
)

// Grant is the permission of a person to send. It is a file:
//
//	grant: 1
//	target: https://triage-test.example.org/v1/models/triage:predict
//	is: test endpoint            # or: idle
//	sensor: model-probe
//	given_by: Jane Example, clinical engineering
//	reason: acceptance of version 2.1
//	from: 2026-03-01T08:00:00Z
//	until: 2026-03-01T10:00:00Z  # at most a day
//	rate: 5                      # requests a second
//	requests: 2000               # in all
//	send: [table]
//	patients: [TEST-0001, TEST-0002]
//	request: {wrap: instances, answer: predictions.0}
type Grant struct {
	Format   int       `yaml:"grant"`
	Target   string    `yaml:"target"`
	Is       string    `yaml:"is"`
	Sensor   string    `yaml:"sensor"`
	GivenBy  string    `yaml:"given_by"`
	Reason   string    `yaml:"reason"`
	From     time.Time `yaml:"from"`
	Until    time.Time `yaml:"until"`
	Rate     float64   `yaml:"rate"`
	Requests int64     `yaml:"requests"`
	Send     []string  `yaml:"send"`
	Patients []string  `yaml:"patients"`
	Request  Shape     `yaml:"request"`

	url    *url.URL
	digest string
}

// Shape is how a row is asked and where the score stands in what is answered.
type Shape struct {
	// Wrap is the member that holds the list of rows, as "instances"; "" sends the row itself.
	Wrap string `yaml:"wrap"`
	// Answer is the path to the score: members and places, with dots between.
	Answer string `yaml:"answer"`
}

// ReadGrant reads a grant: strict YAML. Error: EInvalid, with what is wrong.
func ReadGrant(r io.Reader) (*Grant, error) {
	const op = "probe.grant"
	b, err := io.ReadAll(io.LimitReader(r, MaxGrant+1))
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if len(b) > MaxGrant {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the grant has more than %d bytes", MaxGrant)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	g := &Grant{}
	if err := d.Decode(g); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, wardround.Errorf(wardround.EInvalid, op, "the grant is empty; it begins with: grant: 1")
		}
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the file holds more than one document; a grant is one")
	}
	if err := g.check(); err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the grant: %w", err)
	}
	sum := sha256.Sum256(b)
	g.digest = hex.EncodeToString(sum[:])
	return g, nil
}

func (g *Grant) check() error {
	switch {
	case g.Format != 1:
		return fmt.Errorf("grant: %d; this program reads grant: 1", g.Format)
	case g.Sensor != Sensor:
		return fmt.Errorf("sensor: %q; a grant to send to a model says %s", g.Sensor, Sensor)
	case strings.TrimSpace(g.GivenBy) == "" || strings.TrimSpace(g.Reason) == "":
		return errors.New("given_by and reason: say who gives it and why")
	case g.Is != "test endpoint" && g.Is != "idle":
		return fmt.Errorf("is: %q; want test endpoint, or idle: nothing is sent to what answers for patients", g.Is)
	case g.From.IsZero() || g.Until.IsZero() || !g.From.Before(g.Until):
		return errors.New("from and until: want two times, the first before the second")
	case g.Until.Sub(g.From) > MaxWindow:
		return fmt.Errorf("until: %v after from; at most %v", g.Until.Sub(g.From), MaxWindow)
	case !(g.Rate > 0 && g.Rate <= MaxRate):
		return fmt.Errorf("rate: %v; want more than 0, at most %d requests a second", g.Rate, MaxRate)
	case g.Requests < 1 || g.Requests > MaxRequests:
		return fmt.Errorf("requests: %d; want 1 to %d", g.Requests, MaxRequests)
	case len(g.Send) == 0:
		return errors.New("send: say what: table, series, image")
	case len(g.Patients) == 0 || len(g.Patients) > maxPatients || slices.Contains(g.Patients, ""):
		return fmt.Errorf("patients: want 1 to %d declared test patients, as the data file names them", maxPatients)
	case g.Request.Answer == "" || len(g.Request.Answer) > 200 || len(g.Request.Wrap) > 100:
		return errors.New("request: answer: say where the score stands, as predictions.0")
	}
	for _, s := range g.Send {
		if s != Table && s != Series && s != Image {
			return fmt.Errorf("send: %q; want table, series or image", s)
		}
	}
	u, err := url.Parse(g.Target)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return errors.New("target: want the whole address of the endpoint, without a password in it")
	}
	switch u.Scheme {
	case "https":
	case "http":
		if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
			return errors.New("target: http goes to a loopback address alone (127.0.0.1, ::1); say https")
		}
	default:
		return fmt.Errorf("target: %q; want https", u.Scheme)
	}
	g.url = u
	return nil
}

// Name is how the grant is named in records: by whom, and its digest.
func (g *Grant) Name() string {
	return fmt.Sprintf("grant of %s (sha256:%.12s)", clip(g.GivenBy, 100), g.digest)
}

// Allows says why something may not be sent now; nil if it may. Errors: EForbidden.
func (g *Grant) Allows(what string, now time.Time) error {
	const op = "probe.grant"
	switch {
	case now.Before(g.From):
		return wardround.Errorf(wardround.EForbidden, op, "the grant begins at %s, now it is %s", g.From.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case !now.Before(g.Until):
		return wardround.Errorf(wardround.EForbidden, op, "the grant ended at %s, now it is %s", g.Until.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case !slices.Contains(g.Send, what):
		return wardround.Errorf(wardround.EForbidden, op, "the grant lets %s be sent, not %s", strings.Join(g.Send, ", "), what)
	}
	return nil
}

// Patient reports whether somebody is a declared test patient.
func (g *Grant) Patient(name string) bool { return slices.Contains(g.Patients, name) }

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
