// Package intake reads what people keep about their devices elsewhere, a
// spreadsheet or a FHIR server, and says it to the inventory: it turns a file into
// the [kind.InventorySaidV1] facts that would be appended to the log. It applies
// nothing; [inventory.Inventory.Preview] shows what would change.
//
// Files come from outside. Both readers bound size, rows and fields, name the
// place of every fault, and import nothing from a file with a fault in it. A value
// that a spreadsheet would run as a formula is a fault.
//
// # CSV
//
// UTF-8, comma or semicolon, with a header. Every column must be one of:
//
//   - asset: the asset's id, for what is in the inventory already
//   - an identifier type of package kind: mac, ip, hostname, ae-title, eui-64,
//     udi, …; several values are separated by |. At least one per row, or asset.
//     serial needs a maker: the two together are the identifier.
//   - name, kind, role, criticality, zone, ward, maker, model, software,
//     always-on, institution: what is said of the asset. An empty cell says nothing.
//
// # FHIR
//
// A Bundle of any type, R4 to R5, with Device and Location resources; any other
// resource is a fault. Only this is read:
//
//	Device.identifier        by its system: IEEE EUI-64 → eui-64; urn:ietf:rfc:3986
//	                         with urn:uuid: → endpoint; http://hl7.org/fhir/sid/eui-48/ethernet
//	                         → mac; urn:wardround:TYPE → TYPE. By its type: SNO of
//	                         v2-0203 → serial. Others are left out.
//	Device.serialNumber      with manufacturer → serial
//	Device.udiCarrier        carrierHRF with a serial number, AI (21) → udi; deviceIdentifier → product
//	Device.manufacturer      → maker
//	Device.modelNumber       → model (R3: model)
//	Device.deviceName, name  → name (user-friendly before others)
//	Device.version           → software, the first (software-type before others)
//	Device.type              → role: text, else the first display, in lower case with dashes
//	Device.location          → ward: the Location's name, else the reference's display
//	Device.status            entered-in-error: left out
//
// Nothing about people is read: not patient, owner, contact, note or narrative.
//
// # Releases
//
// The same files, read for the products in their versions instead of the single
// devices, give [kind.ReleaseSaidV1] facts.
//
// [ReleasesCSV], one row a release: product and version must be there; maker, kind,
// udi-di, basic-udi-di, gtin, models and called (several with |), support
// (development, supported, limited support, end of support), limited-support,
// support-ends, end-of-life, released, retired (dates as 2027-01-31), and
// declared:NAME for what the maker declares.
//
// [ReleasesGUDID], the JSON of AccessGUDID: companyName → maker, brandName → product,
// versionModelNumber and catalogNumber → models, the primary device identifier →
// UDI-DI, and GTIN where GS1 issued it; the end of distribution → end of life. The
// version of the software is in no field of it.
//
// [ReleasesFHIR]: Device gives the release it is an instance of (manufacturer,
// deviceName but for what users call it, modelNumber, version of the software,
// udiCarrier.deviceIdentifier); DeviceDefinition gives one release for each version
// (manufacturer, deviceName, modelNumber, partNumber, udiDeviceIdentifier,
// regulatoryIdentifier of type basic → Basic UDI-DI).
package intake
