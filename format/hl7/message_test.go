package hl7

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format"
)

// pcd is an IHE PCD-01 observation of an infusion pump, as its gateway sends it.
const pcd = "MSH|^~\\&|PUMPGW^0003B1FFFE000001^EUI-64|ICU2|EHR|HOSP|20261121120000+0100||ORU^R01^ORU_R01|C-17|P|2.6|||NE|AL||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO\r" +
	"PID|||H4711^^^HOSP&1.2.3&ISO^MR~99^^^NAT^SS||Müller^Änne||19700101|F|||Weg 1^^Ulm\r" +
	"PV1||I|ICU2^R1^B4\r" +
	"OBR|1|P9^EHR|F9^PUMPGW|69985^MDC_DEV_PUMP_INFUS_VMD^MDC|||20261121120000\r" +
	"OBX|1|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.1.1|7.5|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R|||20261121120000||||P7^^0003B1FFFEB5B648^EUI-64\r" +
	"OBX|2|ST|1^Note^L|1.1.1.2|a\\T\\b\\.br\\c|||||||||||||\r" +
	"PRT|1|UC||EQUIP^Equipment^HL70912||||||P7^^0003B1FFFEB5B648^EUI-64||||||00643169001763^^00643169001763^GS1||||SN-1\r" +
	"NTE|1|L|call \\H\\now\\N\\ \\XE28692\\\r"

