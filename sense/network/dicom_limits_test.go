package network

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/sense"
)

// What is lost inside pixel data costs nothing but the count of it.
func TestDICOMGap(t *testing.T) {
	k := newDICOMTalk(t, 1<<20)
	k.max = 1 << 20
	k.associate()
	c := dicom.Command{Field: dicom.CStoreRQ, MessageID: 1, AffectedSOPClass: dicom.CTImageStorage, DataSet: true}
	b := dicom.AppendMessage(nil, 1<<20, 3, &c, dicomImage("P1", "SN-1"))
	k.say(ToServer, b[:20_000])
	if err := k.s.Gap(ToServer, 5000, k.ms*1e6); err != nil {
		t.Fatal(err)
	}
	k.say(ToServer, b[25_000:])
	k.message(ToClient, 3, dicom.Command{Field: dicom.CStoreRSP, RespondingTo: 1, AffectedSOPClass: dicom.CTImageStorage}, nil)
	k.release()
	got := k.close()
	want := []string{
		"made by CT-9000 SN-1, sent by CT_3, its own",
		"C-STORE 1 storage success 0000, 1 patients, lost, (0010,0010) (0010,0020) (0008,0050)",
		"CT_3>PACS accepted released C-STORE*1",
	}
	var lines []string
	for _, o := range got {
		lines = append(lines, dicomLine(o))
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if a := got[2].Fields.(*kind.DICOMAssociationV1); a.Lost != 5000 || a.Malformed != 0 {
		t.Errorf("lost %d, malformed %d", a.Lost, a.Malformed)
	}
}

// A capture that begins inside an association's pixel data finds what follows.
func TestDICOMMidway(t *testing.T) {
	for _, chunk := range []int{1 << 20, 200} {
		k := newDICOMTalk(t, chunk)
		k.conn.MidStream = true
		c := dicom.Command{Field: dicom.CStoreRQ, MessageID: 1, AffectedSOPClass: dicom.CTImageStorage, DataSet: true}
		k.say(ToServer, dicom.AppendMessage(nil, 16384, 3, &c, dicomImage("P1", "SN-1"))[9000:])
		k.message(ToClient, 3, dicom.Command{Field: dicom.CStoreRSP, RespondingTo: 1, AffectedSOPClass: dicom.CTImageStorage}, nil)
		k.store(ToServer, 2, dicomImage("P2", "SN-1"), 0, "")
		k.release()
		var lines []string
		for _, o := range k.close() {
			lines = append(lines, dicomLine(o))
		}
		want := []string{
			"made by CT-9000 SN-1, sent by ",
			"C-STORE 2 storage success 0000, 1 patients, (0010,0010) (0010,0020) (0008,0050)",
			"> unseen released C-STORE*2",
		}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("in chunks of %d: %s", chunk, diff)
		}
	}
}

// C-STOREs of a long association are told every minute.
func TestDICOMStoresAreToldInTime(t *testing.T) {
	k := newDICOMTalk(t, 1<<20)
	k.associate()
	for id := range uint16(5) {
		k.ms += 25_000
		k.store(ToServer, id, dicomImage("P1", "SN-1"), 0, "")
	}
	var told []int
	for _, o := range k.got {
		if f, ok := o.Fields.(*kind.DICOMOperationV1); ok {
			told = append(told, f.Transactions)
		}
	}
	if diff := cmp.Diff([]int{4}, told); diff != "" {
		t.Error(diff)
	}
	if n := len(k.close()); n != 4 { // the fifth, and the association
		t.Errorf("%d observations in the end", n)
	}
}

