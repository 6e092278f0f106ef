package dns

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServiceOf(t *testing.T) {
	for _, c := range []struct {
		name string
		want Service
		ok   bool
	}{
		{"_dicom._tcp.local", Service{Type: "_dicom._tcp", Domain: "local"}, true},
		{`CT\.1 in Ward A._DICOM._TCP.hospital.example`, Service{Instance: "CT.1 in Ward A", Type: "_dicom._tcp", Domain: "hospital.example"}, true},
		{"_printer._sub._ipp._tcp.local", Service{Subtype: "_printer", Type: "_ipp._tcp", Domain: "local"}, true},
		{"_services._dns-sd._udp.local", Service{Instance: "_services", Type: "_dns-sd._udp", Domain: "local"}, false},
		{"printer-w3.local", Service{}, false},
		{".", Service{}, false},
		{"_tcp", Service{}, false},
	} {
		if got, ok := ServiceOf(c.name); ok != c.ok || got != c.want {
			t.Errorf("ServiceOf(%q) = %+v, %v", c.name, got, ok)
		}
	}
}

func TestAnnounced(t *testing.T) {
	announcement := messages[5].m
	var got []string
	for s, r := range announcement.Announced {
		got = append(got, fmt.Sprintf("%s|%s|%s:%d", s.Type, s.Instance, r.Target, r.Port))
	}
	want := []string{
		"_ipp._tcp||_ipp._tcp.local:0",
		"_ipp._tcp|Ward 3 printer|Ward 3 printer._ipp._tcp.local:0",
		"_ipp._tcp|Ward 3 printer|printer-w3.local:631",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !announcement.Local() || messages[1].m.Local() {
		t.Error("local names are not told from others")
	}
	goodbye := Message{Response: true, Answers: []Resource{{Name: "_ipp._tcp.local", Type: PTR, Class: IN, Target: "Ward 3 printer._ipp._tcp.local"}}}
	for s := range goodbye.Announced {
		t.Errorf("a withdrawn service was announced: %+v", s)
	}
	question := messages[4].m
	question.Answers = announcement.Answers // known answers, RFC 6762 §7.1: heard by the asker, not announced
	for s := range question.Announced {
		t.Errorf("a question announced %+v", s)
	}
}
