// Package sketch holds what may be kept of data that may not be kept: summaries of
// fixed size that can be merged, each with an error that it knows itself.
//
//	KLL        ranks and quantiles of numbers, with an interval; exact while small
//	DD         a picture of the distribution with relative accuracy, for display
//	HLL        how many different values there were
//	Heavy      the most frequent categories, with bounds on each count
//	Moments    n, mean, variance, skewness, kurtosis, extremes
//	Histogram  counts between given edges: exact
//	Outcome    scores against labels, binned, with the binning's error as an interval
//
// A [Column] is one feature or output of one group of rows; a [Window] is all columns
// of one model at one service for a span of time. Windows of shards, of hours and of
// sites merge in any order.
//
// # What is promised
//
//   - Merging gives what one pass would have given: exactly for counts, moments (but
//     for rounding), histograms, distinct counts and outcomes; within the stated
//     bound for ranks and categories.
//   - Errors are bounds that hold for every input and every order of it, also one
//     chosen by an adversary who does not see the coins. They come from what the
//     sketch really did, not from a formula for its size.
//   - Nothing here is random at run time. A KLL tosses coins of its seed, so the same
//     calls give the same bytes.
//   - [Window.Encode] is canonical: one content has one encoding. [Decode] refuses
//     what it would not have written, and versions other than its own.
//   - Sketches of different k, bins, units or schemas do not merge: the error says
//     which.
//
// Sketches hold values: a KLL some of the numbers, Heavy some of the texts. What is
// an identifier or free text must not be given to them. Distinct counts should be
// given keyed pseudonyms only.
//
// The types are not safe for concurrent change; reading while nobody writes is safe.
package sketch
