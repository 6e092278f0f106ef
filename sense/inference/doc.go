// Package inference folds the records of what AI models were asked and answered into
// sketches, where the records are: rows of patients go no further than this package.
//
//	HTTP NDJSON, OTLP logs ─┐
//	CSV, Parquet files     ─┼─► Record ─► Mapping ─► Folder ─► sketch.Window ─► Sink
//	traffic (Metadata)     ─┘   one row    what it means          an hour of a model at a service
//
// A [Mapping] is a strict allowlist: a field that it does not name is counted and
// dropped. What it names as a unit, a client or a record's id becomes a keyed
// pseudonym at once; of units only a count of different ones stays. A birth date
// becomes an age band at once.
//
// # What is promised
//
//   - A record that was acknowledged is in exactly one window, also after kill -9: open
//     windows, positions of inputs and what is still to be handed over are one file
//     that is replaced whole ([Folder.Commit]), and an acknowledgement waits for it.
//     An input that repeats itself under the same position is not counted again.
//   - A record goes into the window of its own time. Windows close when they are over
//     for long enough; a record that comes later, within a bound, makes a further part
//     of that window, which merges with the first.
//   - A label that comes later finds its prediction by keyed pseudonym for at most 30
//     days. What leaves is a table of score against label, for the prediction's time.
//   - Everything is bounded, and what does not fit is counted and told: 429 with
//     Retry-After under overload, [Counts] for the rest.
//   - Raw records are kept only in a [Reservoir] that a person turned on: of bounded
//     size, in a file of its own, until a date.
package inference
