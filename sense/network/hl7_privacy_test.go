package network

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// hl7May are the fields whose values may leave the sensor: names of applications
// and facilities, codes of the standard, and what identifies a device.
var hl7May = []string{
	"MSH-3", "MSH-4", "MSH-5", "MSH-6", "MSH-9", "MSH-11", "MSH-12", "MSH-18", "MSH-21",
	"SFT-2", "SFT-3", "OBX-18", "PRT-10", "PRT-16", "PRT-20", "ERR-3", "ERR-4",
}

// hl7Canaries writes a segment whose every field, component and repetition is a
// canary that tells where it comes from, and whose codes are right where the
// sensor asks for them.
func hl7Canaries(segment string, fields int) string {
	var b strings.Builder
	b.WriteString(segment)
	start := 1
	if segment == "MSH" {
		b.WriteString("|^~\\&")
		start = 3
	}
	for n := start; n <= fields; n++ {
		c := fmt.Sprintf("KANARI%s%02d", segment, n)
		fmt.Fprintf(&b, "|%sC1^%sC2&%sC2S2^%sC3~%sR2^%sMüller", c, c, c, c, c, c)
	}
	return b.String() + "\r"
}

// Canaries in every field of every segment: only those of fields that are allowed
// to leave come out, in no spelling.
func TestHL7CanariesStay(t *testing.T) {
	var message strings.Builder
	message.WriteString(hl7Canaries("MSH", 25))
	segments := []string{
		"SFT", "UAC", "EVN", "PID", "PD1", "ROL", "NK1", "PV1", "PV2", "DB1", "OBX", "AL1", "DG1", "DRG", "PR1", "GT1",
		"IN1", "IN2", "IN3", "ACC", "UB1", "UB2", "MRG", "ORC", "OBR", "NTE", "PRT", "TQ1", "CTD", "CTI", "SPM", "SAC",
		"RXA", "RXE", "RXO", "RXR", "TXA", "SCH", "RGS", "AIS", "AIP", "AIL", "AIG", "QRD", "QPD", "DSP", "FT1", "ZPD", "Z99", "xyz",
	}
	for _, s := range segments {
		message.WriteString(hl7Canaries(s, 50))
	}
	answer := hl7Canaries("MSH", 25) + "MSA|AE|KANARIMSH10C1^KANARIMSH10C2|KANARIMSA03|KANARIMSA04|KANARIMSA05|207^KANARIMSA06\r" + hl7Canaries("ERR", 12) + hl7Canaries("NTE", 5)
	answer = strings.Replace(answer, "|KANARIMSH09C1", "|ACK", 1)
	orphan := strings.ReplaceAll(answer, "MSH10", "MSH99")

	for name, talk := range map[string][]hl7Talk{
		"answered":   {{ToServer, 0, message.String(), 0, false}, {ToClient, 5, answer, 0, false}},
		"orphan":     {{ToClient, 5, orphan, 0, false}},
		"cut":        {{ToServer, 0, "\v" + message.String()[:len(message.String())/2], 0, true}},
		"unreadable": {{ToServer, 0, "KANARIGARBAGE\vKANARIFRAME\x1cKANARIAFTER", 0, true}},
		"batch":      {{ToServer, 0, "FHS|^~\\&|KANARIFHS3|KANARIFHS4\rBHS|^~\\&|KANARIBHS3||||||KANARIBHS9\r" + message.String() + "BTS|1|KANARIBTS2\r", 0, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			for _, o := range hl7SaidUntil(t, 1000, false, func(c *Conn) { c.sensor.results.flush(1) }, talk...) {
				b, err := kind.Codec{}.Append(nil, o)
				if err != nil {
					t.Fatal(err)
				}
				out.Write(b)
			}
			allowed := regexp.MustCompile("^KANARI(" + hl7Allowed() + ")(C|R|M|$)")
			for _, hit := range regexp.MustCompile(`(?i)KANARI[A-Z0-9]*`).FindAllString(out.String(), -1) {
				if !allowed.MatchString(hit) {
					at := strings.Index(out.String(), hit)
					t.Errorf("%s left the sensor in …%.60s…", hit, out.String()[max(0, at-20):])
				}
			}
			for _, spelling := range hl7Spellings("KANARIPID05C1", "KANARIOBX05C1", "KANARINTE03C1", "KANARIMSH10C1", "KANARIMSH08C1", "KANARIPID03R2") {
				if strings.Contains(out.String(), spelling) {
					t.Errorf("%q left the sensor", spelling)
				}
			}
			// The test must be able to see what leaves.
			if name == "answered" && !strings.Contains(out.String(), "KANARIMSH03C1") {
				t.Errorf("not even the sending application is there: %s", out.String())
			}
		})
	}
}

