package kind

import (
	"strings"

	"github.com/wardround/wardround"
)

// dicomSide returns the end of the flow that acted.
func dicomSide(fromServer bool) Side {
	if fromServer {
		return Dst
	}
	return Src
}

// Requestor returns the end that asked for the association.
func (a *DICOMAssociationV1) Requestor() Side { return dicomSide(a.FromServer) }

// Invoker returns the end that invoked the operation.
func (o *DICOMOperationV1) Invoker() Side { return dicomSide(o.FromServer) }

// Sender returns the end that sent the objects.
func (e *DICOMEquipmentV1) Sender() Side { return dicomSide(e.FromServer) }

// NoCommonSyntax lists the SOP classes for which the acceptor knew none of the
// offered transfer syntaxes, in no other context either.
func (a *DICOMAssociationV1) NoCommonSyntax() (uids []string) {
	accepted := map[string]bool{}
	for _, c := range a.Contexts {
		for _, uid := range c.Abstract {
			accepted[uid] = accepted[uid] || c.Result == "acceptance"
		}
	}
	for _, c := range a.Contexts {
		for _, uid := range c.Abstract {
			if c.Result == "transfer-syntaxes-not-supported" && !accepted[uid] {
				accepted[uid] = true // told once
				uids = append(uids, uid)
			}
		}
	}
	return uids
}

// Credentials implements the interface of that name. A user name alone is no
// secret, and a Kerberos ticket is of no use to who reads it.
func (a *DICOMAssociationV1) Credentials() (mechanism string, readable bool) {
	if a.UserIdentity == "" {
		return "", false
	}
	readable = bool(a.Passcode) || bool(a.User) && (a.UserIdentity == "saml" || a.UserIdentity == "jwt")
	return "DICOM user identity (" + a.UserIdentity + ")", readable
}

// Link implements [Linker]. An AE title authenticates nobody; a user identity
// does if the acceptor confirmed it, and may have if it did not have to.
func (a *DICOMAssociationV1) Link(*wardround.Observation) (LinkClaim, bool) {
	if a.Result != DICOMAccepted {
		return LinkClaim{}, false
	}
	l := LinkClaim{Protocol: "dicom", Encrypted: wardround.No, Authenticated: wardround.No, Data: wardround.DataTechnical}
	switch {
	case a.IdentityAnswered && a.UserIdentity != "username":
		l.Authenticated = wardround.Yes
	case a.UserIdentity != "":
		l.Authenticated = 0
	}
	return l, true
}

// Claims implements [Claimer]. Whoever calls chooses its title freely; one that
// was called is the right one only as far as the acceptor cared.
func (a *DICOMAssociationV1) Claims(_ *wardround.Observation, c *Claims) {
	from, to := a.Requestor(), Src+Dst-a.Requestor()
	c.Speak(Src, "dicom")
	c.Speak(Dst, "dicom")
	sure := wardround.Indicated
	if a.Result == DICOMAccepted {
		sure = wardround.Observed
		c.ID(to, IDAETitle, a.Called, wardround.Indicated)
	}
	c.ID(from, IDAETitle, a.Calling, sure)
	c.Attr(from, wardround.AttrImpl, dicomImplementation(a.Implementation, a.ImplementationVersion), wardround.Observed)
	c.Attr(to, wardround.AttrImpl, dicomImplementation(a.AcceptorImplementation, a.AcceptorVersion), wardround.Observed)
}

// dicomImplementation is "VERSION (class UID)", or what there is of it.
func dicomImplementation(class, version string) string {
	switch {
	case !told(version):
		return class
	case class == "":
		return version
	}
	return version + " (" + class + ")"
}

// PersonalFields implements the interface of that name.
func (o *DICOMOperationV1) PersonalFields() []string { return o.Personal.Fields() }

// Volume implements the interface of that name: records found, objects sent to
// the client, and objects that a C-MOVE of the client had sent somewhere, of which
// the bytes are not seen here. What a C-GET brings is counted by its C-STOREs.
func (o *DICOMOperationV1) Volume() (objects, bytes int64) {
	switch o.Operation {
	case "C-FIND":
		if !o.FromServer {
			return int64(o.Matches), o.ResponseBytes
		}
	case "C-MOVE":
		if !o.FromServer {
			return int64(o.Completed) + int64(o.Warnings), 0
		}
	case "C-STORE":
		if o.FromServer && o.done() {
			return int64(o.Transactions), o.RequestBytes
		}
	}
	return 0, 0
}

