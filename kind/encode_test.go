package kind

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

// fill gives v random content, zero values among it.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	if r.IntN(4) == 0 {
		v.SetZero()
		return
	}
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = time.Unix(r.Int64N(4e9), r.Int64N(1e9)).In([]*time.Location{time.UTC, time.FixedZone("", 3600)}[r.IntN(2)])
		return
	case *netip.Addr:
		*x = []netip.Addr{netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("fe80::1%eth<0>"), netip.MustParseAddr("2001:db8::7")}[r.IntN(3)]
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"CT1", "a b", "quote\"", "back\\", "tab\tnl\n", "<b>&", "ünïcode \u2028", "bad\xff", "\x7f", "\x00"}[r.IntN(10)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64())
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0.1, -2.5, 1e-9, 1e21, 1e20, 3, math.Copysign(0, -1), 12.345678}[r.IntN(8)])
	case reflect.Slice:
		n := r.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, k, depth+1)
			fill(r, e, depth+1)
			v.SetMapIndex(k, e)
		}
	case reflect.Pointer:
		if depth < 6 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(r, v.Field(i), depth+1)
			}
		}
	}
}

// text marshals itself, as a pointer only.
type text struct{ s string }

func (t *text) MarshalText() ([]byte, error) { return []byte("«" + t.s + "»"), nil }

type level int

func (l level) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint("level ", int(l))) }

type odd struct {
	Bytes  []byte         `json:"bytes"`
	Map    map[string]int `json:"map,omitempty"`
	Array  [3]uint16      `json:"array,omitempty"`
	Text   text           `json:"text"`
	Level  level          `json:"level,omitempty"`
	Levels []level        `json:"levels"`
	F32    float32        `json:"f32,omitempty"`
	Self   *odd           `json:"self,omitempty"`
	Many   []odd          `json:"many,omitempty"`
	Inner  struct {
		A int8    `json:"a,omitzero"`
		B *uint16 `json:"b,omitempty"`
	} `json:"in<er,omitzero"`
	When time.Time `json:"when,omitzero"`
}

type promoted struct {
	ARPClaimV1
	X int `json:"x,string"`
}

// What leaves through an encoder is byte for byte what encoding/json writes.
func TestEncodersAgreeWithEncodingJSON(t *testing.T) {
	types := []reflect.Type{reflect.TypeFor[odd](), reflect.TypeFor[promoted](), reflect.TypeFor[text]()}
	for _, s := range All() {
		types = append(types, s.typ)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, typ := range types {
		for range 300 {
			v := reflect.New(typ)
			fill(r, v.Elem(), 0)
			want, err := json.Marshal(v.Interface())
			if err != nil {
				t.Fatal(err)
			}
			got, err := appendFields([]byte("x"), v.Interface())
			if err != nil {
				t.Fatalf("%s: %v", typ, err)
			}
			if string(got) != "x"+string(want) {
				t.Fatalf("%s:\n got %s\nwant x%s", typ, got, want)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "CT1", "a\"b\\c", "\x00\x1f\x7f\x80\xff", "<ü\u2028\u2029>&", "\xe2\x80", "\b\f\n\r\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, _ := json.Marshal(s)
		if got := appendText(nil, s); string(got) != string(want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func TestEncoderRefusesWhatJSONCannotSay(t *testing.T) {
	for _, v := range []any{
		&struct {
			F float64 `json:"f"`
		}{math.NaN()},
		&struct {
			T time.Time `json:"t"`
		}{time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)},
		func() {},
	} {
		if b, err := appendFields(nil, v); err == nil {
			t.Errorf("%T gave %s", v, b)
		}
	}
	for _, v := range []any{nil, (*FlowV1)(nil), 7, FlowV1{}} {
		got, err := appendFields(nil, v)
		want, _ := json.Marshal(v)
		if err != nil || string(got) != string(want) {
			t.Errorf("%v: got %s, %v; want %s", v, got, err, want)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	v := &HL7MessageV1{}
	fill(rand.New(rand.NewPCG(3, 4)), reflect.ValueOf(v).Elem(), 0)
	b.Run("encoder", func(b *testing.B) {
		var buf []byte
		for b.Loop() {
			buf, _ = appendFields(buf[:0], v)
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			json.Marshal(v)
		}
	})
}
