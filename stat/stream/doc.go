// Package stream watches one number after the other and says when what it comes from
// has changed.
//
//	[ADWIN]        a window that grows while its halves agree (Bifet and Gavaldà 2007)
//	[PageHinkley]  a cumulative sum against the running mean (Page 1954)
//	[KSWIN]        newest values against a sample of older ones (Raab et al. 2020)
//	[CUSUM]        a cumulative sum against a known mean (Page 1954)
//	[EWMA]         an exponentially weighted mean against a known mean (Roberts 1959)
//	[EDetector]    products of bets that nobody should win (Shin, Ramdas and Rinaldo 2023)
//
// The first three need no reference and have river's defaults, which are rules of thumb.
// All can be set by what they may cost, the mean number of values to a false alarm (the
// average run length): [CUSUMLimit] and [EWMALimit] by Markov chains,
// [PageHinkleyThreshold] by trial; ADWIN and KSWIN bound the chance of each look, which
// is one over it; an EDetector keeps it by construction. Where the mean that values are
// held against was itself measured, it is off by the same amount for ever: see the
// argument off of the first two.
//
// All are small, keep their state in exported fields that can be stored, read no
// clock and use bounded memory.
package stream
