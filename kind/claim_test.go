package kind

import (
	"testing"

	"github.com/wardround/wardround"
)

// Nothing is known by a name that was withheld, neither merged by it nor called so.
func TestClaimsIgnoreWhatWasWithheld(t *testing.T) {
	var c Claims
	for _, x := range []Claimer{
		&DICOMAssociationV1{Calling: Withheld, Called: Withheld, Result: DICOMAccepted, Implementation: "1.2.3", ImplementationVersion: Withheld, AcceptorVersion: Withheld},
		&DICOMEquipmentV1{Modality: "CT", Own: true, Manufacturer: Withheld, Model: Withheld, Station: Withheld, Serial: "7", Software: Withheld, Institution: Withheld, Department: Withheld},
		&DICOMEquipmentV1{Modality: "CT", Manufacturer: "ACME", Serial: Withheld},
		&HL7MessageV1{SendingApp: Withheld, SendingFacility: "HOSP", ReceivingApp: "EHR", ReceivingFacility: Withheld, Devices: []HL7DeviceV1{{ID: Withheld}, {UDI: "1", Serial: Withheld}}},
		&WSDiscoveryTargetV1{Own: true, PointOfCare: Withheld, Facility: Withheld},
		&WSDiscoveryTargetV1{MedicalDevice: true}, // of no endpoint that is told
	} {
		x.Claims(&wardround.Observation{}, &c)
	}
	var ids, attrs []string
	for _, id := range c.IDs {
		ids = append(ids, string(id.Type)+" "+id.Value)
	}
	for _, a := range c.Attrs {
		attrs = append(attrs, a.Name+" "+a.Value)
	}
	if len(ids) != 1 || ids[0] != "hl7-app EHR" {
		t.Errorf("known by %q", ids)
	}
	if len(attrs) != 3 || len(c.Others) != 0 { // the class of the implementation, the serial number, the maker
		t.Errorf("said of it: %q, %d behind it", attrs, len(c.Others))
	}
}
