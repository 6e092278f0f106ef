// Package board is what the face looks at: one site's assets, links, answers of
// checks, findings and cases in memory, ready to be filtered, sorted and paged.
//
// A Board is a projection, computed and never typed in. [Board.Load] fills it from
// a [wardround.Reader]; from then on [Board.Apply] is given each commit by the
// pipeline, and [Board.Observed] each judged batch. A board that saw every commit
// says the same as one that is loaded afterwards.
//
// # How it is read while it changes
//
// Rows never change once they are in: a change replaces the row. Lists are chunks
// of such rows, copied when they change, so that a reader takes the list as it is
// in one step and walks it at leisure without holding up the pipeline.
//
// # Who sees what
//
// Every query takes a [Visible]: a person of a maker sees the product lines that
// were granted, and of a case or a count only what these are part of.
package board

import (
	"sync"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/coverage"
)

// Options say whose site a board shows.
type Options struct {
	Scope  wardround.Scope
	Origin wardround.Origin
	// Checks are those that judge the site; nil for all that are registered.
	Checks []*check.Check
	// Learn is how long novelty checks learn, for the time they say something.
	Learn time.Duration
	// Now is our own clock. Of a live site it tells how long a sensor was silent; a
	// replayed or simulated one lives by the log's time alone.
	Now func() time.Time
}

// Board shows one site. Its methods are safe for concurrent use; Load, Apply and
// Observed are for the goroutine that judges.
type Board struct {
	opt Options
	own []*info // the checks that judge here; never changed once made

	mu sync.RWMutex
	state

	graphs   graphs
	counts   memo[map[string]int]
	coverage memo[*coverage.Matrix]
	changes  memo[[]Change]
}

// Visible is what a person may see of the site: everything, or product lines. The
// zero value is everything.
type Visible struct {
	// Products are makers, models or products, folded as account.Reach has them; nil
	// is everything, an empty list nothing.
	Products []string
	// Hides says of a vulnerability under embargo whether it is hidden; nil shows all.
	Hides func(vulnerability string) bool
}

// All reports whether every product line is seen.
func (v Visible) All() bool { return v.Products == nil }

// everything reports whether nothing at all is hidden.
func (v Visible) everything() bool { return v.All() && v.Hides == nil }

// List says which rows of a list are wanted.
type List struct {
	Visible Visible
	// Sort names fields by commas, a minus for descending: "-severity,opened"; "" is
	// the list's own order. Ids decide between equals.
	Sort string
	// Cursor is Page.Next of the page before.
	Cursor string
	// Limit is the most rows; 0 is none but the count, below 0 all of them.
	Limit int
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	// Next is where the list goes on, "" at its end. Rows that come or go meanwhile
	// neither repeat nor hide others.
	Next     string
	Total    int // rows that fit the filter
	Position uint64
	At       time.Time // site time
}
