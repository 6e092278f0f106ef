// Package ledger makes verdicts provable: each transition of a verdict is a leaf
// of a Merkle tree (RFC 6962, golang.org/x/mod/sumdb/tlog), the tree's head is
// signed as a checkpoint (golang.org/x/mod/sumdb/note), and a contiguous period
// can be exported as one zip file that anyone can verify offline.
//
// A leaf is SHA-256 over 16 random bytes and the canonical JSON (RFC 8785) of the
// entry. Salt and payload can be erased together, as data protection law may
// demand: the leaf stays, the tree still verifies, and without the salt nothing
// can be guessed from it.
package ledger
