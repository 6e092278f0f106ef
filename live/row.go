package live

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Directory knows whose an address is; package board has one.
type Directory interface {
	// Holder returns the asset that holds an address now, "" for none.
	Holder(addr netip.Addr) wardround.AssetID
	// Name returns an asset's name.
	Name(id wardround.AssetID) string
	// Position returns the log position that is shown, and the site's time.
	Position() (uint64, time.Time)
}

// ObservationRow is an observation as a person reads it.
type ObservationRow struct {
	Seq       uint64            `json:"seq"`
	Kind      string            `json:"kind"`
	Title     string            `json:"title"` // the kind in words
	Sensor    string            `json:"sensor"`
	At        time.Time         `json:"at"`
	Logged    time.Time         `json:"logged"`
	Count     int               `json:"count"` // how many transactions it stands for
	Transport string            `json:"transport,omitempty"`
	Src       string            `json:"src,omitempty"` // the client's address
	SrcPort   uint16            `json:"src_port,omitempty"`
	Dst       string            `json:"dst,omitempty"`
	DstPort   uint16            `json:"dst_port,omitempty"`
	SrcAsset  wardround.AssetID `json:"src_asset,omitempty"`
	SrcName   string            `json:"src_name,omitempty"`
	DstAsset  wardround.AssetID `json:"dst_asset,omitempty"`
	DstName   string            `json:"dst_name,omitempty"`
	Summary   string            `json:"summary"` // a line of plain fields
	// Fields are the plain fields by name; what is personal is {"present": true}.
	Fields map[string]any `json:"fields,omitempty"`
	// Personal names the fields of which only the presence is told.
	Personal []string `json:"personal,omitempty"`
}

// RowOf writes an observation as a row. dir may be nil; whole also gives Fields
// and Personal.
func RowOf(o *wardround.Observation, dir Directory, whole bool) ObservationRow {
	r := ObservationRow{
		Seq: o.Seq, Kind: o.Kind, Title: Title(o.Kind), Sensor: o.Sensor, At: sane(o.At), Logged: sane(o.Logged), Count: o.Times(),
	}
	if f := o.Flow; f != nil {
		r.Transport = f.Transport
		r.Src, r.SrcPort, r.SrcAsset, r.SrcName = end(f.Src, dir)
		r.Dst, r.DstPort, r.DstAsset, r.DstName = end(f.Dst, dir)
	}
	p := plain{}
	fields := p.of(reflect.ValueOf(discreet(o.Fields)), "", 0)
	r.Summary = summary(fields)
	if whole {
		r.Fields = map[string]any{}
		for _, f := range fields {
			r.Fields[f.name] = f.value
		}
		slices.Sort(p.personal)
		r.Personal = slices.Compact(p.personal)
	}
	return r
}

// discreet leaves out which vulnerability a setting puts under embargo: streams of
// observations are not made for each listener.
func discreet(fields any) any {
	if c, ok := fields.(*kind.ContentChangedV1); ok && strings.HasPrefix(c.Name, "embargo/") {
		return &kind.ContentChangedV1{Name: "embargo", By: c.By}
	}
	return fields
}

func end(e wardround.Endpoint, dir Directory) (addr string, port uint16, id wardround.AssetID, name string) {
	if !e.Addr.IsValid() {
		return e.MAC.String(), 0, "", ""
	}
	if dir != nil {
		if id = dir.Holder(e.Addr); id != "" {
			name = dir.Name(id)
		}
	}
	return e.Addr.String(), e.Port, id, name
}

// sane returns t, or no time for one that RFC 3339 cannot write: captures hold any.
func sane(t time.Time) time.Time {
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// present stands for what is personal.
type present struct {
	Present bool `json:"present"`
}

// field is one field of an observation that may be shown.
type field struct {
	name  string
	value any // what encoding/json takes
}

// plain walks an observation's fields and keeps what may be shown.
type plain struct{ personal []string }

var (
	typePresence  = reflect.TypeFor[kind.Presence]()
	typePseudonym = reflect.TypeFor[kind.Pseudonym]()
	typeText      = reflect.TypeFor[kind.PersonalText]()
	typeTime      = reflect.TypeFor[time.Time]()
	typeTexter    = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
)

// maxDepth is deeper than any schema is.
const maxDepth = 8

// of lists the fields of a struct, or a pointer to one, in order. Empty ones are
// left out.
func (p *plain) of(v reflect.Value, path string, depth int) []field {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || depth > maxDepth {
		return nil
	}
	var out []field
	t := v.Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" || v.Field(i).IsZero() {
			continue
		}
		if x, ok := p.value(v.Field(i), path+name, depth+1); ok {
			out = append(out, field{name, x})
		}
	}
	return out
}

