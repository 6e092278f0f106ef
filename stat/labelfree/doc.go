// Package labelfree estimates how well a model does before the truth is known:
// in medicine labels come weeks late, or never for those who were not examined.
//
// # What is estimated, and how
//
// [Fit] takes reference rows whose truth is known; [Estimator.Estimate] takes a
// chunk of later rows and answers with the confusion matrix, AUROC, average
// precision and what follows from them that the chunk is expected to have.
//
//   - [CBPE], confidence-based: a score that is calibrated says itself how often
//     it is wrong. Scores are made probabilities (isotonic regression on the
//     reference, where that lowers the calibration error in cross-validation),
//     and the counts that the probabilities expect are added up. Right as long
//     as rows of one score keep their meaning.
//   - [Conditional]: the same, with what the inputs say beyond the score. Rows of
//     one score need not keep their meaning when the mix of patients changes: a
//     score of 0.3 may be right on average, too low for the old and too high for
//     the young. Boosted trees, started from CBPE's probability, learn from the
//     reference what it leaves unexplained. Their number is chosen by held-out
//     loss; where the inputs say nothing beyond the score there are none, and
//     the answer is CBPE's. The default.
//   - [Weighted], importance-weighted: like PAPE (Białek et al., "Estimating
//     model performance under covariate shift without labels", 2024) the
//     calibration is learned anew for each chunk from reference rows that look
//     like the chunk. How much a row looks like it is the density ratio, from
//     boosted trees that tell reference and chunk apart, made by cross-fitting.
//     A chunk that nobody can tell from the reference has weight 1 throughout
//     and CBPE's answer.
//   - [ATC] (Garg et al., ICLR 2022) and [DoC] (Guillory et al., ICCV 2021):
//     plain estimates of accuracy, kept as a second opinion.
//   - [DLE], direct loss: for models that predict a number, boosted trees learn
//     the error from the inputs.
//
// # What none of them can see
//
// All rest on one assumption: that the truth depends on the inputs as it did in
// the reference. If the disease changes its face, the assay its unit or the
// coder his habit (concept drift), every estimate here is wrong and says so
// nowhere in the numbers. [Caveat] must stand beside each estimate, and each
// estimator is itself scored by a [Track] once labels arrive: its error, its
// coverage, and from when on it is no longer believed.
package labelfree

import "errors"

// Caveat must stand beside every estimate that is shown to a person.
const Caveat = "estimated without labels: holds only while the truth depends on the inputs as in the reference; a change of that (concept drift) is not seen"

// Method names a way to estimate.
type Method string

// The methods.
const (
	CBPE        Method = "cbpe"
	Conditional Method = "conditional"
	Weighted    Method = "weighted"
)

// Reasons why there is no estimate.
var (
	// ErrNoReference says that the reference has too few rows of either class.
	ErrNoReference = errors.New("the reference has fewer than 20 cases or 20 non-cases: no calibration can be learned from it")
	// ErrShape says that columns or rows do not fit each other.
	ErrShape = errors.New("rows or columns do not fit each other")
	// ErrEmpty says that a chunk has no rows.
	ErrEmpty = errors.New("no rows")
	// ErrNaN says that a score is missing.
	ErrNaN = errors.New("a score is not a number")
)

// minClass is the fewest rows of a class a calibration is learned from.
const minClass = 20
