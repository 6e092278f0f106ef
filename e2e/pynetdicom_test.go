package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dicomServer answers as it is asked to by what it is sent: stores patient FULL
// with "out of resources" and WARN with a warning, finds two studies, refuses
// whom it does not know. It prints each message as a line of JSON.
const dicomServer = `
import json, sys
from pydicom.dataset import Dataset
from pynetdicom import AE, evt, AllStoragePresentationContexts
from pynetdicom.sop_class import Verification, StudyRootQueryRetrieveInformationModelFind, ModalityPerformedProcedureStep
def say(**kw):
    print(json.dumps(kw), flush=True)
def titles(event):
    r = event.assoc.requestor
    return {"calling": r.ae_title.strip(), "called": r.primitive.called_ae_title.strip()}
def on_store(event):
    patient = str(event.dataset.PatientID)
    status = {"FULL": 0xA700, "WARN": 0xB000}.get(patient, 0x0000)
    say(operation="C-STORE", status="%04x" % status, **titles(event))
    return status
def on_find(event):
    for i in range(2):
        ds = Dataset()
        ds.QueryRetrieveLevel = "STUDY"
        ds.StudyInstanceUID = "1.2.3.%d" % (i + 1)
        ds.PatientID = "P%d" % i
        yield 0xFF00, ds
    say(operation="C-FIND", status="0000", matches=2, **titles(event))
def on_echo(event):
    say(operation="C-ECHO", status="0000", **titles(event))
    return 0x0000
def on_create(event):
    say(operation="N-CREATE", status="0110", **titles(event))
    return 0x0110, None
def on_identity(event):
    return event.primary_field == b"radiographer", None
ae = AE("SCP")
ae.require_calling_aet = ["MODALITY", "STATION"]
for cx in AllStoragePresentationContexts[:20]:
    ae.add_supported_context(cx.abstract_syntax)
from pynetdicom.sop_class import CTImageStorage
ae.add_supported_context(CTImageStorage)
ae.add_supported_context(Verification)
ae.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
ae.add_supported_context(ModalityPerformedProcedureStep)
print("ready", file=sys.stderr, flush=True)
ae.start_server((sys.argv[1], 4243), block=True, evt_handlers=[(evt.EVT_C_STORE, on_store), (evt.EVT_C_FIND, on_find), (evt.EVT_C_ECHO, on_echo), (evt.EVT_N_CREATE, on_create), (evt.EVT_USER_ID, on_identity)])
`

// dicomClient talks to it and prints each answer and the fate of each association.
const dicomClient = `
import json, sys
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE
from pynetdicom.pdu_primitives import UserIdentityNegotiation
from pynetdicom.sop_class import Verification, CTImageStorage, StudyRootQueryRetrieveInformationModelFind, ModalityPerformedProcedureStep, EncapsulatedPDFStorage
def say(**kw):
    print(json.dumps(kw), flush=True)
def image(patient):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.PatientID, ds.PatientName, ds.Modality = patient, "Besenstiel^Ann", "CT"
    ds.Manufacturer, ds.StationName = "Acme", "CT3"
    ds.PixelData = b"\0" * 100000
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 250, 400, 1, "MONOCHROME2"
    return ds
def talk(calling, contexts, fn, called="SCP", identity=None):
    ae = AE(calling)
    for c in contexts:
        ae.add_requested_context(c, ExplicitVRLittleEndian)
    ext = []
    if identity:
        u = UserIdentityNegotiation()
        u.user_identity_type, u.primary_field, u.secondary_field = 2, identity.encode(), b"Geheimnis7"
        ext.append(u)
    assoc = ae.associate(sys.argv[1], 4243, ae_title=called, ext_neg=ext)
    who = {"calling": calling, "called": called, "identity": bool(identity)}
    if assoc.is_established:
        fn(assoc, who)
        offered, accepted = len(contexts), len(assoc.accepted_contexts)
        assoc.release()
        say(association="released" if assoc.is_released else "?", result="accepted", offered=offered, accepted=accepted, **who)
    elif assoc.is_rejected:
        r = assoc.acceptor.primitive
        say(association="rejected", result="rejected", offered=len(contexts), accepted=0, **who)
    else:
        say(association="aborted", result="?", offered=len(contexts), accepted=0, **who)
def stores(assoc, who):
    for p in ["P1", "P1", "P2", "FULL", "WARN"]:
        say(operation="C-STORE", status="%04x" % assoc.send_c_store(image(p)).Status, calling=who["calling"], called=who["called"])
def others(assoc, who):
    titles = {"calling": who["calling"], "called": who["called"]}
    say(operation="C-ECHO", status="%04x" % assoc.send_c_echo().Status, **titles)
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.StudyInstanceUID, ds.PatientID = "STUDY", "", ""
    answers = [s.Status for s, _ in assoc.send_c_find(ds, StudyRootQueryRetrieveInformationModelFind)]
    say(operation="C-FIND", status="%04x" % answers[-1], matches=len(answers) - 1, **titles)
    step = Dataset()
    step.PerformedProcedureStepStatus = "IN PROGRESS"
    status, _ = assoc.send_n_create(step, ModalityPerformedProcedureStep, generate_uid())
    say(operation="N-CREATE", status="%04x" % status.Status, **titles)
talk("MODALITY", [CTImageStorage, EncapsulatedPDFStorage], stores)
talk("STATION", [Verification, StudyRootQueryRetrieveInformationModelFind, ModalityPerformedProcedureStep], others, identity="radiographer")
talk("STRANGER", [Verification], others)
talk("STATION", [Verification], others, identity="nobody")
`

