package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// library returns the interpreter if it has the library, or skips (laptop) or
// fails (CI).
func library(t *testing.T, interpreter, load, name string) string {
	t.Helper()
	path := testkit.Need(t, interpreter)
	flag := map[string]string{"python3": "-c", "node": "-e"}[interpreter]
	if out, err := exec.CommandContext(t.Context(), path, flag, load).CombinedOutput(); err != nil {
		testkit.Missing(t, "%s has no %s: %.200s", interpreter, name, out)
	}
	return path
}

// The peers print one JSON object for each message they sent with the answer they
// got, or that they received with the answer they gave.

const pythonServer = `
import asyncio, json, hl7.mllp, sys
async def connected(reader, writer):
    while True:
        try:
            m = await reader.readmessage()
        except asyncio.IncompleteReadError:
            break
        code = "AE" if str(m["PID"][0][3]).startswith("BAD") else "AA"
        writer.writemessage(m.create_ack(code))
        await writer.drain()
        print(json.dumps({"type": str(m["MSH"][0][9]), "app": str(m["MSH"][0][3]), "segments": " ".join(str(s[0]) for s in m), "ack": code}), flush=True)
async def main():
    server = await hl7.mllp.start_hl7_server(connected, sys.argv[1], 2575, encoding="utf-8")
    async with server:
        await server.serve_forever()
asyncio.run(main())
`

const pythonClient = `
import hl7, json, sys
from hl7.client import MLLPClient
with MLLPClient(sys.argv[1], int(sys.argv[2])) as client:
    for raw in sys.argv[3:]:
        sent = hl7.parse(raw)
        answer = hl7.parse(client.send_message(raw).strip(b"\x0b\x1c\r").decode())
        print(json.dumps({"type": str(sent["MSH"][0][9]), "app": str(sent["MSH"][0][3]), "segments": " ".join(str(s[0]) for s in sent), "ack": str(answer["MSA"][0][1])}), flush=True)
`

const nodeServer = `
const hl7 = require('simple-hl7');
const app = hl7.tcp();
app.use((req, res, next) => {
  const bad = String(req.msg.getSegment('PID').getField(3)).startsWith('BAD');
  if (bad) res.ack.getSegment('MSA').setField(1, 'AE');
  const h = req.msg.header;
  console.log(JSON.stringify({type: req.type + '^' + req.event, app: String(h.getField(1)), segments: ['MSH', ...req.msg.segments.map(s => s.name)].join(' '), ack: bad ? 'AE' : 'AA'}));
  res.end();
});
app.start(2576);
`

const nodeClient = `
const hl7 = require('simple-hl7');
const [host, port, ...messages] = process.argv.slice(1);
const parser = new hl7.Parser();
const client = hl7.Server.createTcpClient(host, Number(port));
const next = () => {
  const raw = messages.shift();
  if (raw === undefined) process.exit(0);
  const m = parser.parse(raw);
  client.send(m, (err, ack) => {
    if (err) throw err;
    console.log(JSON.stringify({type: String(m.header.getField(7)), app: String(m.header.getField(1)), segments: ['MSH', ...m.segments.map(s => s.name)].join(' '), ack: String(ack.getSegment('MSA').getField(1))}));
    setImmediate(next);
  });
};
next();
`

// exchange is what a peer prints of one message and its answer.
type exchange struct{ Type, App, Segments, Ack string }

func exchanges(t *testing.T, printed string) (out []string) {
	t.Helper()
	for line := range strings.Lines(printed) {
		var x exchange
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatalf("the peer printed %q", line)
		}
		c := append(strings.Split(x.Type, "^"), "")
		out = append(out, fmt.Sprintf("%s %s^%s %s: %s", x.App, c[0], c[1], x.Segments, x.Ack))
	}
	return sorted(out)
}

func observedHL7(t *testing.T, l objects, port uint16) (out []string) {
	t.Helper()
	for _, o := range l.observations("hl7.message") {
		m := fields[hl7Message](t, o)
		if o.Flow.port(t) != port {
			continue
		}
		if m.Answer != "answered" || m.Mismatch {
			t.Errorf("not answered: %s", o.raw)
		}
		out = append(out, fmt.Sprintf("%s %s^%s %s: %s", m.SendingApp, m.Type, m.Trigger, unfolded(m.Segments), m.Ack))
	}
	return sorted(out)
}

