package network

import (
	"math"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/dicomweb"
	"github.com/wardround/wardround/format/fhir"
	"github.com/wardround/wardround/format/http"
	"github.com/wardround/wardround/format/http/content"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name:      "http",
	Recognise: recogniseHTTP,
	Open:      openHTTP,
	Ports:     []uint16{80, 8080, 8042, 8000},
})

func recogniseHTTP(client, server []byte) format.Match {
	best := format.No
	if len(client) > 0 {
		best = http.RecogniseClient(client)
	}
	if len(server) > 0 {
		best = max(best, http.RecogniseServer(server))
	}
	return best
}

// newHTTP makes conversations that share one set of limits.
var newHTTP = http.Shared(http.Limits{})

// httpFaults is how often the framing of one connection may be lost before it is
// left alone.
const httpFaults = 16

// httpStream tells the transactions of one connection: plain ones, and those of
// FHIR and DICOMweb.
type httpStream struct {
	conn   *Conn
	talk   *http.Conversation
	begun  [2]bool
	lostAt int64 // when bytes from the server were last lost
	faults int
	agents [2]httpAgent // of the last request and response
}

func openHTTP(c *Conn) Stream {
	s := &httpStream{conn: c, lostAt: math.MinInt64}
	s.talk = newHTTP(s)
	return s
}

// Data implements [Stream].
func (s *httpStream) Data(dir Direction, p []byte, at int64) error {
	s.talk.Now = at
	feed, gap, recognise := s.talk.FeedClient, s.talk.GapClient, http.RecogniseClient
	if dir == ToClient {
		feed, gap, recognise = s.talk.FeedServer, s.talk.GapServer, http.RecogniseServer
	}
	if !s.begun[dir] {
		s.begun[dir] = true
		if s.conn.MidStream && recognise(p) == format.No {
			// The rest of a message whose start was before the capture is no fault.
			if err := gap(0); err != nil {
				return err
			}
		}
	}
	err := feed(p)
	if err == nil {
		return nil
	}
	if s.faults++; s.faults >= httpFaults {
		return err
	}
	s.conn.Failure(err)
	return nil
}

// Gap implements [Stream].
func (s *httpStream) Gap(dir Direction, n int64, at int64) error {
	s.talk.Now = at
	s.begun[dir] = true
	if dir == ToServer {
		return s.talk.GapClient(n)
	}
	s.lostAt = at
	return s.talk.GapServer(n)
}

// Close implements [Stream]. A message cut by the end of the connection is told as
// such; it is no failure to parse.
func (s *httpStream) Close(at int64) {
	s.talk.Now = at
	_ = s.talk.Close()
}

// httpNote is what is gathered of one exchange beside its heads.
type httpNote struct {
	fhir     fhir.Request
	dicomweb dicomweb.Request

	fhirUp, fhirDown *fhir.Scanner
	// What results they hold.
	resultsUp, resultsDown *fhirNote
	form                   *content.Sample // parameters of a search by POST
	dicomUp                *dicomweb.Scanner
	dicomDown              *dicomweb.Scanner
	objects                *dicomwebObjects
	up, down               content.Sample // first bytes of a file
	first                  [2][http.SignatureSize]byte
}

// formKept is how much of a form is looked at, in bytes.
const formKept = 4 << 10

// Request implements [http.Observer].
func (s *httpStream) Request(x *http.Exchange) content.Sink {
	r := &x.Request
	n := &httpNote{fhir: fhir.ParseRequest(r.Method, r.Target), dicomweb: dicomweb.ParseRequest(r.Method, r.Target)}
	x.Note = n
	if r.Framing == http.Empty {
		return nil
	}
	contentType := r.Fields.Value("Content-Type")
	mediaType, _ := http.MediaType(contentType)
	switch {
	case n.dicomweb.Transaction == dicomweb.Store && dicomweb.Recognise(n.dicomweb.Fit, dicomweb.IsMediaType(contentType)):
		n.objects = &dicomwebObjects{stored: true}
		n.dicomUp = n.objects.scanner(contentType)
		return n.dicomUp
	case n.fhir.Fit != fhir.Misfit && mediaType == "application/x-www-form-urlencoded":
		n.form = &content.Sample{Bytes: make([]byte, 0, formKept)}
		return n.form
	case n.fhir.Fit != fhir.Misfit && fhir.Scannable(mediaType):
		n.fhirUp = s.fhirScanner(&n.resultsUp)
		return n.fhirUp
	case r.Method == "PUT" || r.Method == "POST":
		n.up.Bytes = n.first[0][:0]
		return &n.up
	}
	return nil
}

