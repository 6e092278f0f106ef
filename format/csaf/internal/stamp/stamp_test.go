package stamp

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	utc := func(s string) time.Time { x, _ := time.Parse(time.RFC3339Nano, s); return x.UTC() }
	for s, want := range map[string]string{
		"2024-02-29T23:59:59Z":           "2024-02-29T23:59:59Z",
		"2024-02-29T23:59:59.25+05:30":   "2024-02-29T18:29:59.25Z",
		"2024-01-01t00:00:00z":           "2024-01-01T00:00:00Z",
		"2024-01-01T00:00:00-00:00":      "2024-01-01T00:00:00Z",
		"2016-12-31T23:59:60Z":           "2017-01-01T00:00:00Z",
		"2017-01-01T00:59:60+01:00":      "2017-01-01T00:00:00Z",
		"2024-01-01T00:00:00.123456789Z": "2024-01-01T00:00:00.123456789Z",
	} {
		got, ok := Parse(s)
		if !ok || !got.Equal(utc(want)) {
			t.Errorf("%s: got %v %v, want %s", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "2024-01-01", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
		"2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00+0100",
		"2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00ZZ", "2O24-01-01T00:00:00Z", "2024-01-01T0 :00:00Z"} {
		if got, ok := Parse(s); ok {
			t.Errorf("%s was read as %v", s, got)
		}
	}
}

// FuzzParse: what the time package reads as RFC 3339 we read alike, but for what it
// wrongly allows.
func FuzzParse(f *testing.F) {
	f.Add("2024-02-29T23:59:59.25+05:30")
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := Parse(s)
		want, err := time.Parse(time.RFC3339, s)
		if ok && err == nil && !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", s, got, want)
		}
	})
}
