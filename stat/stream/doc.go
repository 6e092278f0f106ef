// Package stream watches one number after the other and says when what it comes from
// has changed.
//
//	[ADWIN]        a window that grows while its halves agree (Bifet and Gavaldà 2007)
//	[PageHinkley]  a cumulative sum against the running mean (Page 1954)
//	[KSWIN]        newest values against a sample of older ones (Raab et al. 2020)
//	[CUSUM]        a cumulative sum against a known mean (Page 1954)
//	[EWMA]         an exponentially weighted mean against a known mean (Roberts 1959)
//	[EDetector]    a product of bets that nobody should win (Shin, Ramdas and Rinaldo 2023)
//
// The first three need no reference and are set by rules of thumb, with defaults as
// in river. The others are set by what they may cost: [CUSUMLimit] and [EWMALimit]
// give the limit for a wanted average run length (ARL), the mean number of values to a
// false alarm, and an [EDetector] keeps its own by construction, whatever the values' law.
//
// All are small, keep their state in exported fields that can be stored, read no
// clock and use bounded memory.
package stream
