package e2e

import (
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/internal/testkit"
)

// Every recorded capture is dissected by tshark and replayed by the binary; both
// accounts are written in the same words and must be the same, line by line. What
// a parser reads before personal fields are dropped is compared in its own
// package; here it is what comes out at the end.

// recordings are all captures that there are.
var recordings = []struct {
	file      string
	dissected func(t *testing.T, path string) []string // tshark's account
	observed  func(t *testing.T, l objects) []string
	atLeast   int      // lines, so that agreement about nothing is no agreement
	kinds     []string // seen, besides flow and those of the sensor itself
}{
	{"dicom_echo_store_find_get_move.pcap", dicomDissected, dicomObserved, 18, []string{"dicom.association", "dicom.equipment", "dicom.operation"}},
	{"dicom_wrongaet_echo_store.pcap", dicomDissected, dicomObserved, 4, []string{"dicom.association", "dicom.equipment", "dicom.operation"}},
	{"dicom_reject_malformed.pcap", dicomDissected, dicomObserved, 1, []string{"dicom.association"}},
	{"dicomweb_qido_wado_stow.pcap", httpDissected, httpObserved, 4, []string{"dicom.equipment", "dicomweb.request", "http.transaction"}},
	{"hl7v2_mllp_oru_prt.pcap", hl7Dissected, hl7Observed, 40, []string{"hl7.message", "results.window"}},
	{"mqtt_311_and_5.pcap", mqttDissected("18830"), mqttObserved, 11, []string{"mqtt.publish", "mqtt.session", "mqtt.subscribe"}},
	{"mqtt_311_and_5_port1883.pcap", mqttDissected("1883"), mqttObserved, 11, []string{"mqtt.publish", "mqtt.session", "mqtt.subscribe"}},
	{"wsdiscovery_sdc_hello_synthetic.pcap", helloDissected, helloObserved, 1, []string{"wsdiscovery.target"}},
}

func TestTsharkAgrees(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testkit.Data(t, "captures"), "*.pcap"))
	if err != nil || len(files) != len(recordings) {
		t.Errorf("%d captures, %d are compared (%v)", len(files), len(recordings), err)
	}
	for _, r := range recordings {
		t.Run(r.file, func(t *testing.T) {
			t.Parallel()
			path := testkit.Data(t, "captures/"+r.file)
			list := replay(t, path)
			kinds := map[string]bool{}
			for _, o := range list.of("observation") {
				kinds[o.Kind] = true
			}
			for _, k := range append([]string{"flow", "sensor.status", "check.wake"}, r.kinds...) {
				delete(kinds, k)
			}
			if len(kinds) > 0 {
				t.Errorf("also taken for %v", kinds)
			}
			if s := list.summary(t); s.ParseFailures != 0 || s.Drops != 0 || s.GapBytes != 0 || s.Truncated {
				t.Errorf("not understood or lost: %s", s.raw)
			}
			want, got := sorted(r.dissected(t, path)), sorted(r.observed(t, list))
			if len(want) < r.atLeast {
				t.Errorf("tshark tells only %d lines: %q", len(want), want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-tshark +wardround)\n%s", diff)
			}
		})
	}
}

// tshark prints fields, one row per packet; values of one field are joined by "|".
func tshark(t *testing.T, path, filter string, fields []string, args ...string) [][]string {
	t.Helper()
	args = append([]string{"-n", "-r", path, "-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|"}, args...)
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.CommandContext(t.Context(), testkit.Need(t, "tshark"), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, stderr.String())
	}
	var rows [][]string
	for line := range strings.Lines(string(out)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}

// many splits an aggregated value.
func many(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "|")
}

func dicomDissected(t *testing.T, path string) []string {
	type association struct {
		titles, result, end string
		offered, accepted   int
	}
	all := map[string]*association{}
	var order, out []string
	info := regexp.MustCompile(`([CN]-[A-Z]+(?:-[A-Z]+)*)-(RQ|RSP) ID=\d+[^,]*`)
	fields := []string{"tcp.stream", "dicom.pdu.type", "dicom.assoc.ae.calling", "dicom.assoc.ae.called", "dicom.pctx.id", "dicom.pctx.result", "_ws.col.Info"}
	requests, done := map[string]int{}, map[string]int{}
	for _, row := range tshark(t, path, "dicom", fields) {
		stream := row[0]
		a := all[stream]
		if a == nil {
			a = &association{result: "unanswered", end: "closed"}
			all[stream] = a
			order = append(order, stream)
		}
		for _, kind := range many(row[1]) {
			switch kind {
			case "0x01":
				a.titles = strings.TrimSpace(row[2]) + " " + strings.TrimSpace(row[3])
				a.offered = len(many(row[4]))
			case "0x02":
				a.result = "accepted"
				for _, r := range many(row[5]) {
					if n, _ := strconv.ParseUint(r, 0, 8); n == 0 {
						a.accepted++
					}
				}
			case "0x03":
				a.result, a.end = "rejected", "rejected"
			case "0x06":
				a.end = "released"
			case "0x07":
				a.end = "aborted"
			}
		}
		for _, m := range info.FindAllStringSubmatch(row[6], -1) {
			key := stream + " " + m[1]
			switch {
			case m[2] == "RQ":
				requests[key]++
			case strings.Contains(m[0], "(Success)"):
				done[key]++
			}
		}
	}
	for _, s := range order {
		a := all[s]
		out = append(out, fmt.Sprintf("association %s %s %s, %d of %d contexts", a.titles, a.result, a.end, a.accepted, a.offered))
		for key, n := range requests {
			if stream, op, _ := strings.Cut(key, " "); stream == s {
				out = append(out, fmt.Sprintf("%s %s: %d asked", a.titles, op, n))
				if d := done[key]; d > 0 {
					out = append(out, fmt.Sprintf("%s %s: %d succeeded", a.titles, op, d))
				}
			}
		}
	}
	return out
}

