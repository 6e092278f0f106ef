package kind

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
)

func TestDICOMAssociationClaims(t *testing.T) {
	a := &DICOMAssociationV1{
		Calling: "CT_3", Called: "PACS", Result: DICOMAccepted, Implementation: "1.2.3", ImplementationVersion: "ACME_2",
		AcceptorImplementation: "1.2.4",
	}
	var c Claims
	a.Claims(nil, &c)
	want := []IDClaim{
		{Side: Dst, Type: IDAETitle, Value: "PACS", Sure: wardround.Indicated},
		{Side: Src, Type: IDAETitle, Value: "CT_3", Sure: wardround.Observed},
	}
	if diff := cmp.Diff(want, c.IDs); diff != "" {
		t.Error(diff)
	}
	attrs := []AttrClaim{
		{Side: Src, Name: wardround.AttrImpl, Value: "ACME_2 (1.2.3)", Sure: wardround.Observed},
		{Side: Dst, Name: wardround.AttrImpl, Value: "1.2.4", Sure: wardround.Observed},
	}
	if diff := cmp.Diff(attrs, c.Attrs); diff != "" {
		t.Error(diff)
	}

	// A title that was refused is nobody's.
	a.Result, a.FromServer = DICOMRejected, true
	c.Reset()
	a.Claims(nil, &c)
	if diff := cmp.Diff([]IDClaim{{Side: Dst, Type: IDAETitle, Value: "CT_3", Sure: wardround.Indicated}}, c.IDs); diff != "" {
		t.Error(diff)
	}
	if _, ok := a.Link(nil); ok {
		t.Error("a refused association is a data flow")
	}
}

func TestDICOMCredentials(t *testing.T) {
	for _, c := range []struct {
		identity       string
		user, passcode Presence
		answered       bool
		mechanism      string
		readable       bool
		authenticated  wardround.Tri
	}{
		{"", false, false, false, "", false, wardround.No},
		{"username", true, false, true, "DICOM user identity (username)", false, 0},
		{"username-passcode", true, true, false, "DICOM user identity (username-passcode)", true, 0},
		{"username-passcode", true, true, true, "DICOM user identity (username-passcode)", true, wardround.Yes},
		{"kerberos", true, false, true, "DICOM user identity (kerberos)", false, wardround.Yes},
		{"jwt", true, false, false, "DICOM user identity (jwt)", true, 0},
	} {
		a := &DICOMAssociationV1{Result: DICOMAccepted, UserIdentity: c.identity, User: c.user, Passcode: c.passcode, IdentityAnswered: c.answered}
		mechanism, readable := a.Credentials()
		l, ok := a.Link(nil)
		if mechanism != c.mechanism || readable != c.readable || !ok || l.Authenticated != c.authenticated {
			t.Errorf("%+v: %q, readable %v, authenticated %v", c, mechanism, readable, l.Authenticated)
		}
	}
}

