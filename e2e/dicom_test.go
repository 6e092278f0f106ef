package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// archive starts Orthanc at the watched end, with the called-AET check on. It
// listens on every interface, which is why it has a namespace to itself.
func (n *network) archive() {
	n.Helper()
	orthanc := testkit.Need(n, "Orthanc")
	store := filepath.Join(n.TempDir(), "store")
	if err := os.Mkdir(store, 0o700); err != nil {
		n.Fatal(err)
	}
	config := write(n, "orthanc.json", fmt.Sprintf(`{
  "Name": "e2e", "StorageDirectory": %q, "IndexDirectory": %q, "Plugins": [],
  "HttpServerEnabled": false, "DicomAet": "PACS", "DicomPort": 4242, "DicomCheckCalledAet": true,
  "DicomModalities": {"ws": ["WS", "%s", 11112]},
  "DicomAlwaysAllowFind": true, "DicomAlwaysAllowGet": true, "DicomAlwaysAllowMove": true
}`, store, store, clientAddress))
	n.start(server, orthanc, config)
	n.listens(server, 4242)
}

// dcmtk is the path of one of dcmtk's tools: pynetdicom has some of the same name.
func dcmtk(t *network, tool string) string {
	t.Helper()
	return filepath.Join(filepath.Dir(testkit.Need(t, "dump2dcm")), tool)
}

// image makes a DICOM file with dcmtk's own encoder; numbers make it one of many.
func image(t *network, patient, study, number int) string {
	t.Helper()
	const root = "1.2.826.0.1.3680043.8.498.900"
	dump := write(t, "object.dump", fmt.Sprintf(`(0002,0010) UI =LittleEndianExplicit
(0008,0016) UI =CTImageStorage
(0008,0018) UI [%[1]s.%[2]d.%[3]d.1.%[4]d]
(0008,0060) CS [CT]
(0008,0070) LO [Acme Imaging]
(0008,1010) SH [CT3]
(0010,0010) PN [TEST^PATIENT]
(0010,0020) LO [P%[2]d]
(0020,000d) UI [%[1]s.%[2]d.%[3]d]
(0020,000e) UI [%[1]s.%[2]d.%[3]d.1]
`, root, patient, study, number))
	file := strings.TrimSuffix(dump, ".dump") + ".dcm"
	if out, code := t.tool(client, "dump2dcm", dump, file); code != 0 {
		t.Fatalf("dump2dcm: %s", out)
	}
	return file
}

// account is what dcmtk's tools say that they did.
type dcmtkAccount struct{ associations, operations []string }

// told matches the lines of dcmtk's debug log that tell of associations and
// messages.
var told = regexp.MustCompile(`^[DIFE]: +(=+ BEGIN A-ASSOCIATE-(?:RQ|AC|RJ) =+|=+ END A-ASSOCIATE-(?:RQ|AC) =+|Calling Application Name|Called Application Name|Context ID|Message Type|DIMSE Status|\w+ Suboperations|Move Destination|Result|Reason|Association Accepted|Association Rejected|Aborting Association|Releasing Association|Sending Echo Request|Received Echo Response)(?: *:|\b)? *(.*)$`)

