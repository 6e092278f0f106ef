package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// The systems and codes that say what an identifier is.
const (
	systemEUI64    = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680" // IEEE EUI-64, as in the Personal Health Device guide
	systemURI      = "urn:ietf:rfc:3986"
	systemEthernet = "http://hl7.org/fhir/sid/eui-48/ethernet"
	systemOwn      = "urn:wardround:"
	codeSerial     = "SNO" // HL7 v2 table 0203
)

type bundle struct {
	ResourceType string `json:"resourceType"`
	Entry        []struct {
		FullURL  string          `json:"fullUrl"`
		Resource json.RawMessage `json:"resource"`
	} `json:"entry"`
}

type concept struct {
	Text   string `json:"text"`
	Coding []struct {
		Code    string `json:"code"`
		Display string `json:"display"`
	} `json:"coding"`
}

// oneOrMore reads an element that was single in one release of FHIR and repeats
// in another.
type oneOrMore[T any] []T

func (o *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(o))
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*o = oneOrMore[T]{one}
	return nil
}

type deviceName struct {
	Name  string `json:"name"`  // R4
	Value string `json:"value"` // R5
	Type  string `json:"type"`
}

// device is what is read of a Device (hl7.org/fhir/R4/device, R5/device).
type device struct {
	ResourceType string `json:"resourceType"`
	Identifier   []struct {
		System string  `json:"system"`
		Value  string  `json:"value"`
		Type   concept `json:"type"`
	} `json:"identifier"`
	UDICarrier []struct {
		DeviceIdentifier string `json:"deviceIdentifier"`
		CarrierHRF       string `json:"carrierHRF"`
	} `json:"udiCarrier"`
	Status       string             `json:"status"`
	Manufacturer string             `json:"manufacturer"`
	SerialNumber string             `json:"serialNumber"`
	ModelNumber  string             `json:"modelNumber"`
	Model        string             `json:"model"` // R3
	DeviceName   []deviceName       `json:"deviceName"`
	Version      versions           `json:"version"`
	Type         oneOrMore[concept] `json:"type"`
	Location     struct {
		Reference string `json:"reference"`
		Display   string `json:"display"`
	} `json:"location"`
}

type version struct {
	Type  concept `json:"type"`
	Value string  `json:"value"`
}

// versions is a string in R3 and a list since R4.
type versions []version

func (v *versions) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*v = versions{{Value: s}}
		return nil
	}
	return json.Unmarshal(b, (*[]version)(v))
}

// FHIR reads a Bundle of Device and Location resources: see the package comment
// for what of it. It returns one fact per Device, in order. Errors: EInvalid with
// every [Fault], joined.
func FHIR(r io.Reader, from From) ([]*kind.InventorySaidV1, error) {
	raw, err := read(r, from)
	if err != nil {
		return nil, err
	}
	b := newBook(from)
	var in bundle
	if err := json.Unmarshal(raw, &in); err != nil {
		b.json(raw, err)
		return b.done()
	}
	if in.ResourceType != "Bundle" {
		b.faults.add(1, 0, "resourceType", "%.40q, want Bundle", in.ResourceType)
		return b.done()
	}
	if len(in.Entry) > MaxRows {
		b.faults.add(0, 0, "entry", "%d entries, over the limit of %d", len(in.Entry), MaxRows)
		return b.done()
	}
	devices, wards := make([]*device, len(in.Entry)), map[string]string{}
	for i, e := range in.Entry {
		path := fmt.Sprintf("entry[%d].resource", i)
		var head struct {
			ResourceType string `json:"resourceType"`
			ID           string `json:"id"`
			Name         string `json:"name"`
		}
		switch err := json.Unmarshal(e.Resource, &head); {
		case head.ResourceType == "Device":
			d := new(device)
			if err := unmarshalDevice(e.Resource, d); err != nil {
				b.faults.add(0, 0, path, "%v", jsonFault(err))
				continue
			}
			devices[i] = d
		case err != nil && (head.ResourceType == "Location" || head.ResourceType == ""):
			b.faults.add(0, 0, path, "%v", jsonFault(err))
		case head.ResourceType == "Location":
			if head.ID != "" {
				wards["Location/"+head.ID] = head.Name
			}
			if e.FullURL != "" {
				wards[e.FullURL] = head.Name
			}
		default:
			b.faults.add(0, 0, path+".resourceType", "%.40q, want Device or Location", head.ResourceType)
		}
	}
	for i, d := range devices {
		if d != nil && d.Status != "entered-in-error" {
			b.device(d, wards, fmt.Sprintf("entry[%d].resource", i))
		}
	}
	return b.done()
}

// unmarshalDevice reads a Device of any release. In R5 Device.name is the list
// that R4 calls deviceName.
func unmarshalDevice(raw []byte, d *device) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	if name := bytes.TrimSpace(fields["name"]); len(name) > 0 && name[0] == '[' {
		fields["deviceName"] = name
		delete(fields, "name")
		var err error
		if raw, err = json.Marshal(fields); err != nil {
			return err
		}
	}
	return json.Unmarshal(raw, d)
}

