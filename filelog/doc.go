// Package filelog is the durable [wardround.Log] of one machine: hash-chained
// batches in daily files.
//
// # On disk
//
// A log is a folder of files named after the UTC day of their first batch and the
// position of their first observation, such as 20261121-00000000000000000001.wrl, and a head mark.
// Each file is a run of frames, big endian:
//
//	magic[4]  head length[4]  payload length[4]  head  SHA-256[32]  payload
//
// The hash covers magic, head length and head. The first frame is the file's
// header (JSON): epoch, origin, first position, hash of the frame before it, a
// summary of the file before it (so that one that has gone missing can be named),
// and the highest position reached of each sensor's input. Every other frame is a
// batch. Its head holds the hash of the frame before it, so each hash fixes
// everything before it, and one line per kind of observation in the batch: how
// many, and the digest of their encoded records, which are the payload. So
// retention can drop the records of one kind and leave the chain whole; the
// records of a kind begin with a random salt that goes with them, so that nothing
// can be guessed from the digest that stays.
//
// The head mark repeats, after each durable append, where the log ends and where
// retention lets it begin. It is written after the append is on disk, so it never
// promises more than there is.
//
// # What happened, and what we say
//
// A frame that is incomplete and lies after the head mark was never acknowledged:
// it is what a kill or a power cut leaves. It is cut off and counted
// ([Log.Cut]). Everything else is named and refused with EIntegrity: bytes that
// changed, a tail that is shorter than the mark (or than the position the store
// has committed), a file or a mark that is not there. Whoever decides to go on
// without what is lost opens with AcceptGap: the gap is written down, the next
// file opens a new epoch, damaged files stay as they are, and [Options.OnGap]
// makes the observation from which a gap verdict follows.
//
// The mark itself is synced once a second only. After a power cut it can lag, and
// then a tail lost by the disk after it was acknowledged is found by comparing
// with the store's position (Options.AtLeast), or not at all.
package filelog
