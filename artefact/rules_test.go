package artefact

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

var update = flag.Bool("update", false, "write the reference page")

func TestRulesPage(t *testing.T) {
	file := filepath.Join(testkit.Root(t), "docs", "reference", "artefact-rules.md")
	if *update {
		if err := os.WriteFile(file, []byte(RulesPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != RulesPage() {
		t.Errorf("docs/reference/artefact-rules.md is not what the catalogue says (%v); go test ./artefact -run TestRulesPage -update", err)
	}
}

// TestRulesAreWhole: each rule once, with all that a person needs.
func TestRulesAreWhole(t *testing.T) {
	rules, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	cwe := regexp.MustCompile(`^CWE-[1-9]\d*$`)
	for i, r := range rules {
		if i > 0 && rules[i-1].ID == r.ID {
			t.Errorf("%s stands twice", r.ID)
		}
		for what, s := range map[string]string{"title": r.Title, "means": r.Means, "do": r.Do, "dont": r.Dont, "wrong": r.Wrong} {
			if s == "" || strings.Contains(s, "potentially") {
				t.Errorf("%s: %s: %q", r.ID, what, s)
			}
		}
		if len(r.ATLAS) == 0 {
			t.Errorf("%s names no technique of ATLAS", r.ID)
		}
		for _, c := range r.CWE {
			if !cwe.MatchString(c) {
				t.Errorf("%s: %q is no CWE", r.ID, c)
			}
		}
	}
	if r, ok := LookupRule("zip.overlap"); !ok || r.ID != "zip.overlap" {
		t.Error("a rule is not found by its id")
	}
	if _, ok := LookupRule("zip.nonsense"); ok {
		t.Error("a rule that is none was found")
	}
}

// TestRulesNameRealTechniques: every ATLAS id exists in MITRE's data.
func TestRulesNameRealTechniques(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(testkit.Data(t, "models/atlas"), "ATLAS.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s*-?\s*id: (AML\.T\d{4}(?:\.\d{3})?)\s*$`).FindAllStringSubmatch(string(b), -1) {
		known[m[1]] = true
	}
	if len(known) < 150 {
		t.Fatalf("only %d techniques were found in ATLAS.yaml", len(known))
	}
	for _, r := range Rules() {
		for _, id := range r.ATLAS {
			if !known[id] {
				t.Errorf("%s: %s is no technique of ATLAS", r.ID, id)
			}
		}
	}
}

// families are the packages whose rules this catalogue explains, and how their ids
// begin.
var families = []string{"archive", "npy", "pickle", "safetensors", "gguf", "jinja", "onnx", "hdf5", "keras", "savedmodel", "tflite", "openvino", "skops", "pmml", "torchscript", "payload", "location", "cursor", "protobuf"}

// TestEveryRuleIsExplained: no reader tells a rule that the catalogue does not have.
func TestEveryRuleIsExplained(t *testing.T) {
	root := testkit.Root(t)
	literal := regexp.MustCompile(`"((?:zip|tar|7z|gzip|zlib|bzip2|xz|lzma|lz4|zstd|npy|pickle|safetensors|gguf|jinja|onnx|hdf5|keras|savedmodel|tflite|openvino|skops|pmml|torchscript|yaml|artefact)\.[a-z0-9]+(?:-[a-z0-9]+)*)"`)
	files, _ := filepath.Glob(filepath.Join(root, "artefact", "*.go"))
	for _, f := range families {
		more, _ := filepath.Glob(filepath.Join(root, "format", f, "*.go"))
		files = append(files, more...)
	}
	notRules := []string{"keras.layers", "torchscript.code", "pickle.loads", "pickle.load", "keras.models"}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			if !strings.Contains(line, "issue.") && !strings.Contains(line, "Rule") {
				continue
			}
			for _, m := range literal.FindAllStringSubmatch(line, -1) {
				if _, ok := LookupRule(m[1]); !ok && !slices.Contains(notRules, m[1]) {
					t.Errorf("%s tells %s, which the catalogue does not explain", strings.TrimPrefix(file, root+"/"), m[1])
				}
			}
		}
	}
}
