package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/wardround/wardround/format/tls"
)

// Prefixes of hardware addresses: makers of network parts, so that nothing
// simulated speaks for a maker of medical devices.
var (
	ouiIndustrial = [3]byte{0x00, 0x0b, 0xab} // Advantech
	ouiSerial     = [3]byte{0x00, 0x90, 0xe8} // Moxa
	ouiServer     = [3]byte{0x98, 0xe7, 0x43} // Dell
	ouiHub        = [3]byte{0xdc, 0xa6, 0x32} // Raspberry Pi
	ouiNIC        = [3]byte{0x00, 0x1b, 0x21} // Intel
)

// Zone is one segment of the ward, for whoever configures a sensor.
type Zone struct{ ID, Name, Prefix string }

// Zones are the ward's segments.
var Zones = []Zone{
	{"icu", "Intensive care", "10.20.1.0/24"},
	{"icu-more", "Intensive care, what does not fit into its first segment", "10.21.0.0/16"},
	{"radiology", "Radiology", "10.20.2.0/24"},
	{"office", "Offices and ward workstations", "10.20.4.0/24"},
	{"servers", "Servers", "10.20.10.0/24"},
	{"home", "Home monitoring", "10.20.30.0/24"},
}

// Ward is the simulated hospital.
type Ward struct {
	*World
	people    *patients
	beds      []*Patient
	ca        *authority
	gateway   *Host // speaks for the pumps
	pumps     []*Host
	pumpIDs   []string // EUI-64
	monitors  []*Host
	vents     []*Host
	central   *Host // receives what ventilators and monitors announce
	engine    *Host // interface engine
	ehr       *Host
	fhir      *Host
	broker    *Host
	hubs      []*Host
	ai        *Host
	lab       *Host // the laboratory's system
	labUnits  bool  // it is going to tell creatinine in another unit
	ns        *Host // DNS, DHCP, time
	admin     *Host
	work      []*Host
	ct, us    node
	pacs, ris node
	viewer    node
	chain     [][]byte // the EHR's certificate
	silent    map[string]bool
	gatewayHL *mllp
	read      func(Reading) // what the AI triage service tells of its answers
}

// New returns a ward; see [Options].
func New(o Options) *Ward {
	w := &Ward{World: newWorld(o), silent: map[string]bool{}}
	w.people = &patients{seed: w.opt.Seed}
	w.ca = w.authority()
	w.build()
	w.admitAll()
	w.icu()
	w.radiology()
	w.records()
	w.homes()
	w.laboratory()
	w.offices()
	for _, s := range scenarios {
		if slices.Contains(w.opt.Scenarios, s.Name) {
			s.start(w)
		}
	}
	return w
}

// Run gives the ward's packets in order of time to emit: at in nanoseconds since
// 1970, frame valid during the call. It ends with the simulated time, or with
// emit's error.
func (w *Ward) Run(emit func(at int64, frame []byte) error) error { return w.run(emit) }

// Seed is what the ward is made from.
func (w *Ward) Seed() uint64 { return w.opt.Seed }

// Canaries returns the identifiers planted by this ward.
func (w *Ward) Canaries() []string { return Canaries(w.opt.Seed) }

