package inventory

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround/kind"
)

// idKey is one identifier, normalised.
type idKey struct {
	typ   kind.IDType
	value string
}

// maxValue is the longest identifier or attribute value kept, in bytes.
const maxValue = 256

// maxBearers is how many assets with one value are remembered; a value that more
// assets carry (a tool's default title) says nothing of who is who.
const maxBearers = 8

// rule says what an identifier type proves.
type rule struct {
	unique   bool // two bearers are one asset
	single   bool // an asset has one: a second value is a second device
	suggests bool // the same value on a new asset suggests that the old one moved
	apart    bool // an asset that no flow touches comes to light by it
	limit    int  // per asset; the one not seen for longest gives way
}

var rules = map[kind.IDType]rule{
	kind.IDMAC:        {limit: 16},
	kind.IDIP:         {limit: 24},
	kind.IDSerial:     {unique: true, single: true, limit: 4},
	kind.IDEUI64:      {unique: true, single: true, limit: 4},
	kind.IDUDI:        {unique: true, single: true, limit: 4},
	kind.IDEndpoint:   {unique: true, limit: 16},
	kind.IDModel:      {unique: true, apart: true, limit: 8},
	kind.IDHostname:   {suggests: true, limit: 8},
	kind.IDAETitle:    {suggests: true, limit: 32},
	kind.IDHL7Device:  {suggests: true, limit: 16},
	kind.IDMQTTClient: {suggests: true, limit: 16},
	kind.IDDHCPClient: {suggests: true, limit: 4},
	kind.IDSSHHost:    {suggests: true, limit: 8},
	kind.IDHL7App:     {limit: 32},
	kind.IDDNSName:    {limit: 16},
	kind.IDTLSCert:    {limit: 16},
}

// ruleOf returns the rule of a type; an unknown type only supports.
func ruleOf(t kind.IDType) rule {
	if r, ok := rules[t]; ok {
		return r
	}
	return rule{limit: 8}
}

// Known reports whether the inventory has a rule for the identifier type.
func Known(t kind.IDType) bool { _, ok := rules[t]; return ok }

// Normalise returns the one spelling under which a value of the type is kept, and
// false for a value that cannot be one or that says nothing ("0000", "N/A"). It
// does not allocate for a value that is spelled so already.
//
//   - mac: lower-case pairs with colons (IEEE 802-2014 §8.1)
//   - ip: netip form, IPv4-mapped unwrapped, without zone
//   - hostname: lower case, without final dot and .local (RFC 6762 §3)
//   - dns-name: lower case, without final dot
//   - ae-title: spaces around it do not count (PS3.5 §6.2); case does
//   - eui-64: 16 lower-case hexadecimal digits
//   - endpoint: lower case, without urn:uuid:
//   - serial: upper case, runs of spaces as one
//   - udi: upper case; of a GS1 element string the device identifier and the serial
//     number, "(01)…(21)…", because date and lot are left out by many
//   - dhcp-client, tls-cert: lower case
//   - others: spaces around them removed
func Normalise(t kind.IDType, v string) (string, bool) {
	if len(v) > maxValue || !utf8.ValidString(v) {
		return "", false
	}
	v, ok := normalise(t, strings.TrimSpace(v))
	return v, ok && len(v) <= maxValue
}

func normalise(t kind.IDType, v string) (string, bool) {
	switch t {
	case kind.IDMAC:
		m, ok := parseMAC(v)
		if !ok {
			return "", false
		}
		if len(v) == 17 && v[2] == ':' && lower(v) {
			return v, true
		}
		return m.String(), true
	case kind.IDIP:
		a, err := netip.ParseAddr(v)
		if err != nil || !usable(a) {
			return "", false
		}
		return plain(a).String(), true
	case kind.IDHostname:
		v = noDot(strings.ToLower(v))
		for strings.HasSuffix(v, ".local") {
			v = noDot(strings.TrimSuffix(v, ".local"))
		}
		return v, v != "" && v != "localhost"
	case kind.IDDNSName:
		v = noDot(strings.ToLower(v))
		return v, v != "" && v != "localhost"
	case kind.IDAETitle:
		return v, v != ""
	case kind.IDEUI64:
		v = hexDigits(v)
		return v, len(v) == 16 && !repeats(v)
	case kind.IDEndpoint:
		v = strings.TrimPrefix(strings.ToLower(v), "urn:uuid:")
		return v, len(v) >= 8 && !repeats(v)
	case kind.IDUDI:
		return udi(strings.ToUpper(v))
	case kind.IDSerial:
		v = strings.ToUpper(v)
		if strings.Contains(v, "  ") || strings.ContainsAny(v, "\t\r\n") {
			v = strings.Join(strings.Fields(v), " ")
		}
		return v, telling(v)
	case kind.IDDHCPClient, kind.IDTLSCert:
		v = strings.ToLower(v)
		return v, v != ""
	}
	return v, v != ""
}

