package sim

import (
	"fmt"
	"time"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/tls"
	"github.com/wardround/wardround/format/wsdiscovery"
)

// icu is the intensive care unit: monitors and pumps report every minute, the
// pumps through their gateway; ventilators announce themselves.
func (w *Ward) icu() {
	r := w.Rand("icu")
	w.gatewayHL = w.mllp(w.gateway, w.engine, 2575, "000BABFFFE000001", "ICU")
	period := time.Minute / time.Duration(w.opt.Heavy)
	for i := range w.pumps {
		w.Every(time.Duration(i)*period/time.Duration(len(w.pumps))+3*time.Second, period, 0, r, func() {
			if w.silent["gateway"] || w.silent[w.pumps[i].Name] {
				return
			}
			w.pumps[i].opaque(w.gateway, 7011, r.IntN(200)+100)
			pumpReport(w.gatewayHL, r, w.beds[i/2], i/2+1, w.pumpIDs[i], w.Now())
		})
	}
	for i, h := range w.monitors {
		m := w.mllp(h, w.engine, 2576, fmt.Sprintf("MON%02d", i+1), "ICU")
		eui := fmt.Sprintf("000BABFFFE%06X", 0x20000+i)
		w.Every(time.Duration(i)*period/time.Duration(len(w.monitors))+5*time.Second, period, 0, r, func() {
			monitorReport(m, r, w.beds[i], i+1, eui, fmt.Sprintf("SN-%05d", 4000+i), w.Now())
		})
	}
	for i, h := range w.vents {
		uuid := fmt.Sprintf("5f3c9a10-0000-4000-8000-%012x", 0x1000+i)
		number := uint32(0)
		place := fmt.Sprintf("bed%d", i+1)
		w.Every(time.Duration(2+i)*time.Second, 30*time.Minute, time.Minute, r, func() {
			number++
			h.sdcHello(wsdiscovery.Hello, uuid, place, number)
		})
		chain := w.ca.issue(fmt.Sprintf("vent%02d.hosp.example", i+1), w.opt.Start.AddDate(1, 0, 0))
		client := w.ca.issue("icucentral.hosp.example", w.opt.Start.AddDate(1, 0, 0))
		w.Every(time.Duration(10+i)*time.Second, 20*time.Minute, 0, r, func() {
			s := w.central.tls(h, 6464, tls.Script{Version: tls.TLS12, Chain: chain, Mutual: true, ClientChain: client})
			for range 30 {
				s.c.wait(2 * time.Second)
				s.exchange(120, 3*time.Millisecond, 900)
			}
			s.close()
		})
	}
}

// opaque is a short exchange in a protocol of its maker's, which nobody reads.
func (h *Host) opaque(peer *Host, port uint16, n int) {
	c := h.dial(peer, port)
	head := []byte{0xa5, 0x01, byte(n >> 8), byte(n)}
	c.exchange(append(head, noise(h.rand, n&^7)...), time.Millisecond, append([]byte{0xa5, 0x81, 0, 8}, noise(h.rand, 8)...))
	c.close(up)
}

// radiology examines patients: work list, images, viewing, the AI's reading.
func (w *Ward) radiology() {
	r := w.Rand("radiology")
	study := 0
	examine := func(n node, class string, objects, bytes int) {
		if r.Float64() > w.shift() && study > 1 {
			return
		}
		study++
		p := w.people.admit()
		uid := fmt.Sprintf("1.2.826.0.1.3680043.99999.9.%d.%d", w.opt.Seed%100000, study)
		a := w.associate(n, w.ris, "", dicom.ModalityWorklistFind)
		a.find(1, dicom.ModalityWorklistFind, query(nil), [][]byte{worklist(p, n, w.Now()), worklist(w.people.admit(), n, w.Now())})
		a.release()
		w.After(2*time.Minute/time.Duration(w.opt.Heavy), func() { w.examine(n, p, class, uid, objects, bytes) })
	}
	period := 16 * time.Minute / time.Duration(w.opt.Heavy)
	w.Every(20*time.Second, period, period/6, r, func() { examine(w.ct, dicom.CTImageStorage, 16, 32768) })
	period = 40 * time.Minute / time.Duration(w.opt.Heavy)
	w.Every(90*time.Second, period, period/6, r, func() { examine(w.us, dicom.UltrasoundImageStorage, 6, 49152) })
	w.Every(40*time.Second, 10*time.Minute, time.Minute, r, func() {
		a := w.associate(w.ct, w.pacs, "", dicom.Verification)
		a.echo()
		a.release()
	})
}

