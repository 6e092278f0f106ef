package intake

import (
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

// From says whose word an import is.
type From struct {
	File string // the name to show; its last element becomes the source
	By   string // who imports it
}

func (f From) source() string {
	name := f.File[strings.LastIndexAny(f.File, `/\`)+1:]
	return "import:" + name
}

// SerialID joins maker and serial number to the value of a serial identifier, ""
// if either is missing.
func SerialID(maker, serial string) string {
	if strings.TrimSpace(maker) == "" || strings.TrimSpace(serial) == "" {
		return ""
	}
	return maker + "/" + serial
}

// attributes are what a file can say of an asset besides its identifiers.
var attributes = map[string]bool{
	wardround.AttrName: true, "kind": true, wardround.AttrRole: true, "criticality": true, "zone": true,
	wardround.AttrWard: true, wardround.AttrMaker: true, wardround.AttrModel: true, wardround.AttrSoftware: true,
	wardround.AttrAlwaysOn: true, wardround.AttrInstitution: true,
}

// check says what is wrong with the value of an attribute, "" if nothing is.
func check(name, value string) string {
	var err error
	switch name {
	case "kind":
		_, err = wardround.ParseAssetKind(value)
	case "criticality":
		_, err = wardround.ParseCriticality(value)
	case wardround.AttrAlwaysOn:
		if value != "true" && value != "false" {
			return "want true or false"
		}
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// bearer is where in the file an identifier stood first.
type bearer struct {
	line, column int
	path         string
}

// book collects rows and refuses an identifier that two rows claim.
type book struct {
	from   From
	faults faults
	seen   map[kind.SaidID]bearer
	rows   []*kind.InventorySaidV1
}

func newBook(from From) *book {
	return &book{from: from, faults: faults{file: from.File}, seen: map[kind.SaidID]bearer{}}
}

// identify adds an identifier to the row. at is where it stood.
func (b *book) identify(row *kind.InventorySaidV1, t kind.IDType, value string, at bearer) {
	val, ok := inventory.Normalise(t, value)
	if !inventory.Known(t) {
		b.faults.add(at.line, at.column, at.path, "identifier type %.40q is not known", t)
		return
	}
	if !ok {
		b.faults.add(at.line, at.column, at.path, "%q is no %s that tells one asset from another", value, t)
		return
	}
	id := kind.SaidID{Type: t, Value: val}
	for _, have := range row.Match {
		if have == id {
			return
		}
	}
	if exclusive(t) {
		if first, taken := b.seen[id]; taken {
			where := first.path
			if where == "" {
				where = "line " + itoa(first.line)
			}
			b.faults.add(at.line, at.column, at.path, "%s %s is that of %s already", t, val, where)
			return
		}
		b.seen[id] = at
	}
	row.Match = append(row.Match, id)
}

// exclusive reports whether one file may give a value of the type to one asset only.
func exclusive(t kind.IDType) bool {
	switch t {
	case kind.IDMAC, kind.IDIP, kind.IDSerial, kind.IDEUI64, kind.IDUDI, kind.IDEndpoint, kind.IDDHCPClient:
		return true
	}
	return false
}

// add closes a row in which nothing, or something, was wrong before.
func (b *book) add(row *kind.InventorySaidV1, at bearer, wrong int) {
	if b.faults.count() > wrong {
		return
	}
	if row.Asset == "" && len(row.Match) == 0 {
		b.faults.add(at.line, 0, at.path, "nothing in it identifies an asset: give an id, a serial number with its maker, a hardware or network address, an AE title …")
		return
	}
	row.Act, row.By, row.Source = "set", kind.PersonalText(b.from.By), b.from.source()
	b.rows = append(b.rows, row)
}

func (b *book) done() ([]*kind.InventorySaidV1, error) {
	if err := b.faults.err(); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "inventory.import", err)
	}
	return b.rows, nil
}
