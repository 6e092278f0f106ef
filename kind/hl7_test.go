package kind

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

// A gateway names itself and its pumps; the inventory is told of all of them.
func TestHL7GatewayClaims(t *testing.T) {
	m := &HL7MessageV1{
		Type: "ORU", SendingApp: "PUMPGW", SendingFacility: "ICU2", ReceivingApp: "EHR", SendingEUI64: "0003B1FFFE000001",
		DeviceType: "MDC_DEV_PUMP_INFUS_VMD",
		Devices: []HL7DeviceV1{
			{From: "OBX-18", EUI64: "0003B1FFFEB5B648"},
			{From: "PRT-10", ID: "V1^ICU2", UDI: "00643169001763", Serial: "SN-1", Type: "MDC_DEV_SYS_VENTIL_MDS"},
			{From: "PRT-16", UDI: "00643169001763"}, // a model only
		},
	}
	var c Claims
	m.Claims(nil, &c)
	if len(c.Others) != 2 {
		t.Fatalf("%d devices behind the gateway, want 2", len(c.Others))
	}
	want := []IDClaim{
		{Side: Src, Type: IDHL7App, Value: "PUMPGW^ICU2", Sure: wardround.Indicated},
		{Side: Dst, Type: IDHL7App, Value: "EHR", Sure: wardround.Guessed},
		{Side: Src, Type: IDEUI64, Value: "0003B1FFFE000001", Sure: wardround.Observed},
		{Side: Other, Other: 0, Type: IDEUI64, Value: "0003B1FFFEB5B648", Sure: wardround.Observed},
		{Side: Other, Other: 1, Type: IDHL7Device, Value: "V1^ICU2", Sure: wardround.Indicated},
		{Side: Other, Other: 1, Type: IDUDI, Value: "(01)00643169001763(21)SN-1", Sure: wardround.Observed},
	}
	if diff := cmp.Diff(want, c.IDs); diff != "" {
		t.Error(diff)
	}
	roles := map[string]wardround.Criticality{}
	for _, k := range c.Kinds {
		roles[k.Role] = k.Criticality
	}
	if diff := cmp.Diff(map[string]wardround.Criticality{
		"infusion-pump": wardround.Therapeutic, "ventilator": wardround.LifeSustaining, "gateway": 0, "": 0,
	}, roles); diff != "" {
		t.Error(diff)
	}

	// From the server's end, the same is claimed of the other side.
	m.FromServer = true
	c.Reset()
	m.Claims(nil, &c)
	if c.IDs[0].Side != Dst || c.IDs[1].Side != Src || c.Others[0].Via != Dst {
		t.Errorf("a message from the server is claimed of the client: %+v", c.IDs[:2])
	}
}

func TestHL7Roles(t *testing.T) {
	for term, want := range map[string]string{
		"MDC_DEV_PUMP_INFUS_MDS":                 "infusion-pump",
		"MDC_DEV_VENT_VMD":                       "ventilator",
		"MDC_DEV_SYS_ANESTH_MDS":                 "anaesthesia",
		"MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS":     "patient-monitor",
		"MDC_DEV_ANALY_BLD_CHEM_MULTI_PARAM_MDS": "",
		"":                                       "",
	} {
		if got, _ := hl7Role(term); got != want {
			t.Errorf("role of %s = %q, want %q", term, got, want)
		}
	}
}

func TestHL7Codes(t *testing.T) {
	for code, want := range map[string]bool{"AA": true, "CA": true, "COMMIT-ACK": true, "AE": false, "CR": false, "COMMIT-NAK": false, "other": false, "": false} {
		if (&HL7MessageV1{Ack: code}).Accepted() != want || (&HL7AckV1{Ack: code}).Accepted() != want {
			t.Errorf("%q accepted: want %v", code, want)
		}
	}
	if got := (&HL7MessageV1{Type: "ACK"}).Event() + (&HL7MessageV1{Type: "ADT", Trigger: "A01"}).Event(); got != "ACKADT^A01" {
		t.Error(got)
	}
}

// Only names of applications, codes and device identifiers are plain; what is
// about people is presence-only.
func TestHL7Classes(t *testing.T) {
	for _, f := range Lookup(HL7Message).Fields() {
		personal := len(f.Path) > 9 && f.Path[:9] == "personal."
		if (f.Class == Presences) != personal {
			t.Errorf("%s is %s", f.Path, f.Class)
		}
	}
}
