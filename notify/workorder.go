package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/pattern"
)

// WorkOrder is what a maintenance system is told when a person asks for work on a
// finding: the JSON body of the webhook. It is in nobody's own form, so that a few
// lines translate it for any system. It names one person, the one who asks, and no
// patient.
type WorkOrder struct {
	Type        string             `json:"type"` // "work-order"
	ID          string             `json:"id"`   // the same when it is sent again
	Site        string             `json:"site"`
	Origin      wardround.Origin   `json:"origin"` // "simulated" orders no work
	Created     time.Time          `json:"created"`
	RequestedBy string             `json:"requested_by"` // name of the account
	Title       string             `json:"title"`
	Asset       OrderedAsset       `json:"asset"`
	Finding     string             `json:"finding"`
	Case        string             `json:"case,omitempty"`
	Severity    wardround.Severity `json:"severity"`
	Priority    string             `json:"priority"` // see Priority
	Due         time.Time          `json:"due,omitzero"`
	Do          string             `json:"do"`             // what clinical engineering should do
	Dont        string             `json:"dont,omitempty"` // what would harm
	Note        string             `json:"note,omitempty"` // of who asks
	Language    string             `json:"language"`       // of title, do and dont
	Link        string             `json:"link"`           // to the finding
	Notice      string             `json:"notice"`         // "not a patient alarm"
}

// OrderedAsset is what work is to be done on, as far as it is known.
type OrderedAsset struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role,omitempty"`
	Maker  string `json:"maker,omitempty"`
	Model  string `json:"model,omitempty"`
	Serial string `json:"serial,omitempty"`
	UDI    string `json:"udi,omitempty"` // the device identifier
	MAC    string `json:"mac,omitempty"`
	IP     string `json:"ip,omitempty"`
	Ward   string `json:"ward,omitempty"`
	Zone   string `json:"zone,omitempty"`
}

// Priority is how urgent work on a finding is, in the four steps that most systems
// have. The severity says already what depends on the asset.
func Priority(s wardround.Severity) string {
	switch {
	case s >= wardround.Critical:
		return "urgent"
	case s >= wardround.High:
		return "high"
	case s >= wardround.Medium:
		return "normal"
	}
	return "low"
}

// Orders is where work orders go: the setting "work-orders".
type Orders struct {
	Link    string       `json:"link,omitempty" maxLength:"2000" doc:"Opens the house's form; fields in braces are filled in: {title}, {serial} …"`
	Webhook OrderWebhook `json:"webhook,omitzero" doc:"Told of each order that a person makes."`
}

// OrderWebhook is where work orders are sent.
type OrderWebhook struct {
	URL    string `json:"url,omitempty" maxLength:"2000"`
	Secret string `json:"secret,omitempty" maxLength:"500" doc:"Signs the body, as for notifications."`
}

// ParseOrders reads and checks where work orders go. Errors: EInvalid, naming the
// field.
func ParseOrders(raw []byte) (Orders, error) {
	const op = "notify.orders"
	var o Orders
	if len(bytes.TrimSpace(raw)) == 0 {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return Orders{}, wardround.Errorf(wardround.EInvalid, op, "work-orders: %w", err)
	}
	if o.Webhook.URL != "" {
		if err := webAddress(o.Webhook.URL); err != nil {
			return Orders{}, wardround.Errorf(wardround.EInvalid, op, "work-orders: webhook: %w", err)
		}
	}
	if o.Link == "" {
		return o, nil
	}
	// The fields are filled in later; in the host there are none.
	bare := orderField().ReplaceAllString(o.Link, "x")
	if err := webAddress(bare); err != nil || strings.ContainsAny(bare, "{}") || strings.ContainsAny(host(o.Link), "{}") {
		return Orders{}, wardround.Errorf(wardround.EInvalid, op, "work-orders: link: %q is no web address; write https://HOST/… with fields as {title} after the host", o.Link)
	}
	for _, m := range orderField().FindAllStringSubmatch(o.Link, -1) {
		if !slices.Contains(OrderFields, m[1]) {
			return Orders{}, wardround.Errorf(wardround.EInvalid, op, "work-orders: link: there is no field {%s}; there are {%s}", m[1], strings.Join(OrderFields, "}, {"))
		}
	}
	return o, nil
}

// host is scheme and host of an address.
func host(s string) string {
	scheme, rest, _ := strings.Cut(s, "://")
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	return scheme + rest
}

var orderField = pattern.Of(`\{([a-z_]+)\}`)

// OrderFields are what a link can name in braces.
var OrderFields = []string{
	"title", "asset", "asset_id", "role", "maker", "model", "serial", "udi", "mac", "ip", "ward", "zone",
	"severity", "priority", "due", "do", "note", "id", "finding", "case", "url", "site",
}

// maxField is how many characters of a field are in a link.
const maxField = 300

// Open returns the link that opens the house's form for an order, "" without one.
// What is filled in is escaped: names come off the wire.
func (o Orders) Open(w WorkOrder) string {
	return orderField().ReplaceAllStringFunc(o.Link, func(m string) string {
		v := []rune(w.field(m[1 : len(m)-1]))
		if len(v) > maxField {
			v = v[:maxField]
		}
		return strings.ReplaceAll(url.QueryEscape(string(v)), "+", "%20") // holds in a path, too
	})
}

func (w WorkOrder) field(name string) string {
	switch name {
	case "title":
		return w.Title
	case "asset":
		return w.Asset.Name
	case "asset_id":
		return w.Asset.ID
	case "role":
		return w.Asset.Role
	case "maker":
		return w.Asset.Maker
	case "model":
		return w.Asset.Model
	case "serial":
		return w.Asset.Serial
	case "udi":
		return w.Asset.UDI
	case "mac":
		return w.Asset.MAC
	case "ip":
		return w.Asset.IP
	case "ward":
		return w.Asset.Ward
	case "zone":
		return w.Asset.Zone
	case "severity":
		return w.Severity.String()
	case "priority":
		return w.Priority
	case "due":
		if w.Due.IsZero() {
			return ""
		}
		return w.Due.UTC().Format(time.DateOnly)
	case "do":
		return w.Do
	case "note":
		return w.Note
	case "id":
		return w.ID
	case "finding":
		return w.Finding
	case "case":
		return w.Case
	case "url":
		return w.Link
	case "site":
		return w.Site
	}
	return ""
}

// ConfigureOrders says where work orders go from now on. What waits when there is
// nowhere to send it any more fails, and says so.
func (n *Notifier) ConfigureOrders(o Orders) {
	n.mu.Lock()
	n.orders = o
	n.mu.Unlock()
	n.poke()
}

// Order hands over a work order to be sent, and returns when it is written down; it
// is tried as long as a notice is. It reports false when there is nowhere to send
// it. The same order again changes nothing. Errors: that of [Notifier.Err].
func (n *Notifier) Order(ctx context.Context, w WorkOrder) (bool, error) {
	w.Type, w.Site, w.Origin, w.Notice = "work-order", n.place.Load().name, n.opt.Origin, notAnAlarm
	now := n.opt.Now()
	n.mu.Lock()
	if n.broken != nil {
		defer n.mu.Unlock()
		return false, n.broken
	}
	if n.orders.Webhook.URL == "" {
		n.mu.Unlock()
		return false, nil
	}
	n.add(&Delivery{
		ID: w.ID, Type: w.Type, Case: w.Case, Title: w.Title, Severity: w.Severity, At: now, Route: "work-orders", Channel: Webhook,
		State: Waiting, Next: now, Order: &w,
	})
	n.mu.Unlock()
	n.poke()
	return true, n.save(ctx)
}