// Whatever an attacker sends, an observation stays under its limit and what is
// kept of a connection is bounded.
func TestDICOMFlood(t *testing.T) {
	k := newDICOMTalk(t, 1<<20)
	rq, ac := &dicom.AssociateRQ{Calling: "X", Called: "Y"}, &dicom.AssociateAC{}
	for i := range 128 {
		id := uint8(2*i + 1)
		o := dicom.OfferedContext{ID: id, AbstractSyntax: fmt.Sprintf("1.2.100001.100002.100003.100004.%06d", i)}
		for j := range 9 {
			o.TransferSyntaxes = append(o.TransferSyntaxes, fmt.Sprintf("1.2.100001.100002.100003.100004.%06d.%d", i, j))
		}
		rq.Contexts = append(rq.Contexts, o)
		ac.Contexts = append(ac.Contexts, dicom.AnsweredContext{ID: id, TransferSyntax: o.TransferSyntaxes[0]})
	}
	k.say(ToServer, rq.Append(nil))
	k.say(ToClient, ac.Append(nil))
	for i := range 3000 {
		image := dicomImage(fmt.Sprint("P", i), fmt.Sprint("SN-", i))[:700]
		k.message(ToServer, 3, dicom.Command{Field: dicom.CStoreRQ, MessageID: uint16(i), AffectedSOPClass: fmt.Sprintf("1.%d", i%100)}, image)
		if i%2 == 0 {
			k.message(ToClient, 3, dicom.Command{Field: dicom.CStoreRSP, RespondingTo: uint16(i), AffectedSOPClass: "1.1"}, nil)
		}
	}
	s := k.s.(*dicomStream)
	if len(s.open.stores) > dicomStores || len(s.open.devices) > dicomDevices {
		t.Errorf("%d groups of stores, %d devices kept", len(s.open.stores), len(s.open.devices))
	}
	equipment := 0
	for _, o := range k.close() {
		b, err := kind.Codec{}.Append(nil, o)
		if err != nil || len(b) > wardround.MaxObservation {
			t.Errorf("%s of %d bytes: %v", o.Kind, len(b), err)
		}
		switch f := o.Fields.(type) {
		case *kind.DICOMAssociationV1:
			if f.Offered != 128 || f.Accepted != 128 || f.ContextsCut == 0 || len(f.Contexts)+f.ContextsCut != 128 {
				t.Errorf("%d contexts, %d told, %d cut", f.Offered, len(f.Contexts), f.ContextsCut)
			}
		case *kind.DICOMEquipmentV1:
			equipment++
		}
	}
	if equipment != dicomDevices {
		t.Errorf("%d pieces of equipment told", equipment)
	}
	var p dicomSet
	for i := range uint64(5000) {
		p.add(i + 1)
	}
	if p.count() != dicomPatients {
		t.Errorf("%d patients", p.count())
	}
}