// read adds what a tool logged with -d. The tool asked for one association; the
// one that a C-MOVE brings in is told of by the titles in its own block.
func (a *dcmtkAccount) read(t *testing.T, log string) {
	t.Helper()
	type association struct {
		calling, called, result, end, why string
		offered, accepted                 int
	}
	var all []*association // by titles, in order
	find := func(b association) *association {
		for _, x := range all {
			if x.calling == b.calling && x.called == b.called {
				return x
			}
		}
		all = append(all, &association{calling: b.calling, called: b.called, result: "unanswered", end: "closed"})
		return all[len(all)-1]
	}
	type operation struct{ name, status, counts, destination string }
	var block association
	var open *operation
	var messages []operation
	finish := func() {
		if open != nil {
			messages = append(messages, *open)
		}
		open = nil
	}
	for line := range strings.Lines(log) {
		m := told.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			continue
		}
		key, value := m[1], strings.TrimSpace(m[2])
		if len(all) == 0 && strings.HasPrefix(key, "Association ") {
			t.Fatalf("not a log of dcmtk:\n%s", log)
		}
		switch {
		case strings.Contains(key, "BEGIN"):
			block = association{}
		case strings.Contains(key, "END A-ASSOCIATE-RQ"):
			find(block).offered = block.offered
		case strings.Contains(key, "END A-ASSOCIATE-AC"):
			x := find(block)
			x.offered, x.accepted, x.result = block.offered, block.accepted, "accepted"
			if x != all[0] {
				x.end = "released" // by the archive, when its C-STOREs were answered
			}
		case key == "Calling Application Name":
			block.calling = value
		case key == "Called Application Name":
			block.called = value
		case key == "Context ID":
			block.offered++
			if strings.HasSuffix(value, "(Accepted)") {
				block.accepted++
			}
		case key == "Association Rejected":
			all[0].result, all[0].end = "rejected", "rejected"
		case key == "Result" || key == "Reason":
			all[0].why += value + ";"
		case key == "Releasing Association":
			all[0].end = "released"
		case key == "Aborting Association":
			all[0].end = "aborted"
		case key == "Sending Echo Request": // echoscu does not dump its messages
			finish()
			open = &operation{name: "C-ECHO RQ"}
		case key == "Received Echo Response":
			finish()
			open = &operation{name: "C-ECHO RSP", status: map[string]string{"(Success)": "0000"}[value]}
		case key == "Message Type":
			finish()
			open = &operation{name: value}
		case open != nil && key == "DIMSE Status":
			open.status = strings.TrimPrefix(value[:6], "0x")
		case open != nil && key == "Move Destination":
			open.destination = value
		case open != nil && strings.HasSuffix(key, "Suboperations") && key != "Remaining Suboperations":
			open.counts += " " + strings.ToLower(strings.TrimSuffix(key, " Suboperations")) + " " + value
		}
	}
	finish()
	for _, x := range all {
		a.associations = append(a.associations, fmt.Sprintf("%s %s %s %s, %d of %d contexts %s", x.calling, x.called, x.result, x.end, x.accepted, x.offered, x.why))
	}
	matches, stores, brought := 0, map[string]int{}, 0
	destination := ""
	for _, m := range messages {
		name, kind, _ := strings.Cut(m.name, " ")
		switch {
		case name == "C-STORE" && kind == "RQ":
			brought++
		case kind == "RQ":
			destination = m.destination
		case name == "C-FIND" && strings.HasPrefix(m.status, "ff"):
			matches++
		case name == "C-STORE":
			stores[m.status]++
		case strings.HasPrefix(m.status, "ff"): // under way
		default:
			counts := ""
			if name == "C-GET" || name == "C-MOVE" {
				counts = m.counts + " to " + destination
			}
			a.operations = append(a.operations, fmt.Sprintf("%s %s %s matches %d%s", all[0].called, name, m.status, matches, counts))
			matches = 0
		}
	}
	if len(all) > 1 { // movescu does not dump its answers; the archive counted them
		stores["0000"] = brought
	}
	for status, n := range stores {
		a.operations = append(a.operations, fmt.Sprintf("%s C-STORE %s times %d", all[len(all)-1].called, status, n))
	}
}

// reasons are dcmtk's words for why an association was refused, in ours.
var reasons = map[string]string{
	"Rejected Permanent, Source: Service User;Called AE Title Not Recognized;": "permanent service-user called-AE-title-not-recognized",
}

// observedDICOM gives observations in the words of a dcmtkAccount.
func observedDICOM(t *testing.T, l objects) (a dcmtkAccount) {
	for _, o := range l.observations("dicom.association") {
		x := fields[dicomAssociation](t, o)
		why := strings.TrimSpace(x.RejectResult + " " + x.RejectSource + " " + x.RejectReason)
		for theirs, ours := range reasons {
			if why == ours {
				why = theirs
			}
		}
		if x.Malformed != 0 || x.Lost != 0 {
			t.Errorf("malformed or lost: %s", o.raw)
		}
		a.associations = append(a.associations, fmt.Sprintf("%s %s %s %s, %d of %d contexts %s", x.Calling, x.Called, x.Result, x.End, x.Accepted, x.Offered, why))
	}
	for _, o := range l.observations("dicom.operation") {
		x := fields[dicomOperation](t, o)
		if x.Operation == "C-STORE" {
			a.operations = append(a.operations, fmt.Sprintf("%s C-STORE %s times %d", x.Called, x.Status, x.Transactions))
			continue
		}
		counts := ""
		if x.Operation == "C-GET" || x.Operation == "C-MOVE" {
			counts = fmt.Sprintf(" completed %d failed %d warning %d to %s", x.Completed, x.Failed, x.Warnings, x.Destination)
		}
		a.operations = append(a.operations, fmt.Sprintf("%s %s %s matches %d%s", x.Called, x.Operation, x.Status, x.Matches, counts))
	}
	return a
}

