package house

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/check"
	_ "github.com/wardround/wardround/checks" // registers them
	"github.com/wardround/wardround/internal/testkit"
	"github.com/wardround/wardround/kind"
	_ "github.com/wardround/wardround/sense/network" // registers what it emits
)

var update = flag.Bool("update", false, "write the reference pages")

// TestReferencePages: docs/reference/checks.md and observations.md are what the
// code says.
func TestReferencePages(t *testing.T) {
	page(t, "checks.md", checksPage())
	page(t, "observations.md", observationsPage())
}

func page(t *testing.T, name, want string) {
	t.Helper()
	file := filepath.Join(testkit.Root(t), "docs", "reference", name)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("docs/reference/%s is not what the code says (%v); go test ./internal/house -run TestReferencePages -update", name, err)
	}
}

func checksPage() string {
	var b strings.Builder
	b.WriteString("# Checks\n\nWritten by `go test ./internal/house -update` from the code. `wardround check explain ID` says the same and the controls' clauses.\n")
	for _, c := range check.All() {
		fmt.Fprintf(&b, "\n## %s\n\n**%s.** %s\n\n", c.ID, c.Title, c.Doc)
		fresh := "for ever"
		if c.Fresh > 0 {
			fresh = c.Fresh.String()
		}
		applies := c.Applies.String()
		if c.Applies == 0 {
			applies = "the site, its sensors and links"
		}
		fmt.Fprintf(&b, "%s · base severity %s · judges %s · a verdict holds %s · version %d · controls: %s\n",
			c.Concern, c.Severity, applies, fresh, c.Version, strings.Join(c.Controls, ", "))
	}
	return b.String()
}

func observationsPage() string {
	var b strings.Builder
	b.WriteString("# Observations\n\nWritten by `go test ./internal/house -update` from the schemas: what may leave a sensor. *Class*: plain is technical; presence-only says that a\nvalue was there, never what it was; pseudonym is a keyed hash; personal-text is erasable.\n")
	for _, s := range kind.All() {
		fmt.Fprintf(&b, "\n## %s, version %d\n\n%s\n\n| field | type | class |\n|---|---|---|\n", s.Name, s.Version, s.Doc)
		for _, f := range s.Fields() {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Path, strings.ReplaceAll(f.Type, "|", "\\|"), f.Class)
		}
	}
	return b.String()
}

// promised are the ids that scripts read; they are fixed.
var promised = strings.Fields(`
	dicom.cleartext hl7.cleartext fhir.cleartext mqtt.cleartext auth.cleartext-credentials tls.weak tls.certificate ssh.legacy
	dicom.open-node dicom.rejects dicom.move-new-destination dicom.bulk-retrieve fhir.open-search fhir.bulk-read mqtt.anonymous
	mqtt.new-publisher hl7.new-source net.scan net.public-peer net.unauthenticated-update net.new-zone-link net.address-conflict
	privacy.patient-data-on-wire privacy.new-recipient hl7.nak-rate hl7.structure dicom.negotiation fhir.error-rate mllp.timing
	asset.new asset.silent sensor.gap coverage.unwatched`)

// TestPromisedChecksAreThere: no id that a script may read has gone.
func TestPromisedChecksAreThere(t *testing.T) {
	for _, id := range promised {
		if check.Lookup(id) == nil {
			t.Errorf("no check %s", id)
		}
	}
}
