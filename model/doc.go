// Package model holds what a maker and a hospital agree on about an AI model before it
// meets a patient, in a form that a program can check.
//
// A [Plan] is one YAML file. It says which model it is about and what it is for, what
// goes in and comes out, for whom it was tried (subgroups), what is watched once it
// runs and where the limits lie (AI Act Art. 72), which changes its maker may make
// without asking again (the predetermined change control plan, FDA final guidance of
// December 2024, reissued August 2025), how the hospital that runs a model it cannot
// look into accepts it, what is done without it, and where the logs of AI Act Art. 12
// lie and how long they are kept.
//
// [ReadPlan] is strict: an unknown field is an error with its line, because a limit
// that is misspelt is a limit that is not there. [Plan.Problems] are the rules that a
// plan must keep to be of use, each with a reason. [Compare] holds two versions of a
// model against the changes that were agreed: inside, outside, or unknown; only what
// is inside goes through without people.
package model
