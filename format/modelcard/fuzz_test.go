package modelcard_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/cyclonedx"
	"github.com/wardround/wardround/format/modelcard"
)

// FuzzRead: whatever is read can be written in each form; CycloneDX is valid by its
// schema then, and read again says the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(applied))
	for _, name := range []string{"1.7/valid-machine-learning-considerations-env-1.7.json", "1.6/valid-machine-learning-considerations-env-1.6.xml", "1.7/valid-component-data-1.7.json", "spdx3/dataset/example01/spdx3.0/example01.spdx3.json"} {
		if b, err := os.ReadFile("../../../shared/data/models/mlbom/" + name); err == nil {
			f.Add(b)
		}
	}
	f.Add([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"machine-learning-model","name":"m","bom-ref":"a","modelCard":{"bom-ref":"a","modelParameters":{"datasets":[{"ref":"b"},{"type":"dataset","contents":{"properties":[{"name":"wardround:modelcard:use","value":"test"}]}}]},"properties":[{"name":"wardround:modelcard:metric:0","value":"{}"}]}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := modelcard.Read(bytes.NewReader(b), modelcard.Limits{Bytes: 1 << 20})
		if err != nil {
			return
		}
		for _, c := range d.Cards {
			c.Claims()
			c.Attributes()
		}
		var spdx, chai bytes.Buffer
		if _, err := d.SPDX(&spdx); err != nil {
			t.Fatal(err)
		}
		if _, err := modelcard.ReadSPDX(&spdx, modelcard.Limits{}); err != nil {
			t.Fatal(err)
		}
		if len(d.Cards) > 0 {
			if _, err := d.CHAI(&chai); err != nil {
				t.Fatal(err)
			}
			if _, err := modelcard.ReadCHAI(&chai, modelcard.Limits{}); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if _, err := d.CycloneDX(&out, "1.7"); err != nil {
			t.Fatal(err)
		}
		for _, v := range cyclonedx.Validate(out.Bytes(), cyclonedx.Options{}) {
			t.Fatalf("what was written is not valid: %s\n%s", v, out.Bytes())
		}
		again, err := modelcard.Read(bytes.NewReader(out.Bytes()), modelcard.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var twice bytes.Buffer
		if _, err := again.CycloneDX(&twice, "1.7"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(out.String(), twice.String()); diff != "" {
			t.Fatal(diff)
		}
	})
}
