package board

import (
	"math"
	"time"
)

// settleStep is how many rows are made anew under the lock at a time.
const settleStep = 64

// settle makes the rows of assets and cases anew that were touched since they were
// read last. It lets the pipeline in between.
func (b *Board) settle() {
	for {
		b.mu.RLock()
		clean := len(b.dirtyAssets) == 0 && len(b.dirtyCases) == 0
		b.mu.RUnlock()
		if clean {
			return
		}
		b.mu.Lock()
		b.settleSome()
		b.mu.Unlock()
	}
}

func (b *Board) settleSome() {
	most := settleStep
	if b.assetList.n == 0 && b.caseList.n == 0 {
		most = math.MaxInt // at the start nobody waits
	}
	var assets changes[*assetRow]
	for e := range b.dirtyAssets {
		if most--; most < 0 {
			break
		}
		delete(b.dirtyAssets, e)
		old := e.row
		e.row = b.assetRow(e)
		assets.note(old, e.row, compareAssets)
	}
	b.assetList = assets.apply(b.assetList, compareAssets)
	var cases changes[*caseRow]
	for e := range b.dirtyCases {
		if most--; most < 0 {
			break
		}
		delete(b.dirtyCases, e)
		if e.raw == nil {
			continue
		}
		old := e.row
		e.row = b.caseRow(e.raw, e.rows(Visible{}))
		cases.note(old, e.row, compareCases)
	}
	b.caseList = cases.apply(b.caseList, compareCases)
}

// caseRows returns the cases that a person may see, with what of them.
func (b *Board) caseRows(v Visible) (rows list[*caseRow], position uint64, at time.Time) {
	b.settle()
	b.mu.RLock()
	defer b.mu.RUnlock()
	if v.everything() {
		return b.caseList, b.position, b.at
	}
	var own []*caseRow
	for _, e := range b.cases {
		if e.raw == nil {
			continue
		}
		if seen := e.rows(v); len(seen) > 0 {
			own = append(own, b.caseRow(e.raw, seen))
		}
	}
	return rows.replaced(nil, own, compareCases), b.position, b.at
}
