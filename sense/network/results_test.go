package network

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
)

// labTalk feeds messages of a laboratory, one a minute, and returns what was folded of
// them.
func labTalk(t *testing.T, messages ...string) (out []*kind.ResultsWindowV1) {
	t.Helper()
	c := NewTestConn("hl7", hl7Flow, func(o *wardround.Observation) {
		b, err := kind.Codec{}.Append(nil, o)
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(string(b), "KANARI") {
			t.Errorf("a canary left the sensor: %s", b)
		}
		if x, ok := o.Fields.(*kind.ResultsWindowV1); ok {
			out = append(out, x)
		}
	})
	s := openHL7(c)
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).UnixNano()
	for _, m := range messages {
		c.sensor.results.tick(at)
		if err := s.Data(ToServer, hl7.AppendFrame(nil, []byte(m)), at); err != nil {
			t.Fatal(err)
		}
		at += int64(time.Minute)
	}
	s.Close(at)
	c.sensor.results.flush(at)
	return out
}

var labNumber int

// labMessage is an ORU^R01 of a laboratory of Jane KANARI, with results as given.
func labMessage(obx ...string) string {
	labNumber++
	m := fmt.Sprintf("MSH|^~\\&|LAB7|HOSP|TRIAGE|ICU|20260301080000||ORU^R01^ORU_R01|L%d|P|2.5.1|||AL|NE\rSFT|Example LIS|8.4.1|LabCore|77\r", labNumber) +
		"PID|1|KANARI4711|KANARI4712^^^HOSP^MR||KANARI^JANE||19611105|F|||KANARISTREET 5\rPV1|1|I|KANARI^3^1\rOBR|1|KANARI1|KANARI2|24323-8^CMP^LN|||20260301\r"
	for i, x := range obx {
		m += fmt.Sprintf("OBX|%d|%s\r", i+1, x)
	}
	return m + "NTE|1||KANARI note\r"
}

// TestResultsOfALaboratory: what is told of an hour of glucose in two units is counts,
// units as UCUM has them, and how values spread; of a patient there is nothing.
func TestResultsOfALaboratory(t *testing.T) {
	var messages []string
	for i := range 9 {
		messages = append(messages, labMessage(
			fmt.Sprintf("NM|2345-7^Glucose^LN^GLU^Glukose KANARI^L|1|%d.4|mg/dL^^UCUM|70-99|%s|||F|||20260301||KANARIPHYSICIAN", 90+i, []string{"N", "H"}[i%2]),
			"SN|2160-0^^LN||<^0.2|mg/dl|||||F",
			"SN|10839-9^^LN||^0.01|ug/L|||||P",
			"ST|KANARI-CODE^KANARI name^L||KANARI free text|KANARIUNIT||A~KANARI|||F",
			"TX|18748-4^^LN||KANARI a nodule of JANE KANARI||||||KANARI",
			"NM|2345-8^wrong check digit^LN||5|mmol/L|||||F",
			"NM|2823-3^^LN||\"\"|mmol/L|3.5-5.1||||X",
			"NM|147842^MDC_ECG_HEART_RATE^MDC||71|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R",
		))
	}
	out := labTalk(t, messages...)
	if len(out) != 1 {
		t.Fatalf("%d observations", len(out))
	}
	x := out[0]
	if x.SendingApp != "LAB7" || x.Software != "LabCore 8.4.1" || x.Messages != 9 || x.Results != 72 || fmt.Sprint(x.Ages, x.Sexes, x.Orders) != "[{60-69 9}] [{F 9}] [{loinc:24323-8 9}]" {
		t.Errorf("%+v", x)
	}
	codes := map[string]kind.ResultCodeV1{}
	for _, c := range x.Codes {
		codes[strings.SplitAfter(c.Code, ":")[0]+c.Unit+" "+c.Code] = c
		if strings.HasPrefix(c.Code, "local:") {
			codes["local "+c.Unit] = c
		}
	}
	glucose := codes["loinc:mg/dL loinc:2345-7"]
	if fmt.Sprint(glucose) != "{loinc:2345-7 mg/dL true 9 0 9 [] [{NM 9}] [{F 9}] [{N 5} {H 4}] 9 [90.4 91.4 92.4 93.4 94.4 95.4 96.4 97.4 98.4] [1 1 1 1 1 1 1 1 1]}" {
		t.Errorf("glucose: %+v", glucose)
	}
	if c := codes["loinc:mg/dL loinc:2160-0"]; c.Numbers != 0 || c.Missing != 0 || c.UCUM || fmt.Sprint(c.Types) != "[{SN 9}]" {
		t.Errorf("a bound is no number: %+v", c)
	}
	if c := codes["loinc:ug/L loinc:10839-9"]; c.Numbers != 9 || fmt.Sprint(c.Values, c.ValueCounts) != "[0.01] [9]" {
		t.Errorf("troponin: %+v", c)
	}
	if c := codes["loinc:mmol/L loinc:2823-3"]; c.Missing != 9 || c.Ranged != 9 || c.Numbers != 0 {
		t.Errorf("potassium that could not be obtained: %+v", c)
	}
	if c := codes["mdc:mdc:264864 mdc:147842"]; c.Results != 9 || c.Numbers != 9 {
		t.Errorf("heart rate: %+v", c)
	}
	if c := codes["local mmol/L"]; c.Results != 9 {
		t.Errorf("a code with a wrong check digit is a local one: %+v", x.Codes)
	}
	n := 0
	for _, c := range x.Codes {
		if strings.HasPrefix(c.Code, "local:") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d local codes are told apart: %+v", n, x.Codes)
	}
}

