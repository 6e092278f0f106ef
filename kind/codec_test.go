package kind

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

func TestAnObservationAsALine(t *testing.T) {
	o := wrap(Lookup(FTPLogin), &FTPLoginV1{User: true})
	o.Count, o.Blob, o.Flow.Dst.MAC = 1, nil, wardround.MAC{2, 0, 0, 0, 0, 2}
	b, err := Codec{}.Append(nil, o)
	if err != nil {
		t.Fatal(err)
	}
	fields, _ := json.Marshal(o.Fields)
	want := `{"type":"observation","kind":"ftp.login","v":1,"at":"2026-03-01T08:00:00.123456789Z",` +
		`"flow":{"transport":"tcp","src":"10.0.0.1:40000","dst":"[2001:db8::2]:104","src_mac":"02:00:00:00:00:01","dst_mac":"02:00:00:00:00:02","vlan":12},` +
		`"fields":` + string(fields) + `,"sensor":"mirror-1","input":"eth0","position":9,"origin":"live","logged":"2026-03-01T08:00:01Z","seq":7}`
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Error(diff)
	}
}

func TestFramesHaveNoAddress(t *testing.T) {
	o := wrap(Lookup(ARPClaim), &ARPClaimV1{})
	o.Flow = &wardround.Flow{Transport: "ethernet", Src: wardround.Endpoint{MAC: wardround.MAC{2, 0, 0, 0, 0, 1}}}
	b, err := Codec{}.Append(nil, o)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Codec{}.Decode(b)
	if err != nil || *back.Flow != *o.Flow {
		t.Errorf("%+v (%v) from %s", back.Flow, err, b)
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for _, tc := range []struct{ line, says string }{
		{``, "unexpected end"},
		{`{`, "unexpected end"},
		{`[]`, "cannot unmarshal"},
		{`{"kind":"ftp.login"} {}`, "after top-level"},
		{`{"kind":"no.such"}`, `kind "no.such" is not known`},
		{`{}`, `kind "" is not known`},
		{`{"kind":"ftp.login","v":99}`, "version 99 is newer"},
		{`{"kind":"ftp.login","v":-1}`, "cannot be raised"},
		{`{"kind":"ftp.login","fields":{"server":3}}`, "ftp.login: "},
		{`{"kind":"ftp.login","fields":7}`, "ftp.login: "},
		{`{"kind":"flow","flow":{"src":"10.0.0.1"}}`, "flow flow"},
		{`{"kind":"flow","flow":{"src":"10.0.0.1:99999"}}`, "flow flow"},
		{`{"kind":"flow","flow":{"dst_mac":"02:00"}}`, "flow flow"},
		{`{"kind":"flow","flow":{"src_mac":"02:00:00:00:00:00:00:01"}}`, "EUI-48"},
	} {
		o, err := Codec{}.Decode([]byte(tc.line))
		if wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %+v, %v; want …%s…", tc.line, o, err, tc.says)
		}
	}
}

// A kind's older versions are raised step by step when they are read.
func TestOldVersionsAreRaised(t *testing.T) {
	type cupV3 struct {
		Size  int    `json:"size"`
		Shape string `json:"shape"`
	}
	const cup Name = "test.cup"
	reg.mu.Lock()
	before := reg.current[cup]
	reg.mu.Unlock()
	if before == nil {
		Register[cupV3](Schema{Name: cup, Version: 3, Doc: "A cup, for the test of upcasts."})
		RegisterUpcast(cup, 1, func(b json.RawMessage) (json.RawMessage, error) {
			return fmt.Appendf(nil, `{"size":%s}`, b), nil
		})
		RegisterUpcast(cup, 2, func(b json.RawMessage) (json.RawMessage, error) {
			var v struct{ Size int }
			if err := json.Unmarshal(b, &v); err != nil {
				return nil, err
			}
			if v.Size < 0 {
				return nil, fmt.Errorf("size %d", v.Size)
			}
			return fmt.Appendf(nil, `{"size":%d,"shape":"round"}`, v.Size), nil
		})
	}
	t.Cleanup(func() { // other tests walk the registry
		reg.mu.Lock()
		defer reg.mu.Unlock()
		delete(reg.byType, reg.current[cup].typ)
		delete(reg.current, cup)
		delete(reg.upcasts, cup)
	})
	o, err := Codec{}.Decode([]byte(`{"kind":"test.cup","v":1,"fields":4}`))
	if err != nil || o.Version != 3 || *o.Fields.(*cupV3) != (cupV3{4, "round"}) {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := (Codec{}).Decode([]byte(`{"kind":"test.cup","v":2,"fields":{"size":-1}}`)); wardround.ErrorCode(err) != wardround.EInvalid || !strings.Contains(err.Error(), "version 2: size -1") {
		t.Errorf("an upcast that fails: %v", err)
	}
}

func TestRegisteringRefusesFaults(t *testing.T) {
	type fine struct {
		A int `json:"a"`
	}
	type hidden struct { // its field cannot be written
		a int
	}
	type untagged struct{ A int }
	type function struct {
		F func() `json:"f"`
	}
	for name, register := range map[string]func(){
		"taken":      func() { Register[fine](Schema{Name: Flow, Version: 1, Doc: "x"}) },
		"no name":    func() { Register[fine](Schema{Version: 1, Doc: "x"}) },
		"no version": func() { Register[fine](Schema{Name: "test.x", Doc: "x"}) },
		"no doc":     func() { Register[fine](Schema{Name: "test.x", Version: 1}) },
		"no struct":  func() { Register[int](Schema{Name: "test.x", Version: 1, Doc: "x"}) },
		"unexported": func() { Register[hidden](Schema{Name: "test.x", Version: 1, Doc: "x"}) },
		"untagged":   func() { Register[untagged](Schema{Name: "test.x", Version: 1, Doc: "x"}) },
		"a function": func() { Register[function](Schema{Name: "test.x", Version: 1, Doc: "x"}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: was taken", name)
				}
			}()
			register()
		}()
	}
	_ = hidden{}.a
}

func FuzzDecode(f *testing.F) {
	for _, s := range All() {
		if b, err := (Codec{}).Append(nil, wrap(s, s.New())); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := Codec{}.Decode(b)
		if err != nil {
			return
		}
		first, err := Codec{}.Append(nil, o)
		if err != nil {
			return // larger than it was
		}
		again, err := Codec{}.Decode(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		second, err := Codec{}.Append(nil, again)
		if err != nil || string(second) != string(first) {
			t.Fatalf("%s\n%s (%v)", first, second, err)
		}
	})
}
