package fhir

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "fhir.open-search",
	Version: 1,
	Title:   "Record server answers whoever asks",
	Doc: "A client without any proof of who it is, neither token nor password nor session, searched or read records about patients on this server and got them. So whoever reaches the port can ask for any patient. " +
		"Switch on authorization in the server (SMART on FHIR, or a gateway before it that asks for tokens), and register the systems that need it first. It passes when the server is seen to refuse the same kind of question without proof, and answered none for an hour. " +
		"It is wrong where the server knows its clients by something else than the request, such as a list of addresses or a proxy on the same machine, and where it holds test patients only.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"fhir"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"access-control", "device-authentication"},
	Watch:        []kind.Name{kind.FHIRInteraction},
	StateVersion: 1,
	Fresh:        30 * 24 * time.Hour,
	Group:        check.ByZone,
	Say: check.Say{
		Bedside:     "Care is not touched. Anyone on this network could ask {asset} for a patient's record; whether a stranger did is unknown.",
		Engineering: "List which systems use {asset}, and plan with its maker how each of them will prove who it is. Systems that are not prepared will be refused.",
		Security:    "Find out what {client} is. Until authorization is on, let only known systems reach {asset}, and look in its audit log who else asked.",
		Dont:        "Don't switch authorization on before the list is complete: a system that cannot prove who it is gets no records.",
		Why:         "{client} asked {asset} without any proof of who it is, and was answered {status} with {resources} resources ({interaction}, {item}).",
		Wrong:       "{asset} knows {client} by its address, or holds test patients only.",
	},
	Run: openSearch,
})

// refusedFor is how long none must have been answered before a refusal counts as
// the answer.
const refusedFor = time.Hour

// openSearch fails a server for each resource type that it hands out to a client
// without proof of who it is, and passes it when it refuses.
func openSearch(_ context.Context, p *check.Pass) error {
	said := map[wardround.Key]wardround.State{}
	for o := range p.Seen() {
		f := o.Fields.(*kind.FHIRInteractionV1)
		if o.Flow == nil || o.Dst == "" || !asks(f) || f.HTTP.Authorized() {
			continue
		}
		var state wardround.State
		switch {
		case f.Status == 401 || f.Status == 403:
			state = wardround.Pass
		case f.Succeeded() && bool(f.Personal.ToClient) && f.Resources() > 0:
			state = wardround.Fail
		default:
			continue
		}
		subject, item := wardround.AssetSubject(o.Dst), asked(f)+" on "+check.Listener(o.Flow)
		key := wardround.Key{Subject: subject, Item: item}
		if said[key] == state {
			continue // one of a batch is enough
		}
		said[key] = state
		open := check.StateOf[check.Sightings](p, "", o.Dst)
		if state == wardround.Pass {
			// A server may know some of its clients by other means.
			if open.Known(item) && !open.Over(item, o.At, refusedFor) {
				continue
			}
			p.Pass(subject, item, wardround.Facts{"client": p.Name(o.Src), "status": f.Status})
			continue
		}
		open.Note(item, o.At)
		p.Fail(subject, item, wardround.Facts{
			"client": p.Whom(o.Src), "status": f.Status, "resources": f.Resources(), "interaction": interaction(f),
		}, check.Exposed(p.Exposure(o.Src, o.Dst)))
	}
	return nil
}

// asks reports whether an interaction asks for records.
func asks(f *kind.FHIRInteractionV1) bool {
	switch f.Interaction {
	case "search", "read", "vread", "history":
		return true
	case "operation":
		return f.Operation == "everything" || f.Operation == "export" || f.Operation == "document" || f.Operation == "lastn" || f.Operation == "match"
	}
	return false
}

// asked is what was asked for: a resource type, or all of them.
func asked(f *kind.FHIRInteractionV1) string {
	switch f.Resource {
	case "", "*":
		return "all types"
	}
	return f.Resource
}
