package board

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/wardround/wardround"
)

// zonesName is the setting that declares the zones.
const zonesName = "zones"

func (b *Board) setContent(row wardround.ContentRow) {
	b.noteContent(row)
	if row.Value == nil {
		delete(b.content, row.Name)
	} else {
		b.content[row.Name] = row
	}
	if strings.HasPrefix(row.Name, embargoPrefix) {
		b.setEmbargo(row)
	}
	if row.Name != zonesName {
		return
	}
	b.zones = nil
	if row.Value != nil {
		_ = json.Unmarshal(row.Value, &b.zones) // refused when it was set
	}
	b.drawn++
}

// Content returns one setting in force.
func (b *Board) Content(name string) (wardround.ContentRow, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	row, ok := b.content[name]
	return row, ok
}

// Contents returns the settings in force whose name begins so, in order of name.
func (b *Board) Contents(prefix string) []wardround.ContentRow {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []wardround.ContentRow
	for name, row := range b.content {
		if strings.HasPrefix(name, prefix) {
			out = append(out, row)
		}
	}
	slices.SortFunc(out, func(x, y wardround.ContentRow) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// Zones returns the declared zones. They must not be changed.
func (b *Board) Zones() []wardround.Zone {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.zones
}

// ZoneName returns the name of a zone, or its id.
func (b *Board) ZoneName(id wardround.ZoneID) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.zoneName(id)
}

func (st *state) zoneName(id wardround.ZoneID) string {
	for i := range st.zones {
		if st.zones[i].ID == id && st.zones[i].Name != "" {
			return st.zones[i].Name
		}
	}
	return string(id)
}
