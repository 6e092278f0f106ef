// Package bom looks at the files of a model and writes down what it is made of: a
// machine-learning bill of materials.
//
//	files ──► Look ──► Artefact ──► Facts     what of two versions can be compared
//	                            └─► Document  a bill of materials: CycloneDX, SPDX 3
//
// What stands in the files is taken from there: digests, formats, tensors, operators,
// the libraries that a pickle would import. What cannot stand there, what the model is
// for and how well it does, comes from a card or a plan. Nothing is guessed: a library
// without a version has none.
package bom
