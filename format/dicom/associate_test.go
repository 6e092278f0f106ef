package dicom

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// fullRequest has every item and sub-item of the standard.
func fullRequest() *AssociateRQ {
	return &AssociateRQ{
		Version: 1, Called: "PACS", Calling: "CT_WARD 3",
		ApplicationContext: ApplicationContextName,
		Contexts: []OfferedContext{
			{ID: 1, AbstractSyntax: Verification, TransferSyntaxes: []string{ImplicitVRLittleEndian}},
			{ID: 3, AbstractSyntax: CTImageStorage, TransferSyntaxes: []string{ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLossless}},
			{ID: 255, AbstractSyntax: "1.3.46.670589.5.0.10", TransferSyntaxes: []string{"1.2.840.113619.5.2"}},
		},
		User: UserInformation{
			MaxLength: 16384, ImplementationClass: ImplementationClass, ImplementationVersion: "WARDROUND_1",
			Asynchronous:   &AsynchronousOperations{Invoked: 0, Performed: 4},
			Roles:          []Role{{SOPClass: CTImageStorage, SCP: true}, {SOPClass: MRImageStorage, SCU: true, SCP: true}},
			Extended:       []ExtendedNegotiation{{SOPClass: StudyRootFind, Information: []byte{1, 0, 1}}},
			CommonExtended: []CommonExtendedNegotiation{{SOPClass: CTImageStorage, ServiceClass: "1.2.840.10008.4.2", Related: []string{MRImageStorage, CTImageStorage}}},
			Identity:       &UserIdentity{Type: IdentityPassword, ResponseRequested: true, Primary: []byte("doctor"), Secondary: []byte("secret")},
			Other:          []SubItem{{Type: 0x7A, Data: []byte("private")}},
		},
	}
}

func fullAcceptance() *AssociateAC {
	return &AssociateAC{
		Version: 1, Called: "PACS", Calling: "CT_WARD 3",
		ApplicationContext: ApplicationContextName,
		Contexts: []AnsweredContext{
			{ID: 1, Result: ContextAccepted, TransferSyntax: ImplicitVRLittleEndian},
			{ID: 3, Result: ContextAccepted, TransferSyntax: ExplicitVRLittleEndian},
			{ID: 255, Result: ContextAbstractSyntaxUnsupported, TransferSyntax: ImplicitVRLittleEndian},
		},
		User: UserInformation{
			MaxLength: 0, ImplementationClass: "1.2.276.0.7230010.3.0.3.6.7",
			IdentityResponse: &UserIdentityResponse{Server: []byte("ticket")},
		},
	}
}

func TestAssociationSurvivesTheWire(t *testing.T) {
	rq, ac := fullRequest(), fullAcceptance()
	gotRQ, err := ParseAssociateRQ(rq.Append(nil)[6:], Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rq, gotRQ); diff != "" {
		t.Errorf("request (-sent +read):\n%s", diff)
	}
	gotAC, err := ParseAssociateAC(ac.Append(nil)[6:], Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ac, gotAC); diff != "" {
		t.Errorf("acceptance (-sent +read):\n%s", diff)
	}
}

func TestTitlesArePaddedInManyWays(t *testing.T) {
	for _, padding := range []string{"CT1             ", "  CT1           ", "CT1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "             CT1"} {
		b := fullRequest().Append(nil)[6:]
		copy(b[20:36], padding)
		a, err := ParseAssociateRQ(b, Limits{})
		if err != nil || a.Calling != "CT1" {
			t.Errorf("%q: calling %q, %v", padding, a.Calling, err)
		}
	}
}

