package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/packet"
)

// maxResident is what a replay may take, in bytes, whatever it reads.
const maxResident = 400_000_000

// scaled is n, or a hundredth of it in a short test.
func scaled(n int) int {
	if testing.Short() {
		return n / 100
	}
	return n
}

// survives replays what fn crafts through standard input; the replay must end well
// within its memory, and still see what has nothing to do with the attack.
func survives(t *testing.T, fn func(c *crafted)) objects {
	t.Helper()
	return survivesWithin(t, maxResident, fn)
}

func survivesWithin(t *testing.T, resident int64, fn func(c *crafted)) objects {
	t.Helper()
	r, stop := stream(fn)
	defer stop()
	res := invocation{args: []string{"replay", "--format", "json", "--quiet", "-"}, stdin: r, measure: true}.run(t).want(t, 0)
	if res.peak > resident || runtime.GOOS == "linux" && res.peak < 5_000_000 {
		t.Errorf("resident memory of %d MB", res.peak/1e6)
	}
	t.Logf("resident memory of %d MB, %d bytes of output", res.peak/1e6, len(res.stdout))
	l := readObjects(t, res.stdout)
	if !l.seenInnocent(t) {
		t.Errorf("blinded: %s", l.summary(t).raw)
	}
	return l
}

// associate opens a DICOM association for CT storage.
func associate(c *crafted) *line {
	rq := dicom.AssociateRQ{
		Version: 1, Called: "PACS", Calling: "CT1", ApplicationContext: dicom.ApplicationContextName,
		Contexts: []dicom.OfferedContext{{ID: 1, AbstractSyntax: dicom.CTImageStorage, TransferSyntaxes: []string{dicom.ExplicitVRLittleEndian}}},
		User:     dicom.UserInformation{MaxLength: 0, ImplementationClass: "1.2.3"},
	}
	ac := dicom.AssociateAC{
		Version: 1, Called: "PACS", Calling: "CT1", ApplicationContext: dicom.ApplicationContextName,
		Contexts: []dicom.AnsweredContext{{ID: 1, TransferSyntax: dicom.ExplicitVRLittleEndian}},
		User:     dicom.UserInformation{MaxLength: 0, ImplementationClass: "1.2.4"},
	}
	return c.dial("10.1.0.1:50000", "10.1.0.2:11112").say(0, rq.Append(nil)).say(1, ac.Append(nil))
}

// store sends an object whose one element has size bytes, in fragments.
func store(l *line, tag dicom.Tag, vr string, size int) {
	command := dicom.Command{Field: dicom.CStoreRQ, MessageID: 1, AffectedSOPClass: dicom.CTImageStorage, AffectedSOPInstance: "1.2.3.4", DataSet: true}
	l.say(0, dicom.AppendPData(nil, 1, true, true, command.Append(nil)))
	head := binary.LittleEndian.AppendUint32(nil, uint32(tag>>16)|uint32(tag&0xffff)<<16)
	head = append(append(head, vr...), 0, 0)
	head = binary.LittleEndian.AppendUint32(head, uint32(size))
	piece := bytes.Repeat([]byte("A"), 60_000)
	l.say(0, dicom.AppendPData(nil, 1, false, false, head))
	var pdu []byte
	for size > 0 && l.c.err == nil {
		n := min(size, len(piece))
		size -= n
		pdu = dicom.AppendPData(pdu[:0], 1, false, size == 0, piece[:n])
		l.say(0, pdu)
	}
	response := dicom.Command{Field: dicom.CStoreRSP, RespondingTo: 1, AffectedSOPClass: dicom.CTImageStorage, AffectedSOPInstance: "1.2.3.4"}
	l.say(1, dicom.AppendPData(nil, 1, true, true, response.Append(nil)))
	l.say(0, dicom.AppendReleaseRQ(nil)).say(1, dicom.AppendReleaseRP(nil)).close()
}

// TestGigabyteInOneElement: in the pixels, and in an element that is looked at.
func TestGigabyteInOneElement(t *testing.T) {
	for name, element := range map[string]struct {
		tag dicom.Tag
		vr  string
	}{"pixels": {dicom.PixelData, "OW"}, "manufacturer": {dicom.Manufacturer, "UT"}} {
		t.Run(name, func(t *testing.T) {
			size := scaled(1 << 30)
			l := survives(t, func(c *crafted) {
				store(associate(c), element.tag, element.vr, size)
				c.innocent()
			})
			if s := l.summary(t); s.Bytes < int64(size) {
				t.Errorf("only %d bytes were read", s.Bytes)
			}
			ops := l.observations("dicom.operation")
			if len(ops) != 1 {
				t.Fatalf("%d operations", len(ops))
			}
			op := fields[struct {
				Operation string `json:"operation"`
				Status    string `json:"status"`
				Bytes     int64  `json:"request_bytes"`
			}](t, ops[0])
			if op.Operation != "C-STORE" || op.Status != "0000" || op.Bytes < int64(size) {
				t.Errorf("%s", ops[0].raw)
			}
		})
	}
}

