// Package privacy measures how much a model gives away of the people it was trained
// on, from its answers alone.
//
// [Membership] asks how well somebody who sees the model's answers can tell who was in
// the training set. The area under the curve is an average; what matters is whether a
// few people can be told with certainty, so the rate of true hits is given at low rates
// of false ones, too (Carlini et al., "Membership Inference Attacks From First
// Principles", IEEE S&P 2022).
//
// [OneRun] turns guesses about records that were put in, or left out, by the toss of a
// coin into a lower bound on the ε of differential privacy, from one training run
// (Steinke, Nasr and Jagielski, NeurIPS 2023).
//
// Both can show that a model leaks. Neither can show that it does not: a better attack
// may find more.
package privacy
