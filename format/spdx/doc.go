// Package spdx reads bills of materials in every SPDX form that is in use: 2.2
// and 2.3 as JSON and tag-value, and 3.0 as JSON-LD, the form that Yocto writes.
//
//	d, err := spdx.Decode(file, sbom.Limits{})
//	d.SBOM            // the graph of components
//	d.VEX, d.Records  // what the security profile of SPDX 3 says, if anything
//
// [Decode] tells the forms apart by content. All three end in the same builder,
// which knows elements only by their identifiers: relationships may stand before,
// between or after what they relate, in another document, or nowhere. What could
// not be placed is counted in SBOM.Problems; a document that breaks its grammar
// or a limit is refused as a whole, with the place.
//
// SPDX relationships have a direction that is easily read the wrong way round
// ("A DEPENDENCY_OF B", but "A DEPENDS_ON B"). The table in relationship.go turns
// every one of them into ours: the whole before the part, what needs before what
// is needed, the product before its source.
//
// What is not kept: copyright and licence texts, comments, annotations,
// snippets (counted), package verification codes, the layout of files. Mail
// addresses of persons are dropped when a name stands beside them.
//
// Sources: SPDX 2.3 (clauses 6 to 12), the SPDX 3.0.1 model and its JSON-LD
// context; OpenEmbedded's create-spdx-3.0 for what Yocto makes of it.
package spdx
