// Package trial tries models on purpose and says what came out: a [Report] of measures,
// each with its interval, its limit and whether it keeps it.
//
//	Membership  from answers on people it was trained on and on others: can the former be told?
//	OneRun      from guesses which records were put in: what privacy training gave at best
//	Training    a training set: duplicates, labels that all neighbours contradict, a direction of its own
//	Robustness  an endpoint's answers to inputs that are a little worse than they should be
//
// A measure passes or fails where its whole interval lies on one side of the limit, and
// is unknown otherwise. A trial that finds nothing proves nothing: a better attack may find
// more.
package trial
