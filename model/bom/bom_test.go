package bom_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/modelcard"
	"github.com/wardround/wardround/model"
	"github.com/wardround/wardround/model/bom"
	"github.com/wardround/wardround/provenance"
)

// weights writes a safetensors file of one tensor.
func weights(t *testing.T, path string, values ...float32) {
	t.Helper()
	header, err := json.Marshal(map[string]any{"w": map[string]any{"dtype": "F32", "shape": []int{len(values)}, "data_offsets": []int{0, 4 * len(values)}}})
	if err != nil {
		t.Fatal(err)
	}
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	write(t, path, b)
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// folder is a model as one lies on disk.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "triage")
	weights(t, filepath.Join(dir, "weights.safetensors"), 1, 2, 3)
	write(t, filepath.Join(dir, "config.json"), []byte(`{"architectures": ["ChestNet"], "model_type": "cnn", "transformers_version": "4.44.0"}`))
	write(t, filepath.Join(dir, "requirements.txt"), []byte("numpy==1.26.4  # pinned\nscikit-learn>=1.4\ntorch[cpu]==2.4.0; python_version > '3'\n-r other.txt\ngit+https://example.org/x\n"))
	// A pickle that imports collections.OrderedDict and sklearn.svm._classes.SVC.
	write(t, filepath.Join(dir, "old", "model.pkl"), []byte("\x80\x02ccollections\nOrderedDict\n0csklearn.svm._classes\nSVC\n."))
	return dir
}

func look(t *testing.T, paths ...string) *bom.Artefact {
	t.Helper()
	a, err := bom.Look(t.Context(), paths, bom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestWhatAModelIsMadeOf(t *testing.T) {
	dir := folder(t)
	a := look(t, dir)
	var files, libraries []string
	for _, f := range a.Files {
		files = append(files, f.Name)
		if len(f.SHA256) != 64 || f.Verdict == "" {
			t.Errorf("%+v", f)
		}
	}
	for _, l := range a.Libraries {
		libraries = append(libraries, l.Name+" "+l.Version)
	}
	if diff := cmp.Diff([]string{"config.json", "old/model.pkl", "requirements.txt", "weights.safetensors"}, files); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"numpy 1.26.4", "scikit-learn ", "torch 2.4.0", "transformers 4.44.0"}, libraries); diff != "" {
		t.Error(diff)
	}
	if a.Tensors != 1 || a.Parameters != 3 || a.Facts.Architecture != "ChestNet" || !strings.Contains(a.Facts.Format, "safetensors") {
		t.Errorf("%d tensors, %d values, %q, %q", a.Tensors, a.Parameters, a.Facts.Architecture, a.Facts.Format)
	}
	m, err := provenance.Hash(t.Context(), dir, provenance.HashOptions{})
	if err != nil || a.Root != "sha256:"+m.Root {
		t.Errorf("%s is not the digest that is signed: %v, %s", a.Root, err, m.Root)
	}
	// One value differs: another model.
	weights(t, filepath.Join(dir, "weights.safetensors"), 1, 2, 4)
	if b := look(t, dir); b.Root == a.Root {
		t.Error("other weights, and the same digest")
	}
}

// TestTheBillIsValid in each form and version, says what card and plan say, and tells
// what it was made of.
func TestTheBillIsValid(t *testing.T) {
	a := look(t, folder(t))
	sens := 0.94
	plan := &model.Plan{
		Model: model.Identity{Maker: "Example Imaging", Product: "Chest Triage", Versions: []string{"2.1"}}, IntendedUse: model.IntendedUse{Purpose: "Triage", Population: "Adults", NotFor: []string{"children"}},
		Outputs:  []model.Output{{Name: "score", Points: []model.OperatingPoint{{Name: "flag", Threshold: 0.6, Sensitivity: &sens}}}},
		Training: model.Training{Datasets: []model.Dataset{{Name: "centres", Use: "training", Digest: "sha256:" + strings.Repeat("a", 64), Units: 41000, From: "2017", To: "2022"}}},
	}
	d := a.Document(bom.Sources{Plan: plan, Author: "Ann Ward", Signature: &provenance.Verification{State: provenance.Verified, Signer: "key 1"}})
	for _, version := range modelcard.Versions {
		var b, x bytes.Buffer
		if lost, err := d.CycloneDX(&b, version); err != nil || len(lost) > 0 {
			t.Fatalf("%v, lost %q", err, lost)
		}
		if lost, err := d.CycloneDXXML(&x, version); err != nil || len(lost) > 0 {
			t.Fatalf("%v, lost %q", err, lost)
		}
		for _, v := range append(cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}), cyclonedx.Validate(x.Bytes(), cyclonedx.Options{})...) {
			t.Errorf("%s: %s", version, v)
		}
		got, err := modelcard.Read(&b, modelcard.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		c := got.Cards[0]
		if c.Title() != "Example Imaging Chest Triage 2.1" || c.UseCases[0] != "Triage" || c.Statement(modelcard.OutOfScope) != "children" || c.Datasets[0].Units != "41000" {
			t.Errorf("%s: %+v", version, c)
		}
		if claims := c.Claims(); len(claims) != 1 || claims[0].Value != 0.94 || claims[0].Point != "flag" {
			t.Errorf("%s: claims %+v", version, claims)
		}
		if !slices.Contains(c.Properties, modelcard.Property{Name: "wardround:model:signature", Value: "verified"}) {
			t.Errorf("%s: the signature is not told: %v", version, c.Properties)
		}
	}
	var s bytes.Buffer
	if lost, err := d.SPDX(&s); err != nil || len(lost) > 0 {
		t.Errorf("%v, lost %q", err, lost)
	}
}

// TestHostileFiles: what cannot be read is said, and the bill is made of the rest.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.safetensors"), append(binary.LittleEndian.AppendUint64(nil, 1<<62), '{'))
	write(t, filepath.Join(dir, "config.json"), bytes.Repeat([]byte("["), 100_000))
	write(t, filepath.Join(dir, "requirements.txt"), bytes.Repeat([]byte("x"), 2<<20))
	write(t, filepath.Join(dir, "evil.pkl"), []byte("cos\nsystem\n(S'true'\ntR."))
	write(t, filepath.Join(dir, "name\nwith\x01controls.txt"), []byte("text"))
	a := look(t, dir)
	i := slices.IndexFunc(a.Files, func(f bom.File) bool { return f.Name == "evil.pkl" })
	if a.Files[i].Verdict != artefact.Malicious {
		t.Errorf("%+v", a.Files[i])
	}
	if len(a.Unread) == 0 {
		t.Error("a text of two megabytes was read, or passed over in silence")
	}
	var b bytes.Buffer
	if _, err := a.Document(bom.Sources{Product: "x", Version: "1"}).CycloneDX(&b, ""); err != nil {
		t.Fatal(err)
	}
	for _, v := range cyclonedx.Validate(b.Bytes(), cyclonedx.Options{}) {
		t.Error(v)
	}
}

func TestNoModel(t *testing.T) {
	for _, paths := range [][]string{nil, {filepath.Join(t.TempDir(), "nowhere")}, {t.TempDir()}} {
		_, err := bom.Look(t.Context(), paths, bom.Options{})
		if c := wardround.ErrorCode(err); c != wardround.EInvalid && c != wardround.ENotFound {
			t.Errorf("%v: %v", paths, err)
		}
	}
}