// noDot removes final dots, and spaces before them.
func noDot(v string) string {
	for {
		t := strings.TrimSpace(strings.TrimRight(v, "."))
		if t == v {
			return v
		}
		v = t
	}
}

// udi keeps what names one device of a UDI in its readable form (GS1 General
// Specifications §3: application identifiers 01 and 21). One without a serial
// number names a lot. Those of other issuers stay as they are.
func udi(v string) (string, bool) {
	if !strings.HasPrefix(v, "(") {
		return v, len(v) > 8 && telling(v)
	}
	di, serial := element(v, "(01)"), element(v, "(21)")
	if di == "" || !telling(serial) {
		return "", false
	}
	if len(v) == len(di)+len(serial)+8 && strings.HasPrefix(v, "(01)") {
		return v, true
	}
	return "(01)" + di + "(21)" + serial, true
}

// element returns the value after an application identifier.
func element(v, ai string) string {
	_, rest, ok := strings.Cut(v, ai)
	if !ok {
		return ""
	}
	if i := strings.IndexByte(rest, '('); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimSpace(rest)
}

// telling reports whether a serial number tells one device from another. What
// follows the last separator counts, because the maker stands before it.
func telling(v string) bool {
	if strings.HasPrefix(v, "/") || strings.HasSuffix(v, "N/A") {
		return false // without its maker it does not tell either
	}
	tail := strings.TrimSpace(v[strings.LastIndexAny(v, "/|^:")+1:])
	switch tail {
	case "", "NA", "NONE", "UNKNOWN", "DEFAULT", "TEST", "SERIAL", "NULL", "TBD", "UNDEFINED", "12345", "123456", "1234567", "12345678", "123456789", "1234567890":
		return false
	}
	return !(repeats(tail) && (len(tail) > 2 || tail[0] == '0'))
}

// repeats reports whether v is one character repeated, separators aside.
func repeats(v string) bool {
	first := byte(0)
	for i := range len(v) {
		switch c := v[i]; {
		case c == '-' || c == '.' || c == ' ':
		case first == 0:
			first = c
		case c != first:
			return false
		}
	}
	return true
}

// hexDigits returns the hexadecimal digits of v in lower case without the
// separators people write between them, or "" if anything else is in it.
func hexDigits(v string) string {
	clean := true
	for i := range len(v) {
		c := v[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'f' {
			continue
		}
		clean = false
		if c >= 'A' && c <= 'F' || c == '-' || c == ':' || c == '.' || c == ' ' {
			continue
		}
		return ""
	}
	if clean {
		return v
	}
	b := make([]byte, 0, len(v))
	for i := range len(v) {
		switch c := v[i]; {
		case c >= 'A' && c <= 'F':
			b = append(b, c+'a'-'A')
		case c != '-' && c != ':' && c != '.' && c != ' ':
			b = append(b, c)
		}
	}
	return string(b)
}

func lower(v string) bool {
	for i := range len(v) {
		if v[i] >= 'A' && v[i] <= 'Z' {
			return false
		}
	}
	return true
}

// parseMAC reads an EUI-48 with colons, dashes, dots or nothing between its
// digits. It refuses group addresses and zero. It does not allocate.
func parseMAC(v string) (m mac, ok bool) {
	if len(v) < 12 || len(v) > 17 {
		return m, false
	}
	n := 0
	for i := range len(v) {
		c := v[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		case c == ':' || c == '-' || c == '.':
			if n%2 != 0 {
				return m, false
			}
			continue
		default:
			return m, false
		}
		if n == 12 {
			return m, false
		}
		m[n/2] = m[n/2]<<4 | c
		n++
	}
	return m, n == 12 && single(m)
}