func mustParse(t testing.TB, s string) Message {
	t.Helper()
	m, err := Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func segment(t testing.TB, m Message, id string) Segment {
	t.Helper()
	s, ok := m.First(id)
	if !ok {
		t.Fatalf("no %s", id)
	}
	return s
}

func TestAccessors(t *testing.T) {
	m := mustParse(t, pcd)
	h := m.Header()
	pid := PID{segment(t, m, "PID")}
	pv1 := PV1{segment(t, m, "PV1")}
	obr := OBR{segment(t, m, "OBR")}
	obx := OBX{segment(t, m, "OBX")}
	prt := PRT{segment(t, m, "PRT")}
	cx := pid.Identifiers().CX()
	eui, _ := h.SendingApplication().EUI64()
	obxEUI, _ := obx.EquipmentInstance().EI().EUI64()
	prtEUI, _ := prt.Device().EI().EUI64()
	_, isEUI := prt.UDI().EUI64()
	for _, c := range []struct{ what, got, want string }{
		{"MSH-1", h.Field(1).Text(), "|"},
		{"MSH-2", h.Field(2).Text(), "^~\\&"},
		{"MSH-3.1", h.SendingApplication().Namespace.Text(), "PUMPGW"},
		{"MSH-3 EUI-64", eui, "0003B1FFFE000001"},
		{"MSH-4", h.SendingFacility().Namespace.Text(), "ICU2"},
		{"MSH-5", h.ReceivingApplication().Namespace.Text(), "EHR"},
		{"MSH-6", h.ReceivingFacility().Namespace.Text(), "HOSP"},
		{"MSH-9.1", h.MessageType().Code.Text(), "ORU"},
		{"MSH-9.2", h.MessageType().Trigger.Text(), "R01"},
		{"MSH-9.3", h.MessageType().Structure.Text(), "ORU_R01"},
		{"MSH-10", h.ControlID().Text(), "C-17"},
		{"MSH-11", h.ProcessingID().Text(), "P"},
		{"MSH-12", h.Version().Text(), "2.6"},
		{"MSH-15", h.AcceptAck().Text(), "NE"},
		{"MSH-16", h.ApplicationAck().Text(), "AL"},
		{"MSH-18", h.CharacterSets().Text(), "UNICODE UTF-8"},
		{"MSH-21.1", h.Profiles().EI().Entity.Text(), "IHE_PCD_001"},
		{"PID-3.1", cx.ID.Text(), "H4711"},
		{"PID-3.4.2", cx.Authority.UniversalID.Text(), "1.2.3"},
		{"PID-3.5", cx.Type.Text(), "MR"},
		{"PID-3(2).5", pid.Identifiers().Repetition(2).CX().Type.Text(), "SS"},
		{"PID-5.2", pid.Name().Component(2).Text(), "Änne"},
		{"PID-11.3", pid.Address().Component(3).Text(), "Ulm"},
		{"PID-19", pid.SocialSecurity().Text(), ""},
		{"PV1-3.3", pv1.Location().Component(3).Text(), "B4"},
		{"OBR-3.1", obr.Filler().Entity.Text(), "F9"},
		{"OBR-4.1", obr.Service().Code.Text(), "69985"},
		{"OBX-2", obx.ValueType().Text(), "NM"},
		{"OBX-5", obx.Value().Text(), "7.5"},
		{"OBX-6.2", obx.Units().Text.Text(), "MDC_DIM_MILLI_L_PER_HR"},
		{"OBX-18 EUI-64", obxEUI, "0003B1FFFEB5B648"},
		{"PRT-4.1", prt.Role().Code.Text(), "EQUIP"},
		{"PRT-10 EUI-64", prtEUI, "0003B1FFFEB5B648"},
		{"PRT-16.1", prt.UDI().Entity.Text(), "00643169001763"},
		{"PRT-20", prt.Serial().Text(), "SN-1"},
		{"NTE-3", NTE{segment(t, m, "NTE")}.Comment().Text(), "call now \u2192"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	if isEUI {
		t.Error("a GS1 identifier passes for an EUI-64")
	}
	if h.Unanswered() {
		t.Error("a message that wants an application acknowledgement is called unanswered")
	}
	at, ok := h.Time().Time(nil)
	if !ok || at.UTC().Hour() != 11 {
		t.Errorf("MSH-7 = %v, %v", at, ok)
	}
}

// Every accessor must read the field that the standard's tables number so.
func TestFieldNumbers(t *testing.T) {
	fields := func(id string, n int) Segment {
		var b strings.Builder
		b.WriteString(id)
		for i := 1; i <= n; i++ {
			b.WriteString("|f" + itoa(i))
		}
		m := mustParse(t, "MSH|^~\\&|x\r"+b.String())
		return segment(t, m, id)
	}
	evn, mrg := EVN{fields("EVN", 7)}, MRG{fields("MRG", 7)}
	nk1, in1 := NK1{fields("NK1", 5)}, IN1{fields("IN1", 36)}
	pid, pv1 := PID{fields("PID", 19)}, PV1{fields("PV1", 44)}
	obr, obx := OBR{fields("OBR", 25)}, OBX{fields("OBX", 18)}
	prt, nte := PRT{fields("PRT", 20)}, NTE{fields("NTE", 3)}
	msa, err := MSA{fields("MSA", 6)}, ERR{fields("ERR", 8)}
	for n, list := range map[int][]Value{
		1:  {evn.Code(), mrg.Identifiers()},
		2:  {evn.Recorded(), pid.ExternalID(), nk1.Name(), in1.Plan().Code, pv1.Class(), obr.Placer().Entity, obx.ValueType(), nte.Source(), msa.ControlID(), err.Location()},
		3:  {pid.Identifiers(), mrg.Account(), nk1.Relationship().Code, in1.Company(), pv1.Location(), obr.Filler().Entity, nte.Comment(), msa.Text(), err.Code().Code},
		4:  {pid.AlternateID(), nk1.Address(), obr.Service().Code, obx.SubID(), prt.Role().Code, err.Severity()},
		5:  {evn.Operator(), pid.Name(), mrg.Visit(), nk1.Phone(), obx.Value(), prt.Person()},
		6:  {evn.Occurred(), pid.MotherMaidenName(), obx.Units().Code, msa.ErrorCondition().Code},
		7:  {evn.Facility().Namespace, pid.BirthTime(), mrg.Name(), pv1.Attending(), obr.Start()},
		8:  {pid.Sex(), prt.Organization(), err.UserMessage()},
		9:  {prt.Location()},
		10: {prt.Device()},
		11: {pid.Address(), obx.Status()},
		13: {pid.HomePhone()},
		14: {pid.BusinessPhone(), obx.Time()},
		16: {in1.InsuredName(), prt.UDI().Entity},
		18: {pid.Account(), in1.InsuredBirth(), obx.EquipmentInstance()},
		19: {pid.SocialSecurity(), in1.InsuredAddress(), pv1.VisitNumber(), prt.Lot()},
		20: {prt.Serial()},
		25: {obr.Status()},
		36: {in1.PolicyNumber()},
		44: {pv1.Admitted()},
	} {
		for i, v := range list {
			if want := "f" + itoa(n); !v.Is(want) {
				t.Errorf("value %d of field %d = %q, want %q", i, n, v.Raw, want)
			}
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func TestSeparators(t *testing.T) {
	for _, c := range []struct {
		name, msh string
		want      Delimiters
		err       error
	}{
		{"recommended", "MSH|^~\\&|APP", Default(), nil},
		{"with truncation", "MSH|^~\\&#|APP", Delimiters{'|', '^', '~', '\\', '&', '#'}, nil},
		{"unusual", "MSH$%?!@$APP", Delimiters{'$', '%', '?', '!', '@', 0}, nil},
		{"no subcomponents", "MSH|^~\\|APP", Delimiters{'|', '^', '~', '\\', 0, 0}, nil},
		{"only components", "MSH|^|APP", Delimiters{Field: '|', Component: '^'}, nil},
		{"none at all", "MSH||APP", Delimiters{Field: '|'}, nil},
		{"end of message", "MSH|^~\\&", Default(), nil},
		{"end of segment", "MSH|^~\\&\rPID|", Default(), nil},
		{"byte order mark and blank lines", "\xef\xbb\xbf\r\nMSH|^~\\&|APP", Default(), nil},
		{"a letter separates", "MSHa^~\\&aAPP", Delimiters{}, format.ErrMalformed},
		{"a control character separates", "MSH|^~\x01&|APP", Delimiters{}, format.ErrMalformed},
		{"twice the same", "MSH|^^\\&|APP", Delimiters{}, format.ErrMalformed},
		{"escape is the field separator's twin", "MSH|^~\\^|APP", Delimiters{}, format.ErrMalformed},
		{"too many", "MSH|^~\\&#!|APP", Delimiters{}, format.ErrMalformed},
		{"other segment first", "PID|1", Delimiters{}, format.ErrMalformed},
		{"nothing", "", Delimiters{}, format.ErrTruncated},
		{"cut", "MSH", Delimiters{}, format.ErrTruncated},
		{"two-byte characters", "M\x00S\x00H\x00|\x00", Delimiters{}, format.ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Parse([]byte(c.msh))
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, m.Delimiters()); diff != "" {
				t.Error(diff)
			}
			if err == nil && strings.Contains(c.msh, "APP") && m.Header().SendingApplication().Namespace.Text() != "APP" {
				t.Errorf("MSH-3 = %q", m.Header().Field(3).Raw)
			}
		})
	}
}

func TestSegmentEnds(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"CR", "MSH|^~\\&|a\rPID|b\rOBX|c\r", "MSH PID OBX"},
		{"last CR missing", "MSH|^~\\&|a\rPID|b", "MSH PID"},
		{"LF", "MSH|^~\\&|a\nPID|b\nOBX|c\n", "MSH PID OBX"},
		{"CR LF", "MSH|^~\\&|a\r\nPID|b\r\nOBX|c\r\n", "MSH PID OBX"},
		{"blank lines", "MSH|^~\\&|a\r\r\rPID|b\r\n\r\n", "MSH PID"},
		{"LF where it isn't used otherwise", "MSH|^~\\&|a\rPID|b\nOBX|c\r", "MSH PID OBX"},
		{"LF as data", "MSH|^~\\&|a\rNTE|b\nmore|text\rOBX|c\r", "MSH NTE OBX"},
		{"one segment", "MSH|^~\\&|a", "MSH"},
		{"not an id", "MSH|^~\\&|a\rpid|b\rZ|c\r|x\r0|0|\rZB1|\r", "MSH (pid) (Z) () (0) ZB1"},
		{"segment without fields", "MSH|^~\\&|a\rPID\rEVN|\r", "MSH PID EVN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ids []string
			for s := range mustParse(t, c.in).Segments() {
				id := string(s.ID())
				if !s.Valid() {
					id = "(" + id + ")"
				}
				ids = append(ids, id)
			}
			if got := strings.Join(ids, " "); got != c.want {
				t.Errorf("segments %s, want %s", got, c.want)
			}
		})
	}
}

func TestFieldsInOnePass(t *testing.T) {
	m := mustParse(t, pcd)
	var space [16][]byte
	for s := range m.Segments() {
		all := s.AppendFields(space[:0])
		for i, raw := range all {
			if got := s.Field(i + 1).Raw; string(got) != string(raw) {
				t.Errorf("%s-%d = %q in one pass, %q alone", s.ID(), i+1, raw, got)
			}
		}
		p := s.Presence()
		for n := 1; n <= 63; n++ {
			if got := s.Field(n).Has(); got != p.Has(n) {
				t.Errorf("%s-%d present: %v in one pass, %v alone", s.ID(), n, p.Has(n), got)
			}
		}
	}
}

func TestPresence(t *testing.T) {
	for in, want := range map[string]bool{
		"":             false,
		`""`:           false,
		"^^^":          false,
		"^&^~^":        false,
		`""^""`:        false,
		"  ":           false,
		"0":            true,
		`"`:            true,
		`"""`:          true,
		`"x"`:          true,
		"^^x":          true,
		`""^x`:         true,
		"\\":           true,
		`~""~Miller^J`: true,
	} {
		if got := (Value{[]byte(in), Default()}).Has(); got != want {
			t.Errorf("Has(%q) = %v", in, got)
		}
	}
	d := Default()
	d.Truncation = '#'
	if !(Value{[]byte("long tex#"), d}).Truncated() || (Value{[]byte("9#"), Default()}).Truncated() {
		t.Error("truncation is told by the declared character only")
	}
}

func TestTree(t *testing.T) {
	v := Value{[]byte(`a^b&c~~d\S\^&e^`), Default()}
	want := Tree{{{"a"}, {"b", "c"}}, nil, {{"d^"}, {"", "e"}, nil}}
	if diff := cmp.Diff(want, v.Tree()); diff != "" {
		t.Error(diff)
	}
}

// Line ends in any mixture cost time in proportion to the message.
func TestManyLineEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	measure := func(n int) time.Duration {
		m := mustParse(t, "MSH|^~\\&|"+strings.Repeat("\nABC|", n)+strings.Repeat("\nabc", n)+"\r")
		start, found := time.Now(), 0
		for range m.Segments() {
			found++
		}
		if found != n+1 {
			t.Fatalf("%d segments, want %d", found, n+1)
		}
		return time.Since(start)
	}
	measure(1000)
	small, large := measure(20_000), measure(400_000)
	if large > 200*small {
		t.Errorf("20 times the message takes %v instead of %v", large, small)
	}
}
