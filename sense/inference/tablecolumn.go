package inference

import (
	"bytes"

	"github.com/wardround/wardround/format/table"
	"github.com/wardround/wardround/stat/sketch"
)

// column puts one column of a batch into its sketches.
func (s *tableSketch) column(b *table.Batch, c tableColumn, members []membership, k *tableWorker) error {
	if err := b.Read(c.at, &k.v); err != nil {
		return err
	}
	all := s.w.index["\x00"+c.f.Name]
	if c.f.As != AsGroup && c.f.Type == string(sketch.Number) && k.v.Kind == table.Number {
		all.AddNumbers(k.v.Numbers, k.v.Valid)
		for _, m := range members {
			k.numbers(s.w.index, c.f.Name, m)
		}
		return nil
	}
	if c.f.As != AsGroup && c.f.Type == string(sketch.Number) {
		for i := range b.Rows {
			v := cell(&k.v, i)
			put := func(c *sketch.Column) { c.AddMissing(1) }
			if !absent(v) {
				put = adder(c.f, v)
			}
			put(all)
			for _, m := range members {
				if m.row[i] >= 0 {
					if col := s.w.index[m.groups[m.row[i]]+"\x00"+c.f.Name]; col != nil {
						put(col)
					}
				}
			}
		}
		return nil
	}
	k.texts(all, s, c, nil, 0)
	for _, m := range members {
		for g, group := range m.groups {
			if col := s.w.index[group+"\x00"+c.f.Name]; col != nil {
				k.texts(col, s, c, m.row, int32(g))
			}
		}
	}
	return nil
}

// numbers parts the values among the groups of a field.
func (k *tableWorker) numbers(index map[string]*sketch.Column, name string, m membership) {
	for len(k.parts) < len(m.groups) {
		k.parts, k.valid = append(k.parts, nil), append(k.valid, nil)
	}
	for g := range m.groups {
		k.parts[g], k.valid[g] = k.parts[g][:0], k.valid[g][:0]
	}
	for i, g := range m.row {
		if g >= 0 {
			k.parts[g] = append(k.parts[g], k.v.Numbers[i])
			k.valid[g] = append(k.valid[g], k.v.Ok(i))
		}
	}
	for g, group := range m.groups {
		if c := index[group+"\x00"+name]; c != nil {
			c.AddNumbers(k.parts[g], k.valid[g])
		}
	}
}

// texts counts the texts of the rows of one group, of all if rows is nil: each once,
// with how often it is there, in the order in which they come.
func (k *tableWorker) texts(c *sketch.Column, s *tableSketch, tc tableColumn, rows []int32, group int32) {
	type tally struct {
		v any
		n int64
	}
	var order []tally
	at := map[any]int{}
	var missing int64
	for i := range k.v.Rows() {
		if rows != nil && rows[i] != group {
			continue
		}
		v := cell(&k.v, i)
		if absent(v) {
			missing++
			continue
		}
		j, ok := at[v]
		if !ok {
			j = len(order)
			at[v] = j
			order = append(order, tally{v: v})
		}
		order[j].n++
	}
	c.AddMissing(missing)
	for _, t := range order {
		value, ok := "", false
		if tc.f.As == AsGroup {
			value, ok = grouped(tc.f, t.v, s.at)
		} else {
			value, ok = category(tc.f, t.v)
		}
		if ok {
			c.AddText(value, t.n)
		} else {
			c.AddInvalid(t.n)
		}
	}
}

// SeedOf makes a seed of a table's beginning, so that files that differ have different
// coins, and one file always the same.
func SeedOf(name string, head []byte) uint64 {
	return key(string(bytes.Join([][]byte{[]byte(name), head}, []byte{0})))
}
