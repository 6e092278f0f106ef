package inference

import (
	"strings"
	"testing"

	common "go.opentelemetry.io/proto/otlp/common/v1"
)

// Whole numbers beyond what a float64 holds exactly stay apart: they are ids, and a label
// would be another patient's. As features they are numbers all the same.
func TestLongIdsStayApart(t *testing.T) {
	r, err := ReadRecord([]byte(`{"a":9007199254740993,"b":9007199254740992,"c":-9223372036854775807,"d":1000000000000001,"e":1e17,"f":12}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "9007199254740993", "b": "9007199254740992", "c": "-9223372036854775807", "d": "1000000000000001", "e": "1e+17", "f": "12"} {
		if s, ok := text(r[name]); s != want || !ok {
			t.Errorf("%s: %q, want %q", name, s, want)
		}
		if _, ok := number(r[name]); !ok {
			t.Errorf("%s is no number: %v", name, r[name])
		}
	}
	if _, err := ReadRecord([]byte(`{"a":1e999}`)); err == nil || !strings.Contains(err.Error(), "byte 10: a number that is too large") {
		t.Error(err)
	}
	of := func(i int64) string {
		s, _ := text(scalar(&common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: i}}))
		return s
	}
	if a, b := of(1<<53+1), of(1<<53); a != "9007199254740993" || b != "9007199254740992" || of(-7) != "-7" {
		t.Error(a, b, of(-7))
	}
}
