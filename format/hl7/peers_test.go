package hl7

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// peer returns a command that runs a script under the interpreter, or skips
// when the interpreter can't load the library.
func peer(t *testing.T, interpreter, load, library, script string, args ...string) *exec.Cmd {
	t.Helper()
	path := testkit.Need(t, interpreter)
	flag := map[string]string{"python3": "-c", "node": "-e"}[interpreter]
	if exec.Command(path, flag, load).Run() != nil {
		testkit.Missing(t, "%s has no library %s", interpreter, library)
	}
	return exec.CommandContext(t.Context(), path, append([]string{flag, script}, args...)...)
}

func pythonHL7(t *testing.T, script string, args ...string) *exec.Cmd {
	return peer(t, "python3", "import hl7.mllp, hl7.client", "hl7", script, args...)
}

func simpleHL7(t *testing.T, script string, args ...string) *exec.Cmd {
	return peer(t, "node", "require('simple-hl7')", "simple-hl7", script, args...)
}

// Messages with the escape sequences on which all agree: no formatting commands,
// and hexadecimal only for ASCII, which python-hl7 takes for characters.
var forPeers = []string{
	strings.NewReplacer(`\H\`, "", `\N\`, "", `\.br\`, "", `\XE28692\`, `\X2D3E\`).Replace(pcd),
	"MSH$%?!@$APP$FAC$$$20261121$$ADT%A01%ADT_A01$1$P$2.5\rPID$$$1%%%H@1.2@ISO%MR?2$$A!F!B!S!C!R!!T!!E!%D\rPV1$$I\r",
}

// python-hl7 must find the same parts and the same text as we do.
func TestPythonParsesAlike(t *testing.T) {
	const script = `
import hl7, json, sys
m = hl7.parse(sys.stdin.buffer.read().decode("utf-8"))
def sub(c):
    return [m.unescape(s) for s in c] if isinstance(c, hl7.Container) else [m.unescape(c)]
def rep(r):
    return [sub(c) for c in r] if isinstance(r, hl7.Container) else [sub(r)]
def field(f):
    return [rep(r) for r in f]
print(json.dumps([[str(s[0]), [field(f) for f in s[3 if str(s[0]) == "MSH" else 1:]]] for s in m]))
`
	for _, raw := range forPeers {
		cmd := pythonHL7(t, script)
		cmd.Stdin = strings.NewReader(raw)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var theirs []any
		if err := json.Unmarshal(out, &theirs); err != nil {
			t.Fatal(err)
		}
		var ours []any
		for s := range mustParse(t, raw).Segments() {
			var fields []any
			for i := range s.AppendFields(make([][]byte, 0, 64)) {
				if !s.header() || i >= 2 {
					fields = append(fields, full(s.Field(i+1).Tree()))
				}
			}
			ours = append(ours, []any{string(s.ID()), fields})
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Error(diff)
		}
	}
}

// full writes a tree as python-hl7 shows it, where what is empty has one empty
// part.
func full(t Tree) []any {
	if len(t) == 0 {
		t = Tree{nil}
	}
	var repetitions []any
	for _, r := range t {
		if len(r) == 0 {
			r = [][]string{nil}
		}
		var components []any
		for _, c := range r {
			if len(c) == 0 {
				c = []string{""}
			}
			var subs []any
			for _, s := range c {
				subs = append(subs, s)
			}
			components = append(components, subs)
		}
		repetitions = append(repetitions, components)
	}
	return repetitions
}

// collector hands whole frames to a function.
type collector func(content []byte)

func (c collector) Frame(f Frame) { c(f.Content) }
func (c collector) Fault(Fault)   {}

// serve answers every message on one connection with code and tells of it.
func serve(t *testing.T, code AckCode) (port string, received <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	messages := make(chan string, 8)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		d := NewDecoder(collector(func(content []byte) {
			m, err := Parse(content)
			if err != nil {
				messages <- err.Error()
				return
			}
			answer, err := AppendACK(nil, m, Answer{Code: code, ControlID: "ours", Error: "207"})
			if err != nil {
				messages <- err.Error()
				return
			}
			messages <- string(content)
			conn.Write(AppendFrame(nil, answer))
		}), Limits{})
		buf := make([]byte, 37)
		for {
			n, err := conn.Read(buf)
			if d.Feed(buf[:n]) != nil || err != nil {
				return
			}
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, messages
}

// exchange sends the messages to addr, in pieces, and returns what is answered.
func exchange(t *testing.T, addr string, messages ...string) (answers []Ack) {
	t.Helper()
	var conn net.Conn
	var err error
	for range 100 {
		if conn, err = net.Dial("tcp", addr); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	d := NewDecoder(collector(func(content []byte) {
		m, err := Parse(content)
		if err != nil {
			t.Error(err)
		}
		ack, ok := m.Ack()
		if !ok {
			t.Errorf("no MSA in %q", content)
		}
		answers = append(answers, ack)
	}), Limits{})
	buf := make([]byte, 37)
	for i, m := range messages {
		frame := AppendFrame(nil, []byte(m))
		conn.Write(frame[:11])
		conn.Write(frame[11:])
		for len(answers) == i {
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatalf("no answer to message %d: %v", i, err)
			}
			if err := d.Feed(buf[:n]); err != nil {
				t.Fatal(err)
			}
		}
	}
	return answers
}

func TestPythonClient(t *testing.T) {
	const script = `
import hl7, sys
from hl7.client import MLLPClient
raw = sys.stdin.buffer.read()
with MLLPClient("127.0.0.1", int(sys.argv[1])) as client:
    answer = hl7.parse(client.send_message(raw).strip(b"\x0b\x1c\r"))
    print(answer["MSA"][0][1], answer["MSA"][0][2], answer["ERR"][0][3], answer["MSH"][0][9], answer["MSH"][0][5])
`
	port, received := serve(t, AE)
	cmd := pythonHL7(t, script, port)
	cmd.Stdin = strings.NewReader(pcd)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(out)), "AE C-17 207 ACK^R01^ACK PUMPGW^0003B1FFFE000001^EUI-64"; got != want {
		t.Errorf("python reads our answer as %q, want %q", got, want)
	}
	if diff := cmp.Diff(pcd, <-received); diff != "" {
		t.Error(diff)
	}
}

func TestPythonServer(t *testing.T) {
	const script = `
import asyncio, hl7.mllp
async def connected(reader, writer):
    while True:
        try:
            m = await reader.readmessage()
        except asyncio.IncompleteReadError:
            break
        code = "AR" if str(m["PID"][0][3]).startswith("2") else "AA"
        writer.writemessage(m.create_ack(code))
        await writer.drain()
async def main():
    server = await hl7.mllp.start_hl7_server(connected, "127.0.0.1", 0, encoding="utf-8")
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()
asyncio.run(main())
`
	cmd := pythonHL7(t, script)
	addr := "127.0.0.1:" + firstLine(t, cmd)
	second := "MSH|^~\\&|A|B|C|D|||ADT^A08^ADT_A01|99|P|2.5\rPID|||2\r"
	want := []Ack{{Code: AA, ControlID: "C-17"}, {Code: AR, ControlID: "99"}}
	if diff := cmp.Diff(want, exchange(t, addr, pcd, second)); diff != "" {
		t.Error(diff)
	}
}

func TestNodeClient(t *testing.T) {
	const script = `
const hl7 = require('simple-hl7');
const client = hl7.Server.createTcpClient('127.0.0.1', Number(process.argv[1]));
const m = new hl7.Message('MON', 'ICU', 'EHR', 'HOSP', '20261121120000', '', ['ORU', 'R01'], '4711', 'P', '2.5');
m.addSegment('PID', '', '', ['1', '', '', 'HOSP'], '', ['Miller', 'Ann']);
m.addSegment('OBX', '1', 'NM', ['147842', 'MDC_ECG_HEART_RATE', 'MDC'], '', '72');
client.send(m, (err, ack) => {
  if (err) throw err;
  const msa = ack.getSegment('MSA');
  console.log(String(msa.getField(1)), String(msa.getField(2)), String(ack.header.getField(8)));
});
`
	port, received := serve(t, AR)
	out, err := simpleHL7(t, script, port).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(out)), "AR 4711 ours"; got != want {
		t.Errorf("node reads our answer as %q, want %q", got, want)
	}
	m := mustParse(t, <-received)
	pid, obx := PID{segment(t, m, "PID")}, OBX{segment(t, m, "OBX")}
	got := []string{
		m.Header().SendingApplication().Namespace.Text(), m.Header().MessageType().Trigger.Text(),
		pid.Identifiers().CX().ID.Text(), pid.Name().Component(2).Text(),
		obx.Observation().Text.Text(), obx.Value().Text(),
	}
	if diff := cmp.Diff([]string{"MON", "R01", "1", "Ann", "MDC_ECG_HEART_RATE", "72"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNodeServer(t *testing.T) {
	const script = `
const hl7 = require('simple-hl7');
const app = hl7.tcp();
app.use((req, res, next) => {
  if (req.event === 'A08') res.ack.getSegment('MSA').setField(1, 'AE');
  res.end();
});
const server = app.start(0);
server.server.on('listening', () => console.log(server.server.address().port));
`
	cmd := simpleHL7(t, script)
	addr := "127.0.0.1:" + firstLine(t, cmd)
	second := "MSH|^~\\&|A|B|C|D|||ADT^A08^ADT_A01|99|P|2.5\rPID|||2\r"
	want := []Ack{{Code: AA, ControlID: "C-17"}, {Code: AE, ControlID: "99"}}
	if diff := cmp.Diff(want, exchange(t, addr, pcd, second)); diff != "" {
		t.Error(diff)
	}
}

// firstLine starts a peer that prints its port, and ends it with the test.
func firstLine(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(io.LimitReader(out, 64)).ReadString('\n')
	port := strings.TrimSpace(line)
	if _, numeric := strconv.Atoi(port); err != nil || numeric != nil {
		t.Fatalf("the peer printed %q: %v", line, err)
	}
	return port
}
