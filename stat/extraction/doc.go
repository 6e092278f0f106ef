// Package extraction tells who asks a model as one does to copy it, or to find what
// deceives it, from who asks it because there are patients.
//
//	Lens     how far a row lies outside the reference, and in which cell of the space of inputs
//	Client   what one client asked: how many different inputs, in which cells, how close to the decision, in how small steps
//	Usual    what clients of this service do; a client is held against that
//	Small    those who ask too little to be judged alone, together and over windows
//
// Whoever copies a model has to ask where patients are not: evenly over all that can
// be asked (Tramèr et al., USENIX Security 2016), along the boundary of the decision
// (active learning; HopSkipJump, Chen et al., IEEE S&P 2020), in small steps around few
// seeds (Papernot et al., ASIA CCS 2017; PRADA, Juuti et al., EuroS&P 2019). None of
// that is odd in itself: a monitor that asks every minute takes small steps, too, and a
// scanner that is read again at night asks a lot. So a client is held against what
// clients of the same service did before, and volume alone means nothing.
//
// Everything is bounded: a client holds at most [MaxSample] inputs, as hashes, and the
// last few rows in memory alone.
package extraction