func TestDamagedAssociationKeepsItsTitles(t *testing.T) {
	b := fullRequest().Append(nil)[6:]
	tests := map[string]struct {
		damage func([]byte) []byte
		want   error
	}{
		"cut in an item":  {func(b []byte) []byte { return b[:len(b)-5] }, format.ErrMalformed},
		"item header cut": {func(b []byte) []byte { return b[:associateFixed+2] }, format.ErrMalformed},
		"context without id": {func(b []byte) []byte {
			return append(b[:associateFixed:associateFixed], itemOfferedContext, 0, 0, 2, 1, 0)
		}, format.ErrMalformed},
		"a million tiny contexts": {func(b []byte) []byte {
			return append(b[:associateFixed:associateFixed], strings.Repeat("\x20\x00\x00\x04\x01\x00\x00\x00", 40_000)...)
		}, format.ErrLimit},
	}
	for name, tt := range tests {
		a, err := ParseAssociateRQ(tt.damage(b), Limits{})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", name, err, tt.want)
		}
		if a == nil || a.Calling != "CT_WARD 3" || a.Called != "PACS" {
			t.Errorf("%s: titles lost: %+v", name, a)
		}
		if len(a.Contexts) > 4096 {
			t.Errorf("%s: %d contexts kept", name, len(a.Contexts))
		}
	}
	if a, err := ParseAssociateRQ(b[:67], Limits{}); a != nil || !errors.Is(err, format.ErrTruncated) {
		t.Errorf("without titles: %v, %v", a, err)
	}
}

func TestDamagedSubItemsAreKeptAsTheyWere(t *testing.T) {
	bad := []SubItem{
		{Type: subMaxLength, Data: []byte{1, 2}},
		{Type: subAsynchronous, Data: []byte{1}},
		{Type: subRole, Data: []byte{0, 9, '1'}},
		{Type: subExtended, Data: []byte{0, 9, '1'}},
		{Type: subCommonExtended, Data: []byte{0, 1, '1', 0, 1, '1', 0, 3, 0, 9, '1'}},
		{Type: subIdentity, Data: []byte{2, 0, 0, 200, 'x'}},
		{Type: subIdentityResponse, Data: []byte{0, 200, 'x'}},
	}
	rq := &AssociateRQ{Called: "A", Calling: "B", User: UserInformation{ImplementationClass: "1.2", Other: bad}}
	got, err := ParseAssociateRQ(rq.Append(nil)[6:], Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bad, got.User.Other); diff != "" {
		t.Errorf("other sub-items (-sent +read):\n%s", diff)
	}
	if got.User.Identity != nil || got.User.Roles != nil || got.User.ImplementationClass != "1.2" {
		t.Errorf("user information %+v", got.User)
	}
}

func TestRefusalsSurviveTheWire(t *testing.T) {
	for source := RejectedByUser; source <= RejectedByPresentation; source++ {
		for reason := uint8(0); reason < 11; reason++ {
			want := Reject{Result: RejectedTransient, Source: source, Reason: reason}
			got, err := ParseReject(want.Append(nil)[6:])
			if err != nil || got != want || got.ReasonText() == "" {
				t.Errorf("%+v: read %+v %q, %v", want, got, got.ReasonText(), err)
			}
		}
	}
	if got := (Reject{Source: RejectedByUser, Reason: 7}).ReasonText(); got != "called-AE-title-not-recognized" {
		t.Errorf("reason %q", got)
	}
	want := Abort{Source: AbortedByProvider, Reason: 2}
	if got, err := ParseAbort(want.Append(nil)[6:]); err != nil || got != want || got.ReasonText() != "unexpected-PDU" {
		t.Errorf("abort read %+v, %v", got, err)
	}
	if _, err := ParseAbort([]byte{0}); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("short abort: %v", err)
	}
	if _, err := ParseReject(nil); !errors.Is(err, format.ErrTruncated) {
		t.Errorf("empty reject: %v", err)
	}
}

func TestAnItemCannotOutgrowItsLength(t *testing.T) {
	rq := &AssociateRQ{Called: "A", Calling: "B"}
	c := OfferedContext{ID: 1, AbstractSyntax: Verification}
	for range 5000 {
		c.TransferSyntaxes = append(c.TransferSyntaxes, ExplicitVRBigEndian)
	}
	rq.Contexts = append(rq.Contexts, c, OfferedContext{ID: 3, AbstractSyntax: CTImageStorage})
	got, err := ParseAssociateRQ(rq.Append(nil)[6:], Limits{Items: 1 << 16})
	// The cut item ends inside a transfer syntax, which the reader says.
	if !errors.Is(err, format.ErrMalformed) || got.Calling != "B" {
		t.Errorf("%v %v", got.Calling, err)
	}
}
