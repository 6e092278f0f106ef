package network

import (
	"slices"
	"strings"

	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/kind"
)

// httpExchange fills in what all transactions over HTTP have in common. Both ends say
// in each message what they are.
func httpExchange(x *http.Exchange, agents *[2]httpAgent) kind.HTTPExchangeV1 {
	r, w := &x.Request, &x.Response
	out := kind.HTTPExchangeV1{
		RequestSize: x.RequestBody.Size, ResponseSize: x.Body.Size,
		Lost: x.RequestBody.Missing + x.Body.Missing, Anomalies: x.Anomalies().Names(),
		Smuggling: r.Anomalies.Has(http.Smuggling), Outcome: httpOutcome(x),
	}
	version := w.Version
	if x.Asked() {
		version = r.Version
		out.RequestType = httpMediaType(r.Fields.Value("Content-Type"))
		out.Client = agents[ToServer].products(r.Fields.Value("User-Agent"))
		out.Host = httpHost(x)
		httpAuth(&out, r)
	}
	out.Version = version.String()[len("HTTP/"):]
	if x.Replied() {
		out.ResponseType = httpMediaType(w.Fields.Value("Content-Type"))
		out.Server = agents[ToClient].products(w.Fields.Value("Server"))
		if w.Status == 401 || w.Status == 407 {
			challenge := w.Fields.Value("WWW-Authenticate")
			if w.Status == 407 {
				challenge = w.Fields.Value("Proxy-Authenticate")
			}
			if challenge != "" {
				out.Challenge = httpScheme(http.ParseCredentials(challenge).Scheme)
			}
		}
		if x.Asked() {
			out.LatencyMS = float64(max(0, x.Answered-x.Began)/1000) / 1000
		}
	}
	out.Protocol = httpSwitched(x)
	return out
}

func httpOutcome(x *http.Exchange) string {
	switch {
	case httpSwitched(x) != "":
		return kind.HTTPSwitched
	case !x.Replied():
		return kind.HTTPUnanswered
	case x.Body.Gaps > 0 || x.Body.End == http.Gapped || x.Body.End == http.Broken:
		return kind.HTTPUnseen
	case x.Body.End != http.Complete:
		return kind.HTTPCut
	}
	return kind.HTTPAnswered
}

// httpSwitched names the protocol that follows on the connection, "" for HTTP/1.
func httpSwitched(x *http.Exchange) string {
	switch {
	case x.Request.Version.Major == 2:
		return "h2"
	case !x.Replied() || x.Response.Framing != http.Tunnel:
		return ""
	case x.Response.Status != 101:
		return "connect"
	}
	switch upgrade := strings.ToLower(x.Response.Fields.Value("Upgrade")); upgrade {
	case "websocket", "h2c":
		return upgrade
	}
	return "other"
}

// httpAuth says how the client proved who it is.
func httpAuth(out *kind.HTTPExchangeV1, r *http.Request) {
	out.Cookie = kind.Presence(r.Fields.Has("Cookie"))
	if c, ok := r.Credentials(); ok {
		out.Auth, out.User, out.Secret = httpScheme(c.Scheme), kind.Presence(c.User != ""), kind.Presence(c.Secret)
		return
	}
	for i := range r.Fields {
		if slices.Contains(httpKeyFields, strings.ToLower(r.Fields[i].Name)) && r.Fields[i].Value != "" {
			out.Auth, out.Secret = "api-key", true
			return
		}
	}
	for name, value := range http.Query(http.ParseTarget(r.Target).Query) {
		if slices.Contains(httpKeyParams, strings.ToLower(name)) && value != "" {
			out.Auth, out.Secret = "query-token", true
			return
		}
	}
}

// httpKeyFields and httpKeyParams are what keys and tokens are sent in when not in
// Authorization, in lower case.
var (
	httpKeyFields = []string{
		"x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "ocp-apim-subscription-key", "x-functions-key",
	}
	httpKeyParams = []string{"access_token", "api_key", "apikey", "api-key", "auth_token", "subscription-key"}
)

// httpScheme returns an authentication scheme registered with IANA, or in wide
// use; "other" for any other.
func httpScheme(scheme string) string {
	switch scheme {
	case "basic", "bearer", "digest", "negotiate", "ntlm", "kerberos", "mutual", "hoba", "oauth", "scram-sha-1", "scram-sha-256",
		"vapid", "dpop", "token", "apikey", "api-key", "aws4-hmac-sha256", "hawk", "sharedkey":
		return scheme
	}
	return "other"
}

// httpMethods are those of RFC 9110 and of WebDAV, and what else is seen on HTTP.
var httpMethods = map[string]string{}

func init() {
	for m := range strings.FieldsSeq(`GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK
		UNLOCK SEARCH REPORT NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH PRI`) {
		httpMethods[m] = m
	}
}

func httpMethod(method string) string {
	if method == "" {
		return ""
	}
	if m, ok := httpMethods[method]; ok {
		return m
	}
	return "other"
}