// What dcmtk and Orthanc said to each other, as the sensor tells it.
func TestDICOMCaptures(t *testing.T) {
	const accepted = "accepted released"
	for file, want := range map[string][]string{
		"dicom_echo_store_find_get_move.pcap": {
			"C-ECHO 1 verification success 0000",
			"MODALITY1>TESTPACS " + accepted + " C-ECHO*1",
			"made by CT-9000 SN42, sent by MODALITY1",
			"C-STORE 3 storage success 0000, 1 patients, (0010,0010) (0010,0020) (0010,0030) (0008,0050) (0020,0010) (0010,0040)",
			"MODALITY1>TESTPACS " + accepted + " C-STORE*3",
			"C-FIND 1 find success 0000, STUDY, universal, 1 matches, (0010,0010)",
			"MODALITY1>TESTPACS " + accepted + " C-FIND*1",
			"made by CT-9000 SN42, sent by TESTPACS, passed on, an archive",
			"C-GET 1 get success 0000, STUDY, single, 0/3/0/0",
			"C-STORE 3 storage success 0000, from server, 1 patients, (0010,0010) (0010,0020) (0010,0030) (0008,0050) (0020,0010) (0010,0040)",
			"MODALITY1>TESTPACS " + accepted + " C-STORE*3 C-GET*1",
			"made by CT-9000 SN42, sent by TESTPACS, passed on, an archive",
			"C-MOVE 1 move success 0000, STUDY, single, to MODALITY1, 0/3/0/0",
			"C-STORE 3 storage success 0000, 1 patients, for MODALITY1, (0010,0010) (0010,0020) (0010,0030) (0008,0050) (0020,0010) (0010,0040)",
			"TESTPACS>MODALITY1 " + accepted + " C-STORE*3",
			"MODALITY1>TESTPACS " + accepted + " C-MOVE*1",
		},
		"dicom_reject_malformed.pcap": {"EVIL>WRONGAET rejected rejected service-user called-AE-title-not-recognized"},
		"dicom_wrongaet_echo_store.pcap": {
			"C-ECHO 1 verification success 0000",
			"EVIL>WRONGAET " + accepted + " C-ECHO*1",
			"made by CT-9000 SN42, sent by MODALITY1",
			"C-STORE 1 storage none , 1 patients, (0010,0010) (0010,0020) (0010,0030) (0008,0050) (0020,0010) (0010,0040)",
			"MODALITY1>TESTPACS accepted closed C-STORE*1",
		},
	} {
		f, err := os.Open(testkit.Data(t, filepath.Join("captures", file)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var lines []string
		s := New(Options{
			Sensor: "test", Input: "file", Origin: wardround.Replay, Pseudonyms: sense.NewPseudonyms("t", []byte("test key of 16 b")),
			Emit: func(o *wardround.Observation) {
				if strings.HasPrefix(o.Kind, "dicom.") {
					lines = append(lines, dicomLine(o))
				}
			},
		})
		if err := s.Read(context.Background(), f); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if n := s.Stats().Failures["dicom"]; n != 0 {
			t.Errorf("%s: %d failures (%s)", file, n, s.Stats().Detail)
		}
	}
}

// FuzzDICOMStream wants no panic, no observation over its limit, and the same
// whatever the chunks.
func FuzzDICOMStream(f *testing.F) {
	store := dicom.Command{Field: dicom.CStoreRQ, MessageID: 1, AffectedSOPClass: dicom.CTImageStorage, DataSet: true}
	client := dicom.AppendMessage(dicomRequest().Append(nil), 4096, 3, &store, dicomImage("P1", "SN-1")[:900])
	rsp := dicom.Command{Field: dicom.CStoreRSP, RespondingTo: 1, AffectedSOPClass: dicom.CTImageStorage}
	server := dicom.AppendMessage(dicomAcceptance().Append(nil), 0, 3, &rsp, nil)
	f.Add(dicom.AppendReleaseRQ(client), dicom.AppendReleaseRP(server), uint8(9))
	f.Add(dicom.Abort{}.Append(client), []byte{}, uint8(200))
	f.Fuzz(func(t *testing.T, client, server []byte, chunk uint8) {
		talk := func(size int) (lines []string) {
			c := NewTestConn("dicom", dicomFlow, func(o *wardround.Observation) {
				b, err := kind.Codec{}.Append(nil, o)
				if err != nil {
					t.Error(err)
				}
				lines = append(lines, string(b))
			})
			s := openDICOM(c)
			for i, b := range [][]byte{client, server} {
				for len(b) > 0 {
					n := min(size, len(b))
					if s.Data(Direction(i), b[:n:n], int64(i)) != nil {
						break
					}
					b = b[n:]
				}
			}
			s.Close(9)
			return lines
		}
		if diff := cmp.Diff(talk(1<<20), talk(int(chunk)+1)); diff != "" {
			t.Error(diff)
		}
	})
}

// BenchmarkDICOMStream stores CT slices in segments of the usual size.
func BenchmarkDICOMStream(b *testing.B) {
	store := dicom.Command{Field: dicom.CStoreRQ, MessageID: 1, AffectedSOPClass: dicom.CTImageStorage, AffectedSOPInstance: "1.2.3", DataSet: true}
	rsp := dicom.Command{Field: dicom.CStoreRSP, RespondingTo: 1, AffectedSOPClass: dicom.CTImageStorage, AffectedSOPInstance: "1.2.3"}
	image := append(dicomImage("P1", "SN-1"), make([]byte, 480_000)...)
	request, answer := dicom.AppendMessage(nil, 16384, 3, &store, image), dicom.AppendMessage(nil, 0, 3, &rsp, nil)
	k := newDICOMTalk(b, 1460)
	k.associate()
	b.SetBytes(int64(len(request) + len(answer)))
	b.ReportAllocs()
	for b.Loop() {
		k.say(ToServer, request)
		k.say(ToClient, answer)
		k.ms = 10
	}
}

// Who took objects or answered queries may send what others made.
func TestDICOMArchive(t *testing.T) {
	for name, c := range map[string]struct {
		before func(k *dicomTalk)
		want   bool
	}{
		"nothing before": {func(*dicomTalk) {}, false},
		"answered an echo": {func(k *dicomTalk) {
			k.message(ToClient, 1, dicom.Command{Field: dicom.CEchoRQ}, nil)
			k.message(ToServer, 1, dicom.Command{Field: dicom.CEchoRSP}, nil)
		}, false},
		"took an object":    {func(k *dicomTalk) { k.store(ToClient, 1, dicomImage("P1", "SN-9"), 0, "") }, true},
		"refused an object": {func(k *dicomTalk) { k.store(ToClient, 1, dicomImage("P1", "SN-9"), 0xA700, "") }, false},
		"answered a query": {func(k *dicomTalk) {
			k.message(ToClient, 5, dicom.Command{Field: dicom.CFindRQ, AffectedSOPClass: dicom.StudyRootFind}, dicomQuery("STUDY", nil))
			k.message(ToServer, 5, dicom.Command{Field: dicom.CFindRSP, AffectedSOPClass: dicom.StudyRootFind}, nil)
		}, true},
		"answered with a worklist": {func(k *dicomTalk) {
			k.message(ToClient, 11, dicom.Command{Field: dicom.CFindRQ, AffectedSOPClass: dicom.ModalityWorklistFind}, dicomQuery("", nil))
			k.message(ToServer, 11, dicom.Command{Field: dicom.CFindRSP, AffectedSOPClass: dicom.ModalityWorklistFind}, nil)
		}, false},
	} {
		k := newDICOMTalk(t, 1<<20)
		k.associate()
		c.before(k)
		k.got = nil
		k.store(ToServer, 9, dicomImage("P1", "SN-1"), 0, "")
		if f, ok := k.got[0].Fields.(*kind.DICOMEquipmentV1); !ok || f.Archive != c.want {
			t.Errorf("%s: %+v", name, k.got[0].Fields)
		}
	}
}

func TestDICOMSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"CT1", "CT-1", true}, {"ct_1", "CT 1", true}, {"RADCT01", "CT-01", true}, {"CT01_NORTH", "CT01", true},
		{"PACS", "CT-1", false}, {"CT", "CT-1", false}, {"", "", false}, {"", "CT-1", false}, {"--", "__", false}, {"CT1", "CT11", false},
	} {
		if got := dicomSameName(c.a, c.b); got != c.want || dicomSameName(c.b, c.a) != got {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
