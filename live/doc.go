// Package live is what is happening: the newest observations, how many come, and
// the event streams that tell of them.
//
// [Hub.Observed] and [Hub.Changed] are called by the pipeline and only hand over a
// pointer: whatever costs time happens on the hub's own goroutine, [Hub.Run], a few
// times a second, and once for everybody who asks for the same. A [Stream] has a
// bounded queue; who reads too slowly is dropped and told, so that nobody holds up
// the others, and nobody the pipeline.
//
// # Personal data
//
// A [ObservationRow] shows the plain fields of an observation. Of what is personal it says
// that it was there, never what it was: the class of a field is that of its type
// in package kind.
package live
