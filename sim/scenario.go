package sim

import (
	"fmt"
	"time"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/ftp"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/telnet"
	"github.com/wardround/wardround/format/tls"
)

// Scenario is an attack or a fault that can be switched on.
type Scenario struct {
	Name string
	// Doc says what happens, and what a reader should find.
	Doc   string
	start func(w *Ward)
}

// begins is when a scenario starts: after novelty checks have learned for ten
// minutes.
const begins = 11 * time.Minute

var scenarios = []Scenario{
	{"scan", "A laptop in the offices tries 400 ports and hosts of intensive care and servers: net.scan.", (*Ward).scan},
	{"gateway-impersonated", "A foreign host sends pump reports in the gateway's name and claims its address: hl7.new-source, net.address-conflict.", (*Ward).impersonate},
	{"mqtt-anonymous", "The broker accepts a client without a password, which publishes: mqtt.anonymous, mqtt.new-publisher.", (*Ward).anonymous},
	{"exfiltration", "A workstation lists all studies and has them moved to a title never used before: dicom.move-new-destination, dicom.bulk-retrieve, privacy.new-recipient.", (*Ward).exfiltrate},
	{"cleartext-passwords", "FTP, Telnet and HTTP Basic logins cross the network: auth.cleartext-credentials.", (*Ward).passwords},
	{"certificate-expiry", "The record system presents a certificate that has expired: tls.certificate.", (*Ward).expired},
	{"pump-silent", "Three pumps behind the gateway stop reporting, the others go on: asset.silent.", (*Ward).silence},
	{"public-beacon", "A patient monitor calls a public address every minute: net.public-peer.", (*Ward).beacon},
	{"update-unauthenticated", "A monitor loads its firmware over plain HTTP: net.unauthenticated-update.", (*Ward).update},
	{"wrong-zone", "A workstation of the offices opens connections to pumps: net.new-zone-link.", (*Ward).wrongZone},
	{"lab-units", "The laboratory's system gets new software, and then tells creatinine in another unit without saying so, to a model that reads it (known in demo): model.quality.", (*Ward).units},
}

// Scenarios lists what can be switched on.
func Scenarios() []Scenario { return scenarios }

func (w *Ward) intruder() *Host {
	if h := w.names["LAPTOP"]; h != nil {
		return h
	}
	return w.host("LAPTOP", "office", "10.20.4.66", ouiNIC)
}

// monitor returns the patient monitor at a bed, or the last one of a small ward.
func (w *Ward) monitor(bed int) *Host { return w.monitors[min(bed, len(w.monitors)-1)] }

func (w *Ward) scan() {
	h := w.intruder()
	ports := []uint16{21, 22, 23, 80, 104, 443, 445, 1883, 2575, 2761, 3389, 5900, 6464, 8042, 8080, 8443, 11112, 11113, 4242, 9100}
	targets := []*Host{w.gateway, w.monitors[0], w.monitor(1), w.vents[0], w.pumps[0], w.pumps[1], w.engine, w.ehr, w.fhir, w.pacs.host}
	i := 0
	var next func()
	next = func() {
		t := targets[i%len(targets)]
		if port := ports[i/len(targets)%len(ports)]; i%7 == 0 {
			h.unanswered(t, port)
		} else {
			h.refused(t, port)
		}
		if i++; i < 400 {
			w.After(90*time.Millisecond, next)
		}
	}
	w.After(begins, next)
}

func (w *Ward) impersonate() {
	h := w.host("ROGUE", "icu", "10.20.1.77", ouiNIC)
	r := w.Rand("impersonate")
	m := w.mllp(h, w.engine, 2575, "000BABFFFE000001", "ICU")
	w.Every(begins, 30*time.Second, 5*time.Second, r, func() {
		h.arpClaim(w.gateway.IP)
		// Not one of the pumps that pump-silent silences.
		pumpReport(m, r, w.beds[len(w.beds)-1], len(w.beds), w.pumpIDs[len(w.pumpIDs)-1], w.Now())
	})
}

func (w *Ward) anonymous() {
	h := w.intruder()
	r := w.Rand("anonymous")
	w.Every(begins, 2*time.Minute, 0, r, func() {
		s := mqttConnect(h, w.broker, 1883, mqtt.Version311, "x1", "", "")
		s.subscribe("#")
		s.publish("home/"+w.people.word()+"/vitals", []byte(`{"pulse":0}`))
		s.c.close(up)
	})
}

