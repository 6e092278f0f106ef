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
	// below after are left out of the first batch. Errors: EIntegrity, or fn's own.
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