// TestFewResultsTellNoValue: a value is told with at least four others, or not at all.
func TestFewResultsTellNoValue(t *testing.T) {
	one := "NM|2345-7^^LN||123|mg/dL|||||F"
	var early []string
	for range 4 {
		early = append(early, labMessage(one))
	}
	for _, x := range labTalk(t, early...) {
		for _, c := range x.Codes {
			if len(c.Values) > 0 || c.Numbers != 4 {
				t.Errorf("%+v", c)
			}
		}
	}
	// They are told with the next span's, where those make up the number.
	for range 8 {
		early = append(early, labMessage("TX|18748-4^^LN||x"))
	}
	out := labTalk(t, append(early, labMessage(one))...)
	if len(out) != 2 || len(out[0].Codes[1].Values) != 0 || fmt.Sprint(out[1].Codes) == "" {
		t.Fatalf("%+v", out)
	}
	last := out[1].Codes[0]
	for _, c := range out[1].Codes {
		if c.Unit == "mg/dL" {
			last = c
		}
	}
	if last.Numbers != 1 || fmt.Sprint(last.Values, last.ValueCounts) != "[123] [5]" {
		t.Errorf("%+v", last)
	}
}

// TestManyCodesTakeSeveralObservations: none is over the limit, and nothing is lost
// but what is counted as other.
func TestManyCodesTakeSeveralObservations(t *testing.T) {
	var messages []string
	for i := range 40 {
		var obx []string
		for k := range 400 {
			obx = append(obx, fmt.Sprintf("NM|C%d^^L||%d.%d|mg/dL|||||F", k, k, i))
		}
		messages = append(messages, labMessage(obx...))
	}
	results, told, others := 0, 0, 0
	for _, x := range labTalk(t, messages...) {
		results, others = results+x.Results, others+x.CodesOther
		for _, c := range x.Codes {
			told += c.Results
		}
	}
	if results != 16000 || told != 256*40 || told+others != results {
		t.Errorf("%d results, %d told, %d others", results, told, others)
	}
}

// TestARepeatedMessageCountsOnce, and one of training not at all.
func TestARepeatedMessageCountsOnce(t *testing.T) {
	m := labMessage("NM|2345-7^^LN||123|mg/dL|||||F")
	out := labTalk(t, m, m, m, strings.Replace(labMessage("NM|2345-7^^LN||123|mg/dL|||||F"), "|P|2.5.1", "|T|2.5.1", 1))
	if len(out) != 1 || out[0].Messages != 1 || out[0].Results != 1 {
		t.Errorf("%+v", out)
	}
}
