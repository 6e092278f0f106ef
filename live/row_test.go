package live

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// canary is planted in every personal field of every schema.
const canary = "Canary-Müller-19700101"

// plant fills every field of a value: personal text with canaries, the rest with
// something.
func plant(v reflect.Value, depth int) {
	if depth > 6 {
		return
	}
	switch v.Type() {
	case typePresence:
		v.SetBool(true)
		return
	case typePseudonym, typeText:
		v.SetString(canary)
		return
	case typeTime:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)))
		return
	case reflect.TypeFor[netip.Addr]():
		v.Set(reflect.ValueOf(netip.MustParseAddr("10.0.0.1")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("<b>plain</b>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		v.SetInt(7)
	case reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			plant(v.Field(i), depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			plant(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		e := reflect.New(v.Type().Elem()).Elem()
		plant(e, depth+1)
		v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), e)
	}
}

// No kind of observation shows what is personal: only that it was there, by name.
func TestNoRowShowsWhatIsPersonal(t *testing.T) {
	for _, s := range kind.All() {
		fields := s.New()
		plant(reflect.ValueOf(fields).Elem(), 0)
		o := &wardround.Observation{Seq: 1, Kind: string(s.Name), Version: s.Version, Fields: fields}
		r := RowOf(o, nil, true)
		b, err := json.Marshal(r)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if strings.Contains(string(b), "Canary") {
			t.Errorf("%s shows personal text: %s", s.Name, b)
		}
		named := map[string]bool{}
		for _, p := range r.Personal {
			named[p] = true
		}
		for _, f := range s.Fields() {
			if (f.Class != kind.Plain) != named[f.Path] {
				t.Errorf("%s: %s is %s, and named as personal: %v", s.Name, f.Path, f.Class, named[f.Path])
			}
			if f.Class == kind.Plain && !strings.Contains(f.Path, ".") {
				if _, ok := r.Fields[f.Path]; !ok {
					t.Errorf("%s: %s is plain and left out", s.Name, f.Path)
				}
			}
		}
		if r.Title == "" || r.Title == string(s.Name) && strings.Contains(r.Title, ".") {
			t.Errorf("%s is titled %q", s.Name, r.Title)
		}
		if n := len([]rune(r.Summary)); n > maxSummary {
			t.Errorf("%s: a summary of %d characters", s.Name, n)
		}
	}
}

type people map[netip.Addr]wardround.AssetID

func (p people) Holder(a netip.Addr) wardround.AssetID { return p[a] }
func (p people) Position() (uint64, time.Time)         { return 0, time.Time{} }
func (p people) Name(id wardround.AssetID) string      { return "the " + string(id) }
func address(s string) (e wardround.Endpoint) {
	e.Addr = netip.MustParseAddr(s)
	e.Port = 104
	return e
}
func between(a, b string, fields any) *wardround.Observation {
	s := kind.Of(fields)
	return &wardround.Observation{
		Seq: 5, Kind: string(s.Name), Version: s.Version, Sensor: "mirror-1", At: noon, Logged: noon.Add(time.Second), Count: 3, Origin: wardround.Live,
		Flow: &wardround.Flow{Transport: "tcp", Src: address(a), Dst: address(b)}, Fields: fields,
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestARow(t *testing.T) {
	o := between("10.0.0.1", "10.0.0.2", &kind.FlowV1{Protocol: "dicom", Connections: 2, Established: true, ToServer: 900})
	got := RowOf(o, people{netip.MustParseAddr("10.0.0.2"): "a-ct"}, true)
	want := ObservationRow{
		Seq: 5, Kind: "flow", Title: "Flow", Sensor: "mirror-1", At: noon, Logged: noon.Add(time.Second), Count: 3, Transport: "tcp",
		Src: "10.0.0.1", SrcPort: 104, Dst: "10.0.0.2", DstPort: 104, DstAsset: "a-ct", DstName: "the a-ct",
		Summary: "protocol dicom · connections 2 · bytes to server 900 · established",
		Fields:  map[string]any{"protocol": "dicom", "connections": int64(2), "bytes_to_server": int64(900), "established": true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for q, want := range map[string]bool{"": true, "DICOM": true, "dicom ct": true, "10.0.0.1 mirror": true, "hl7": false, "dicom hl7": false} {
		if got.Matches(q) != want {
			t.Errorf("%q: %v", q, !want)
		}
	}
	for k, want := range map[string]string{"dicom.association": "DICOM association", "hl7.ack": "HL7 acknowledgement", "sensor.status": "Sensor status", "wsdiscovery.target": "WS-Discovery target"} {
		if got := Title(k); got != want {
			t.Errorf("%s: %s", k, got)
		}
	}
}

// What comes off the wire changes neither the line it stands in nor the answer.
func TestHostileText(t *testing.T) {
	o := between("10.0.0.1", "10.0.0.2", &kind.DICOMAssociationV1{Calling: "A\u202Egpj\n\x00\u2028" + strings.Repeat("x", 100), Called: "<script>"})
	o.At = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	r := RowOf(o, nil, true)
	if strings.ContainsAny(r.Summary, "\u202E\n\x00\u2028") || !strings.Contains(r.Summary, "…") || !strings.Contains(r.Summary, "called <script>") {
		t.Errorf("summary %q", r.Summary)
	}
	b, err := json.Marshal(r)
	if err != nil || strings.Contains(string(b), "<script>") {
		t.Errorf("%v: %s", err, b)
	}
}
