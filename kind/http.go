package kind

import (
	"strings"

	"github.com/wardround/wardround"
)

// HTTPTransaction is a request and its response: see [HTTPTransactionV1].
const HTTPTransaction Name = "http.transaction"

// How an HTTP transaction came out: the values of HTTPExchangeV1.Outcome.
const (
	HTTPAnswered   = "answered"
	HTTPCut        = "cut"        // the connection ended inside the response
	HTTPUnseen     = "unseen"     // the response, or part of it, was not captured
	HTTPUnanswered = "unanswered" // the connection ended first
	HTTPSwitched   = "switched"   // the connection went over to another protocol
)

// HTTPTransactionV1 is a request with its response, told when both have ended. A
// transaction of FHIR or DICOMweb is told as [FHIRInteractionV1] or
// [DICOMwebRequestV1] instead, not as well.
//
// A path may name a patient in any of its segments, so only well-known words leave;
// every other segment is "{}". Of the query only the number of parameters leaves.
type HTTPTransactionV1 struct {
	Method string         `json:"method,omitempty"` // "other" for one that nobody registered; "" if the request was not seen
	Path   string         `json:"path,omitempty"`   // "/api/v1/{}/{}.bin"
	Params int            `json:"params,omitempty"` // in the query
	Status int            `json:"status,omitempty"` // 0 if no response was seen
	HTTP   HTTPExchangeV1 `json:"http"`
	// Update is set when a file was transferred that changes what a device does:
	// "firmware", "program" or "drug-library"; Upload when the client brought it.
	Update    string `json:"update,omitempty"`
	Upload    bool   `json:"upload,omitempty"`
	Extension string `json:"extension,omitempty"` // of the file: a well-known one, or "other"
	Signature string `json:"signature,omitempty"` // what the file's first bytes are: "elf", "uboot-image" …
}

// HTTPExchangeV1 is what all transactions over HTTP have in common.
type HTTPExchangeV1 struct {
	Version string `json:"version,omitempty"` // "1.1"
	// Host is the first label of the Host the client asked for, if it names a device.
	Host         string `json:"host,omitempty"`
	RequestType  string `json:"request_type,omitempty"` // media type: a well-known one, or "other"
	ResponseType string `json:"response_type,omitempty"`
	RequestSize  int64  `json:"request_bytes,omitempty"` // of content
	ResponseSize int64  `json:"response_bytes,omitempty"`
	// Products with their version, of User-Agent and Server: "HAPI-FHIR/6.8.0". Without
	// a version only well-known ones leave.
	Client []string `json:"client,omitempty"`
	Server []string `json:"server,omitempty"`

	// Auth is how the client proved who it is: the Authorization scheme in lower
	// case ("basic", "bearer" …; "other"), "api-key" or "query-token".
	Auth string `json:"auth,omitempty"`
	// Secret is set when the proof is a password or token that works for anybody who
	// reads it on the way.
	Secret Presence `json:"secret,omitempty"`
	User   Presence `json:"user,omitempty"`
	Cookie Presence `json:"cookie,omitempty"`
	// Challenge is the scheme the server asked for with 401 or 407.
	Challenge string `json:"challenge,omitempty"`

	Outcome   string   `json:"outcome"`
	Protocol  string   `json:"protocol,omitempty"` // switched to: "websocket", "connect", "h2c", "h2", "other"
	LatencyMS float64  `json:"latency_ms,omitempty"`
	Lost      int64    `json:"lost,omitempty"`      // bytes of content never captured
	Anomalies []string `json:"anomalies,omitempty"` // deviations from RFC 9112, "length-and-chunked"
	// Smuggling is set when an anomaly of the request is one by which a proxy and the
	// server can be made to see different requests.
	Smuggling bool `json:"smuggling,omitempty"`
}

var _ = Register[HTTPTransactionV1](Schema{
	Name: HTTPTransaction, Version: 1, Shed: ShedTransaction, Repeats: true,
	Doc: "An HTTP request with its response. Paths leave as templates; parameters, field values and content do not leave.",
})

// Authorized reports whether the client brought any proof of who it is.
func (h *HTTPExchangeV1) Authorized() bool { return h.Auth != "" || bool(h.Cookie) }

func (h *HTTPExchangeV1) credentials() (mechanism string, readable bool) {
	switch h.Auth {
	case "":
		return "", false
	case "api-key":
		return "HTTP API key", bool(h.Secret)
	case "query-token":
		return "HTTP token in the URL", bool(h.Secret)
	}
	return "HTTP " + strings.ToUpper(h.Auth[:1]) + h.Auth[1:], bool(h.Secret)
}

// link is the flow's description for what was carried. A session cookie stands for
// a login that may have been anything.
func (h *HTTPExchangeV1) link(protocol string, status int) LinkClaim {
	l := LinkClaim{Protocol: protocol, Encrypted: wardround.No}
	if status >= 200 && status < 300 {
		switch {
		case h.Auth != "":
			l.Authenticated = wardround.Yes
		case !bool(h.Cookie):
			l.Authenticated = wardround.No
		}
	}
	return l
}

// claims says what both ends tell of themselves.
func (h *HTTPExchangeV1) claims(c *Claims, status int) {
	c.Speak(Src, "http")
	c.Speak(Dst, "http")
	if len(h.Client) > 0 {
		c.Attr(Src, wardround.AttrProductToken, h.Client[0], wardround.Guessed)
	}
	if len(h.Server) > 0 {
		c.Attr(Dst, wardround.AttrProductToken, h.Server[0], wardround.Guessed)
	}
	if status != 0 && h.Protocol == "" {
		c.ID(Dst, IDHostname, h.Host, wardround.Guessed)
	}
}

// Credentials implements the interface of that name.
func (t *HTTPTransactionV1) Credentials() (mechanism string, readable bool) {
	return t.HTTP.credentials()
}

// Claims implements [Claimer].
func (t *HTTPTransactionV1) Claims(_ *wardround.Observation, c *Claims) { t.HTTP.claims(c, t.Status) }

// Link implements [Linker].
func (t *HTTPTransactionV1) Link(*wardround.Observation) (LinkClaim, bool) {
	if t.Status == 0 {
		return LinkClaim{}, false
	}
	l := t.HTTP.link("http", t.Status)
	l.ToClient = t.HTTP.ResponseSize > t.HTTP.RequestSize
	return l, true
}
