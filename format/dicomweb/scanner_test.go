package dicomweb

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/format/http/content"
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/internal/testkit/wire"
)

func scan(contentType, body string, size int) Summary {
	s := NewScanner(contentType)
	for p := []byte(body); len(p) > 0; p = p[min(size, len(p)):] {
		s.Feed(bytes.Clone(p[:min(size, len(p))]))
	}
	s.Close(true)
	return *s.Summary()
}

func multipartBody(parts ...string) string {
	var b []byte
	for i := 0; i < len(parts); i += 2 {
		b = content.AppendPart(b, "B", parts[i], []byte(parts[i+1]))
	}
	return string(content.AppendEnd(b, "B"))
}

func TestScanner(t *testing.T) {
	for _, test := range []struct {
		name, contentType, body string
		want                    Summary
		fields                  []string
	}{
		{"matches of a search", "application/dicom+json",
			`[{"00080050":{"vr":"SH"},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Muster^Anna"}]},"00100020":{"vr":"LO","Value":["MRN1"]}},{"0020000D":{"vr":"UI","Value":["1.2"]}}]`,
			Summary{Matches: 2, Whole: true}, []string{"(0010,0010)", "(0010,0020)"}},
		{"nothing found", "application/dicom+json", `[]`, Summary{Whole: true}, nil},
		{"the answer to a store", "application/dicom+json",
			`{"00081190":{"vr":"UR","Value":["http://x"]},"00081199":{"vr":"SQ","Value":[{"00081150":{"vr":"UI","Value":["1"]}},{"00081150":{}}]},"00081198":{"vr":"SQ","Value":[{"00081197":{"vr":"US","Value":[1]}}]}}`,
			Summary{Stored: 2, Failed: 1, Whole: true}, nil},
		{"instances", `multipart/related; type="application/dicom"; boundary=B`, multipartBody("application/dicom", "DICM1", "application/dicom; transfer-syntax=1.2", "DICM22"),
			Summary{Multipart: true, Parts: 2, Objects: 2, Media: []string{"application/dicom"}, Whole: true}, nil},
		{"frames", `multipart/related; type="image/jpeg"; boundary="B"`, multipartBody("image/jpeg", "x", "image/jpeg", "y", "text/plain", "z"),
			Summary{Multipart: true, Parts: 3, Media: []string{"image/jpeg", "text/plain"}, Whole: true}, nil},
		{"one instance", "application/dicom", "DICM", Summary{Objects: 1, Whole: true}, nil},
		{"instances cut", `multipart/related; boundary=B`, "--B\r\nContent-Type: application/dicom\r\n\r\nDIC",
			Summary{Multipart: true, Parts: 1, Objects: 1, Media: []string{"application/dicom"}}, nil},
		{"a broken list", "application/dicom+json", `[{"0010`, Summary{Matches: 1}, nil},
	} {
		for _, size := range []int{1, 3, 1 << 20} {
			got := scan(test.contentType, test.body, size)
			fields := got.Personal.Fields()
			got.Personal = 0
			test.want.Size = int64(len(test.body))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s in pieces of %d (-want +got):\n%s", test.name, size, diff)
			}
			if diff := cmp.Diff(test.fields, fields); diff != "" {
				t.Errorf("%s in pieces of %d, fields (-want +got):\n%s", test.name, size, diff)
			}
		}
	}
}

// watch reads a conversation: requests, and what a scanner makes of each body,
// which is kept for mime/multipart to judge.
type watch struct {
	t         *testing.T
	exchanges []seen
	current   seen
}

type seen struct {
	request      Request
	status       int
	up, down     Summary
	parts        []int // sizes as the scanner's parts have them
	kept         bytes.Buffer
	contentType  string
	scanUp, scan *Scanner
}

// both gives content to two sinks.
type both struct {
	*Scanner
	keep *bytes.Buffer
}