// TestOrthancAndDcmtk: what we observe of dcmtk's tools and Orthanc, captured live,
// is what dcmtk says it did.
func TestOrthancAndDcmtk(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	n.archive()
	live := n.serve()
	tap := n.capture()
	var want dcmtkAccount
	say := func(tool string, exit int, args ...string) {
		t.Helper()
		log, code := n.tool(client, dcmtk(n, tool), append([]string{"-d", "-aet", "WS", serverAddress, "4242"}, args...)...)
		if code != exit {
			t.Errorf("%s %q: exit status %d, want %d\n%s", tool, args, code, exit, log)
		}
		want.read(t, log)
	}
	files := []string{image(n, 1, 1, 1), image(n, 1, 1, 2), image(n, 2, 1, 1)}
	study := []string{"-aec", "PACS", "-S", "-k", "0008,0052=STUDY", "-k", "0020,000d=1.2.826.0.1.3680043.8.498.900.1.1"}
	out := t.TempDir()
	say("echoscu", 0, "-aec", "PACS")
	say("storescu", 0, append([]string{"-aec", "PACS"}, files...)...)
	say("findscu", 0, "-aec", "PACS", "-S", "-k", "0008,0052=STUDY", "-k", "0020,000d=", "-k", "0010,0020=")
	say("getscu", 0, append(slices.Clone(study), "-od", out)...)
	say("movescu", 0, append(slices.Clone(study), "-aem", "WS", "+P", "11112", "-od", out)...)
	say("movescu", 69, append(slices.Clone(study), "-aem", "NOWHERE")...)
	say("echoscu", 1, "-aec", "WRONG")
	say("echoscu", 0, "-aec", "PACS", "--abort")

	for theirs, ours := range reasons {
		if !slices.ContainsFunc(want.associations, func(s string) bool { return strings.HasSuffix(s, theirs) }) {
			t.Errorf("nothing was refused as %s", ours)
		}
	}
	if len(want.associations) != 9 || len(want.operations) != 9 {
		t.Errorf("dcmtk tells of %d associations and %d operations", len(want.associations), len(want.operations))
	}
	file := tap.finish()
	if d := tap.dropped(); d != 0 {
		t.Errorf("the kernel dropped %d packets", d)
	}
	list := replay(t, file)
	compare := func(where string, l objects) {
		t.Helper()
		got := observedDICOM(t, l)
		if diff := cmp.Diff(sorted(want.associations), sorted(got.associations)); diff != "" {
			t.Errorf("%s: associations (-dcmtk +wardround)\n%s", where, diff)
		}
		if diff := cmp.Diff(sorted(want.operations), sorted(got.operations)); diff != "" {
			t.Errorf("%s: operations (-dcmtk +wardround)\n%s", where, diff)
		}
	}
	compare("replay", list)
	compare("serve", live.finish())
	for _, f := range []string{"dicom.cleartext"} {
		if live.findings()[f] == 0 {
			t.Errorf("serve found no %s, but %v", f, live.findings())
		}
	}
	titles := map[string]string{}
	for _, a := range live.assets() {
		for _, i := range a.Identifiers {
			if i.Type == "ae-title" {
				for _, j := range a.Identifiers {
					if j.Type == "ip" {
						titles[i.Value] = j.Value
					}
				}
			}
		}
	}
	if titles["PACS"] != serverAddress || titles["WS"] != clientAddress {
		t.Errorf("who is who: %v", titles)
	}
}
