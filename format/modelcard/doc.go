// Package modelcard reads and writes what is said about an AI model: what it is for,
// what it learnt from, how well it does for whom, and where it must not be used.
//
// One neutral [Card] stands between the forms in which this is written down:
//
//   - CycloneDX ML-BOM 1.5, 1.6 and 1.7, JSON and XML: the modelCard of a component of
//     type machine-learning-model, and the data of components ([ReadCycloneDX],
//     [Card.CycloneDX], [Card.CycloneDXXML]);
//   - SPDX 3.0.1, JSON-LD: the AI and the dataset profile ([ReadSPDX], [Card.SPDX]);
//   - the Applied Model Card of the Coalition for Health AI, XML v0.1 and v0.2
//     ([ReadCHAI], [Card.CHAI]).
//
// No form holds all that another does. What a writer has no place for goes into
// properties where the form has them (names that begin with "wardround:modelcard:",
// which the readers take back), and what is lost all the same is named: each writer
// returns the fields it could not write. What a reader did not understand is in
// [Card.Lost]. Nothing is lost silently.
//
// A card is what its author claims. [Card.Claims] takes the claims of performance out
// of it as numbers, so that they can be held against what is measured.
//
// [Card.Attributes] says which of the 31 source attributes that United States law asks
// of a predictive decision support intervention (45 CFR 170.315(b)(11)(iv)(B)) a card
// answers.
package modelcard
