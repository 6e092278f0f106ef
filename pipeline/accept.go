package pipeline

import (
	"context"
	"math"
	"slices"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// append makes a batch durable. An observation that no log takes, because it is
// too large, is left out and counted: it must not end the service.
func (in *Ingest) append(ctx context.Context, batch []*wardround.Observation) ([]*wardround.Observation, error) {
	appended, err := in.opt.Log.Append(ctx, batch)
	if wardround.ErrorCode(err) != wardround.EInvalid {
		return appended, err
	}
	good := slices.DeleteFunc(slices.Clone(batch), func(o *wardround.Observation) bool { return Acceptable(o) != nil })
	if len(good) == len(batch) {
		return nil, err
	}
	in.refused += int64(len(batch) - len(good))
	return in.opt.Log.Append(ctx, good)
}

// Acceptable returns EInvalid for an observation that no log takes: one that is
// incomplete, or larger than [wardround.MaxObservation] when encoded.
func Acceptable(o *wardround.Observation) error {
	x := *o
	if x.Position == 0 {
		x.Position = math.MaxUint64 // the longest there can be
	}
	if x.Logged.IsZero() {
		x.Logged = x.At
	}
	x.Seq = math.MaxUint64
	if err := wardround.CheckBatch("observation", []*wardround.Observation{&x}, ""); err != nil {
		return err
	}
	_, err := kind.Codec{}.Append(nil, &x)
	return err
}