func TestDICOMEquipmentClaims(t *testing.T) {
	e := &DICOMEquipmentV1{
		AETitle: "CT_3", Own: true, Modality: "CT", Manufacturer: "Acme", Model: "CT-9000", Station: "CT3", Serial: "SN-1", Software: "VA20",
		UDI: "(01)00643169001763(21)SN-1", FromServer: true,
	}
	var c Claims
	e.Claims(nil, &c)
	want := []IDClaim{
		{Side: Dst, Type: IDSerial, Value: "Acme/SN-1", Sure: wardround.Observed},
		{Side: Dst, Type: IDUDI, Value: "(01)00643169001763(21)SN-1", Sure: wardround.Observed},
	}
	if diff := cmp.Diff(want, c.IDs); diff != "" {
		t.Error(diff)
	}
	if len(c.Attrs) != 5 || c.Attrs[1].Value != "Acme" || c.Kinds[0].Role != "modality" || c.Kinds[0].Sure != wardround.Indicated {
		t.Errorf("%+v", c)
	}

	// An archive could send the same; nothing is certain then.
	e.Own, e.FromServer = false, false
	c.Reset()
	e.Claims(nil, &c)
	for _, id := range c.IDs {
		if id.Side != Src || id.Sure >= wardround.Observed {
			t.Errorf("%+v", id)
		}
	}
	for _, a := range c.Attrs {
		if a.Sure >= wardround.Indicated || a.Name == wardround.AttrStation {
			t.Errorf("%+v", a)
		}
	}

	// What was passed on, what makes no images, and a model say nothing of the sender.
	for _, nothing := range []*DICOMEquipmentV1{
		{Modality: "SR", Manufacturer: "Acme", Serial: "SN-1"},
		{Modality: "CT", Manufacturer: "Acme", Serial: "SN-1", Passed: true},
		{Modality: "CT", Manufacturer: "Acme", Serial: "SN-1", Archive: true},
		{Manufacturer: "Acme", Serial: "SN-1"},
	} {
		c.Reset()
		nothing.Claims(nil, &c)
		if len(c.IDs)+len(c.Attrs)+len(c.Kinds)+len(c.Others) != 0 {
			t.Errorf("%+v claims %+v", nothing, c)
		}
	}
	c.Reset()
	(&DICOMEquipmentV1{Modality: "CT", UDI: "(01)00643169001763", Serial: "1"}).Claims(nil, &c)
	if len(c.IDs) != 0 {
		t.Errorf("a model, or a number of nobody, is a device: %+v", c.IDs)
	}
}

func TestDICOMOperationClaimsAndVolume(t *testing.T) {
	for _, c := range []struct {
		o              DICOMOperationV1
		role           string // of the end that answers
		objects, bytes int64
	}{
		{DICOMOperationV1{Operation: "C-FIND", Service: "worklist", Outcome: DICOMSuccess, Matches: 3, ResponseBytes: 300}, "worklist", 3, 300},
		{DICOMOperationV1{Operation: "C-FIND", Service: "find", Outcome: DICOMSuccess, Matches: 3, ResponseBytes: 300}, "pacs", 3, 300},
		{DICOMOperationV1{Operation: "C-FIND", Service: "find", Outcome: DICOMNoAnswer, Matches: 3, ResponseBytes: 300}, "", 3, 300},
		{DICOMOperationV1{Operation: "C-MOVE", Service: "move", Outcome: DICOMWarning, Completed: 8, Warnings: 1}, "pacs", 9, 0},
		{DICOMOperationV1{Operation: "C-GET", Service: "get", Outcome: DICOMSuccess, Completed: 8}, "pacs", 0, 0},
		{DICOMOperationV1{Operation: "C-STORE", Service: "storage", Outcome: DICOMSuccess, Transactions: 8, RequestBytes: 900, FromServer: true}, "", 8, 900},
		{DICOMOperationV1{Operation: "C-STORE", Service: "storage", Outcome: DICOMFailure, Transactions: 8, RequestBytes: 900, FromServer: true}, "", 0, 0},
		{DICOMOperationV1{Operation: "C-STORE", Service: "storage", Outcome: DICOMSuccess, Transactions: 8, RequestBytes: 900}, "", 0, 0},
		{DICOMOperationV1{Operation: "C-STORE", Service: "storage", Outcome: DICOMSuccess, Transactions: 8, Originator: "WS"}, "", 0, 0},
		{DICOMOperationV1{Operation: "N-ACTION", Service: "storage-commitment", Outcome: DICOMSuccess}, "pacs", 0, 0},
		{DICOMOperationV1{Operation: "C-ECHO", Service: "verification", Outcome: DICOMSuccess}, "", 0, 0},
	} {
		objects, bytes := c.o.Volume()
		var claims Claims
		c.o.Claims(nil, &claims)
		role := ""
		for _, k := range claims.Kinds {
			if k.Side == Dst {
				role = k.Role
			}
		}
		if objects != c.objects || bytes != c.bytes || role != c.role {
			t.Errorf("%s: %d objects, %d bytes, role %q", c.o.Operation, objects, bytes, role)
		}
	}
}