func (b both) Feed(p []byte) {
	b.keep.Write(p)
	b.Scanner.Feed(p)
}

type partSize struct {
	content.Sample
	sizes *[]int
}

func (p *partSize) Close(bool) { *p.sizes = append(*p.sizes, int(p.Size)) }

func (w *watch) sink(h *http.Head) content.Sink {
	w.current.contentType = h.Fields.Value("Content-Type")
	s := NewScanner(w.current.contentType)
	s.Part = func(string) content.Sink { return &partSize{sizes: &w.current.parts} }
	w.current.scan = s
	return both{s, &w.current.kept}
}

func (w *watch) Request(x *http.Exchange) content.Sink {
	w.current = seen{request: ParseRequest(x.Request.Method, x.Request.Target)}
	if x.Request.Method == "POST" {
		s := w.sink(&x.Request.Head)
		w.current.scanUp = w.current.scan
		return s
	}
	return nil
}

func (w *watch) Response(x *http.Exchange) content.Sink {
	w.current.status = x.Response.Status
	if x.Request.Method == "POST" { // keep the upload
		w.current.scan = NewScanner(x.Response.Fields.Value("Content-Type"))
		return w.current.scan
	}
	return w.sink(&x.Response.Head)
}

func (w *watch) Done(x *http.Exchange) {
	w.current.down = *w.current.scan.Summary()
	if w.current.scanUp != nil {
		w.current.up = *w.current.scanUp.Summary()
	}
	w.exchanges = append(w.exchanges, w.current)
}

func (w *watch) Opaque(string, bool, []byte) {}