// TestMessageWithoutEnd: an HL7 message that goes on and on.
func TestMessageWithoutEnd(t *testing.T) {
	l := survives(t, func(c *crafted) {
		l := c.dial("10.1.0.1:50000", "10.1.0.2:2575")
		l.say(0, []byte("\x0bMSH|^~\\&|ENDLESS|ICU|EHR|HOSP|20260302080000||ORU^R01|1|P|2.6\r"))
		segment := bytes.Repeat([]byte("OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||72\r"), 1400)
		for range scaled(5000) {
			l.say(0, segment)
		}
		// One that is whole, after the flood has ended.
		l.close()
		c.innocent()
		endless := c.dial("10.1.0.3:50000", "10.1.0.2:2575")
		endless.say(0, append([]byte("\x0b"), bytes.Repeat([]byte("MSH|"), 10_000)...)).close()
	})
	if s := l.summary(t); s.ParseFailures+s.Drops == 0 {
		t.Errorf("nothing was said of it: %s", s.raw)
	}
}

// TestHeaderBomb: a request with very many fields, one with a very long one, and
// one whose line does not end.
func TestHeaderBomb(t *testing.T) {
	l := survives(t, func(c *crafted) {
		many := c.dial("10.1.0.1:50000", "10.1.0.2:8080").say(0, []byte("GET /fhir/Patient/1 HTTP/1.1\r\nHost: fhir\r\n"))
		for i := range scaled(20_000) {
			many.say(0, bytes.Repeat(fmt.Appendf(nil, "X-%d: y\r\n", i), 100))
		}
		many.say(0, []byte("\r\n")).close()
		long := c.dial("10.1.0.1:50001", "10.1.0.2:8080").say(0, []byte("GET / HTTP/1.1\r\nHost: fhir\r\nCookie: "))
		for range scaled(3000) {
			long.say(0, bytes.Repeat([]byte("c"), 60_000))
		}
		long.close()
		c.dial("10.1.0.1:50002", "10.1.0.2:8080").say(0, append([]byte("GET /"), bytes.Repeat([]byte("a"), 5_000_000)...)).close()
		chunks := c.dial("10.1.0.1:50003", "10.1.0.2:8080").say(0, []byte("POST /fhir HTTP/1.1\r\nHost: fhir\r\nTransfer-Encoding: chunked\r\n\r\n"))
		for range scaled(2000) {
			chunks.say(0, bytes.Repeat([]byte("1;"+strings.Repeat("e", 50)+"\r\nx\r\n"), 1000))
		}
		c.innocent()
	})
	if s := l.summary(t); s.ParseFailures+s.Drops == 0 {
		t.Errorf("nothing was said of it: %s", s.raw)
	}
}

// bomb is n zero bytes or spaces, compressed, once or twice.
func bomb(t testing.TB, filler byte, size int, twice bool) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	piece := bytes.Repeat([]byte{filler}, 1<<20)
	for ; size > 0; size -= len(piece) {
		z.Write(piece[:min(size, len(piece))]) // to memory
	}
	z.Close()
	if !twice {
		return out.Bytes()
	}
	var again bytes.Buffer
	z, _ = gzip.NewWriterLevel(&again, gzip.BestCompression)
	z.Write(out.Bytes())
	z.Close()
	return again.Bytes()
}

// TestDecompressionBombs: in answers of a FHIR server, and as captures.
func TestDecompressionBombs(t *testing.T) {
	size := scaled(1 << 28)
	spaces, nested := bomb(t, ' ', size, false), bomb(t, '{', size, true)
	survives(t, func(c *crafted) {
		for i, body := range [][]byte{spaces, nested} {
			for j, encoding := range []string{"gzip", "gzip, gzip"} {
				l := c.dial(fmt.Sprintf("10.1.0.1:%d", 50000+2*i+j), "10.1.0.2:8080").say(0, []byte("GET /fhir/Observation HTTP/1.1\r\nHost: fhir\r\nAccept: application/fhir+json\r\n\r\n"))
				l.say(1, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n", encoding, len(body)))
				l.say(1, body).close()
			}
		}
		c.innocent()
	})
	// A capture that is a header and then nothing but empty records, and one that is
	// no capture at all.
	header := written(t, func(*crafted) {})
	h, err := os.ReadFile(header)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"records": 0, "zeros": 2} {
		file := filepath.Join(t.TempDir(), name+".pcap.gz")
		var content []byte
		if name == "records" {
			content = multistream(t, h)
		}
		content = append(content, bomb(t, 0, scaled(1<<27), false)...)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r := invocation{args: []string{"replay", "--format", "json", "--quiet", file}, measure: true}.run(t).want(t, want)
		if r.peak > maxResident {
			t.Errorf("%s: resident memory of %d MB", name, r.peak/1e6)
		}
	}
}

