package notify

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wardround/wardround/internal/testkit"
)

// page is what people read who set this up, and its examples of a language.
func page(t *testing.T, language string) (examples []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "how-to", "notifications.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		examples = append(examples, m[1])
	}
	return examples
}

// The lines of Python by which a receiver checks a signature hold for what we send,
// and for nothing else.
func TestTheReceiverOfThePage(t *testing.T) {
	python := testkit.Need(t, "python3")
	code := page(t, "python")
	if len(code) != 1 {
		t.Fatalf("%d examples in Python", len(code))
	}
	ask := code[0] + "\nimport json, sys\nfor c in json.load(sys.stdin):\n    print(verified(c['secret'], c['header'], c['body'].encode()))\n"
	body, now := `{"title":"Ü – 1"}`, time.Now()
	good := Sign("s3cret", []byte(body), now)
	type try struct {
		Secret string `json:"secret"`
		Header string `json:"header"`
		Body   string `json:"body"`
		want   string
	}
	tries := []try{
		{"s3cret", good, body, "True"},
		{"s3cret", Sign("s3cret", []byte(body), now.Add(-4*time.Minute)), body, "True"},
		{"other", good, body, "False"},
		{"s3cret", good, body + " ", "False"},
		{"s3cret", Sign("s3cret", []byte(body), now.Add(-time.Hour)), body, "False"},
		{"s3cret", strings.Replace(good, "t=", "t=1", 1), body, "False"},
		{"s3cret", "", body, "False"}, {"s3cret", "nonsense", body, "False"}, {"s3cret", "t=-1,v1=", body, "False"},
	}
	in, err := json.Marshal(tries)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", ask)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.Fields(string(out))
	if len(got) != len(tries) {
		t.Fatalf("%d answers to %d tries: %s", len(got), len(tries), out)
	}
	for i, x := range tries {
		if got[i] != x.want {
			t.Errorf("%+v: %s", x, got[i])
		}
	}
}

// The bodies that the page shows are the ones that are sent: every field, and no other.
func TestTheBodiesOfThePage(t *testing.T) {
	examples := page(t, "json")
	want := []any{new(Message), new(Beat), new(WorkOrder)}
	if len(examples) != len(want) {
		t.Fatalf("%d examples in JSON", len(examples))
	}
	for i, v := range want {
		d := json.NewDecoder(strings.NewReader(examples[i]))
		d.DisallowUnknownFields()
		if err := d.Decode(v); err != nil {
			t.Errorf("%s: %v", examples[i], err)
		}
		full(t, reflect.ValueOf(v).Elem())
	}
}

// full says which fields an example leaves out.
func full(t *testing.T, v reflect.Value) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if v.Field(i).IsZero() && v.Type().Field(i).Name != "Origin" {
			t.Errorf("the page does not show %q of a %s", name, v.Type().Name())
		}
		if f := v.Field(i); f.Kind() == reflect.Struct && f.Type().PkgPath() == v.Type().PkgPath() {
			full(t, f)
		}
	}
}
