package artefact

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

func TestUBJSON(t *testing.T) {
	object := "{i\x01aU\x05i\x01bSi\x02hii\x01c[$d#i\x02\x00\x00\x00\x00\x00\x00\x00\x00i\x01d[TFZi\x03]i\x01e{}i\x01f[$U#i\x03\x01\x02\x03}"
	if rep := scan(t, "m.ubj", []byte(object)); rep.Verdict != Inert || rep.Format != "ubjson" {
		t.Errorf("%s %s %v", rep.Verdict, rep.Format, rep.Rules)
	}
	for name, b := range map[string]string{
		"cut":                object[:len(object)-1],
		"trailing":           object + evil,
		"deep":               "{i\x01a" + strings.Repeat("[", 1_000_000),
		"negative length":    "{i\x01aSi\x80}",
		"length past end":    "{i\x01aSL\x7f\xff\xff\xff\xff\xff\xff\xff}",
		"count past end":     "{i\x01a[$D#L\x7f\xff\xff\xff\xff\xff\xff\xff}",
		"numbers of no size": "{i\x01a[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff}\x00\x01",
		"unknown type":       "{i\x01aQ}\x00",
	} {
		if rep := scan(t, "m.ubj", []byte(b)); rep.Verdict.Clean() {
			t.Errorf("%s: %s %s", name, rep.Verdict, rep.Format)
		}
	}
}

// TestXGBoostsOwnForm: what the library writes is read to its end.
func TestXGBoostsOwnForm(t *testing.T) {
	b := testkit.RunPython(t, []string{"xgboost", "numpy"}, `
import sys, numpy as np, xgboost as x
r = np.random.default_rng(1)
b = x.train({"objective": "binary:logistic", "verbosity": 0}, x.DMatrix(r.random((50, 4)), label=np.arange(50) % 2), 5)
sys.stdout.buffer.write(bytes(b.save_raw("ubj")))
`)
	if rep := scan(t, "model.ubj", b); rep.Verdict != Inert || rep.Format != "ubjson" {
		t.Errorf("%s %s %v", rep.Verdict, rep.Format, rep.Rules)
	}
}

func FuzzUBJSON(f *testing.F) {
	f.Add([]byte("{i\x01aU\x05i\x01c[$d#i\x01\x00\x00\x00\x00}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		it := &item{r: bytes.NewReader(b), size: int64(len(b)), head: b[:min(len(b), headLen)]}
		if looksUBJSON(it) {
			scanUBJSON(&scanner{}, it)
		}
	})
}
