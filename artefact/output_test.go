package artefact

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/wardround/wardround/format/sarif"
)

// TestJSONIsTheExactObject: scripts read these six.
func TestJSONIsTheExactObject(t *testing.T) {
	b, err := json.Marshal(scan(t, "model.pkl", []byte(evil)))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Path      *string
		Verdict   *string
		Rules     []string
		Callables []string
		Bytes     *int64
		MS        *float64
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if got.Path == nil || *got.Path != "model.pkl" || got.Verdict == nil || *got.Verdict != "malicious" || got.Bytes == nil || *got.Bytes != int64(len(evil)) || got.MS == nil || len(got.Rules) == 0 || !slices.Contains(got.Callables, "os.system") {
		t.Errorf("%s", b)
	}
	b, _ = json.Marshal(scan(t, "x", nil))
	if !bytes.Contains(b, []byte(`"rules":[],"callables":[]`)) {
		t.Errorf("empty lists must be lists: %s", b)
	}
}

func TestSARIF(t *testing.T) {
	var reps []*Report
	for name, b := range disguises(t, evil) {
		reps = append(reps, scan(t, name, b))
	}
	var out bytes.Buffer
	if err := sarif.Write(&out, SARIF("1.0", reps)); err != nil {
		t.Fatal(err)
	}
	log, err := sarif.Read(bytes.NewReader(out.Bytes()))
	if err != nil || len(log.Runs) != 1 || len(log.Runs[0].Results) < len(reps) {
		t.Fatalf("%v %+v", err, log)
	}
	prints := map[string]bool{}
	for _, r := range SARIF("1.0", reps).Runs[0].Results {
		if prints[r.Fingerprint] {
			t.Errorf("two results have the fingerprint %s", r.Fingerprint)
		}
		prints[r.Fingerprint] = true
	}
	for _, r := range SARIF("1.0", reps).Runs[0].Rules {
		if r.Short == "" || r.Help == "" || r.Severity == "" {
			t.Errorf("the rule %s explains nothing", r.ID)
		}
	}
}
