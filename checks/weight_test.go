package checks

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// weight is how much a check's findings matter and how they come to people.
type weight struct {
	Base wardround.Severity
	// Hostile: some of its findings are of an act that normal operation does not
	// explain. A weakness is never hostile, whoever could use it.
	Hostile bool
	Novelty bool
	Group   check.Group
}

const (
	zone, site, subject, server, item = check.ByZone, check.BySite, check.BySubject, check.ByServer, check.ByItem

	low, medium, high = wardround.Low, wardround.Medium, wardround.High
)

// weights is decided here, for all checks side by side: what anybody could use is
// medium everywhere, what moved patients' images to an unknown place is high, what
// asks for a look is low.
var weights = map[string]weight{
	// Practices of the site: one case each.
	"auth.cleartext-credentials":   {Base: medium, Group: site},
	"dicom.cleartext":              {Base: medium, Group: site},
	"fhir.cleartext":               {Base: medium, Group: site},
	"hl7.cleartext":                {Base: medium, Group: site},
	"mqtt.cleartext":               {Base: medium, Group: site},
	"privacy.patient-data-on-wire": {Base: medium, Group: site},
	"coverage.unwatched":           {Base: low, Group: site},
	// Weaknesses that many alike have: one case for a release or a zone.
	"dicom.open-node":            {Base: medium, Group: zone},
	"fhir.open-search":           {Base: medium, Group: zone},
	"mqtt.anonymous":             {Base: medium, Group: zone},
	"net.public-peer":            {Base: medium, Group: zone},
	"net.unauthenticated-update": {Base: medium, Group: zone},
	"ssh.legacy":                 {Base: medium, Group: zone},
	"tls.certificate":            {Base: medium, Group: zone},
	"tls.weak":                   {Base: medium, Group: zone},
	// Systems that don't understand each other.
	"dicom.negotiation": {Base: medium, Group: zone},
	"dicom.rejects":     {Base: low, Group: zone, Hostile: true},
	"fhir.error-rate":   {Base: medium, Group: server},
	"hl7.nak-rate":      {Base: medium, Group: server},
	"hl7.structure":     {Base: low, Group: zone},
	"mllp.timing":       {Base: medium, Group: server},
	// What was not there, or not so, while the site was learned.
	"asset.new":                  {Base: low, Group: zone, Novelty: true},
	"dicom.bulk-retrieve":        {Base: medium, Group: subject, Novelty: true},
	"dicom.move-new-destination": {Base: high, Group: subject, Novelty: true},
	"fhir.bulk-read":             {Base: medium, Group: subject, Novelty: true},
	"hl7.new-source":             {Base: medium, Group: subject, Novelty: true, Hostile: true},
	"mqtt.new-publisher":         {Base: medium, Group: subject, Novelty: true, Hostile: true},
	"net.new-zone-link":          {Base: medium, Group: zone, Novelty: true},
	"privacy.new-recipient":      {Base: medium, Group: zone, Novelty: true},
	// Releases: one case for one vulnerability wherever it is, else for a release.
	"release.build":       {Base: medium, Group: subject},
	"release.declared":    {Base: medium, Group: subject},
	"release.knowledge":   {Base: medium, Group: site},
	"release.sbom":        {Base: low, Group: subject},
	"release.support":     {Base: low, Group: subject},
	"vulnerability.known": {Base: medium, Group: item},
	// Models: each is looked at by itself, but for what a site has or has not written down.
	"model.acceptance":  {Base: low, Group: subject},
	"model.artefact":    {Base: medium, Group: subject, Hostile: true},
	"model.calibration": {Base: medium, Group: subject},
	"model.card":        {Base: low, Group: site},
	"model.change":      {Base: medium, Group: subject},
	"model.drift":       {Base: medium, Group: subject},
	"model.extraction":  {Base: medium, Group: subject, Hostile: true},
	"model.feedback":    {Base: medium, Group: subject},
	"model.logs":        {Base: low, Group: site},
	"model.membership":  {Base: medium, Group: subject},
	"model.outlier":     {Base: medium, Group: subject},
	"model.output":      {Base: medium, Group: subject},
	"model.oversight":   {Base: low, Group: subject},
	"model.performance": {Base: high, Group: subject},
	"model.plan":        {Base: low, Group: site},
	"model.poisoning":   {Base: high, Group: subject},
	"model.prompt":      {Base: medium, Group: subject, Hostile: true},
	"model.quality":     {Base: medium, Group: subject},
	"model.robustness":  {Base: medium, Group: subject},
	"model.signature":   {Base: medium, Group: subject, Hostile: true},
	"model.source":      {Base: medium, Group: subject},
	"model.subgroup":    {Base: medium, Group: subject},
	"model.trend":       {Base: low, Group: subject},
	// Acts and failures.
	"asset.silent":         {Base: medium, Group: subject},
	"net.address-conflict": {Base: medium, Group: subject, Hostile: true},
	"net.scan":             {Base: medium, Group: subject, Hostile: true},
	"sensor.gap":           {Base: medium, Group: subject},
}

// TestWeights: every check weighs what is decided above, and the fixtures show
// which of them tell of a hostile act.
func TestWeights(t *testing.T) {
	got := map[string]weight{}
	for _, c := range check.All() {
		w := weight{Base: c.Severity, Novelty: c.Novelty, Group: c.Group}
		files, err := filepath.Glob(filepath.Join("*", "testdata", c.ID, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, v := range voices(t, c, file) {
				w.Hostile = w.Hostile || strings.Contains(v.Evidence, "an act was seen")
			}
		}
		got[c.ID] = w
	}
	if diff := cmp.Diff(weights, got); diff != "" {
		t.Error(diff)
	}
}
