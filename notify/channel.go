package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Message is what is sent: the JSON body of a webhook, and what the others word.
type Message struct {
	Type     string             `json:"type"` // "notice", "escalation", "test"
	ID       string             `json:"id"`   // the same when it is sent again
	Site     string             `json:"site"`
	Origin   wardround.Origin   `json:"origin"`
	Case     string             `json:"case,omitempty"`
	Title    string             `json:"title"`
	Language string             `json:"language,omitempty"` // of title and at_the_bedside
	Severity wardround.Severity `json:"severity"`
	Where    string             `json:"where,omitempty"`
	Bedside  string             `json:"at_the_bedside,omitempty"`
	At       time.Time          `json:"at"`
	Link     string             `json:"link,omitempty"`
	Notice   string             `json:"notice"` // "not a patient alarm"
}

// notAnAlarm is part of every message.
const notAnAlarm = "Not a patient alarm."

// permanent is an answer that trying again does not change.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// text is the message in lines, the first of which says it all.
func (m Message) text() []string {
	w := wording(m.Language)
	first := w.severity(m.Severity) + ": " + plain(m.Title)
	if m.Origin == wardround.Simulated {
		first = w.simulated + " " + first
	}
	if m.Type == "escalation" {
		first = w.waiting + " — " + first
	}
	lines := []string{first}
	for _, l := range []string{plain(m.Where), plain(m.Bedside), m.Link} {
		if l != "" {
			lines = append(lines, l)
		}
	}
	return append(lines, w.notAlarm)
}

// body is what a channel that speaks HTTP is sent.
func (c Channel) body(m Message) ([]byte, error) {
	switch c.Kind {
	case Slack:
		escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
		return json.Marshal(map[string]string{"text": escape.Replace(strings.Join(m.text(), "\n"))})
	case Teams:
		type block map[string]any
		var blocks []block
		for i, l := range m.text() {
			b := block{"type": "TextBlock", "text": markdown.Replace(l), "wrap": true}
			if i == 0 {
				b["weight"] = "bolder"
			}
			if l != m.Link {
				blocks = append(blocks, b)
			}
		}
		card := block{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": blocks}
		if m.Link != "" {
			card["actions"] = []block{{"type": "Action.OpenUrl", "title": wording(m.Language).open, "url": m.Link}}
		}
		return json.Marshal(block{"type": "message", "attachments": []block{{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}})
	}
	return json.Marshal(m)
}

// markdown keeps names that came off the wire from being marked up.
var markdown = strings.NewReplacer("*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`", "#", `\#`, "<", "‹", ">", "›")

// send carries one message. An error of type permanent is not worth another try.
func (c Channel) send(ctx context.Context, client *http.Client, m Message, now time.Time) error {
	if c.Kind == Mail {
		return c.mail(ctx, m, now)
	}
	v, err := c.body(m)
	if err != nil {
		return permanent{err}
	}
	return c.post(ctx, client, m.ID, json.RawMessage(v), now)
}

// post sends a JSON body, signed if that is what the channel does.
func (c Channel) post(ctx context.Context, client *http.Client, id string, v any, now time.Time) error {
	body, err := json.Marshal(v)
	if err != nil {
		return permanent{err}
	}
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return permanent{err}
	}
	rq.Header.Set("Content-Type", "application/json")
	rq.Header.Set("User-Agent", "wardround")
	if c.Kind == Webhook {
		rq.Header.Set("Wardround-Delivery", id)
		if c.Secret != "" {
			rq.Header.Set("Wardround-Signature", Sign(c.Secret, body, now))
		}
	}
	return answered(client.Do(rq))
}

// answered makes an error of an answer that is none.
func answered(rs *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer rs.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(rs.Body, 64<<10)) // so that the connection can be used again
	switch {
	case rs.StatusCode/100 == 2:
		return nil
	case rs.StatusCode/100 == 3:
		return permanent{fmt.Errorf("answered %s; redirections are not followed", rs.Status)}
	case rs.StatusCode/100 == 4 && rs.StatusCode != http.StatusRequestTimeout && rs.StatusCode != http.StatusTooManyRequests && rs.StatusCode != http.StatusTooEarly:
		return permanent{fmt.Errorf("answered %s", rs.Status)}
	}
	return fmt.Errorf("answered %s", rs.Status)
}

// Sign returns the value of Wardround-Signature for a body sent at t.
func Sign(secret string, body []byte, t time.Time) string {
	unix := strconv.FormatInt(t.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(unix + "."))
	mac.Write(body)
	return "t=" + unix + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Verify checks a signature that is at most tolerance old: what a receiver does.
func Verify(secret, signature string, body []byte, now time.Time, tolerance time.Duration) bool {
	unix, _, ok := strings.Cut(strings.TrimPrefix(signature, "t="), ",v1=")
	n, err := strconv.ParseInt(unix, 10, 64)
	if !ok || err != nil {
		return false
	}
	at := time.Unix(n, 0)
	return now.Sub(at).Abs() <= tolerance && hmac.Equal([]byte(Sign(secret, body, at)), []byte(signature))
}