// In a capture of curl and Orthanc's DICOMweb, transactions, parts and their sizes
// are what tshark and mime/multipart say.
func TestOrthanc(t *testing.T) {
	path := testkit.Data(t, "captures/dicomweb_qido_wado_stow.pcap")
	as := []string{"-d", "tcp.port==18042,http"}
	conversations := map[string]*http.Conversation{}
	watches := map[string]*watch{}
	var order []string
	for _, row := range wire.Tshark(t, path, "tcp.len > 0", []string{"tcp.stream", "tcp.srcport", "tcp.payload"}, "--disable-protocol", "http") {
		payload, err := hex.DecodeString(row[2])
		if err != nil {
			t.Fatal(err)
		}
		c := conversations[row[0]]
		if c == nil {
			watches[row[0]] = &watch{t: t}
			c = http.NewConversation(watches[row[0]], http.Limits{})
			conversations[row[0]] = c
			order = append(order, row[0])
		}
		feed := c.FeedClient
		if row[1] == "18042" {
			feed = c.FeedServer
		}
		for ; len(payload) > 0; payload = payload[min(1460, len(payload)):] {
			if err := feed(payload[:min(1460, len(payload))]); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exchanges []seen
	for _, stream := range order {
		conversations[stream].Close()
		exchanges = append(exchanges, watches[stream].exchanges...)
	}
	var transactions []string
	for _, x := range exchanges {
		transactions = append(transactions, x.request.Transaction.String()+" "+x.request.Level.String()+" "+x.request.Of)
	}
	if diff := cmp.Diff([]string{"search server studies", "retrieve study ", "store server ", " server "}, transactions); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	search, retrieve, store := exchanges[0], exchanges[1], exchanges[2]
	if search.down.Matches != 1 || search.down.Personal == 0 || !search.down.Whole {
		t.Errorf("search: %+v", search.down)
	}
	if store.up.Objects != 1 || store.down.Stored != 1 || store.down.Failed != 0 || !store.up.Whole || !store.down.Whole {
		t.Errorf("store: %+v, answered %+v", store.up, store.down)
	}
	var said []int
	for _, row := range wire.Tshark(t, path, "mime_multipart", []string{"mime_multipart.header.content-type"}, as...) {
		said = append(said, strings.Count(row[0], "application/dicom"))
	}
	if diff := cmp.Diff(said, []int{retrieve.down.Parts, store.up.Parts}); diff != "" {
		t.Errorf("parts (-tshark +ours):\n%s", diff)
	}
	for name, x := range map[string]seen{"retrieve": retrieve, "store": store} {
		_, params, err := mime.ParseMediaType(x.contentType)
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		for r := multipart.NewReader(&x.kept, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(p)
			if err != nil || len(b) < 132 || string(b[128:132]) != "DICM" {
				t.Fatalf("%s: a part of %d bytes is no DICOM file: %v", name, len(b), err)
			}
			want = append(want, len(b))
		}
		if diff := cmp.Diff(want, x.parts); diff != "" {
			t.Errorf("%s, sizes of parts (-mime/multipart +ours):\n%s", name, diff)
		}
	}
}

// attributes scans a body and lists what of its data sets is told.
func attributes(body string, size int) (out []string) {
	s := NewScanner("application/dicom+json")
	s.Attribute = func(within []uint32, tag uint32, value []byte) {
		out = append(out, fmt.Sprintf("%08x %08x %s", within, tag, value))
	}
	s.DataSet = func() { out = append(out, "end") }
	for p := []byte(body); len(p) > 0; p = p[min(size, len(p)):] {
		piece := bytes.Clone(p[:min(size, len(p))])
		s.Feed(piece)
		clear(piece)
	}
	s.Close(true)
	return out
}

const enhanced = `[{"00080060":{"vr":"CS","Value":["CT"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"A^B"}]},"00180060":{"vr":"DS"},"00280030":{"Value":[0.5,0.6],"vr":"DS"},
"52009229":{"vr":"SQ","Value":[{"00289110":{"vr":"SQ","Value":[{"00180050":{"vr":"DS","Value":[0.75]},"00081140":{"vr":"SQ","Value":[{"00081150":{"vr":"UI","Value":["1.2"]}}]}}]}}]}},
{"00080060":{"vr":"CS","Value":[null]}}]`

// TestAttributes: the first value of each attribute, with the sequences around it.
func TestAttributes(t *testing.T) {
	want := []string{"[] 00080060 CT", "[] 00280030 0.5", "[52009229 00289110] 00180050 0.75", "end", "[] 00080060 null", "end"}
	for _, size := range []int{1, 2, 5, 1 << 20} {
		if diff := cmp.Diff(want, attributes(enhanced, size)); diff != "" {
			t.Errorf("in pieces of %d (-want +got):\n%s", size, diff)
		}
	}
	if diff := cmp.Diff([]string{"[] 00080060 MR", "end"}, attributes(`{"00080060":{"vr":"CS","Value":["MR"]},"x":{"Value":[1]}}`, 3)); diff != "" {
		t.Errorf("one data set (-want +got):\n%s", diff)
	}
}

func FuzzAttributes(f *testing.F) {
	f.Add(enhanced, uint8(3))
	f.Add(`{"00080060":{"vr":"CS","Value":["MR"]}}`, uint8(1))
	f.Fuzz(func(t *testing.T, body string, size uint8) {
		if diff := cmp.Diff(attributes(body, 1<<20), attributes(body, 1+int(size))); diff != "" {
			t.Fatalf("the cut matters (-whole +pieces):\n%s", diff)
		}
	})
}

func FuzzScanner(f *testing.F) {
	f.Add("application/dicom+json", `[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"x"}]}}]`, uint8(2))
	f.Add("multipart/related; boundary=B", multipartBody("application/dicom", "x"), uint8(1))
	f.Add("application/dicom", "x", uint8(0))
	f.Fuzz(func(t *testing.T, contentType, body string, size uint8) {
		want, got := scan(contentType, body, 1<<20), scan(contentType, body, 1+int(size))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the cut matters (-whole +pieces):\n%s", diff)
		}
		if len(got.Media) > maxMedia {
			t.Fatalf("%d media types", len(got.Media))
		}
	})
}
