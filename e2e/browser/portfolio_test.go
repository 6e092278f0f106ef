package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// advisory is what is known of one made-up package, in OSV form.
const advisory = `{"schema_version": "1.6.0", "id": "GO-2099-0001", "aliases": ["CVE-2099-1234"], "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
	"summary": "A crafted order overruns the dose buffer", "details": "Every version before 1.2.0.", "affected": [{"package": {"ecosystem": "Go", "name": "example.org/dose"},
	"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}]}]}]}`

// materials are a pump's: the dose library inside its controller.
const materials = `{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": {"type": "device", "bom-ref": "pump", "name": "Infuso", "version": "4.2", "supplier": {"name": "Linden"}}},
	"components": [{"type": "application", "bom-ref": "control", "name": "controller", "version": "3.0", "components": [{"type": "library", "bom-ref": "dose", "name": "example.org/dose", "version": "v1.1.0", "purl": "pkg:golang/example.org/dose@v1.1.0"}]}],
	"dependencies": [{"ref": "pump", "dependsOn": ["control"]}, {"ref": "control", "dependsOn": ["dose"]}]}`

// TestPortfolio: a bill of materials is brought in the page; what it holds, what is
// known of it, and whether it is affected are one press away each.
func TestPortfolio(t *testing.T) {
	chromium(t)
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if out, err := exec.Command(build(t), "--data", data, "feed", "import", file("GO-2099-0001.json", advisory)).CombinedOutput(); err != nil {
		t.Fatalf("feed import: %v\n%s", err, out)
	}
	s, stop := run(t, "serve", "--listen", "127.0.0.1:0", "--data", data)
	t.Cleanup(stop)
	b := open(t, s.base)
	b.visit(s.link)
	b.text("Make the first account")
	b.fill("Name", "anna")
	b.fill("How others see you", "Anna Maier")
	b.fill("Password", passphrase)
	b.fill("Password again", passphrase)
	b.press("Make the account")
	b.at("/start")

	b.visit("/releases")
	b.text("No release is known yet")
	b.accessible("releases-empty")
	b.push("Bring a bill of materials")
	b.run(chromedp.SetUploadFiles(chromedp.CSS("dialog input[type=file]"), []string{file("broken.json", `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": }]}`)}))
	b.fill("Product", "Infuso")
	b.fill("Version", "4.2")
	b.push("Send")
	b.text("could not be taken")
	b.text("broken.json")
	b.run(chromedp.SetUploadFiles(chromedp.CSS("dialog input[type=file]"), []string{file("pump.cdx.json", materials)}))
	b.until("the document saying what it is of", `[...document.querySelectorAll("dialog input")].some(i => i.value === "Infuso")`)
	b.push("Send")
	b.text("is here:")
	b.accessible("releases-upload")
	b.press("Open the release")
	b.at("/releases/")
	b.text("controller")
	b.until("the tree", `document.querySelector("[role=treeitem][aria-expanded]")`)
	eval[bool](b, `(document.querySelector("[role=treeitem][aria-expanded]").focus(), true)`)
	b.keys(kb.ArrowRight) // what it holds
	b.text("example.org/dose")
	b.accessible("release")
	b.shot("release-light-desk")
	release := eval[string](b, "location.pathname.split('/')[2]")
	for _, tab := range []string{"vulnerabilities", "statements", "quality", "support", "instances", "documents"} {
		b.visit("/releases/" + release + "/" + tab)
		b.settled()
		b.accessible("release-" + tab)
	}

	b.visit("/releases")
	b.text("Infuso 4.2")
	b.visit("/vulnerabilities")
	b.press("A crafted order overruns the dose buffer")
	b.at("/vulnerabilities/CVE-2099-1234")
	b.text("Affected (1)")
	b.text("Linden Infuso 4.2")
	b.accessible("vulnerability")
	b.shot("vulnerability-light-desk")
	b.press("GO-2099-0001")
	b.at("/advisories/")
	b.text("Every version before 1.2.0.")
	b.accessible("advisory")

	b.visit("/vulnerabilities")
	b.fill("Are we affected by", "pkg:golang/example.org/dose < 1.2.0")
	b.push("Ask")
	b.text("Yes: 1 release or device is affected")
	b.accessible("asked")
	b.visit("/feeds")
	b.text("GO-2099-0001")
}