// examine sends a study object by object and then has it viewed and read.
func (w *Ward) examine(n node, p *Patient, class, uid string, objects, bytes int) {
	r := w.Rand("study " + uid)
	a := w.associate(n, w.pacs, "", class)
	i := 0
	var next func()
	next = func() {
		i++
		obj, instance := image(n, p, class, uid, i, noise(r, bytes))
		a.store(1, class, instance, obj)
		if i < objects {
			w.After(400*time.Millisecond, next)
			return
		}
		a.release()
		w.After(20*time.Second, func() { w.view(p, class, uid, n) })
		w.After(35*time.Second, func() { w.triage(p, class, uid, n) })
	}
	next()
}

// view is a radiologist fetching one object to the viewing station.
func (w *Ward) view(p *Patient, class, uid string, n node) {
	r := w.Rand("view " + uid)
	a := w.associate(w.viewer, w.pacs, "", dicom.StudyRootFind, dicom.StudyRootMove)
	a.find(1, dicom.StudyRootFind, query(p), [][]byte{match(p, uid)})
	sub := w.associate(w.pacs, w.viewer, "", class)
	sub.originator = w.viewer.title
	obj, instance := image(n, p, class, uid, 1, noise(r, 16384))
	sub.store(1, class, instance, obj)
	sub.release()
	a.move(3, w.viewer.title, match(p, uid), 1)
	a.release()
}

// triage is the AI service: it asks by DICOMweb, reads, and writes a report.
func (w *Ward) triage(p *Patient, class, uid string, n node) {
	r := w.Rand("triage " + uid)
	x := w.ai.web(w.pacs.host, 8042)
	auth := "Authorization: Bearer " + hex12(r.Uint64()) + hex12(r.Uint64())
	x.do("GET", "/dicom-web/studies?PatientID="+p.MRN+"&AccessionNumber="+p.Accession, []string{auth, "Accept: application/dicom+json"}, nil,
		5*time.Millisecond, 200, "application/dicom+json", []byte(`[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"`+p.Family+`^`+p.Given+`"}]},"0020000D":{"vr":"UI","Value":["`+uid+`"]}}]`))
	obj, _ := image(n, p, class, uid, 1, noise(r, 8192))
	typ, body := multipart(file(obj))
	x.do("GET", "/dicom-web/studies/"+uid+"/series/"+uid+".1", []string{auth, `Accept: multipart/related; type="application/dicom"`}, nil,
		9*time.Millisecond, 200, typ, body)
	x.c.close(up)
	s := w.ai.tls(w.ehr, 443, tls.Script{Version: tls.TLS13, ServerName: "ehr.hosp.example", Chain: w.chain, ALPN: []string{"h2"}, Protocol: "h2"})
	s.exchange(1400, 30*time.Millisecond, 300)
	s.close()
	if w.read != nil && class == dicom.CTImageStorage {
		w.read(readingOf(w.opt.Seed, w.Now(), uid, n.station, p.age(), p.Sex, failing))
	}
}