func (w *Ward) build() {
	w.gateway = w.host("PUMPGW", "icu", "10.20.1.10", ouiSerial)
	w.central = w.host("ICUCENTRAL", "icu", "10.20.1.11", ouiIndustrial)
	for i := range w.opt.Beds {
		w.monitors = append(w.monitors, w.host(fmt.Sprintf("MON%02d", i+1), "icu", bedside(0, i, 20, 80), ouiIndustrial))
		w.vents = append(w.vents, w.host(fmt.Sprintf("VENT%02d", i+1), "icu", bedside(1, i, 100, 80), ouiIndustrial))
		for j := range 2 {
			n := 2*i + j
			w.pumps = append(w.pumps, w.host(fmt.Sprintf("PUMP%02d", n+1), "icu", bedside(2, n, 180, 70), ouiSerial))
			w.pumpIDs = append(w.pumpIDs, fmt.Sprintf("000BABFFFE%06X", 0x10000+n))
		}
	}
	w.engine = w.host("ENGINE", "servers", "10.20.10.20", ouiServer)
	w.ehr = w.host("EHR", "servers", "10.20.10.21", ouiServer)
	w.fhir = w.host("FHIR", "servers", "10.20.10.22", ouiServer)
	w.broker = w.host("BROKER", "servers", "10.20.10.23", ouiServer)
	w.ai = w.host("AITRIAGE", "servers", "10.20.10.24", ouiServer)
	w.lab = w.host(LabApp, "servers", "10.20.10.25", ouiServer)
	w.ns = w.host("NS", "servers", "10.20.10.2", ouiServer)
	w.admin = w.host("ADMIN", "office", "10.20.4.5", ouiNIC)
	for i := range min(max(8, w.opt.Beds/3), 200) {
		w.work = append(w.work, w.host(fmt.Sprintf("WS%02d", i+1), "office", fmt.Sprintf("10.20.4.%d", 20+i), ouiNIC))
	}
	for i := range min(max(4, w.opt.Beds/6), 200) {
		w.hubs = append(w.hubs, w.host(fmt.Sprintf("HUB%02d", i+1), "home", fmt.Sprintf("10.20.30.%d", 10+i), ouiHub))
	}
	w.pacs = node{host: w.host("PACS", "servers", "10.20.10.30", ouiServer), title: "PACS", port: 11112,
		class: "1.2.826.0.1.3680043.99999.1", impl: "EXPACS_40", maker: "Example PACS", model: "Archive", station: "PACS", soft: "4.0", serial: "P-1"}
	w.ris = node{host: w.host("RIS", "servers", "10.20.10.31", ouiServer), title: "RISMWL", port: 11113,
		class: "1.2.826.0.1.3680043.99999.2", impl: "EXRIS_21"}
	w.ct = node{host: w.host("CT1", "radiology", "10.20.2.10", ouiIndustrial), title: "CT1", port: 104,
		class: "1.2.826.0.1.3680043.99999.3", impl: "EXCT_41", maker: "Example Imaging", model: "Tomo 64", station: "CT-1", soft: "4.1.2", serial: "CT64-0117"}
	w.us = node{host: w.host("US1", "radiology", "10.20.2.20", ouiIndustrial), title: "US1", port: 104,
		class: "1.2.826.0.1.3680043.99999.4", impl: "EXUS_12", maker: "Example Sound", model: "Echo 9", station: "US-1", soft: "1.2", serial: "E9-2231"}
	w.viewer = node{host: w.host("VIEWER1", "radiology", "10.20.2.40", ouiNIC), title: "VIEWER1", port: 11112,
		class: "1.2.826.0.1.3680043.99999.5", impl: "EXVIEW_7"}
	w.chain = w.ca.issue("ehr.hosp.example", w.opt.Start.AddDate(1, 0, 0))
}

// bedside is the address of the n-th device of a kind: the first so many in the
// unit's segment from a place on, the others beside it in 10.21.0.0/16.
func bedside(kind, n, first, fit int) string {
	if n < fit {
		return fmt.Sprintf("10.20.1.%d", first+n)
	}
	return fmt.Sprintf("10.21.%d.%d", 30*kind+n/200, 10+n%200)
}

func (w *Ward) admitAll() {
	for range w.opt.Beds {
		w.beds = append(w.beds, w.people.admit())
	}
}

// offices is what every network has: names, addresses, administrators, people at
// workstations who follow shifts.
func (w *Ward) offices() {
	r := w.Rand("offices")
	w.After(0, func() {
		for i, h := range w.work {
			w.After(time.Duration(i)*700*time.Millisecond, func() {
				h.dhcpLease(w.ns, h.Name, "MSFT 5.0", []byte{1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252})
				h.arpClaim(h.IP)
			})
		}
		for i, h := range append(append([]*Host(nil), w.monitors...), w.pumps...) {
			w.After(time.Duration(i)*300*time.Millisecond, func() {
				h.dhcpLease(w.ns, h.Name, "", []byte{1, 3, 6})
				h.arpClaim(h.IP)
			})
		}
	})
	w.Every(5*time.Second, 20*time.Second, 8*time.Second, r, func() {
		h := w.work[r.IntN(len(w.work))]
		if r.Float64() > w.shift() {
			return
		}
		h.resolve(w.ns, w.ehr, "ehr.hosp.example")
		s := h.tls(w.ehr, 443, tls.Script{Version: tls.TLS12, ServerName: "ehr.hosp.example", Chain: w.chain, ALPN: []string{"http/1.1"}, Protocol: "http/1.1"})
		for range 3 + r.IntN(4) {
			s.c.wait(time.Duration(200+r.IntN(3000)) * time.Millisecond)
			s.exchange(400+r.IntN(800), time.Duration(20+r.IntN(80))*time.Millisecond, 2000+r.IntN(9000))
		}
		s.close()
	})
	w.Every(90*time.Second, 15*time.Minute, time.Minute, r, func() { w.admin.ssh(w.engine, "OpenSSH_9.2p1", modernSSH()) })
	w.Every(30*time.Second, 10*time.Minute, time.Minute, r, func() { w.us.host.announceService("US-1", "_dicom._tcp", 104) })
	w.Every(12*time.Second, 5*time.Minute, 10*time.Second, r, func() { w.monitors[0].arpAsk(w.gateway) })
}

// shift says how busy people are: full by day, less at hand-over, little at night.
func (w *Ward) shift() float64 {
	switch h := w.Now().Hour(); {
	case h >= 7 && h < 19:
		return 1
	case h >= 6 && h < 22:
		return 0.6
	}
	return 0.15
}
