// Package product says which products of security advisories a device is, where
// neither side carries a package URL or a CPE: CISA's medical advisories name vendor,
// product and versions in free text, and a hospital knows what stands in a DICOM
// header, an HL7 application name or a spreadsheet.
//
// An advisory's product is prepared once ([Prepare]): its name is split into the ways
// in which it may be written, model numbers, abbreviations, lists and intervals of
// models, conditions and exclusions; the text of its versions is read by
// format/productrange. A device is prepared the same way, and the two are compared in
// three steps, each of which may end with "another product" or "cannot tell":
//
//  1. makers: the same company, one that went into the other, one that makes it for
//     the other (brands.yaml), or another one;
//  2. names: every word of the one found in the other, however it is written; a
//     model number that differs makes a sibling, which is never matched;
//  3. versions: inside, outside, or not comparable.
//
// Every answer has a [Match.Reason] in words and a [Match.Confidence]. From [Assert] on
// it is asserted; below, it is a proposal for a person, never dropped and never counted.
// A version that is missing or was not understood gives "cannot tell", never "not
// affected".
package product