func (o *DICOMOperationV1) done() bool { return o.Outcome == DICOMSuccess || o.Outcome == DICOMWarning }

// Link implements [Linker]: what flowed, and to whom.
func (o *DICOMOperationV1) Link(*wardround.Observation) (LinkClaim, bool) {
	l := LinkClaim{Protocol: "dicom", Encrypted: wardround.No, Data: wardround.DataTechnical, ToClient: o.FromServer}
	switch {
	case o.Personal.Direct():
		l.Data = wardround.DataIdentified
	case o.Personal.Clinical():
		l.Data = wardround.DataClinical
	}
	if o.Operation == "C-FIND" && o.Matches > 0 || o.Operation == "N-GET" {
		l.ToClient = !o.FromServer
	}
	return l, true
}

// Claims implements [Claimer]: what somebody answers says what it is.
func (o *DICOMOperationV1) Claims(_ *wardround.Observation, c *Claims) {
	if !o.done() {
		return
	}
	from, to := o.Invoker(), Src+Dst-o.Invoker()
	switch o.Service {
	case "worklist":
		c.Is(to, wardround.Service, "worklist", wardround.Diagnostic, "answers DICOM worklist queries", wardround.Indicated)
		c.Is(from, wardround.Device, "modality", wardround.Diagnostic, "asks for a DICOM worklist", wardround.Indicated)
	case "performed-procedure-step":
		if o.Operation == "N-CREATE" || o.Operation == "N-SET" {
			c.Is(from, wardround.Device, "modality", wardround.Diagnostic, "reports performed procedure steps", wardround.Indicated)
		}
	case "find", "move", "get":
		if strings.HasPrefix(o.Operation, "C-") && o.Operation != "C-STORE" {
			c.Is(to, wardround.Service, "pacs", wardround.Diagnostic, "answers "+o.Operation+" for studies", wardround.Indicated)
		}
	case "storage-commitment":
		if o.Operation == "N-ACTION" {
			c.Is(to, wardround.Service, "pacs", wardround.Diagnostic, "commits to keep objects", wardround.Indicated)
		}
	case "storage":
		if o.Operation == "C-STORE" && o.Originator == "" && !o.FromServer {
			c.Is(to, wardround.Service, "", wardround.CriticalityUnknown, "takes objects to store", wardround.Guessed)
		}
	}
}

// dicomAcquires are the modalities (PS3.3 §C.7.3.1.1.1) of equipment that makes
// its objects from patients. Of other objects the equipment named may be that of
// their source.
const dicomAcquires = " AR BI BMD CR CT DX ECG EPS ES GM HC IO IVOCT IVUS LEN LS MG MR NM OAM OCT OP OPM OPT OPTENF OPTBSV OPV PT PX RF RG SM SRF TG US VA XA XC "

// Claims implements [Claimer]. An object is no proof of who sends it: archives
// send on what others made, often without saying so. Only objects that name their
// sender tell what it is; what an archive sends and what was passed on tell nothing
// of it; the rest is a guess, without the name of the station.
func (e *DICOMEquipmentV1) Claims(_ *wardround.Observation, c *Claims) {
	if e.Passed || e.Archive && !e.Own || e.Modality == "" || !strings.Contains(dicomAcquires, " "+e.Modality+" ") {
		return
	}
	side, sure, role := e.Sender(), wardround.Guessed, wardround.Guessed
	if e.Own {
		sure, role = wardround.Observed, wardround.Indicated
		c.Attr(side, wardround.AttrStation, e.Station, sure)
		c.Attr(side, wardround.AttrWard, e.Department, sure)
	}
	if told(e.Serial) && told(e.Manufacturer) {
		c.ID(side, IDSerial, e.Manufacturer+"/"+e.Serial, sure)
	}
	if strings.Contains(e.UDI, "(21)") { // without a production identifier it is a model's
		c.ID(side, IDUDI, e.UDI, sure)
	}
	for _, a := range [...]struct{ name, value string }{
		{wardround.AttrMaker, e.Manufacturer}, {wardround.AttrModel, e.Model}, {wardround.AttrSerial, e.Serial},
		{wardround.AttrSoftware, e.Software}, {wardround.AttrInstitution, e.Institution},
	} {
		c.Attr(side, a.name, a.value, sure)
	}
	c.Is(side, wardround.Device, "modality", wardround.Diagnostic, "sends "+e.Modality+" objects", role)
}
