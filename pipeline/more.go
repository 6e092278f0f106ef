package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// More is the item under which a subject's items are judged that have no row of
// their own.
const More = "(more)"

const (
	// maxItems is how many items of one subject a check may keep apart that does not
	// say otherwise.
	maxItems = 2000
	// maxItem is the length of an item in bytes; a longer one ends in its hash.
	maxItem = 256
)

// ofSubject is a check's rows of one subject.
type ofSubject struct {
	check   string
	subject wardround.Subject
}

// fit makes an output's item one that can be kept: UTF-8, as the ledger and the
// store write it, and not too long.
func fit(out check.Output) check.Output {
	item := out.Key.Item
	if !utf8.ValidString(item) {
		item = string([]rune(item)) // U+FFFD for each bad byte, as in JSON
	}
	if len(item) > maxItem {
		sum := sha256.Sum256([]byte(item))
		tail := "…" + hex.EncodeToString(sum[:8])
		item = strings.ToValidUTF8(item[:maxItem-len(tail)], "") + tail
	}
	out.Key.Item = item
	return out
}

func itemsOf(c *check.Check) int {
	if c.Items > 0 {
		return c.Items
	}
	return maxItems
}

// more turns an output on an item without a row into one on the rest of its
// subject; ok is false when it tells nothing new of the rest. The rest fails when
// one of it fails, until that is stale. It never passes: which of it is as it
// should be is not known.
func (p *Pipeline) more(out check.Output, most int) (rest check.Output, ok bool) {
	rest = out
	rest.Key.Item = More
	rest.Fact, rest.Claim = "", nil // of one of many
	if out.State == wardround.Fail {
		rest.Facts = maps.Clone(out.Facts)
		if rest.Facts == nil {
			rest.Facts = wardround.Facts{}
		}
		rest.Facts["item"] = out.Key.Item
		return rest, true
	}
	if r := p.rows.m[rest.Key]; r != nil && r.v.State == wardround.Fail && !r.staleAt(out.At) {
		return rest, false
	}
	rest.State, rest.Facts = wardround.Unknown, nil
	rest.Why = fmt.Sprintf("more than %d items; the rest is not told apart", most)
	return rest, true
}