// unfolded writes runs of a segment ("OBX*3") out.
func unfolded(segments string) string {
	var out []string
	for _, s := range strings.Fields(segments) {
		id, times, run := strings.Cut(s, "*")
		n := 1
		if run {
			fmt.Sscan(times, &n)
		}
		for range n {
			out = append(out, id)
		}
	}
	return strings.Join(out, " ")
}

// TestHL7Peers: messages between the HL7 libraries of Python and Node.js, in both
// roles, are observed as the libraries say they were, with their answers.
func TestHL7Peers(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	python := library(t, "python3", "import hl7.mllp, hl7.client", "hl7")
	node := library(t, "node", "require('simple-hl7')", "simple-hl7")
	const name, record = "Xanthippe", "MRN4711-0815"
	message := func(app, event, id, mrn string, more ...string) string {
		lines := append([]string{
			`MSH|^~\&|` + app + `|ICU|EHR|HOSP|20260302080000||` + event + `|` + id + `|P|2.6`,
			`PID|||` + mrn + `^^^HOSP^MR||` + name + `^Anna||19700101|F`,
		}, more...)
		return strings.Join(lines, "\r") + "\r"
	}
	messages := []string{
		message("MON", "ORU^R01^ORU_R01", "1", record, "OBR|1|||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC", "OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1.1|72|bpm", "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.2|98|%"),
		message("ADM", "ADT^A01^ADT_A01", "2", record, "PV1||I|ICU^1^2"),
		message("ADM", "ADT^A08^ADT_A01", "3", "BAD"+record, "PV1||I|ICU^1^2"),
	}
	live := n.serve()
	tap := n.capture()
	ps := n.start(server, python, "-u", "-c", pythonServer, serverAddress)
	ns := n.start(server, node, "-e", nodeServer)
	n.listens(server, 2575)
	n.listens(server, 2576)
	talk := func(program, flag, script, port string) string {
		t.Helper()
		out, code := n.tool(client, program, append([]string{flag, script, serverAddress, port}, messages...)...)
		if code != 0 {
			t.Fatalf("%s to port %s: exit status %d\n%s", program, port, code, out)
		}
		return out
	}
	said := map[uint16]string{}
	said[2575] = talk("python3", "-c", pythonClient, "2575") + talk("node", "-e", nodeClient, "2575")
	said[2576] = talk("python3", "-c", pythonClient, "2576") + talk("node", "-e", nodeClient, "2576")
	file := tap.finish()
	observed := live.finish()
	ps.stop(syscall.SIGTERM)
	ns.stop(syscall.SIGTERM)
	for port, heard := range map[uint16]string{2575: ps.stdoutText(), 2576: ns.stdoutText()} {
		want := exchanges(t, said[port])
		if len(want) != 2*len(messages) || len(only(want, ": AE")) != 2 {
			t.Errorf("port %d: the clients tell %q", port, want)
		}
		if diff := cmp.Diff(want, exchanges(t, heard)); diff != "" {
			t.Errorf("port %d: the peers disagree (-client +server)\n%s", port, diff)
		}
		if diff := cmp.Diff(want, observedHL7(t, replay(t, file), port)); diff != "" {
			t.Errorf("port %d: replay (-client +wardround)\n%s", port, diff)
		}
		if diff := cmp.Diff(want, observedHL7(t, observed, port)); diff != "" {
			t.Errorf("port %d: serve (-client +wardround)\n%s", port, diff)
		}
	}
	found := live.findings()
	for _, check := range []string{"hl7.cleartext", "privacy.patient-data-on-wire"} {
		if found[check] == 0 {
			t.Errorf("serve found no %s, but %v", check, found)
		}
	}
	s := newSearcher([]string{name, record})
	leaks, _ := s.folder(t, live.dir)
	none(t, leaks)
}
