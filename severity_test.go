package wardround_test

import (
	"encoding/json"
	"strings"
	"testing"

	. "github.com/wardround/wardround"
)

func TestTheSeverityTable(t *testing.T) {
	for _, tc := range []struct {
		name string
		base Severity
		st   Stakes
		want Severity
		why  string // part of the reason
	}{
		{"the check alone", Medium, Stakes{Criticality: Diagnostic}, Medium, "the check alone: medium"},
		{"monitoring changes nothing", Medium, Stakes{Criticality: Monitoring}, Medium, "medium"},
		{"therapeutic", Medium, Stakes{Criticality: Therapeutic}, High, "higher: the asset is therapeutic"},
		{"life-sustaining", Medium, Stakes{Criticality: LifeSustaining}, High, "higher: the asset is life-sustaining"},
		{"life-sustaining, of little weight", Low, Stakes{Criticality: LifeSustaining}, Low, "low"},
		{"administrative", Medium, Stakes{Criticality: Administrative}, Low, "lower: the asset is administrative"},
		{"administrative never below low", Low, Stakes{Criticality: Administrative}, Low, "lower"},
		{"unknown takes nothing off", Medium, Stakes{}, Medium, "nothing is taken off"},
		{"an unknown device counts as the highest", Medium, Stakes{Device: true}, High, "counts as life-sustaining"},
		{"a known device counts as what it is", Medium, Stakes{Device: true, Criticality: Monitoring}, Medium, "medium"},
		{"idle", High, Stakes{Criticality: Diagnostic, Use: Idle}, Medium, "lower: not in use"},
		{"unknown use counts as in use", High, Stakes{Criticality: Diagnostic, Use: UseUnknown}, High, "high"},
		{"across zones is within the house", Medium, Stakes{Criticality: Diagnostic, Exposure: ExposedAcrossZones}, Medium, "medium"},
		{"from outside", Medium, Stakes{Criticality: Diagnostic, Exposure: ExposedToPublic}, High, "outside the hospital"},
		{"without a hostile act it ends at high", High, Stakes{Criticality: LifeSustaining, Exposure: ExposedToPublic}, High, "outside"},
		{"a hostile act", Medium, Stakes{Criticality: Diagnostic, Hostile: true}, High, "normal operation does not explain"},
		{"a hostile act on a therapy", Medium, Stakes{Criticality: Therapeutic, Hostile: true}, Critical, "therapeutic"},
		{"never above critical", Critical, Stakes{Criticality: LifeSustaining, Exposure: ExposedToPublic, Hostile: true}, Critical, "critical"},
		{"a check critical by itself", Critical, Stakes{Criticality: Diagnostic}, Critical, "critical"},
		{"info stays info", Info, Stakes{Criticality: LifeSustaining, Hostile: true}, Info, "for information"},
		{"none stays none", SeverityNone, Stakes{Hostile: true}, SeverityNone, "for information"},
	} {
		got, why := Weigh(tc.base, tc.st)
		if got != tc.want || !strings.Contains(why, tc.why) {
			t.Errorf("%s: %v (%s), want %v (…%s…)", tc.name, got, why, tc.want, tc.why)
		}
	}
}

// More at stake never weighs less.
func TestMoreAtStakeNeverWeighsLess(t *testing.T) {
	known := []Criticality{Administrative, Monitoring, Diagnostic, Therapeutic, LifeSustaining}
	for base := Low; base <= Critical; base++ {
		for _, x := range []Exposure{ExposedInZone, ExposedAcrossZones, ExposedToPublic} {
			for _, use := range []Use{Idle, UseUnknown, InUse} {
				for i, c := range known {
					st := Stakes{Criticality: c, Exposure: x, Use: use}
					calm, _ := Weigh(base, st)
					st.Hostile = true
					hostile, _ := Weigh(base, st)
					if hostile < calm {
						t.Errorf("%v %+v: %v with a hostile act, %v without", base, st, hostile, calm)
					}
					if i == 0 {
						continue
					}
					lesser, _ := Weigh(base, Stakes{Criticality: known[i-1], Exposure: x, Use: use})
					if calm < lesser {
						t.Errorf("%v: %v for %v, %v for %v", base, calm, c, lesser, known[i-1])
					}
				}
				highest, _ := Weigh(base, Stakes{Criticality: LifeSustaining, Exposure: x, Use: use})
				if got, _ := Weigh(base, Stakes{Device: true, Exposure: x, Use: use}); got != highest {
					t.Errorf("%v: %v for a device of unknown criticality, %v for a life-sustaining one", base, got, highest)
				}
			}
		}
	}
}

func TestSeverityNames(t *testing.T) {
	for s := SeverityNone; s <= Critical; s++ {
		b, err := json.Marshal(s)
		var back Severity
		if err != nil || json.Unmarshal(b, &back) != nil || back != s {
			t.Errorf("%v is written %s and read %v", s, b, back)
		}
	}
	if got := Severity(200).String(); got != "critical" {
		t.Errorf("a severity beyond the table is called %q", got)
	}
	if _, err := ParseSeverity("urgent"); err == nil {
		t.Error("urgent is no severity")
	}
}
