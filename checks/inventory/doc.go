// Package inventory holds the checks of what is there: components that nobody
// announced, components that fell silent, and components that nobody looks at.
package inventory

import (
	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// traffic names every kind that is seen on the network or told by others, so that
// a protocol added later counts as a sign of life without an edit here.
var traffic = func() []kind.Name {
	own := map[kind.Name]bool{
		kind.SensorStatus: true, kind.Wake: true, kind.CheckFailed: true, kind.ContentChanged: true,
		kind.FindingDecided: true, kind.LogGap: true, kind.OperatorActed: true, kind.PublicationSaid: true,
	}
	var names []kind.Name
	for _, s := range kind.All() {
		if !own[s.Name] {
			names = append(names, s.Name)
		}
	}
	return names
}()

// clinical are the protocols that clinical data and device control travel by.
var clinical = []string{"dicom", "dicomweb", "hl7", "fhir", "mqtt", "wsdiscovery"}

// spoken reports whether a person said anything of the asset.
func spoken(a *wardround.Asset) bool {
	for _, x := range a.Attributes {
		if x.Confidence == wardround.Said {
			return true
		}
	}
	for _, x := range a.Identifiers {
		if x.Confidence == wardround.Said {
			return true
		}
	}
	return false
}
