package behaviour

import (
	"fmt"
	"math"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/model"
)

// trendItem names a trend for people: what a person looks for comes first.
func (s *scene) trendItem(f *followed) string {
	name := s.trendWhat(f)
	if f.Test != detectorOf(f.Of, "") {
		name += " by " + f.Test
	}
	return name + partMark(s.l.Part)
}

// trendWhat names what is followed.
func (s *scene) trendWhat(f *followed) string {
	name := itemOf(f.Column, f.Group)
	switch f.Of {
	case model.OfMean:
		name = "mean of " + name
	case model.OfMissing:
		name = "what lacks " + name
	case model.OfPositive:
		name = "positive answers of " + name
	case model.OfOverride:
		name = "overruled answers"
	case model.OfVolume:
		name = "records"
	case model.OfEstimate, model.OfPerformance:
		name = f.Metric
		if f.Point != "" {
			name += " at " + f.Point
		}
		name = itemOf(name, f.Group)
		if f.Of == model.OfEstimate {
			name = "estimate of " + name
		}
	}
	return name
}

// trendMoved says what was, and what is.
func (s *scene) trendMoved(f *followed, b base, now float64) string {
	switch f.Of {
	case model.OfRank:
		return fmt.Sprintf("of 100 values of now, %.0f are larger than one of the reference, where it should be 50", 100*now)
	case model.OfMean:
		if ref := s.refColumn(f); ref != nil {
			return "the mean was " + number(ref.Moments.Mean) + " and is " + number(ref.Moments.Mean+now*ref.Moments.SD())
		}
	case model.OfShare:
		if ref := s.refColumn(f); ref != nil {
			if top := ref.Top.Top(1); len(top) > 0 {
				return clip(top[0].Text+" was "+percent(b.value)+" and is "+percent(now), 160)
			}
		}
	case model.OfMissing:
		return percent(b.value) + " of rows lacked it, and " + percent(now) + " do"
	case model.OfPositive:
		return percent(b.value) + " of answers were positive, and " + percent(now) + " are"
	case model.OfOverride:
		return percent(b.value) + " of answers were overruled, and " + percent(now) + " are"
	case model.OfVolume:
		return "there were " + number(b.value) + " records in " + days(f.Every) + ", and there are " + number(now)
	}
	return fmt.Sprintf("it was %s and is %s", number(b.value), number(now))
}

// sized tells the size of a change in the unit that people think in.
func (s *scene) sized(f *followed, b base, x float64) string {
	switch f.Of {
	case model.OfRank:
		return fmt.Sprintf("%s of 100", number(100*x))
	case model.OfMean:
		return number(x) + " SD"
	case model.OfVolume:
		return percent(x / math.Max(b.value, 1))
	case model.OfEstimate, model.OfPerformance:
		return number(x)
	}
	return percent(x)
}

// trendSeverity: what a week by itself does not show is no hurry, but where outcomes say
// that the model is worse.
func (s *scene) trendSeverity(f *followed) wardround.Severity {
	if f.Of == model.OfPerformance {
		return wardround.Medium
	}
	return wardround.Low
}

// trendShift is the kind of change that a trend speaks of.
func trendShift(of string) string {
	switch of {
	case model.OfMissing:
		return "quality"
	case model.OfPositive:
		return "label"
	case model.OfPerformance:
		return "concept"
	case model.OfRank, model.OfMean, model.OfShare, model.OfEstimate:
		return "covariate"
	}
	return ""
}
