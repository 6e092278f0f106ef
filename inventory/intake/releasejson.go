package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/wardround/wardround/format/gudid"
	"github.com/wardround/wardround/format/pattern"
	"github.com/wardround/wardround/kind"
)

// ReleasesGUDID reads device records as AccessGUDID has them. They name a version or
// a model number, not the version of the software: version says it for all that have
// none; without, a number that looks like a version is taken for one. Errors:
// EInvalid with every [Fault], joined.
func ReleasesGUDID(r io.Reader, from From, version string) ([]*kind.ReleaseSaidV1, error) {
	raw, err := read(r, from)
	if err != nil {
		return nil, err
	}
	b := newShelf(from, version)
	devices, err := gudid.Read(bytes.NewReader(raw))
	if err != nil {
		b.faults.add(0, 0, "", "%v", err)
		return b.done()
	}
	for i := range devices {
		d := &devices[i]
		s := &kind.ReleaseSaidV1{Maker: trim(d.Company), Product: trim(d.Brand), Version: trim(d.Software), UDIDI: d.Primary, EndOfLife: d.Ended}
		for _, m := range []string{trim(d.Model), trim(d.Catalogue)} {
			if m != "" && !strings.EqualFold(m, s.Product) {
				s.Models = append(s.Models, m)
			}
		}
		if s.Product == "" {
			s.Product = trim(d.Model)
		}
		if strings.EqualFold(d.Agency, "GS1") && GTIN(d.Primary) == "" {
			s.GTIN = d.Primary
		}
		if s.Version == "" && b.given == "" {
			if s.Version = d.Model; !versionLike().MatchString(trim(d.Model)) {
				b.faults.add(0, 0, d.Path, "%q does not say which version of its software it is; say --version", s.Product)
				continue
			}
		}
		b.add(s, bearer{path: d.Path}, false)
	}
	return b.done()
}

var versionLike = pattern.Of(`^[vV]?\d+(\.\d+){1,5}([-+. ]?[A-Za-z0-9]{1,12})?$`)

func trim(s string) string { return strings.Join(strings.Fields(s), " ") }

// definition is what is read of a DeviceDefinition (hl7.org/fhir/R4/devicedefinition,
// R5/devicedefinition).
type definition struct {
	UDI []struct {
		DeviceIdentifier string `json:"deviceIdentifier"`
		Issuer           string `json:"issuer"`
	} `json:"udiDeviceIdentifier"`
	Regulatory []struct {
		Type             string `json:"type"`
		DeviceIdentifier string `json:"deviceIdentifier"`
	} `json:"regulatoryIdentifier"` // R5
	ManufacturerString    string          `json:"manufacturerString"`    // R4
	ManufacturerReference reference       `json:"manufacturerReference"` // R4
	Manufacturer          reference       `json:"manufacturer"`          // R5
	DeviceName            []deviceName    `json:"deviceName"`
	ModelNumber           string          `json:"modelNumber"`
	PartNumber            string          `json:"partNumber"` // R5
	Version               json.RawMessage `json:"version"`
}

type reference struct {
	Reference string `json:"reference"`
	Display   string `json:"display"`
}

// ReleasesFHIR reads the releases that Device and DeviceDefinition resources speak
// of, alone or in a Bundle: see the package comment. Devices of the same release
// give it once. version is that of those that name none. Errors: EInvalid with every
// [Fault], joined.
func ReleasesFHIR(r io.Reader, from From, version string) ([]*kind.ReleaseSaidV1, error) {
	raw, err := read(r, from)
	if err != nil {
		return nil, err
	}
	b := newShelf(from, version)
	var in bundle
	if err := json.Unmarshal(raw, &in); err != nil {
		book := newBook(from)
		book.json(raw, err)
		b.faults = book.faults
		return b.done()
	}
	if in.ResourceType != "Bundle" {
		b.resource(raw, nil, in.ResourceType)
		return b.done()
	}
	if len(in.Entry) > MaxRows {
		b.faults.add(0, 0, "entry", "%d entries, over the limit of %d", len(in.Entry), MaxRows)
		return b.done()
	}
	makers := map[string]string{}
	for _, e := range in.Entry {
		var org struct {
			ResourceType string `json:"resourceType"`
			ID           string `json:"id"`
			Name         string `json:"name"`
		}
		if json.Unmarshal(e.Resource, &org) == nil && org.ResourceType == "Organization" {
			makers["Organization/"+org.ID], makers[e.FullURL] = org.Name, org.Name
		}
	}
	for i, e := range in.Entry {
		b.resource(e.Resource, makers, fmt.Sprintf("entry[%d].resource", i))
	}
	return b.done()
}

