// Package provenance says whether a model on disk is the one that somebody signed.
//
// [Hash] walks a model and takes the digest of every file, or of every shard of
// every file, side by side on all processors; [Sign] signs the list, [Verify]
// checks a signature (package format/oms) against what lies there and names what
// was changed, added, removed or renamed. A signature whose files were not
// compared is not verified, and one whose signer was not asked for is not either.
//
// Sigstore's keyless signatures are verified offline, against a trust root that
// the caller obtained elsewhere (sigstore-go). [Diff] compares two versions of a
// model tensor by tensor.
package provenance
