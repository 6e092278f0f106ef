package fhir

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "fhir.cleartext",
	Version: 1,
	Title:   "Health records cross the network readable (FHIR without TLS)",
	Doc: "Records were read from, or written to, this server over HTTP without encryption. Whoever can listen on the way reads them, and the tokens with which systems prove who they are; whoever can send on the way can change a result or an order, and neither side can tell. " +
		"Let the server answer over HTTPS only, and give the clients its new address; FHIR asks for that wherever health data is exchanged. A plain listener may remain that only points to the encrypted one. " +
		"It is wrong where the connection leaves the host only inside a tunnel, or between a proxy and a server on one machine, and the sensor looks at the inside. It passes when the same port speaks TLS and nothing readable was seen for an hour, or when the listener has done nothing for an hour but point elsewhere; what is inside TLS cannot be seen.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"fhir"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"transmission-confidentiality", "transmission-integrity"},
	Watch:        []kind.Name{kind.FHIRInteraction, kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. Records that {client} exchanges with {server} can be read on the way, and could be changed without anyone noticing; whether someone did is unknown.",
		Ward:        "Nothing to do. If a value in the record doesn't fit the patient, look at the device itself or ask the laboratory.",
		Engineering: "Ask the makers of {client} and {server} how to switch the interface to HTTPS, and plan it with both: records don't arrive while only one side has changed.",
		Security:    "See who can listen between {client} and {server}. Until HTTPS is on, let only the known clients reach {item}. Renew tokens and passwords that crossed readable once it is on.",
		Dont:        "Don't close the port because of this: records would stop arriving.",
		Why:         "What {client} and {server} exchanged on {item} could be read: {interaction} of {resource}.",
		Wrong:       "the sensor looks inside a tunnel that is encrypted on the network.",
	},
	Run: cleartext,
})

// cleartext fails a listener for readable interactions, and passes it when TLS is
// spoken there instead, or when it only points elsewhere.
func cleartext(_ context.Context, p *check.Pass) error {
	p.Cleartext(func(o *check.Seen) check.Crossing {
		if pointsElsewhere(o.Fields.(*kind.FHIRInteractionV1)) {
			return check.CrossesCovered
		}
		return check.CrossesClear
	}, func(o *check.Seen, how check.Crossing) wardround.Facts {
		f, ok := o.Fields.(*kind.FHIRInteractionV1)
		if how == check.CrossesCovered || !ok {
			return wardround.Facts{"server": p.Name(o.Dst)}
		}
		return wardround.Facts{
			"server": p.Name(o.Dst), "client": p.Name(o.Src), "interaction": interaction(f), "resource": resource(f),
		}
	})
	return nil
}

// pointsElsewhere reports whether the server only said where else to ask, and the
// client had nothing about a person in its question.
func pointsElsewhere(f *kind.FHIRInteractionV1) bool {
	switch f.Status {
	case 301, 302, 307, 308:
		return !bool(f.Personal.ToServer) && !f.HTTP.Authorized()
	}
	return false
}

// interaction is what was done, in words.
func interaction(f *kind.FHIRInteractionV1) string {
	switch {
	case f.Interaction == "":
		return "an answer"
	case f.Operation != "":
		return "operation " + f.Operation
	}
	return f.Interaction
}

// resource is what it was done with, in words.
func resource(f *kind.FHIRInteractionV1) string {
	switch {
	case f.Resource == "*":
		return "everything of one " + f.Compartment
	case f.Resource != "":
		return f.Resource
	case f.Holds != "":
		return f.Holds
	}
	return "the whole server"
}
