package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// sdcProvider announces a medical device as IEEE 11073 SDC asks for, and takes its
// leave when it is told to end.
const sdcProvider = `
import signal, sys, time
from sdc11073.definitions_sdc import SdcV1Definitions
from sdc11073.location import SdcLocation
from sdc11073.wsdiscovery import WSDiscovery
from sdc11073.xml_types import wsd_types
address, epr = sys.argv[1:3]
scopes = wsd_types.ScopesType(SdcLocation(fac="General", poc="ICU", bed="Bed4").scope_string)
with WSDiscovery(address) as d:
    d.publish_service(epr, SdcV1Definitions.MedicalDeviceTypesFilter, scopes, ["https://%s:6464/device" % address])
    print("announced", flush=True)
    signal.signal(signal.SIGTERM, lambda *a: None)
    signal.pause()
    d.clear_service(epr)
    time.sleep(2)  # the stack repeats its Bye
print("gone", flush=True)
`

// sdcConsumer looks for medical devices and prints what it found.
const sdcConsumer = `
import json, sys
from sdc11073.definitions_sdc import SdcV1Definitions
from sdc11073.wsdiscovery import WSDiscovery
with WSDiscovery(sys.argv[1]) as d:
    for s in d.search_services(types=SdcV1Definitions.MedicalDeviceTypesFilter, timeout=3):
        print(json.dumps({"epr": s.epr, "types": sorted("{%s}%s" % (t.namespace, t.localname) for t in s.types), "addresses": list(s.x_addrs)}), flush=True)
`

// TestSDCPeers: a provider and a consumer of the stack sdc11073 find each other;
// we observe the same device, by the same name, types and address.
func TestSDCPeers(t *testing.T) {
	t.Parallel()
	python := library(t, "python3", "import sdc11073", "sdc11073")
	n := newNetwork(t)
	const epr = "urn:uuid:0f3a1f0e-5ad2-4d59-8a34-7d3f0c6a2b11"
	live := n.serve()
	tap := n.capture()
	provider := n.start(client, python, "-u", "-W", "ignore", "-c", sdcProvider, clientAddress, epr)
	provider.says("announced")
	printed, code := n.tool(server, "python3", "-W", "ignore", "-c", sdcConsumer, serverAddress)
	if code != 0 {
		t.Fatalf("the consumer ended with %d: %s", code, printed)
	}
	var found struct {
		EPR       string   `json:"epr"`
		Types     []string `json:"types"`
		Addresses []string `json:"addresses"`
	}
	if err := json.Unmarshal([]byte(printed), &found); err != nil || found.EPR != epr || len(found.Types) < 2 {
		t.Fatalf("the consumer found %q: %v", printed, err)
	}
	if code := provider.stop(syscall.SIGTERM); code != 0 {
		t.Fatalf("the provider ended with %d: %s", code, provider.said())
	}
	file := tap.finish()
	observed := live.finish()
	for where, l := range map[string]objects{"replay": replay(t, file), "serve": observed} {
		said := map[string]bool{}
		for _, o := range l.observations("wsdiscovery.target") {
			x := fields[struct {
				Message    string   `json:"message"`
				Endpoint   string   `json:"endpoint"`
				Types      []string `json:"types"`
				Medical    bool     `json:"medical_device"`
				Transports []string `json:"transports"`
				Own        bool     `json:"own"`
				Facility   string   `json:"facility"`
				Bed        string   `json:"bed"`
			}](t, o)
			if x.Endpoint == lastSpeaker {
				continue
			}
			if x.Endpoint != epr || !strings.HasPrefix(o.Flow.Dst, clientAddress+":") {
				t.Errorf("%s: another device: %s", where, o.raw)
			}
			said[x.Message] = true
			if x.Message == "bye" {
				continue
			}
			// The consumer's address has a path, which stays in the sensor.
			if !x.Medical || !slices.Equal(sorted(x.Types), sorted(found.Types)) || len(x.Transports) != 1 || !strings.HasPrefix(found.Addresses[0], x.Transports[0]+"/") {
				t.Errorf("%s: %s, the consumer found %s", where, o.raw, printed)
			}
			if x.Facility != "General" || x.Bed != "Bed4" {
				t.Errorf("%s: where it stands: %s", where, o.raw)
			}
		}
		for _, message := range []string{"hello", "probe-match", "bye"} {
			if !said[message] {
				t.Errorf("%s: no %s, only %v", where, message, said)
			}
		}
		if len(l.observations("wsdiscovery.search")) == 0 {
			t.Errorf("%s: nobody searched", where)
		}
	}
	var device bool
	for _, a := range live.assets() {
		if slices.Contains(a.Identifiers, identifier{"endpoint", strings.TrimPrefix(epr, "urn:uuid:")}) {
			device = slices.Contains(a.Identifiers, identifier{"ip", clientAddress})
		}
	}
	if !device {
		t.Error("the device is not in the inventory with its endpoint and address")
	}
}
