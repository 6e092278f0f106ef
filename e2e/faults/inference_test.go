package faults

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// plantedPatient is in every identifier that a service sends.
const plantedPatient = "Zz9Planted"

const answersMapping = `inference: 1
model: triage
version: "2.1"
service: icu
window: 1h
fields:
  id:      {as: record}
  patient: {as: unit}
  at:      {as: time}
  lactate: {as: feature, unit: mmol/L}
  risk:    {as: score}
  died:    {as: label, positive: ["1"], negative: ["0"]}
`

// answersPosted is a service that posts what its model answered, portion by portion,
// each until it is acknowledged; and one that writes the same into a file.
type answersPosted struct {
	testing.TB
	url, file   string
	at          time.Time
	acked, rows atomic.Int64 // portions; rows of the file
}

func (a *answersPosted) record(n int64) (patient, line string) {
	patient = fmt.Sprintf("%s-%d", plantedPatient, n/3)
	return patient, fmt.Sprintf(`{"id":"%s-r%d","patient":"%s","at":"%s","lactate":%.2f,"risk":%.3f,"note":"%s"}`+"\n",
		plantedPatient, n, patient, a.at.Add(time.Duration(n)*time.Second).Format(time.RFC3339), 1+float64(n%40)/10, float64(n%100)/100, plantedPatient)
}

// portion is how many records one request carries.
const portion = 20

// post sends portions until stop is closed and the last one is acknowledged.
func (a *answersPosted) post(stop <-chan struct{}) {
	client := http.Client{Timeout: 10 * time.Second}
	for p := int64(1); ; p++ {
		var body strings.Builder
		for n := (p - 1) * portion; n < p*portion; n++ {
			_, line := a.record(n)
			body.WriteString(line)
		}
		for again := 0; ; again++ {
			if again > 6000 {
				a.Errorf("portion %d was never taken", p)
				return
			}
			q, err := http.NewRequest("POST", a.url, strings.NewReader(body.String()))
			if err != nil {
				a.Error(err)
				return
			}
			q.Header.Set("Wardround-Input", "service")
			q.Header.Set("Wardround-Position", fmt.Sprint(p))
			r, err := client.Do(q)
			if err == nil {
				r.Body.Close()
				if r.StatusCode == http.StatusOK {
					break
				}
				if r.StatusCode < 429 {
					a.Errorf("portion %d: %s", p, r.Status)
					return
				}
			}
			time.Sleep(10 * time.Millisecond)
		}
		a.acked.Store(p)
		select {
		case <-stop:
			return
		default:
		}
	}
}

// write lets the file grow until stop is closed.
func (a *answersPosted) write(stop <-chan struct{}) {
	f, err := os.OpenFile(a.file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		a.Error(err)
		return
	}
	defer f.Close()
	fmt.Fprintln(f, "id,patient,at,lactate,risk")
	for n := int64(0); ; {
		var b bytes.Buffer
		for range 7 {
			patient, _ := a.record(n)
			fmt.Fprintf(&b, "%s-f%d,%s,%s,%.2f,%.3f\n", plantedPatient, n, patient, a.at.Add(time.Duration(n)*time.Second).Format(time.RFC3339), 1+float64(n%40)/10, float64(n%100)/100)
			n++
		}
		if _, err := f.Write(b.Bytes()); err != nil {
			a.Error(err)
			return
		}
		a.rows.Store(n)
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestKilledServerCountsEachAnswerOnce: the server is killed at random moments while a
// service posts records of inference and a file of them grows. In the end each record
// is in one window, no window stands twice in the log, each has its sketches, and no
// identifier of a patient is anywhere on the disk.
func TestKilledServerCountsEachAnswerOnce(t *testing.T) {
	kills := number(t, "WARDROUND_KILLS", 5)
	if testing.Short() {
		kills = 3
	}
	random := rand.New(rand.NewPCG(uint64(number(t, "WARDROUND_SEED", 1)), 5))
	work, dir := t.TempDir(), filepath.Join(t.TempDir(), "data")
	write := func(name, text string) string {
		name = filepath.Join(work, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	incoming := filepath.Join(work, "incoming")
	if err := os.Mkdir(incoming, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free now, and the same after each start
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	mapping := write("mapping.yaml", answersMapping)
	config := write("wardround.yaml", fmt.Sprintf("inference:\n  - {name: posted, mapping: %q, listen: %q}\n  - {name: files, mapping: %q, watch: %q}\n", mapping, listen, mapping, incoming))

	a := &answersPosted{TB: t, url: "http://" + listen + "/api/v1/inference", file: filepath.Join(incoming, "answers.csv"), at: time.Now().UTC().Add(-20 * time.Hour).Truncate(time.Second)}
	posting, writing, posted, written := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() { defer close(posted); a.post(posting) }()
	go func() { defer close(written); a.write(writing) }()
	enough := sync.OnceFunc(func() { close(writing) })
	t.Cleanup(func() { enough(); <-written })

	var busy int
	for range kills {
		s := serve(t, dir, "--config", config)
		s.quiet = true
		before := a.acked.Load()
		s.ready()
		time.Sleep(time.Duration(random.Int64N(int64(3 * time.Second))))
		s.kill()
		if a.acked.Load() > before {
			busy++
		}
	}
	close(posting)
	enough()
	<-written
	s := serve(t, dir, "--config", config).ready()
	<-posted
	sum := func(rows []*kind.InferenceWindowV1) (n int64) {
		for _, w := range rows {
			n += w.Rows
		}
		return n
	}
	fromFile := a.rows.Load()
	eventually(t, "the rest of the file", func() bool {
		return sum(windows(t, dir, "inference/files")) >= fromFile
	})
	s.stop()
	for sensor, want := range map[string]int64{"inference/posted": a.acked.Load() * portion, "inference/files": fromFile} {
		if got := sum(windows(t, dir, sensor)); got != want {
			t.Errorf("%s: %d rows in windows, %d were sent", sensor, got, want)
		}
	}
	t.Logf("%d kills, %d of them while it took records; %d rows posted, %d in the file", kills, busy, a.acked.Load()*portion, fromFile)
	if busy == 0 || fromFile < 50 {
		t.Error("this test shows too little")
	}
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		if bytes.Contains(b, []byte(plantedPatient)) {
			t.Errorf("%s holds an identifier of a patient", strings.TrimPrefix(name, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// windows returns the windows in the log that one source handed over, and fails if one
// is there twice.
func windows(t *testing.T, dir, sensor string) (out []*kind.InferenceWindowV1) {
	t.Helper()
	at := map[uint64]*wardround.Observation{}
	for _, o := range observations(t, dir, sensor) {
		w, ok := o.Fields.(*kind.InferenceWindowV1)
		if !ok {
			continue
		}
		if before := at[o.Position]; before != nil {
			t.Fatalf("%s: position %d stands in the log as %d and as %d", sensor, o.Position, before.Seq, o.Seq)
		}
		at[o.Position] = o
		if o.Blob == nil || o.Blob.Size == 0 {
			t.Errorf("%s: window %d has no sketches", sensor, o.Position)
		}
		out = append(out, w)
	}
	return out
}
