package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround"
)

const sepsisMapping = `inference: 1
model: sepsis
version: "3"
service: ward
fields:
  lactate: {as: feature, type: number, unit: mmol/L}
  patient: {as: unit}
  risk:    {as: score}
  device:  {as: source}
  at:      {as: time}
`

// TestRecordsBecomeWindows: a service posts records with the token; what reaches the
// data directory is a model with a window, and no patient.
func TestRecordsBecomeWindows(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	mapping, token := write("sepsis.yaml", sepsisMapping), write("token", "a token of this test\n")
	now := time.Now().UTC()
	a := &app{cli: &cli{globals: globals{Format: "table"}}, ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: func() time.Time { return now }}
	a.Data = filepath.Join(dir, "data")
	const canary = "KAESTNER-EMIL-4711"
	err := a.alone(func(w *writer) error {
		for what, c := range map[string]inferenceConfig{
			"a secret in the file": {Name: "x", Mapping: mapping, Listen: "127.0.0.1:0", Token: "secret"},
			"everybody, no token":  {Name: "x", Mapping: mapping, Listen: "0.0.0.0:0"},
			"from nowhere":         {Name: "x", Mapping: mapping},
			"no mapping":           {Name: "x", Mapping: filepath.Join(dir, "none.yaml"), Watch: dir},
			"no name":              {Name: "../x", Mapping: mapping, Watch: dir},
		} {
			if _, err := a.recorders(w, []inferenceConfig{c}, false); err == nil {
				t.Errorf("%s is taken", what)
			}
		}
		list, err := a.recorders(w, []inferenceConfig{{Name: "sepsis", Mapping: mapping, Listen: "127.0.0.1:0", Token: "@" + token}}, false)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(a.ctx)
		wait := a.record(ctx, list, &serving{}, slog.New(slog.DiscardHandler))
		defer func() { cancel(); wait() }()
		var body strings.Builder
		for i := range 200 {
			fmt.Fprintf(&body, `{"lactate":%v,"patient":"%s-%d","risk":%v,"device":"LAB_1","at":%q,"name":%q}`+"\n", 1+float64(i%40)/10, canary, i, float64(i%100)/100, now.Format(time.RFC3339), canary)
		}
		post := func(auth string) int {
			q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+list[0].listener.Addr().String()+"/api/v1/inference", strings.NewReader(body.String()))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", "application/x-ndjson")
			q.Header.Set("Authorization", auth)
			r, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			return r.StatusCode
		}
		if got := post("Bearer wrong"); got != http.StatusUnauthorized {
			t.Errorf("a wrong token is answered %d", got)
		}
		if got := post("Bearer a token of this test"); got != http.StatusOK {
			t.Errorf("records are answered %d", got)
		}
		if err := list[0].folder.Close(ctx); err != nil {
			return err
		}
		d, ok := w.models.Model("sepsis@ward")
		if !ok || d.Asset == "" || len(d.Lines) != 1 || d.Lines[0].Recent[0].Rows != 200 {
			t.Errorf("the model is %+v", d)
		}
		for v, err := range w.store.Verdicts(a.ctx, w.scope, wardround.VerdictFilter{Check: "model.quality"}) {
			if err != nil {
				return err
			}
			if v.State == wardround.Fail {
				t.Errorf("%s fails: %v", v.Item, v.Facts)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(a.Data, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), canary) {
			t.Errorf("%s holds the patient", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
