package inference

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/stat/sketch"
)

func traffic(at time.Time, fields any) *wardround.Observation {
	return &wardround.Observation{At: at, Fields: fields, Flow: &wardround.Flow{Transport: "tcp",
		Src: wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.7"), Port: 40000}, Dst: wardround.Endpoint{Addr: netip.MustParseAddr("10.0.0.20"), Port: 104}}}
}

// TestAScannersUpdateIsSeenInWhatItFeeds: from the second hour on the scanner has new
// software and sends smaller objects.
func TestAScannersUpdateIsSeenInWhatItFeeds(t *testing.T) {
	t.Parallel()
	var facts []*kind.InferenceWindowV1
	var windows []*sketch.Window
	in := NewInputs(time.Hour, 10*time.Minute, func(f *kind.InferenceWindowV1, w *sketch.Window) error {
		facts, windows = append(facts, f), append(windows, w)
		return nil
	})
	for i := range 120 {
		at := noon.Add(time.Duration(i) * time.Minute)
		software, size := "syngo 4.1", int64(500_000)
		if i >= 60 {
			software, size = "syngo 5.0", 300_000
		}
		for _, o := range []*wardround.Observation{
			traffic(at, &kind.DICOMEquipmentV1{AETitle: "CT_3", Station: "CT_3", Manufacturer: "Example", Model: "CT-9", Software: software, Modality: "CT"}),
			traffic(at, &kind.DICOMOperationV1{Operation: "C-STORE", Transactions: 10, Calling: "CT_3", Called: "TRIAGE", SOPClass: "1.2.840.10008.5.1.4.1.1.2", Outcome: "success", RequestBytes: 10 * size}),
			traffic(at, &kind.DICOMOperationV1{Operation: "C-FIND", Called: "TRIAGE"}),
			traffic(at, &kind.HL7MessageV1{Type: "ORU", Trigger: "R01", SendingApp: kind.Withheld, ReceivingApp: "TRIAGE", Bytes: 900, Devices: []kind.HL7DeviceV1{{Type: "MDC_DEV_MON_PHYSIO_MULTI_PARAM"}}}),
			traffic(at, &kind.FHIRInteractionV1{Interaction: "create", Resource: "Observation", Sent: []kind.FHIRCountV1{{Type: "Observation", Count: 3}}}),
			traffic(at, &kind.DICOMwebRequestV1{Transaction: "store", Objects: 2, HTTP: kind.HTTPExchangeV1{Host: "triage", RequestSize: 2000, Outcome: "answered"}}),
			traffic(at, &kind.DNSLookupV1{}),
		} {
			if err := in.Observe(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if len(facts) != 2 || facts[0].Part != "inputs" || facts[0].Service != "TRIAGE" || facts[0].Host != "10.0.0.20" || facts[0].Rows != 60*(1+10+1+1+2) {
		t.Fatalf("%d windows, %+v", len(facts), facts)
	}
	for i, want := range []string{"syngo 4.1", "syngo 5.0"} {
		c := windows[i].Column("software version", "source=CT_3")
		if c == nil || fmt.Sprint(c.Top.Top(-1)) != fmt.Sprintf("[{%s 60 60 60}]", want) {
			t.Errorf("window %d: %+v", i, c)
		}
		size := windows[i].Column("object size", "source=CT_3")
		if size == nil || size.Moments.Mean != []float64{500_000, 300_000}[i] || size.Unit != "By" {
			t.Errorf("window %d: %+v", i, size)
		}
	}
	if c := windows[0].Column("software version", ""); c.Missing != 0 || windows[0].Column("HL7 version", "").Missing != 60 {
		t.Errorf("%+v", c)
	}
	if n := windows[0].Column("resource type", "").Top.Top(1)[0]; n.Text != "Observation" || n.Mid != 180 {
		t.Errorf("%+v", n)
	}
	if windows[0].Column("message", "source=10.0.0.7") == nil {
		t.Error("a source whose name is withheld is not known by its address")
	}
}
