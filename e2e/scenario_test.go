package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/sim"
)

// promised is what a reader should find of each scenario: the check, the address
// of who it is about, and what item and facts must speak of.
var promised = map[string][]struct{ check, address, about string }{
	"scan": {{"net.scan", "10.20.4.66", ""}},
	"gateway-impersonated": {
		{"hl7.new-source", "10.20.1.77", "another system used that name"},
		{"net.address-conflict", "10.20.1.10", "10.20.1.77"},
	},
	"mqtt-anonymous": {
		{"mqtt.anonymous", "10.20.10.23", "1883"},
		{"mqtt.new-publisher", "10.20.4.66", "home/*/vitals"},
	},
	"exfiltration": {
		{"dicom.move-new-destination", "10.20.10.30", "STASH"},
		{"dicom.bulk-retrieve", "10.20.4.66", "PACS"},
		{"privacy.new-recipient", "10.20.4.66", "dicom"},
	},
	"cleartext-passwords": {
		{"auth.cleartext-credentials", "10.20.10.20", "FTP"},
		{"auth.cleartext-credentials", "10.20.2.20", "Telnet"},
		{"auth.cleartext-credentials", "10.20.10.30", "HTTP Basic"},
	},
	"certificate-expiry":     {{"tls.certificate", "10.20.10.21", "it has ended"}},
	"pump-silent":            {{"asset.silent", "10.20.1.10", "000babfffe010000"}},
	"public-beacon":          {{"net.public-peer", "10.20.1.22", "198.51.100.77"}},
	"update-unauthenticated": {{"net.unauthenticated-update", "10.20.1.23", "firmware"}},
	"wrong-zone":             {{"net.new-zone-link", "10.20.4.23", "7011"}},
	"lab-units":              {{"model.quality", sim.TriageModel + "@" + sim.TriageService, "loinc:2160-0"}},
}

// ofModels reports whether a check is about a model: one that is registered, as demo
// does it; a capture alone knows none.
func ofModels(check string) bool { return strings.HasPrefix(check, "model.") }

// chronic are the checks that the ward fails on any day: it speaks readable
// protocols, as many hospitals do.
var chronic = []string{
	"dicom.cleartext", "hl7.cleartext", "fhir.cleartext", "mqtt.cleartext", "auth.cleartext-credentials",
	"privacy.patient-data-on-wire", "coverage.unwatched",
}

// about reports whether the list has a live finding of the check on the asset with
// the address, or the model of that name, which says text.
func (l objects) about(check, address, text string) bool {
	owners := map[string]bool{}
	for _, a := range l.of("asset") {
		if slices.Contains(a.Identifiers, identifier{"ip", address}) || slices.Contains(a.Identifiers, identifier{"ai-model", address}) {
			owners["asset:"+a.ID] = true
		}
	}
	return slices.ContainsFunc(l.of("finding"), func(f object) bool {
		return f.Check == check && owners[f.Subject] && f.State == "open" && strings.Contains(f.Item+" "+string(f.Facts), text)
	})
}

// TestScenariosAreFound: each scenario alone, and all of them at once, in demo as
// in replay, ends in the findings that sim list promises.
func TestScenariosAreFound(t *testing.T) {
	all := slices.Sorted(maps.Keys(promised))
	docs := promises(t)
	if diff := len(docs) - len(all); diff != 0 {
		t.Errorf("sim list has %d scenarios, %d are tested", len(docs), len(all))
	}
	look := func(t *testing.T, l objects, capture bool, names ...string) {
		t.Helper()
		for _, name := range names {
			for _, p := range promised[name] {
				if capture && ofModels(p.check) {
					continue
				}
				if !l.about(p.check, p.address, p.about) {
					t.Errorf("%s: no %s on %s about %q; found %v", name, p.check, p.address, p.about, l.findings())
				}
			}
		}
	}
	for _, name := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, p := range promised[name] {
				if !slices.Contains(docs[name], p.check) {
					t.Errorf("sim list does not promise %s: %v", p.check, docs[name])
				}
			}
			for _, check := range docs[name] {
				if !slices.ContainsFunc(promised[name], func(p struct{ check, address, about string }) bool { return p.check == check }) {
					t.Errorf("sim list promises %s, which is not tested", check)
				}
			}
			for _, seed := range seeds {
				look(t, concluded(t, simulated(t, seed, "1", "--scenario", name)), true, name)
			}
			r := wardround(t, "demo", "--speed", "0", "--format", "json", "--quiet", "--scenario", name).want(t, 0)
			look(t, conclusions(t, r.stdout), false, name)
		})
	}
	t.Run("all at once", func(t *testing.T) {
		t.Parallel()
		look(t, concluded(t, simulated(t, 4, "1.5", everyScenario()...)), true, all...)
		r := wardround(t, "demo", "--speed", "0", "--format", "json", "--quiet").want(t, 0)
		look(t, conclusions(t, r.stdout), false, all...)
	})
}

// promises reads what sim list promises: the check ids at the end of each line.
func promises(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, o := range readObjects(t, wardround(t, "sim", "list", "--format", "json").want(t, 0).stdout) {
		var s struct{ Name, Doc string }
		if err := json.Unmarshal(o.raw, &s); err != nil {
			t.Fatal(err)
		}
		_, checks, ok := strings.Cut(s.Doc, ": ")
		if !ok {
			t.Errorf("%s promises nothing: %s", s.Name, s.Doc)
		}
		out[s.Name] = strings.Split(strings.TrimSuffix(checks, "."), ", ")
	}
	return out
}

// TestANormalDayHasNoAttack: without scenarios nothing is found but what the ward
// does on every day.
func TestANormalDayHasNoAttack(t *testing.T) {
	attacks := map[string]bool{}
	for _, list := range promised {
		for _, p := range list {
			attacks[p.check] = !slices.Contains(chronic, p.check)
		}
	}
	for _, hours := range []string{"1", "24"} {
		for _, seed := range append(seeds, 3) {
			t.Run(fmt.Sprintf("%s hours, seed %d", hours, seed), func(t *testing.T) {
				t.Parallel()
				l := concluded(t, simulated(t, seed, hours))
				for check, n := range l.findings() {
					switch {
					case attacks[check]:
						t.Errorf("false alarm: %d of %s", n, check)
					case !slices.Contains(chronic, check):
						t.Errorf("not of every day: %d of %s", n, check)
					}
				}
				for _, mechanism := range []string{"FTP", "Telnet", "HTTP Basic"} {
					for _, f := range l.of("finding") {
						if f.Check == "auth.cleartext-credentials" && strings.Contains(f.Item, mechanism) {
							t.Errorf("false alarm: %s", f.raw)
						}
					}
				}
				if s := l.summary(t); s.ParseFailures != 0 || s.Drops != 0 || s.GapBytes != 0 || s.Truncated {
					t.Errorf("not understood or lost: %s", s.raw)
				}
				if n := l.findings(); n["dicom.cleartext"] == 0 || n["hl7.cleartext"] == 0 || n["mqtt.cleartext"] == 0 || n["fhir.cleartext"] == 0 {
					t.Errorf("what is always so was not found: %v", n)
				}
			})
		}
	}
	if len(sim.Scenarios()) != len(promised) {
		t.Errorf("%d scenarios, %d are tested", len(sim.Scenarios()), len(promised))
	}
}
