// Package cyclonedx reads, validates and writes CycloneDX 1.2 to 1.7 (ECMA-424),
// JSON and XML: bills of materials, vulnerability disclosure reports (VDR) and
// exploitability statements (VEX).
//
//	doc, err := cyclonedx.Read(r, sbom.Limits{})        // the model of package sbom
//	doc, err := cyclonedx.Scan(r, sbom.Limits{}, sink)  // the same, component by component
//	bad := cyclonedx.Validate(data, cyclonedx.Options{}) // by the schemas of the specification
//	err := cyclonedx.Write(w, doc, cyclonedx.WriteOptions{Version: "1.6"})
//
// # Reading
//
// Both forms of a document give the same model. A reader takes what it can: what
// it could not place stands in Document.Problems with its place, and only what
// breaks the grammar, the limits, or is no CycloneDX at all is an error. Whether a
// document keeps to the schema is another question; ask [Validate].
//
// The hierarchy is the document's: a nested component has its Parent, a component
// of the top list has none, metadata.component is the Root. Whoever wants one tree
// hangs those without a parent under the root. Services are components of type
// [sbom.Service]. What a dependency graph says becomes Relations; what it says
// about a component of another document (urn:cdx:…, BOM-Link) becomes Links, and so
// do external references of type bom. A model's datasets are relations
// [sbom.BuiltFrom] to them.
//
// A component whose supplier is not named has its publisher as supplier.
//
// The codes of problems: duplicate-ref, unknown-ref, cycle, bad-purl, no-name,
// unknown-type, unknown-version, bad-date, bad-link, bad-revision, conflict, duplicate-key,
// wrong-type, bad-text.
//
// # Properties
//
// CycloneDX has no field for some of what FDA section 524B and UDI ask for. These
// property names of a component are read; the first of a row is what [Write] writes.
// A row's names are listed by precedence, and two values of equal precedence that
// differ are a problem (conflict).
//
//	Support       wardround:support:level; any namespace with levelOfSupport,
//	              softwareLevelOfSupport, supportLevel
//	EndOfSupport  wardround:support:end; cdx:lifecycle:milestone:endOfSupport; any
//	              namespace with endOfSupport, endOfSupportDate, supportEnd,
//	              supportEndDate. endOfLife and endOfGuaranteedSupport mean something
//	              else in CycloneDX's taxonomy and are not taken for it
//	Identifiers   wardround:identifier:KEY, for any key; and into the keys
//	  udi-di        any namespace with udiDi, udi-di
//	  basic-udi-di  any namespace with basicUdiDi
//	  gtin          cdx:device:gs1:gtin-8, -12, -13, -14; any namespace with gtin
//	  model-number  any namespace with modelNumber; cdx:device:gs1:gmn
//	  serial-number cdx:device:serialNumber; on hardware and firmware any namespace
//	  sku           cdx:device:sku
//	CPEs          wardround:cpe, syft:cpe23: beyond the one that the cpe field holds
//	Symbols       wardround:symbol; the frames of evidence.callstack
//	Relations     wardround:relation:KIND, the other end's bom-ref as value
//
// Namespaces end at the last colon; case, "-" and "_" make no difference after it.
// Dates are RFC 3339 or its date alone.
package cyclonedx