// multistream is b as one gzip member, to which others may be appended.
func multistream(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestTinyFlows: very many flows of one packet, or of a few bytes, that never end.
// A scanner cannot choose our rate; neither can one that forges its addresses choose
// our memory: a million flows are to fit in a gigabyte, of which the inventory's
// bounded share is the same here.
func TestTinyFlows(t *testing.T) {
	n := scaled(100_000)
	for name, sources := range map[string]int{"scanner": 1, "forged addresses": 64 * 256} {
		t.Run(name, func(t *testing.T) {
			l := survivesWithin(t, 700_000_000, func(c *crafted) {
				r := rand.New(rand.NewPCG(1, 2))
				for i := range n {
					source := r.IntN(sources)
					from := fmt.Sprintf("10.%d.%d.%d:%d", 64+source/256, source%256, 1+r.IntN(254), 1024+r.IntN(60_000))
					to := fmt.Sprintf("10.1.%d.%d:%d", r.IntN(4), 1+r.IntN(254), 1+r.IntN(1024))
					switch l := c.dial(from, to); i % 3 {
					case 0:
						l.say(0, []byte{0x01})
					case 1:
						l.say(0, []byte("\x0bMSH|"))
					}
				}
				c.innocent()
			})
			if s := l.summary(t); s.Flows < int64(n)*99/100 {
				t.Errorf("%d flows of %d", s.Flows, n)
			}
			if told := len(l.of("observation")); sources == 1 && told > n/10 {
				t.Errorf("%d observations", told)
			}
		})
	}
}

// TestSequenceGames: whatever overlap, order or forgery the segments come in, what
// the receiver gets is what is seen; and what is ambiguous blinds nobody else.
func TestSequenceGames(t *testing.T) {
	request, answer := innocentMessages()
	request, answer = bytes.ReplaceAll(request, []byte("INNOCENT"), []byte("GAMBLER")), bytes.ReplaceAll(answer, []byte("INNOCENT"), []byte("GAMBLER"))
	games := map[string]func(l *line){
		"byte by byte": func(l *line) {
			for i := range request {
				l.say(0, request[i:i+1])
			}
		},
		"backwards": func(l *line) {
			for i := len(request) - 10; i > -10; i -= 10 {
				from := max(i, 0)
				l.raw(0, packet.ACK, l.seq[0]+uint32(from), request[from:i+10])
			}
			l.seq[0] += uint32(len(request))
		},
		"each piece twice": func(l *line) {
			for i := 0; i < len(request); i += 7 {
				piece := request[i:min(i+7, len(request))]
				l.raw(0, packet.ACK, l.seq[0]+uint32(i), piece)
				l.raw(0, packet.ACK, l.seq[0]+uint32(i), piece)
			}
			l.seq[0] += uint32(len(request))
		},
		"overlapping alike": func(l *line) {
			for i := 0; i < len(request); i += 5 {
				l.raw(0, packet.ACK, l.seq[0]+uint32(i), request[i:min(i+40, len(request))])
			}
			l.seq[0] += uint32(len(request))
		},
		"old and far segments between": func(l *line) {
			for i := 0; i < len(request); i += 20 {
				l.raw(0, packet.ACK, l.seq[0]+uint32(i)-500_000_000, []byte("old"))
				l.raw(0, packet.ACK, l.seq[0]+uint32(i)+900_000_000, []byte("far"))
				l.raw(0, packet.ACK, l.seq[0]+uint32(i), request[i:min(i+20, len(request))])
			}
			l.seq[0] += uint32(len(request))
		},
		"forged resets between": func(l *line) {
			half := len(request) / 2
			l.say(0, request[:half])
			l.raw(0, packet.RST, l.seq[0]+77_777_777, nil)
			l.raw(1, packet.RST, l.seq[1]-88_888, nil)
			l.say(0, request[half:])
		},
	}
	for name, game := range games {
		t.Run(name, func(t *testing.T) {
			l := survives(t, func(c *crafted) {
				l := c.dial("10.1.0.1:50000", "10.1.0.2:2575")
				game(l)
				l.say(1, answer).close()
				c.innocent()
			})
			var got []string
			for _, o := range l.observations("hl7.message") {
				if m := fields[hl7Message](t, o); m.SendingApp == "GAMBLER" {
					got = append(got, m.Segments+" "+m.Answer+" "+m.Ack)
				}
			}
			if len(got) != 1 || got[0] != "MSH PID OBX answered AA" {
				t.Errorf("observed %q", got)
			}
		})
	}
	t.Run("overlapping differently, wrapping, without end", func(t *testing.T) {
		survives(t, func(c *crafted) {
			r := rand.New(rand.NewPCG(3, 4))
			for n := range 50 {
				l := c.dial(fmt.Sprintf("10.1.1.1:%d", 20_000+n), "10.1.0.2:2575")
				l.seq[0] = 0xffffff00
				for range scaled(40_000)/10 + 10 {
					at := uint32(r.IntN(1 << 20))
					piece := []byte(strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(1400)))
					l.raw(r.IntN(2), packet.Flags(r.IntN(64)), l.seq[0]+at, piece)
				}
			}
			c.innocent()
		})
	})
}