// records is the interface engine and the FHIR server: admissions, results,
// applications that read.
func (w *Ward) records() {
	r := w.Rand("records")
	adt := w.mllp(w.ehr, w.engine, 2577, "EHR", "HOSP")
	lab := w.mllp(w.engine, w.ehr, 2578, "ENGINE", "HOSP")
	period := 45 * time.Second / time.Duration(w.opt.Heavy)
	w.Every(8*time.Second, period, period/4, r, func() {
		bed := r.IntN(len(w.beds))
		admission(adt, [...]string{"A01", "A08", "A08"}[r.IntN(3)], w.beds[bed], bed+1)
	})
	w.Every(14*time.Second, period, period/4, r, func() {
		bed := r.IntN(len(w.beds))
		monitorReport(lab, r, w.beds[bed], bed+1, fmt.Sprintf("000BABFFFE%06X", 0x20000+bed), "", w.Now())
	})
	w.Every(11*time.Second, 20*time.Second/time.Duration(w.opt.Heavy), 3*time.Second/time.Duration(w.opt.Heavy), r, func() {
		if r.Float64() > w.shift() {
			return
		}
		p := w.beds[r.IntN(len(w.beds))]
		x := w.engine.web(w.fhir, 8080)
		token := []string{"Authorization: Bearer " + hex12(r.Uint64()), "Accept: " + fhirJSON, "User-Agent: ExampleEngine/3.1"}
		x.do("GET", "/fhir/Patient?identifier="+p.MRN+"&family="+p.Family, token, nil, 4*time.Millisecond, 200, fhirJSON, bundle(fhirPatient(p)))
		x.do("GET", "/fhir/Patient/"+p.FHIR, token, nil, 3*time.Millisecond, 200, fhirJSON, []byte(fhirPatient(p)))
		x.do("GET", "/fhir/Observation?patient="+p.FHIR+"&_count=5", token, nil, 5*time.Millisecond, 200, fhirJSON,
			bundle(string(fhirObservation(p, "8867-4", 70, w.Now())), string(fhirObservation(p, "2708-6", 97, w.Now()))))
		if r.IntN(30) == 0 {
			x.do("GET", "/fhir/Patient/none", token, nil, 3*time.Millisecond, 404, fhirJSON, []byte(`{"resourceType":"OperationOutcome"}`))
		}
		x.c.close(up)
	})
}

// homes is home monitoring: hubs publish readings by MQTT, a bridge turns them
// into FHIR.
func (w *Ward) homes() {
	r := w.Rand("homes")
	bridge := mqttConnect(w.fhir, w.broker, 1883, mqtt.Version5, "fhir-bridge", "bridge", w.people.word())
	bridge.subscribe("home/+/vitals")
	w.Every(50*time.Second, 50*time.Second, 0, r, bridge.ping)
	for i, h := range w.hubs {
		p := w.people.admit()
		var s *mqttSession
		topic := "home/" + p.MRN + "/vitals"
		period := 30 * time.Second / time.Duration(w.opt.Heavy)
		w.Every(time.Duration(6+4*i)*time.Second, period, period/10, r, func() {
			if s == nil {
				s = mqttConnect(h, w.broker, 1883, mqtt.Version311, fmt.Sprintf("hub-%04d", 7+i), p.Family, p.Insurance)
			}
			payload := fmt.Appendf(nil, `{"patient":%q,"name":%q,"pulse":%d,"spo2":%d}`, p.MRN, p.Family, 60+r.IntN(30), 93+r.IntN(6))
			s.publish(topic, payload)
			bridge.c.sync().wait(2 * time.Millisecond)
			bridge.deliver(topic, payload)
			x := w.broker.web(w.fhir, 8080)
			x.do("POST", "/fhir/Observation", []string{"Authorization: Bearer " + hex12(r.Uint64()), "Content-Type: " + fhirJSON},
				fhirObservation(p, "8867-4", float64(60+r.IntN(30)), w.Now()), 6*time.Millisecond, 201, fhirJSON, []byte(`{"resourceType":"Observation","id":"`+p.FHIR+`"}`))
			x.c.close(up)
		})
	}
}