// json notes a fault of the JSON grammar or of a type, with its line.
func (b *book) json(raw []byte, err error) {
	line, col := 0, 0
	var offset int64 = -1
	if se := (*json.SyntaxError)(nil); errors.As(err, &se) {
		offset = se.Offset
	}
	if te := (*json.UnmarshalTypeError)(nil); errors.As(err, &te) {
		offset = te.Offset
	}
	if offset >= 0 && offset <= int64(len(raw)) {
		before := raw[:offset]
		line, col = 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n')-1
	}
	b.faults.add(line, col, "", "%v", jsonFault(err))
}

// jsonFault says what is wrong without the names of Go types.
func jsonFault(err error) string {
	if te := (*json.UnmarshalTypeError)(nil); errors.As(err, &te) {
		return fmt.Sprintf("%s: %s is not what belongs here", te.Field, te.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (b *book) device(d *device, wards map[string]string, path string) {
	row := &kind.InventorySaidV1{Set: map[string]string{}}
	size, wrong := 0, b.faults.count()
	set := func(name, value, field string) {
		value = strings.TrimSpace(value)
		if why := harmful(value); why != "" {
			b.faults.add(0, 0, path+"."+field, "%s", why)
			return
		}
		if size += len(value); value != "" && size <= maxRow {
			row.Set[name] = value
		}
	}
	identify := func(t kind.IDType, value, field string) {
		if why := harmful(value); why != "" {
			b.faults.add(0, 0, path+"."+field, "%s", why)
			return
		}
		if size += len(value); value != "" && size <= maxRow {
			b.identify(row, t, value, bearer{path: path + "." + field})
		}
	}
	set(wardround.AttrMaker, d.Manufacturer, "manufacturer")
	set(wardround.AttrModel, first(d.ModelNumber, d.Model), "modelNumber")
	set(wardround.AttrSerial, d.SerialNumber, "serialNumber")
	if harmful(d.Manufacturer) == "" {
		identify(kind.IDSerial, SerialID(d.Manufacturer, d.SerialNumber), "serialNumber")
	}
	for i, u := range d.UDICarrier {
		field := fmt.Sprintf("udiCarrier[%d]", i)
		set(wardround.AttrProductToken, u.DeviceIdentifier, field+".deviceIdentifier")
		if strings.Contains(u.CarrierHRF, "(21)") {
			identify(kind.IDUDI, u.CarrierHRF, field+".carrierHRF")
		}
	}
	for i, id := range d.Identifier {
		field := fmt.Sprintf("identifier[%d].value", i)
		switch t := idType(id.System, id.Value, id.Type); t {
		case "":
		case kind.IDSerial:
			identify(t, SerialID(d.Manufacturer, id.Value), field)
		default:
			identify(t, id.Value, field)
		}
	}
	set(wardround.AttrName, bestName(d.DeviceName), "deviceName")
	set(wardround.AttrSoftware, software(d.Version), "version")
	if len(d.Type) > 0 {
		set(wardround.AttrRole, role(d.Type[0]), "type")
	}
	ward := wards[d.Location.Reference]
	set(wardround.AttrWard, first(ward, d.Location.Display), "location")
	if size > maxRow {
		b.faults.add(0, 0, path, "more than %d bytes of values", maxRow)
		return
	}
	b.add(row, bearer{path: path}, wrong)
}

// idType says what an identifier is, "" for one that is not used.
func idType(system, value string, typ concept) kind.IDType {
	switch {
	case system == systemEUI64:
		return kind.IDEUI64
	case system == systemURI && strings.HasPrefix(strings.ToLower(value), "urn:uuid:"):
		return kind.IDEndpoint
	case system == systemEthernet:
		return kind.IDMAC
	case strings.HasPrefix(system, systemOwn):
		return kind.IDType(strings.TrimPrefix(system, systemOwn))
	}
	for _, c := range typ.Coding {
		if c.Code == codeSerial {
			return kind.IDSerial
		}
	}
	return ""
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func bestName(names []deviceName) string {
	best := ""
	for _, n := range names {
		v := first(n.Value, n.Name)
		if n.Type == "user-friendly-name" {
			return v
		}
		best = first(best, v)
	}
	return best
}

func software(all versions) string {
	best := ""
	for _, v := range all {
		if strings.Contains(strings.ToLower(v.Type.Text), "software") {
			return v.Value
		}
		for _, c := range v.Type.Coding {
			if strings.Contains(strings.ToLower(c.Display+c.Code), "software") {
				return v.Value
			}
		}
		best = first(best, v.Value)
	}
	return best
}

// role spells a device type as a role: "Infusion pump" becomes "infusion-pump".
func role(c concept) string {
	s := c.Text
	for _, x := range c.Coding {
		s = first(s, x.Display)
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || r == '\t' || r == '/' || r == ',' || r == '_'
	}), "-")
}