// resource reads one resource.
func (b *shelf) resource(raw json.RawMessage, makers map[string]string, path string) {
	var head struct {
		ResourceType string `json:"resourceType"`
	}
	err := json.Unmarshal(raw, &head)
	switch {
	case err != nil && head.ResourceType == "":
		b.faults.add(0, 0, path, "%v", jsonFault(err))
	case head.ResourceType == "Device":
		d := new(device)
		if err := unmarshalDevice(raw, d); err != nil {
			b.faults.add(0, 0, path, "%v", jsonFault(err))
			return
		}
		if d.Status != "entered-in-error" {
			b.device(d, path)
		}
	case head.ResourceType == "DeviceDefinition":
		d := new(definition)
		if err := json.Unmarshal(raw, d); err != nil {
			b.faults.add(0, 0, path, "%v", jsonFault(err))
			return
		}
		b.definition(d, makers, path)
	case head.ResourceType == "Organization", head.ResourceType == "Location":
	default:
		b.faults.add(0, 0, strings.TrimPrefix(path+".resourceType", "."), "%.40q, want Device or DeviceDefinition", head.ResourceType)
	}
}

func (b *shelf) device(d *device, path string) {
	model := trim(first(d.ModelNumber, d.Model))
	s := &kind.ReleaseSaidV1{Maker: trim(d.Manufacturer), Product: trim(productName(d.DeviceName)), Version: trim(software(d.Version))}
	if s.Product == "" {
		s.Product = model
	} else if model != "" {
		s.Models = []string{model}
	}
	for _, u := range d.UDICarrier {
		s.UDIDI = first(s.UDIDI, trim(u.DeviceIdentifier))
	}
	b.add(s, bearer{path: path}, true)
}

// productName is the name that the maker gives, not what a ward calls it.
func productName(names []deviceName) string {
	best := ""
	for _, want := range []string{"registered-name", "model-name", "manufacturer-name", "udi-label-name", ""} {
		for _, n := range names {
			if best == "" && n.Type != "user-friendly-name" && n.Type != "patient-reported-name" && (want == "" || n.Type == want) {
				best = first(n.Value, n.Name)
			}
		}
	}
	return best
}

func (b *shelf) definition(d *definition, makers map[string]string, path string) {
	maker := d.ManufacturerString
	for _, ref := range []reference{d.Manufacturer, d.ManufacturerReference} {
		maker = first(maker, makers[ref.Reference], ref.Display)
	}
	said := kind.ReleaseSaidV1{Maker: trim(maker), Product: trim(productName(d.DeviceName))}
	for _, m := range []string{trim(d.ModelNumber), trim(d.PartNumber)} {
		switch {
		case m == "":
		case said.Product == "":
			said.Product = m
		default:
			said.Models = append(said.Models, m)
		}
	}
	for _, u := range d.UDI {
		said.UDIDI = first(said.UDIDI, trim(u.DeviceIdentifier))
	}
	for _, x := range d.Regulatory {
		if x.Type == "basic" {
			said.BasicUDIDI = first(said.BasicUDIDI, trim(x.DeviceIdentifier))
		}
	}
	versions, err := definedVersions(d.Version)
	if err != nil {
		b.faults.add(0, 0, path+".version", "%v", jsonFault(err))
		return
	}
	if len(versions) == 0 {
		versions = []string{""}
	}
	if len(versions) > 1000 {
		b.faults.add(0, 0, path+".version", "%d versions, over the limit of 1000", len(versions))
		return
	}
	for _, v := range versions {
		s := said
		s.Version = trim(v)
		b.add(&s, bearer{path: path}, true)
	}
}

// definedVersions are a DeviceDefinition's versions: strings in R4; since R5 each has
// a type, and those of software count before others.
func definedVersions(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var plain oneOrMore[string]
	if json.Unmarshal(raw, &plain) == nil {
		return plain, nil
	}
	var typed []version
	if err := json.Unmarshal(raw, &typed); err != nil {
		return nil, err
	}
	var all, ofSoftware []string
	for _, v := range typed {
		all = append(all, v.Value)
		if strings.Contains(strings.ToLower(fmt.Sprint(v.Type)), "software") {
			ofSoftware = append(ofSoftware, v.Value)
		}
	}
	if len(ofSoftware) > 0 {
		return ofSoftware, nil
	}
	return all, nil
}