func (w *Ward) exfiltrate() {
	h := w.intruder()
	thief := node{host: h, title: "FINDSCU", port: 11112, class: "1.2.276.0.7230010.3.0.3.6.7", impl: "OFFIS_DCMTK_367"}
	w.After(begins, func() {
		a := w.associate(thief, w.pacs, "", dicom.StudyRootFind, dicom.StudyRootMove)
		var all [][]byte
		for i := range 120 {
			all = append(all, match(w.people.admit(), fmt.Sprintf("1.2.826.0.1.3680043.99999.8.%d", i)))
		}
		a.find(1, dicom.StudyRootFind, query(nil), all)
		i := 0
		r := w.Rand("exfiltrate")
		var next func()
		next = func() {
			p := w.people.admit()
			uid := fmt.Sprintf("1.2.826.0.1.3680043.99999.8.%d", i)
			sub := w.associate(w.pacs, node{host: h, title: "STASH", port: 11112, class: thief.class, impl: thief.impl}, "", dicom.CTImageStorage)
			sub.originator = thief.title
			for j := range 4 {
				obj, instance := image(w.ct, p, dicom.CTImageStorage, uid, j+1, noise(r, 16384))
				sub.store(1, dicom.CTImageStorage, instance, obj)
			}
			sub.release()
			a.move(3, "STASH", match(p, uid), 4)
			if i++; i < 60 {
				w.After(500*time.Millisecond, next)
				return
			}
			a.release()
		}
		next()
	})
}

func (w *Ward) passwords() {
	r := w.Rand("passwords")
	w.Every(begins, 10*time.Minute, time.Minute, r, func() {
		user, secret := w.people.word(), w.people.word()
		c := w.admin.dial(w.engine, 21)
		c.send(down, ftp.AppendReply(nil, 220, "ready"))
		c.exchange(ftp.AppendCommand(nil, "USER", user), time.Millisecond, ftp.AppendReply(nil, 331, "password"))
		c.exchange(ftp.AppendCommand(nil, "PASS", secret), time.Millisecond, ftp.AppendReply(nil, 230, "logged in"))
		c.exchange(ftp.AppendCommand(nil, "QUIT", ""), time.Millisecond, ftp.AppendReply(nil, 221, "bye"))
		c.close(up)
		t := w.admin.dial(w.us.host, 23)
		t.send(down, telnet.AppendOption(nil, telnet.Will, 1))
		t.send(up, telnet.AppendOption(nil, telnet.Do, 1))
		t.exchange(nil, 0, telnet.AppendText(nil, "login: "))
		t.exchange(telnet.AppendText(nil, user+"\r\n"), time.Millisecond, telnet.AppendText(nil, "Password: "))
		t.exchange(telnet.AppendText(nil, secret+"\r\n"), time.Millisecond, telnet.AppendText(nil, "Last login\r\n$ "))
		t.close(up)
		x := w.admin.web(w.pacs.host, 8042)
		x.do("GET", "/system", []string{"Authorization: Basic " + basic(user, secret)}, nil, time.Millisecond, 200, "application/json", []byte(`{"ok":true}`))
		x.c.close(up)
	})
}

func (w *Ward) expired() {
	chain := w.ca.issue("ehr.hosp.example", w.opt.Start.AddDate(0, 0, -1))
	w.After(begins, func() { w.chain = chain })
}

func (w *Ward) silence() {
	w.After(begins, func() {
		for _, p := range w.pumps[:min(3, len(w.pumps))] {
			w.silent[p.Name] = true
		}
	})
}

func (w *Ward) beacon() {
	r := w.Rand("beacon")
	c2 := w.host("OUTSIDE", "public", "198.51.100.77", ouiNIC)
	c2.MAC = w.router
	w.Every(begins, time.Minute, 5*time.Second, r, func() {
		s := w.monitor(2).tls(c2, 443, tls.Script{Version: tls.TLS12})
		s.exchange(300, 40*time.Millisecond, 200)
		s.close()
	})
}

func (w *Ward) update() {
	r := w.Rand("update")
	w.After(begins, func() {
		x := w.monitor(3).web(w.work[6], 8000)
		x.do("GET", "/firmware/monitor-2.4.1.bin", []string{"User-Agent: updater/1.0"}, nil, 5*time.Millisecond, 200, "application/octet-stream", noise(r, 400_000))
		x.c.close(up)
	})
}

func (w *Ward) wrongZone() {
	r := w.Rand("wrong zone")
	w.Every(begins, 5*time.Minute, time.Minute, r, func() {
		for _, p := range w.pumps[:min(4, len(w.pumps))] {
			w.work[3].opaque(p, 7011, 64)
		}
	})
}

// units has the laboratory change what it calls mg/dL; it asks for it when it reports.
func (w *Ward) units() { w.labUnits = true }