// dicomOperation holds the fields of dicom.operation that are compared.
type dicomOperation struct {
	Operation    string `json:"operation"`
	FromServer   bool   `json:"from_server"`
	Transactions int    `json:"transactions"`
	Calling      string `json:"calling"`
	Called       string `json:"called"`
	Outcome      string `json:"outcome"`
	Status       string `json:"status"`
	Matches      int    `json:"matches"`
	Patients     int    `json:"patients"`
	Destination  string `json:"destination"`
	Originator   string `json:"originator"`
	Completed    int    `json:"completed"`
	Failed       int    `json:"failed"`
	Warnings     int    `json:"warnings"`
}

// dicomAssociation holds the fields of dicom.association that are compared.
type dicomAssociation struct {
	Calling      string `json:"calling"`
	Called       string `json:"called"`
	Result       string `json:"result"`
	End          string `json:"end"`
	RejectResult string `json:"reject_result"`
	RejectSource string `json:"reject_source"`
	RejectReason string `json:"reject_reason"`
	AbortBy      string `json:"abort_by"`
	Offered      int    `json:"offered"`
	Accepted     int    `json:"accepted"`
	UserIdentity string `json:"user_identity"`
	Malformed    int    `json:"malformed"`
	Lost         int64  `json:"lost"`
}

func dicomObserved(t *testing.T, l objects) (out []string) {
	for _, o := range l.observations("dicom.association") {
		a := fields[dicomAssociation](t, o)
		out = append(out, fmt.Sprintf("association %s %s %s %s, %d of %d contexts", a.Calling, a.Called, a.Result, a.End, a.Accepted, a.Offered))
	}
	for _, o := range l.observations("dicom.operation") {
		op := fields[dicomOperation](t, o)
		out = append(out, fmt.Sprintf("%s %s %s: %d asked", op.Calling, op.Called, op.Operation, op.Transactions))
		if op.Outcome == "success" {
			out = append(out, fmt.Sprintf("%s %s %s: %d succeeded", op.Calling, op.Called, op.Operation, op.Transactions))
		}
	}
	return out
}

func httpDissected(t *testing.T, path string) (out []string) {
	method := map[string]string{}
	for _, row := range tshark(t, path, "http", []string{"tcp.stream", "http.request.method", "http.response.code"}, "-d", "tcp.port==18042,http") {
		if row[1] != "" {
			method[row[0]] = row[1]
		}
		if row[2] != "" {
			out = append(out, method[row[0]]+" "+row[2])
		}
	}
	return out
}

func httpObserved(t *testing.T, l objects) (out []string) {
	for _, o := range l.observations("http.transaction", "dicomweb.request", "fhir.interaction") {
		x := fields[struct {
			Method string `json:"method"`
			Status int    `json:"status"`
		}](t, o)
		out = append(out, fmt.Sprint(x.Method, " ", x.Status))
	}
	return out
}

func hl7Dissected(t *testing.T, path string) (out []string) {
	for _, row := range tshark(t, path, "hl7", []string{"hl7.raw.segment"}, "-o", "hl7.display_raw:TRUE", "-E", "aggregator=\x1e") {
		var ids []string
		event, ack := "", ""
		for _, segment := range strings.Split(row[0], "\x1e") {
			f := strings.Split(strings.TrimRight(segment, "\r\\rx0d"), "|")
			ids = append(ids, f[0])
			switch f[0] {
			case "MSH":
				event = f[8]
			case "MSA":
				ack = f[1]
			}
		}
		if ack != "" {
			out = append(out, "answer "+ack)
			continue
		}
		c := append(strings.Split(event, "^"), "", "")
		out = append(out, fmt.Sprintf("%s^%s %s", c[0], c[1], strings.Join(ids, " ")))
	}
	return out
}

