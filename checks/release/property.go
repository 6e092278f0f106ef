package release

import (
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// property is what a maker can declare and the network can contradict. The questions
// are those of ANSI/NEMA HN 1-2019; the words are ours.
//
// Only answers that say how the device is are here. What it supports or can be
// configured to do (TXIG-1, NAUT-1, PAUT-2 …) is not contradicted by a device that
// does not do it; and NAUT-3 speaks of certificates that may be those of the port it
// is plugged into.
type property struct {
	item, declared, seen string
	// names are what is answered with yes, by "mds2/QUESTION" or a name of ours.
	names []string
	// without are what is answered with no: the first decides, and no other may be
	// answered with yes.
	without []string
	// shows says what a sight of an instance shows: Yes that it has the property, No
	// that it has not, and unknown.
	shows func(sight) wardround.Tri
}

// sight is a link as seen from an instance at one of its ends.
type sight struct {
	*wardround.Link
	server  bool // the instance serves
	outside bool // the other end is outside the site
}

// clinical are the protocols that carry what the declarations speak of.
var clinical = map[string]bool{"dicom": true, "dicomweb": true, "hl7": true, "fhir": true, "mqtt": true, "tls": true}

// old are services that no device of today needs to offer.
var old = map[string]bool{"telnet": true, "ftp": true, "tftp": true}

var properties = []property{
	{
		item: "transmission encryption", names: []string{"mds2/TXCF-2", "transmission-encryption"},
		declared: "it encrypts what it transmits", seen: "what it exchanges can be read",
		shows: func(s sight) wardround.Tri {
			if !clinical[s.Protocol] {
				return 0
			}
			return s.Encrypted
		},
	},
	{
		item: "authenticated connections", names: []string{"mds2/TXCF-4", "node-authentication"},
		declared: "it serves only systems that prove who they are", seen: "it serves who shows nothing",
		shows: func(s sight) wardround.Tri {
			if !clinical[s.Protocol] || !s.server {
				return 0
			}
			return s.Authenticated
		},
	},
	{
		item: "nothing outside", names: []string{"no-outside-communication"}, without: []string{"mds2/CONN-4", "mds2/CONN-6", "mds2/RMOT-1", "mds2/RMOT-2", "mds2/RMOT-3"},
		declared: "it cannot communicate with systems outside the hospital", seen: "it exchanges with a system outside",
		shows: func(s sight) wardround.Tri { return wardround.TriOf(!s.outside) },
	},
	{
		item: "no remote service", names: []string{"no-remote-service"}, without: []string{"mds2/RMOT-1", "mds2/RMOT-2", "mds2/RMOT-3"},
		declared: "it permits no remote service", seen: "a system outside connects to it",
		shows: func(s sight) wardround.Tri { return wardround.TriOf(!s.server || !s.outside) },
	},
	{
		item: "no patient data outside", names: []string{"no-patient-data-outside"}, without: []string{"mds2/MPII-3.7"},
		declared: "it exchanges no data that identifies patients over networks outside", seen: "what names patients crosses to a system outside",
		shows: func(s sight) wardround.Tri {
			if s.outside && s.Data != wardround.DataIdentified {
				return 0
			}
			return wardround.TriOf(!s.outside)
		},
	},
	{
		item: "only services that are needed", names: []string{"mds2/SAHD-9"},
		declared: "services that are not needed for its use, such as Telnet and FTP, are switched off", seen: "it serves one of them",
		shows: func(s sight) wardround.Tri {
			if !s.server {
				return 0
			}
			return wardround.TriOf(!old[s.Protocol])
		},
	},
}

// sightOf is a link as an instance at one of its ends shows it.
func sightOf(p *check.Pass, l *wardround.Link, server bool) sight {
	far := l.Server
	if server {
		far = l.Client
	}
	other := p.Inventory().Asset(far)
	return sight{Link: l, server: server, outside: other != nil && other.Remote}
}

// of returns under which name a release declares the property, "" if it does not.
func (x *property) of(r *wardround.Release) string {
	for _, n := range x.names {
		if answer(r, n) == wardround.Yes {
			return n
		}
	}
	for i, n := range x.without {
		switch a := answer(r, n); {
		case i == 0 && a != wardround.No:
			return ""
		case a == wardround.Yes:
			return ""
		}
	}
	if len(x.without) > 0 {
		return x.without[0]
	}
	return ""
}

// answer is what a release declares under a name.
func answer(r *wardround.Release, name string) wardround.Tri {
	switch strings.ToLower(strings.TrimSpace(r.Declared[name])) {
	case "yes", "true":
		return wardround.Yes
	case "no", "false":
		return wardround.No
	}
	return 0
}
