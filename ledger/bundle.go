package ledger

import (
	"encoding/json"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/wardround/wardround"
)

// The files of a bundle. Tiles (tile/8/…) are as golang.org/x/mod/sumdb/tlog names
// them.
const (
	fileReadme      = "README.txt"
	fileManifest    = "manifest.json"
	fileEntries     = "entries.jsonl"
	fileCheckpoint  = "checkpoint.txt"
	filePrevious    = "previous-checkpoint.txt"
	fileConsistency = "consistency.json"
	fileKey         = "ledger.pub"
	fileList        = "bundle.txt" // lists the others with their digests, signed
)

// tileHeight makes tiles of 256 hashes, 8 kB.
const tileHeight = 8

// listHeader is the first line of the signed list of files.
const listHeader = "wardround evidence bundle 1"

// Manifest says what a bundle is about, for the reader.
type Manifest struct {
	Version  int              `json:"version"`
	Ledger   string           `json:"ledger"`
	Org      wardround.Org    `json:"org"`
	Site     wardround.SiteID `json:"site"`
	Facts    wardround.Origin `json:"facts"` // live, replay or simulated
	Exported time.Time        `json:"exported"`
	// From and To are the period that was asked for; open ends are left out.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// First and End bound the entries in the bundle, [First, End), of the Size the
	// ledger had; Erased of them have no contents any more.
	First    uint64 `json:"first"`
	End      uint64 `json:"end"`
	Erased   uint64 `json:"erased"`
	Size     int64  `json:"size"`
	Previous int64  `json:"previous"` // size at the checkpoint before First; 0 for none
	Statement
}

// Statement is what a bundle tells besides its entries; the caller of Export knows.
type Statement struct {
	Program string `json:"program,omitempty"` // name and version
	// Digests of the program, the checks and the content in force: "sha256:…".
	Binary  string `json:"binary,omitempty"`
	Checks  string `json:"checks,omitempty"`
	Content string `json:"content,omitempty"`
	// Gaps are the times in which something was not watched.
	Gaps []Unwatched `json:"gaps"`
	// Off are the checks that were switched off.
	Off []SwitchedOff `json:"switched_off"`
}

// Unwatched is a time in which something was not seen.
type Unwatched struct {
	What   string    `json:"what"` // "sensor mirror-1", "log"
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Reason string    `json:"reason"`
}

// SwitchedOff is a check that did not judge.
type SwitchedOff struct {
	Check  string    `json:"check"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since,omitzero"`
}

// bundleLine is one line of the entries' file. Entry is the canonical JSON that the
// leaf stands for, byte for byte: leaf = SHA-256(salt, entry).
type bundleLine struct {
	Index  uint64          `json:"index"`
	Leaf   hexBytes        `json:"leaf"`
	Salt   hexBytes        `json:"salt,omitempty"`
	Entry  json.RawMessage `json:"entry,omitempty"`
	Erased bool            `json:"erased,omitempty"`
}

// consistency proves that the tree of To leaves begins with that of From (RFC 6962
// §2.1.2).
type consistency struct {
	From  int64       `json:"from"`
	To    int64       `json:"to"`
	Proof []tlog.Hash `json:"proof"`
}