// TestPynetdicom: a second implementation of DICOM, at both ends.
func TestPynetdicom(t *testing.T) {
	t.Parallel()
	python := library(t, "python3", "import pynetdicom", "pynetdicom")
	n := newNetwork(t)
	live := n.serve()
	tap := n.capture()
	scp := n.start(server, python, "-u", "-W", "ignore", "-c", dicomServer, serverAddress)
	n.listens(server, 4243)
	scu := n.start(client, python, "-u", "-W", "ignore", "-c", dicomClient, serverAddress)
	until(t, "the client has said all", scu.over)
	if code := scu.stop(syscall.SIGTERM); code != 0 {
		t.Fatalf("the client ended with %d: %s", code, scu.said())
	}
	file := tap.finish()
	observed := live.finish()
	scp.stop(syscall.SIGTERM)

	want, wantServed := tally(t, scu.stdoutText()), tally(t, scp.stdoutText())
	if len(want) != 4+3+3 {
		t.Errorf("the client tells of %q", want)
	}
	if diff := cmp.Diff(only(want, "operation"), wantServed); diff != "" {
		t.Errorf("the peers disagree (-client +server)\n%s", diff)
	}
	for where, l := range map[string]objects{"replay": replay(t, file), "serve": observed} {
		if diff := cmp.Diff(want, observedPynetdicom(t, l)); diff != "" {
			t.Errorf("%s (-pynetdicom +wardround)\n%s", where, diff)
		}
	}
	if n := live.findings(); n["auth.cleartext-credentials"] == 0 || n["dicom.cleartext"] == 0 || n["privacy.patient-data-on-wire"] == 0 {
		t.Errorf("serve found only %v", n)
	}
	s := newSearcher([]string{"Besenstiel", "Geheimnis7", "radiographer"})
	leaks, _ := s.folder(t, live.dir)
	none(t, leaks)
}

// tally counts what a peer printed.
func tally(t *testing.T, printed string) (out []string) {
	t.Helper()
	n := map[string]int{}
	for line := range strings.Lines(printed) {
		var x struct {
			Operation, Status, Calling, Called, Association, Result string
			Matches, Offered, Accepted                              int
			Identity                                                bool
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatalf("the peer printed %q", line)
		}
		if x.Operation != "" {
			n[fmt.Sprintf("operation %s %s %s %s matches %d", x.Calling, x.Called, x.Operation, x.Status, x.Matches)]++
		} else {
			n[fmt.Sprintf("association %s %s %s %s, %d of %d, identity %t", x.Calling, x.Called, x.Result, x.Association, x.Accepted, x.Offered, x.Identity)]++
		}
	}
	for line, times := range n {
		out = append(out, fmt.Sprintf("%s: %d times", line, times))
	}
	return sorted(out)
}

func observedPynetdicom(t *testing.T, l objects) (out []string) {
	t.Helper()
	n := map[string]int{}
	for _, o := range l.observations("dicom.association") {
		x := fields[dicomAssociation](t, o)
		n[fmt.Sprintf("association %s %s %s %s, %d of %d, identity %t", x.Calling, x.Called, x.Result, x.End, x.Accepted, x.Offered, x.UserIdentity != "")]++
	}
	for _, o := range l.observations("dicom.operation") {
		x := fields[dicomOperation](t, o)
		n[fmt.Sprintf("operation %s %s %s %s matches %d", x.Calling, x.Called, x.Operation, x.Status, x.Matches)] += x.Transactions
	}
	for line, times := range n {
		out = append(out, fmt.Sprintf("%s: %d times", line, times))
	}
	return sorted(out)
}
