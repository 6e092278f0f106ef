// Package behaviour folds what is told of AI models, and what their inference was,
// into judgements: does this model still see what it was made for, answer as it did,
// and keep what it promises?
//
//	model.received, model.scanned, model.verified, model.probed, model.logs, model.decided
//	inference.window, inference.labelled
//	    │ in log order, before the inventory resolves the observation
//	    ▼
//	Fold ─► Assets (which asset is which model; what feeds it) ─► View ─► checks/model ─► verdicts ─► findings
//
// A window is sketches of an hour or a day of inference, never rows. It is held
// against the reference of the release, as the plan says: column by column, for all
// rows, for each group and for each device that the inputs came from.
//
// # When it says nothing
//
// Windows are merged until there are enough different patients or studies to find the
// change that the plan wants found; until then a column is unknown, with how many there
// were and how many it takes. A sketch's error widens p to an interval; only an interval
// that is wholly on one side of the level decides. Without a reference, or with one of
// another version, nothing is compared, and that is said.
//
// # Few alarms
//
// A level of 0.05 for each column of each hour would be an alarm a day. Instead the
// plan says how many false alarms a device may give in a year, and an [Alarms] spends
// that budget over columns, groups and time. A change must also be large enough to
// matter: a limit on its size, by the plan or [DefaultLimit].
//
// # What is kept
//
// State rows in the store, beside the verdicts and in the same transaction: documents
// in force, the windows that are not yet judged by their digest, the current
// judgements, a bounded series of each, and the timeline of each model. Sketches are
// read again from the blobs. So a restart, or the same log folded again, gives the
// same judgements, byte for byte.
package behaviour
