// Package oms reads and writes signatures of machine-learning models in the form
// of the OpenSSF Model Signing specification 1.0: a Sigstore bundle (media type
// application/vnd.dev.sigstore.bundle.v0.3+json) around a DSSE envelope around an
// in-toto Statement v1, whose predicate lists every file of the model, or every
// shard of its files, with a digest.
//
// The statement's subject is one digest over all of those, in the order in which
// they are listed; [ReadManifest] refuses a statement where it does not fit.
//
// Three ways of signing exist: an elliptic curve key ([SignKey], [Bundle.VerifyKey]),
// a certificate under a root of one's own ([Bundle.VerifyCertificate]), and Sigstore,
// whose trust root and transparency log are checked one floor above. What libraries before 1.0 wrote is read with
// [Options].Legacy only: version 0.2 signed a text that is not DSSE, and lists nothing that would show
// a file that was left out.
//
// Bundles come from strangers. Sizes and counts are bounded, names of files cannot leave the model's folder, and
// nothing of a statement is believed before its signature is.
package oms
