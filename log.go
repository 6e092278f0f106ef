package wardround

import "context"

// Log is the only input of everything after the sensors: one append order per
// site. Every implementation passes the suite in logtest.
type Log interface {
	// Append writes one batch of at most [MaxBatch] observations and returns when
	// it is durable. It skips observations whose (Sensor, Input, Position) is not
	// above what the log already holds for that sensor and input, sets Seq and,
	// where it is zero, leaves Logged to the caller's fault: EInvalid. It returns
	// the observations that were appended, in order, with Seq set; the slice is
	// empty when all were repeats. Logged never goes backwards: an earlier value is
	// raised to the newest. Errors: EInvalid, EFull (no room: nothing was
	// appended), EIntegrity.
	Append(ctx context.Context, batch []*Observation) ([]*Observation, error)
	// Read calls fn with each recorded batch that holds a position above after, in
	// order, up to the end of the log at the time of the call. Observations at or
	// below after are left out of the first batch; what retention has dropped, or
	// lies in a gap someone accepted, is passed over. Errors: EIntegrity, or fn's own.
	Read(ctx context.Context, after uint64, fn func(batch []*Observation) error) error
	// Last returns the newest position, 0 for an empty log.
	Last() uint64
	// Reached returns the highest appended Position of a sensor's input, so that a
	// sensor can resume; 0 if there is none.
	Reached(sensor, input string) uint64
	Close() error
}

// MaxBatch is the most observations one batch of the log holds.
const MaxBatch = 1000

// MaxSourceName is the longest name of a sensor, an input or a kind, in bytes.
const MaxSourceName = 512

// CheckBatch returns EInvalid, naming the observation, unless batch is one that
// every Log accepts: at most [MaxBatch] observations, each with kind, sensor,
// input, position and the time it is logged, all of one origin. A log that is not
// empty passes its own origin; an empty one passes "".
func CheckBatch(op string, batch []*Observation, origin Origin) error {
	if len(batch) > MaxBatch {
		return Errorf(EInvalid, op, "a batch of %d observations; at most %d", len(batch), MaxBatch)
	}
	for i, o := range batch {
		switch {
		case o == nil:
			return Errorf(EInvalid, op, "observation %d of the batch is nil", i)
		case !named(o.Kind) || !named(o.Sensor) || !named(o.Input):
			return Errorf(EInvalid, op, "observation %d of the batch needs kind, sensor and input of 1 to %d bytes", i, MaxSourceName)
		case o.Position == 0:
			return Errorf(EInvalid, op, "observation %d of the batch (%s) has position 0; positions grow from 1", i, o.Kind)
		case o.Logged.IsZero():
			return Errorf(EInvalid, op, "observation %d of the batch (%s) has no logged time", i, o.Kind)
		case o.Origin != Live && o.Origin != Replay && o.Origin != Simulated:
			return Errorf(EInvalid, op, "observation %d of the batch (%s) has origin %q; want live, replay or simulated", i, o.Kind, o.Origin)
		case origin != "" && o.Origin != origin:
			return Errorf(EInvalid, op, "observation %d of the batch (%s) is %s, but this log holds %s ones; origins never mix", i, o.Kind, o.Origin, origin)
		}
		origin = o.Origin
	}
	return nil
}

func named(s string) bool { return s != "" && len(s) <= MaxSourceName }
