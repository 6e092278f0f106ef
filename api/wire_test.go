package api

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

// onWire are the fields in which things name themselves on the network.
var onWire = map[string][]string{
	"dhcp.message":      {"Host", "VendorClass"},
	"dicom.association": {"Calling", "Called"},
	"hl7.message":       {"SendingApp", "SendingFacility", "ReceivingApp"},
}

// renamed is an observation whose names begin as a formula and go on as markup. It
// counts the fields by kind.
func renamed(o wardround.Observation, count map[string]int) *wardround.Observation {
	fields := onWire[o.Kind]
	if fields == nil {
		return &o
	}
	v := reflect.New(reflect.TypeOf(o.Fields).Elem())
	v.Elem().Set(reflect.ValueOf(o.Fields).Elem())
	for _, name := range fields {
		if f := v.Elem().FieldByName(name); f.IsValid() && f.Kind() == reflect.String && f.String() != "" {
			f.SetString("=<b>" + f.String())
			count[o.Kind]++
		}
	}
	o.Fields = v.Interface()
	return &o
}

// What calls itself a formula or markup on the network, in DHCP, DICOM or HL7, is told
// as it called itself: as text in JSON, and as text in CSV.
func TestNamesFromTheNetworkAreText(t *testing.T) {
	w := newWard(t)
	batches, err := packets()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, b := range batches {
		batch := make([]*wardround.Observation, len(b))
		for i := range b {
			batch[i] = renamed(b[i], count)
		}
		if err := w.judge(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
	}
	for k := range onWire {
		if count[k] == 0 {
			t.Errorf("no %s names anything: the test tries nothing of it", k)
		}
	}
	v := w.role(account.Security)
	seen := map[string]int{}
	for _, path := range []string{"findings", "cases", "observations", "assets", "links", "proposals", "evidence/entries", "checks", "sensors"} {
		rsp := v.want(200, v.get("/api/v1/"+path+"?limit=500"))
		if !strings.HasPrefix(rsp.Header().Get("Content-Type"), "application/json") || rsp.Header().Get("X-Content-Type-Options") != "nosniff" || !json.Valid(rsp.Body.Bytes()) {
			t.Errorf("%s: %v", path, rsp.Header())
		}
		records, err := csv.NewReader(v.want(200, v.get("/api/v1/"+path+"?format=csv")).Body).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, r := range records[1:] {
			for i, cell := range r {
				if strings.Contains(cell, "=<b>") {
					seen[path]++
				}
				if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) {
					t.Errorf("%s, %s: %q is a formula", path, records[0][i], cell)
				}
			}
		}
	}
	for _, path := range []string{"findings", "cases", "observations", "assets", "links"} {
		if seen[path] == 0 {
			t.Errorf("no such name in %s: %v", path, seen)
		}
	}
	for _, path := range []string{"map", "overview", "search?q=%3D%3Cb%3E"} {
		rsp := v.want(200, v.get("/api/v1/"+path))
		if rsp.Header().Get("Content-Type") != "application/json" || !json.Valid(rsp.Body.Bytes()) || !strings.Contains(strings.ReplaceAll(rsp.Body.String(), `\u003c`, "<"), "=<b") {
			t.Errorf("%s, %s: %.300s", path, rsp.Header().Get("Content-Type"), rsp.Body)
		}
	}
}