// Response implements [http.Observer].
func (s *httpStream) Response(x *http.Exchange) content.Sink {
	n := noteOf(x)
	if x.Response.Framing == http.Empty {
		return nil
	}
	contentType := x.Response.Fields.Value("Content-Type")
	mediaType, _ := http.MediaType(contentType)
	switch {
	case dicomweb.Recognise(n.dicomweb.Fit, dicomweb.IsMediaType(contentType)):
		if n.objects == nil {
			n.objects = new(dicomwebObjects)
		}
		n.dicomDown = n.objects.scanner(contentType)
		return n.dicomDown
	case (n.fhir.Fit != fhir.Misfit || fhir.IsMediaType(mediaType)) && fhir.Scannable(mediaType):
		n.fhirDown = s.fhirScanner(&n.resultsDown)
		return n.fhirDown
	}
	n.down.Bytes = n.first[1][:0]
	return &n.down
}

func noteOf(x *http.Exchange) *httpNote {
	n, _ := x.Note.(*httpNote)
	if n == nil {
		n = new(httpNote)
		x.Note = n
	}
	return n
}

// Done implements [http.Observer].
func (s *httpStream) Done(x *http.Exchange) {
	n := noteOf(x)
	out := httpExchange(x, &s.agents)
	switch {
	case out.Protocol != "" || x.Replied():
	case s.lostAt >= x.Began || !s.begun[ToClient]:
		out.Outcome = kind.HTTPUnseen
	}
	images, records := n.isDICOMweb(x), n.isFHIR(x)
	switch {
	case images && (n.dicomweb.Fit == dicomweb.Certain || !records):
		s.conn.Emit(s.talk.Now, n.dicomwebRequest(x, out))
		if e := n.objects.equipment(); e != nil {
			s.conn.Emit(s.talk.Now, e)
		}
	case records:
		f := n.fhirInteraction(s.conn, x, out)
		n.results(s.conn, f, s.talk.Now)
		s.conn.Emit(s.talk.Now, f)
	default:
		s.conn.Emit(s.talk.Now, n.transaction(x, out))
	}
}

// Opaque implements [http.Observer].
func (s *httpStream) Opaque(string, bool, []byte) {}

// transaction tells an exchange that is neither FHIR nor DICOMweb.
func (n *httpNote) transaction(x *http.Exchange, out kind.HTTPExchangeV1) *kind.HTTPTransactionV1 {
	t := &kind.HTTPTransactionV1{Method: httpMethod(x.Request.Method), Status: x.Response.Status, HTTP: out}
	if !x.Asked() {
		return t
	}
	target := http.ParseTarget(x.Request.Target)
	t.Path = httpPath(target.Path)
	for range http.Query(target.Query) {
		t.Params++
	}
	n.update(t, x, target.Path)
	return t
}

// update fills in what is known of a file that changes what a device does.
func (n *httpNote) update(t *kind.HTTPTransactionV1, x *http.Exchange, path string) {
	if x.Replied() && (x.Response.Status < 200 || x.Response.Status > 299) {
		return
	}
	head, first, size := &x.Response.Head, n.down.Bytes, x.Body.Size
	if x.Request.Method == "PUT" || x.Request.Method == "POST" {
		t.Upload = true
		head, first, size = &x.Request.Head, n.up.Bytes, x.RequestBody.Size
	} else if x.Request.Method != "GET" {
		return
	}
	if size == 0 {
		t.Upload = false
		return
	}
	a := http.ClassifyArtefact(path, head.Fields.Value("Content-Disposition"), head.Fields.Value("Content-Type"), first)
	if t.Update = a.Class.String(); t.Update == "" {
		t.Upload = false
		return
	}
	t.Extension, t.Signature = a.Extension, a.Signature
	if t.Extension == "" {
		t.Extension = fileExtension(path)
	}
}