// value returns what may be shown of a value. Everything is told by its type: what
// is of a personal type is only there, and what is of no type known here is left out.
func (p *plain) value(v reflect.Value, path string, depth int) (any, bool) {
	if depth > maxDepth {
		return nil, false
	}
	switch v.Type() {
	case typePresence:
		p.personal = append(p.personal, path)
		return present{v.Bool()}, true
	case typePseudonym, typeText:
		p.personal = append(p.personal, path)
		return present{v.Len() > 0}, true
	case typeTime:
		return sane(v.Interface().(time.Time)), true
	}
	if v.Type().Implements(typeTexter) {
		b, err := v.Interface().(interface{ MarshalText() ([]byte, error) }).MarshalText()
		return string(b), err == nil
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), true
	case reflect.Float32, reflect.Float64:
		_, err := json.Marshal(v.Float()) // what is no number cannot be said
		return v.Float(), err == nil
	case reflect.Pointer:
		if v.IsNil() {
			return nil, false
		}
		return p.value(v.Elem(), path, depth+1)
	case reflect.Struct:
		m := map[string]any{}
		for _, f := range p.of(v, path+".", depth) {
			m[f.name] = f.value
		}
		return m, len(m) > 0
	case reflect.Slice, reflect.Array:
		list := make([]any, 0, v.Len())
		for i := range v.Len() {
			if x, ok := p.value(v.Index(i), path, depth+1); ok {
				list = append(list, x)
			}
		}
		return list, len(list) > 0
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil, false
		}
		m := map[string]any{}
		for _, k := range v.MapKeys() {
			if x, ok := p.value(v.MapIndex(k), path, depth+1); ok {
				m[k.String()] = x
			}
		}
		return m, len(m) > 0
	}
	return nil, false
}

// Limits of a summary, in characters.
const (
	maxSummary = 160
	maxValue   = 48
)

// summary is a line of the first plain fields: "protocol dicom · connections 3 · established".
func summary(fields []field) string {
	var b strings.Builder
	for _, f := range fields {
		text, ok := short(f.value)
		if !ok {
			continue
		}
		if text = strings.TrimSpace(strings.ReplaceAll(f.name, "_", " ") + " " + text); b.Len() > 0 {
			text = " · " + text
		}
		if b.Len()+len(text) > maxSummary {
			break
		}
		b.WriteString(text)
	}
	return b.String()
}

// short is a value in a few characters, "" for what its name says already.
func short(v any) (string, bool) {
	switch v := v.(type) {
	case bool:
		return "", v
	case string:
		return line(v, maxValue), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', 4, 64), true
	case []any:
		var parts []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return "", false
			}
			parts = append(parts, s)
		}
		return line(strings.Join(parts, ", "), maxValue), true
	}
	return "", false
}

// line is text in one line of at most n characters, without what would change how
// others are shown.
func line(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// proper are names that people write otherwise.
var proper = map[string]string{
	"arp": "ARP", "dhcp": "DHCP", "dicom": "DICOM", "dicomweb": "DICOMweb", "dns": "DNS", "fhir": "FHIR", "ftp": "FTP", "hl7": "HL7",
	"http": "HTTP", "mqtt": "MQTT", "nfs": "NFS", "ssh": "SSH", "tftp": "TFTP", "tls": "TLS", "wsdiscovery": "WS-Discovery", "ack": "acknowledgement",
}

// Title is a kind in words: "DICOM association".
func Title(k string) string {
	words := strings.FieldsFunc(k, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		if p, ok := proper[w]; ok {
			words[i] = p
		} else if i == 0 {
			r, n := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[n:]
		}
	}
	return strings.Join(words, " ")
}

// Matches reports whether the row has every word of q in what it shows, whatever
// the case.
func (r *ObservationRow) Matches(q string) bool {
	if q == "" {
		return true
	}
	text := strings.ToLower(fmt.Sprint(r.Title, "\n", r.Kind, "\n", r.Sensor, "\n", r.Src, "\n", r.Dst, "\n", r.SrcName, "\n", r.DstName, "\n", r.Summary))
	for w := range strings.FieldsSeq(strings.ToLower(q)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
