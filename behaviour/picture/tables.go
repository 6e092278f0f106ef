package picture

import "github.com/wardround/wardround/stat/sketch"

// maxTables bounds how many tables of outcomes are kept ready.
const maxTables = 512

// outcomes reads the tables of a window. They never change, so they are kept.
func (m *Models) outcomes(digest string) (*sketch.Window, error) {
	m.mu.Lock()
	w := m.tables[digest]
	m.mu.Unlock()
	if w != nil {
		return w, nil
	}
	w, err := m.window(digest)
	if err != nil {
		return nil, err
	}
	w.Columns, w.Units = nil, nil
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tables) >= maxTables || m.tables == nil {
		m.tables = map[string]*sketch.Window{}
	}
	m.tables[digest] = w
	return w, nil
}