func hl7Allowed() string {
	var names []string
	for _, f := range hl7May {
		segment, n, _ := strings.Cut(f, "-")
		names = append(names, fmt.Sprintf("%s%02s", segment, n))
	}
	return strings.Join(names, "|")
}

// hl7Spellings writes values as they might leave unseen.
func hl7Spellings(values ...string) (out []string) {
	for _, v := range values {
		wide := make([]byte, 0, 2*len(v))
		for _, c := range utf16.Encode([]rune(v)) {
			wide = append(wide, byte(c), byte(c>>8))
		}
		out = append(out, v, strings.ToLower(v), base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)),
			url.QueryEscape(v), string(wide))
	}
	return out
}

// Each field with personal data is told as present, and nothing else is.
func TestHL7PresenceOfEachField(t *testing.T) {
	for _, c := range []struct{ field, want string }{
		{"PID-2", "PID-2"}, {"PID-3", "PID-3"}, {"PID-4", "PID-4"}, {"PID-5", "PID-5"}, {"PID-6", "PID-6"}, {"PID-7", "PID-7"},
		{"PID-9", "PID-9"}, {"PID-11", "PID-11"}, {"PID-13", "PID-13"}, {"PID-14", "PID-14"}, {"PID-18", "PID-18"},
		{"PID-19", "PID-19"}, {"PID-20", "PID-20"}, {"PID-21", "PID-21"}, {"NK1-2", "NK1"}, {"NK1-5", "NK1"}, {"GT1-3", "GT1"},
		{"IN1-36", "IN1"}, {"IN2-2", "IN1"}, {"MRG-1", "MRG"}, {"PV1-19", "PV1-19"}, {"PV1-50", "PV1-19"},
		{"OBR-3", "OBR-3"}, {"ORC-2", "OBR-3"}, {"EVN-5", "staff"}, {"PV1-7", "staff"}, {"OBR-16", "staff"}, {"ORC-12", "staff"},
		{"OBX-16", "staff"}, {"PRT-5", "staff"},
		{"PID-8", ""}, {"PID-1", ""}, {"NK1-1", ""}, {"OBX-5", ""}, {"NTE-3", ""}, {"OBX-3", ""}, {"PV1-2", ""},
	} {
		segment, number, _ := strings.Cut(c.field, "-")
		n := 0
		fmt.Sscan(number, &n)
		message := "MSH|^~\\&|A||||||ORU^R01|1|P|2.5\r" + segment + strings.Repeat("|", n) + "x\r"
		got := hl7Said(t, 1000, false, hl7Talk{ToServer, 0, message, 0, false})[0].Fields.(*kind.HL7MessageV1)
		if fields := strings.Join(got.PersonalFields(), " "); fields != c.want {
			t.Errorf("%s is told as %q, want %q", c.field, fields, c.want)
		}
	}
	for message, want := range map[string]wardround.DataClass{
		"PID|||1\rOBX|||||7\r":    wardround.DataIdentified,
		"PID|||\"\"\rOBX|||||7\r": wardround.DataClinical,
		"NTE|||text\r":            wardround.DataClinical,
		"OBX|||||\r":              wardround.DataTechnical,
	} {
		o := hl7Said(t, 1000, false, hl7Talk{ToServer, 0, "MSH|^~\\&|A\r" + message, 0, false})[0]
		if l, ok := o.Fields.(kind.Linker).Link(o); !ok || l.Data != want || l.Protocol != "hl7" || l.Encrypted != wardround.No {
			t.Errorf("%q makes link %+v, want %s", message, l, want)
		}
	}
}