// httpMediaTypes are the media types that may leave.
var httpMediaTypes = map[string]string{}

func init() {
	for m := range strings.FieldsSeq(`application/dicom application/dicom+json application/dicom+xml application/fhir+json application/fhir+xml
		application/fhir+ndjson application/fhir+turtle application/gzip application/hl7-v2 application/hl7-v2+er7 application/java-archive
		application/javascript application/json application/json+fhir application/json-patch+json application/ld+json application/msword
		application/ndjson application/octet-stream application/ocsp-request application/ocsp-response application/pdf application/pkcs7-mime
		application/pkix-cert application/pkix-crl application/problem+json application/sdp application/soap+xml
		application/vnd.android.package-archive application/vnd.debian.binary-package application/vnd.ms-cab-compressed
		application/vnd.microsoft.portable-executable application/wasm application/x-debian-package application/x-elf application/x-firmware
		application/x-gzip application/x-javascript application/x-msdownload application/x-msi application/x-ndjson application/x-protobuf
		application/x-redhat-package-manager application/x-rpm application/x-tar application/x-www-form-urlencoded application/xhtml+xml
		application/xml application/xml+fhir application/zip audio/mpeg font/woff2 image/bmp image/gif image/jls image/jp2 image/jpeg image/jpx
		image/png image/svg+xml image/webp image/x-icon multipart/form-data multipart/mixed multipart/related text/css text/csv text/event-stream
		text/html text/javascript text/json text/plain text/xml video/mp4 video/mpeg`) {
		httpMediaTypes[m] = m
	}
}

func httpMediaType(value string) string {
	if value == "" {
		return ""
	}
	mediaType, _ := http.MediaType(value)
	if m, ok := httpMediaTypes[mediaType]; ok {
		return m
	}
	return "other"
}

const (
	httpProductsTold = 3
	httpProductText  = 32 // characters of a product's name, and of its version
)

// httpBare are programs that name themselves without a version, in lower case.
var httpBare = sortedWords(`
	akamaighost apache apache-coyote boa caddy cloudflare curl dcm4chee envoy goahead-webs gunicorn haproxy iis istio-envoy jetty kestrel
	lighttpd microsoft-httpapi microsoft-iis mini_httpd mirth nginx node okhttp openresty orthanc python squid thttpd tomcat traefik uvicorn wget`)

// httpAgent remembers what an end said of itself, because it says so again.
type httpAgent struct {
	said string
	told []string
}

func (a *httpAgent) products(value string) []string {
	if value == a.said {
		return a.told
	}
	told := httpProducts(value)
	if len(value) <= markedWithin {
		a.said, a.told = strings.Clone(value), told
	}
	return told
}

// httpProducts returns the first products of a User-Agent or Server field: what is
// built like the name of a program and a version, and has no mark of a person.
// Without a version, what stands there may be anybody.
func httpProducts(value string) (out []string) {
	for _, p := range http.Products(value) {
		version := productVersion(p.Version)
		if len(out) == httpProductsTold || !productName(p.Name) || version == "" && !isWord(httpBare, strings.ToLower(p.Name)) {
			continue
		}
		if version != "" {
			p.Name += "/" + version
		}
		out = append(out, p.Name)
	}
	return out
}

func productName(s string) bool {
	return s != "" && len(s) <= httpProductText && letter(s[0]) && codeToken([]byte(s), "-._", httpProductText) && !marked(s, byName|byDate|byPerson)
}

// productVersion returns the numbers that a version begins with, and what follows
// them directly: 9.2p1, v1.2-rc3.
func productVersion(s string) string {
	n := 0
	if s != "" && s[0] == 'v' {
		n = 1
	}
	if n == len(s) || !digit(s[n]) {
		return ""
	}
	for n < len(s) && n < httpProductText && (digit(s[n]) || s[n] == '.') {
		n++
	}
	for _, suffix := range [...]string{"-alpha", "-beta", "-rc", "-SNAPSHOT", "-RELEASE", "alpha", "beta", "rc", "a", "b", "p", "u"} {
		if rest, ok := strings.CutPrefix(s[n:], suffix); ok {
			m := n + len(suffix)
			for len(rest) > 0 && m < httpProductText && (digit(rest[0]) || rest[0] == '.') {
				m, rest = m+1, rest[1:]
			}
			if rest == "" || !letter(rest[0]) {
				n = m
			}
			break
		}
	}
	return strings.TrimRight(s[:n], ".")
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func digit(c byte) bool  { return '0' <= c && c <= '9' }

// httpHost returns the first label of the host asked for, if it names a device.
func httpHost(x *http.Exchange) string {
	host := http.ParseTarget(x.Request.Target).Host
	if host == "" || x.Request.Method == "CONNECT" {
		host = x.Request.Fields.Value("Host")
	}
	if host == "" || digit(host[0]) || host[0] == '[' {
		return ""
	}
	host, _, _ = strings.Cut(host, ":")
	return deviceName(host, [6]byte{})
}
