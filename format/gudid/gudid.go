// Package gudid reads device records in the JSON that AccessGUDID, the public face
// of FDA's Global Unique Device Identification Database, answers with, and in the
// like of it that registries and asset systems export.
//
//	{"gudid": {"device": {"companyName": …, "brandName": …, "versionModelNumber": …,
//	  "catalogNumber": …, "identifiers": {"identifier": [{"deviceId": …,
//	  "deviceIdType": "Primary", "deviceIdIssuingAgency": "GS1"}]}, …}}}
//
// A device may stand alone, under "gudid", or in a list; "identifier" may be one or
// a list. The terms and definitions of GMDN, which are licensed, are not read, nor
// are the contacts of people.
package gudid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Limits of a document.
const (
	MaxBytes   = 64 << 20
	MaxDevices = 50_000
	maxIDs     = 64 // identifiers of a device
)

// Device is a record of a version or model of a device.
type Device struct {
	Company     string
	Brand       string
	Model       string // version or model number
	Catalogue   string
	Software    string // software version; only GUDID-like sources have one
	Description string
	Primary     string // device identifier (UDI-DI) of the base package
	Agency      string // that issued it: "GS1", "HIBCC", "ICCBBA"
	Others      []string
	Published   time.Time // the record
	Ended       time.Time // commercial distribution
	Status      string    // "In Commercial Distribution", "Not in Commercial Distribution"
	// Path is where in the document it stands: "gudid.device[3]".
	Path string
}

type record struct {
	CompanyName        string          `json:"companyName"`
	BrandName          string          `json:"brandName"`
	VersionModelNumber string          `json:"versionModelNumber"`
	CatalogNumber      string          `json:"catalogNumber"`
	SoftwareVersion    string          `json:"softwareVersion"`
	Description        string          `json:"deviceDescription"`
	Published          string          `json:"devicePublishDate"`
	Ended              string          `json:"deviceCommDistributionEndDate"`
	Status             string          `json:"deviceCommDistributionStatus"`
	Identifiers        json.RawMessage `json:"identifiers"`
}

type identifier struct {
	ID     string `json:"deviceId"`
	Type   string `json:"deviceIdType"`
	Agency string `json:"deviceIdIssuingAgency"`
}

// Is reports whether a document looks like one of GUDID.
func Is(b []byte) bool {
	return bytes.Contains(b, []byte(`"versionModelNumber"`)) || bytes.Contains(b, []byte(`"deviceId"`)) && bytes.Contains(b, []byte(`"brandName"`))
}

// Read reads all devices of a document. An error says where.
func Read(r io.Reader) ([]Device, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("over the limit of %d bytes", MaxBytes)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !json.Valid(b) {
		var any json.RawMessage
		err := json.Unmarshal(b, &any)
		var se *json.SyntaxError
		if errors.As(err, &se) {
			line := 1 + bytes.Count(b[:min(int(se.Offset), len(b))], []byte("\n"))
			return nil, fmt.Errorf("line %d: %v", line, err)
		}
		return nil, err
	}
	var out []Device
	if err := walk(b, "", 0, &out); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New("it holds no device: neither gudid.device nor a list of devices")
	}
	return out, nil
}

// walk finds the devices in what may wrap them.
func walk(b json.RawMessage, path string, depth int, out *[]Device) error {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || string(b) == "null":
		return nil
	case depth > 4:
		return fmt.Errorf("%s: nested too deeply", path)
	case b[0] == '[':
		var list []json.RawMessage
		if err := json.Unmarshal(b, &list); err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
		if len(list) > MaxDevices {
			return fmt.Errorf("%s: more than %d devices", path, MaxDevices)
		}
		for i, x := range list {
			if err := walk(x, fmt.Sprintf("%s[%d]", path, i), depth+1, out); err != nil {
				return err
			}
		}
		return nil
	case b[0] != '{':
		return fmt.Errorf("%s: want a device", orRoot(path))
	}
	var wrap map[string]json.RawMessage
	if err := json.Unmarshal(b, &wrap); err != nil {
		return fmt.Errorf("%s: %v", orRoot(path), err)
	}
	for _, name := range []string{"gudid", "device", "devices"} {
		if inner, ok := wrap[name]; ok {
			return walk(inner, strings.TrimPrefix(path+"."+name, "."), depth+1, out)
		}
	}
	if len(*out) >= MaxDevices {
		return fmt.Errorf("%s: more than %d devices", path, MaxDevices)
	}
	d, err := device(b)
	if err != nil {
		return fmt.Errorf("%s: %v", orRoot(path), err)
	}
	d.Path = orRoot(path)
	*out = append(*out, *d)
	return nil
}

func orRoot(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}

func device(b json.RawMessage) (*Device, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		var te *json.UnmarshalTypeError
		if errors.As(err, &te) {
			return nil, fmt.Errorf("%s: %s is not what belongs here", te.Field, te.Value)
		}
		return nil, err
	}
	d := &Device{Company: r.CompanyName, Brand: r.BrandName, Model: r.VersionModelNumber, Catalogue: r.CatalogNumber, Software: r.SoftwareVersion, Description: r.Description, Status: r.Status}
	for _, x := range []struct {
		name, text string
		to         *time.Time
	}{{"devicePublishDate", r.Published, &d.Published}, {"deviceCommDistributionEndDate", r.Ended, &d.Ended}} {
		if x.text = strings.TrimSpace(x.text); x.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, x.text[:min(len(x.text), len(time.DateOnly))])
		if err != nil {
			return nil, fmt.Errorf("%s: %.40q is no date", x.name, x.text)
		}
		*x.to = t
	}
	ids, err := identifiers(r.Identifiers)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		switch {
		case strings.TrimSpace(id.ID) == "":
		case strings.EqualFold(id.Type, "primary") || id.Type == "" && d.Primary == "":
			d.Primary, d.Agency = strings.TrimSpace(id.ID), id.Agency
		default:
			d.Others = append(d.Others, strings.TrimSpace(id.ID))
		}
	}
	return d, nil
}

// identifiers reads {"identifier": one or a list}, or the list itself.
func identifiers(b json.RawMessage) ([]identifier, error) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || string(b) == "null" {
		return nil, nil
	}
	if b[0] == '{' {
		var wrap struct {
			Identifier json.RawMessage `json:"identifier"`
		}
		if err := json.Unmarshal(b, &wrap); err != nil {
			return nil, fmt.Errorf("identifiers: %v", err)
		}
		if b = bytes.TrimSpace(wrap.Identifier); len(b) > 0 && b[0] == '{' {
			b = append(append([]byte("["), b...), ']')
		}
	}
	var list []identifier
	if len(b) > 0 {
		if err := json.Unmarshal(b, &list); err != nil {
			return nil, fmt.Errorf("identifiers: %v", err)
		}
	}
	if len(list) > maxIDs {
		return nil, fmt.Errorf("identifiers: %d, over the limit of %d", len(list), maxIDs)
	}
	return list, nil
}