// hl7Message holds the fields of hl7.message that are compared.
type hl7Message struct {
	Type       string `json:"type"`
	Trigger    string `json:"trigger"`
	Segments   string `json:"segments"`
	SendingApp string `json:"sending_app"`
	Version    string `json:"version"`
	Answer     string `json:"answer"`
	Ack        string `json:"ack"`
	Mismatch   bool   `json:"ack_mismatch"`
}

func hl7Observed(t *testing.T, l objects) (out []string) {
	for _, o := range l.observations("hl7.message") {
		m := fields[hl7Message](t, o)
		out = append(out, fmt.Sprintf("%s^%s %s", m.Type, m.Trigger, m.Segments))
		if m.Answer == "answered" {
			out = append(out, "answer "+m.Ack)
		}
	}
	return out
}

func mqttDissected(port string) func(t *testing.T, path string) []string {
	return func(t *testing.T, path string) (out []string) {
		type session struct{ id, version, user string }
		sessions := map[string]session{}
		messages := map[string]int{} // by client, direction, topic and QoS
		bytes := map[string]int{}
		fields := []string{"tcp.stream", "tcp.srcport", "mqtt.msgtype", "mqtt.clientid", "mqtt.ver", "mqtt.username", "mqtt.conack.val", "mqtt.connack.reason_code", "mqtt.qos", "mqtt.topic", "mqtt.msg"}
		for _, row := range tshark(t, path, "mqtt", fields, "-d", "tcp.port=="+port+",mqtt") {
			s := sessions[row[0]]
			switch row[2] {
			case "1":
				sessions[row[0]] = session{row[3], map[string]string{"3": "3.1", "4": "3.1.1", "5": "5.0"}[row[4]], row[5]}
			case "2":
				out = append(out, fmt.Sprintf("session %s %s user %t code %s", s.id, s.version, s.user != "", row[6]+row[7]))
			case "3":
				key := fmt.Sprintf("%s %s qos %s delivered %t", s.id, row[9], row[8], row[1] == port)
				payload, err := hex.DecodeString(row[10])
				if err != nil {
					t.Fatal(err)
				}
				messages[key]++
				bytes[key] += len(payload)
			case "8":
				out = append(out, "subscribe "+s.id+" "+row[9])
			}
		}
		for key, n := range messages {
			out = append(out, fmt.Sprintf("publish %s: %d messages, %d bytes", key, n, bytes[key]))
		}
		return out
	}
}

func mqttObserved(t *testing.T, l objects) (out []string) {
	messages, bytes := map[string]int{}, map[string]int{}
	for _, o := range l.observations("mqtt.session", "mqtt.publish", "mqtt.subscribe") {
		x := fields[struct {
			Version   string   `json:"version"`
			ClientID  string   `json:"client_id"`
			User      bool     `json:"user"`
			Code      int      `json:"code"`
			Topic     string   `json:"topic"`
			QoS       int      `json:"qos"`
			Delivered bool     `json:"delivered"`
			Messages  int      `json:"messages"`
			Bytes     int      `json:"bytes"`
			Filters   []string `json:"filters"`
		}](t, o)
		switch o.Kind {
		case "mqtt.session":
			out = append(out, fmt.Sprintf("session %s %s user %t code %d", x.ClientID, x.Version, x.User, x.Code))
		case "mqtt.subscribe":
			out = append(out, "subscribe "+x.ClientID+" "+strings.Join(x.Filters, "|"))
		case "mqtt.publish":
			key := fmt.Sprintf("%s %s qos %d delivered %t", x.ClientID, x.Topic, x.QoS, x.Delivered)
			messages[key] += x.Messages
			bytes[key] += x.Bytes
		}
	}
	for key, n := range messages {
		out = append(out, fmt.Sprintf("publish %s: %d messages, %d bytes", key, n, bytes[key]))
	}
	return out
}

func helloDissected(t *testing.T, path string) (out []string) {
	address := regexp.MustCompile(`urn:uuid:[0-9a-f-]{36}`)
	for _, row := range tshark(t, path, "udp.port==3702", []string{"xml.cdata"}, "--enable-heuristic", "xml_udp") {
		text := many(row[0])
		if len(text) == 0 {
			continue
		}
		action := text[0][strings.LastIndexByte(text[0], '/')+1:]
		ids := address.FindAllString(row[0], -1) // the message's own id, then the endpoint
		out = append(out, strings.ToLower(action)+" "+ids[len(ids)-1])
	}
	return out
}

func helloObserved(t *testing.T, l objects) (out []string) {
	for _, o := range l.observations("wsdiscovery.target") {
		x := fields[struct {
			Message  string `json:"message"`
			Endpoint string `json:"endpoint"`
		}](t, o)
		out = append(out, x.Message+" "+x.Endpoint)
	}
	return out
}
