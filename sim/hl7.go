package sim

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/wardround/wardround/format/hl7"
)

// mllp is a connection that carries HL7 v2 messages, each acknowledged.
type mllp struct {
	c        *Conn
	r        *rand.Rand
	app, fac string
	think    time.Duration
	nak      float64 // share of messages refused
	number   int
	server   *Host
	client   *Host
	port     uint16
	w        *World
}

func (w *World) mllp(client, server *Host, port uint16, app, fac string) *mllp {
	return &mllp{w: w, client: client, server: server, port: port, app: app, fac: fac, think: 8 * time.Millisecond, r: w.Rand("mllp " + client.Name + server.Name)}
}

// send sends one message, built by fill after its MSH, and the answer.
func (m *mllp) send(trigger, structure, profile string, fill func(w *hl7.Writer)) {
	if m.c == nil || !m.c.open {
		m.c = m.client.dial(m.server, m.port)
	}
	m.number++
	w, err := hl7.NewWriter(hl7.Default())
	if err != nil {
		panic(err) // the default separators are valid
	}
	at := m.w.Now()
	kind := "ORU"
	if structure[:3] != "ORU" {
		kind = structure[:3]
	}
	app := []string{m.app}
	if len(m.app) == 16 { // an EUI-64 names the gateway itself
		app = []string{"GATEWAY", m.app, "EUI-64"}
	}
	w.Segment("MSH").Field(3, app...).Field(4, m.fac).Field(5, "ENGINE").Field(6, "HOSP").
		Field(7, at.Format("20060102150405")+"+0000").Field(9, kind, trigger, structure).
		Field(10, fmt.Sprintf("%s-%d", m.client.Name, m.number)).Field(11, "P").Field(12, "2.6").
		Field(15, "AL").Field(16, "NE").Field(18, "UNICODE UTF-8")
	if profile != "" {
		w.Field(21, profile, "IHE PCD", "1.3.6.1.4.1.19376.1.6.1.1.1", "ISO")
	}
	fill(w)
	message := append([]byte(nil), w.Bytes()...)
	parsed, err := hl7.Parse(message)
	if err != nil {
		panic(err) // our own encoder wrote it
	}
	code := hl7.AA
	if m.nak > 0 && m.r.Float64() < m.nak {
		code = hl7.AE
	}
	ack, err := hl7.AppendACK(nil, parsed, hl7.Answer{Code: code, ControlID: "A" + strconv.Itoa(m.number), Time: at})
	if err != nil {
		panic(err)
	}
	think := m.think + time.Duration(m.r.Int64N(int64(m.think)))
	m.c.exchange(hl7.AppendFrame(nil, message), think, hl7.AppendFrame(nil, ack))
}

// pid writes the patient into PID and PV1, with every personal field filled.
func pid(w *hl7.Writer, p *Patient, where string, bed int) {
	w.Segment("PID").Field(1, "1").Field(2, p.MRN).Field(3, p.MRN, "", "", "HOSP", "MR").Field(4, p.Insurance).
		Field(5, p.Family, p.Given).Field(7, p.Born).Field(8, p.Sex).Field(11, p.Street, "", "Town", "", "12345").
		Field(13, p.Phone).Field(18, p.Account).Field(19, p.Insurance)
	w.Segment("PV1").Field(1, "1").Field(2, "I").Field(3, where, strconv.Itoa(100+bed), "1").Field(19, p.Visit)
}

// vital is one measured value.
type vital struct {
	code, name, unit string
	base, spread     float64
}

var vitals = []vital{
	{"147842", "MDC_ECG_HEART_RATE", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 78, 12},
	{"150456", "MDC_PULS_OXIM_SAT_O2", "262688^MDC_DIM_PERCENT^MDC", 97, 2},
	{"150037", "MDC_PRESS_BLD_ART_MEAN", "266016^MDC_DIM_MMHG^MDC", 85, 10},
	{"151562", "MDC_RESP_RATE", "264928^MDC_DIM_RESP_PER_MIN^MDC", 16, 4},
}

// monitorReport is a patient monitor's values, IHE PCD-01, the device named in PRT-10.
func monitorReport(m *mllp, r *rand.Rand, p *Patient, bed int, eui, serial string, at time.Time) {
	m.send("R01", "ORU_R01", "IHE_PCD_001", func(w *hl7.Writer) {
		pid(w, p, "ICU", bed)
		w.Segment("OBR").Field(1, "1").Field(2, p.Accession, "MON").Field(3, p.Accession, "MON").
			Field(4, "69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "MDC").Field(7, at.Format("20060102150405"))
		w.Segment("PRT").Field(1, "1").Field(2, "UC").Field(4, "EQUIP").Field(10, eui, "", eui, "EUI-64").Field(16, serial)
		for i, v := range vitals {
			w.Segment("OBX").Field(1, strconv.Itoa(i+1)).Field(2, "NM").Field(3, v.code, v.name, "MDC").
				Field(4, "1.0.0."+strconv.Itoa(i+1)).Field(5, strconv.FormatFloat(v.base+v.spread*(r.Float64()-0.5), 'f', 0, 64)).
				Raw(6, []byte(v.unit)).Field(11, "R").Field(14, at.Format("20060102150405")).Field(18, eui, "", eui, "EUI-64")
		}
		if r.IntN(20) == 0 {
			w.Segment("NTE").Field(1, "1").Field(3, p.Note)
		}
	})
}

// pumpReport is an infusion pump's state, sent by its gateway, IHE PCD-01, the
// device named in OBX-18.
func pumpReport(m *mllp, r *rand.Rand, p *Patient, bed int, eui string, at time.Time) {
	m.send("R01", "ORU_R01", "IHE_PCD_001", func(w *hl7.Writer) {
		pid(w, p, "ICU", bed)
		w.Segment("OBR").Field(1, "1").Field(2, p.Accession, "PUMP").Field(3, p.Accession, "PUMP").
			Field(4, "69985", "MDC_DEV_PUMP_INFUS_MDS", "MDC").Field(7, at.Format("20060102150405"))
		for i, v := range []vital{
			{"157784", "MDC_FLOW_FLUID_PUMP", "265266^MDC_DIM_MILLI_L_PER_HR^MDC", 12, 2},
			{"157864", "MDC_VOL_FLUID_DELIV", "263762^MDC_DIM_MILLI_L^MDC", 240, 50},
		} {
			w.Segment("OBX").Field(1, strconv.Itoa(i+1)).Field(2, "NM").Field(3, v.code, v.name, "MDC").
				Field(4, "1.1.1."+strconv.Itoa(i+1)).Field(5, strconv.FormatFloat(v.base+v.spread*(r.Float64()-0.5), 'f', 1, 64)).
				Raw(6, []byte(v.unit)).Field(11, "R").Field(14, at.Format("20060102150405")).Field(18, eui, "", eui, "EUI-64")
		}
	})
}

// admission is an ADT message.
func admission(m *mllp, trigger string, p *Patient, bed int) {
	m.send(trigger, "ADT_A01", "", func(w *hl7.Writer) {
		w.Segment("EVN").Field(2, m.w.Now().Format("20060102150405"))
		pid(w, p, "ICU", bed)
		w.Segment("NK1").Field(1, "1").Field(2, p.Kin, p.Given).Field(3, "SPO").Field(5, p.Phone)
		w.Segment("IN1").Field(1, "1").Field(2, p.Insurance).Field(3, p.Insurance).Field(16, p.Family, p.Given)
	})
}
