package wsdiscovery

import (
	"net/url"
	"strings"
)

// The contexts that a medical device of SDC may tell in its scopes, as
// [ContextOf] returns them (IEEE 11073-20701 §9.4). Those of patient and operator
// identify people.
const (
	LocationContext = "loc"
	PatientContext  = "pat"
	OperatorContext = "opr"
	EnsembleContext = "ens"
	WorkflowContext = "wfl"
	MeansContext    = "mns"
)

// ContextOf returns which context a scope tells, "" if none.
func ContextOf(scope string) string {
	const prefix = "sdc.ctxt."
	scheme, _, ok := strings.Cut(scope, ":")
	if scheme = strings.ToLower(scheme); !ok || !strings.HasPrefix(scheme, prefix) {
		return ""
	}
	return scheme[len(prefix):]
}

// Location is where a device says it stands (IEEE 11073-20701 §9.4.1.2); any
// part may be empty.
type Location struct {
	Facility, Building, Floor, PointOfCare, Room, Bed string
}

// LocationOf reads the scope of a location context; ok is false for any other
// scope.
func LocationOf(scope string) (l Location, ok bool) {
	if ContextOf(scope) != LocationContext {
		return Location{}, false
	}
	_, query, _ := strings.Cut(scope, "?")
	query, _, _ = strings.Cut(query, "#")
	v, err := url.ParseQuery(query)
	if err != nil {
		return Location{}, false
	}
	return Location{
		Facility: v.Get("fac"), Building: v.Get("bldng"), Floor: v.Get("flr"),
		PointOfCare: v.Get("poc"), Room: v.Get("rm"), Bed: v.Get("bed"),
	}, true
}

// Scope returns the location as a device writes it into its scopes, identified
// by its parts joined with slashes.
func (l Location) Scope() string {
	parts := []struct{ key, value string }{
		{"fac", l.Facility}, {"bldng", l.Building}, {"flr", l.Floor}, {"poc", l.PointOfCare}, {"rm", l.Room}, {"bed", l.Bed},
	}
	var id, query []string
	for _, p := range parts {
		id = append(id, url.PathEscape(p.value))
		if p.value != "" {
			query = append(query, p.key+"="+url.QueryEscape(p.value))
		}
	}
	return "sdc.ctxt.loc:/sdc.ctxt.loc.detail/" + strings.Join(id, "%2F") + "?" + strings.Join(query, "&")
}
