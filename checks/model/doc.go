// Package model holds the checks of AI models: what they are (artefact, signature, card,
// plan, change, acceptance, logs), what they are given (drift, quality, source,
// outlier, feedback, prompt), how they answer (output, performance, calibration,
// subgroup, oversight), and who tries them (extraction, robustness, membership,
// poisoning).
//
// The judging is done by package behaviour, from sketches, documents and trials; each
// check says what the judgements of its topic mean and what to do: see
// [check.JudgeModels].
package model
