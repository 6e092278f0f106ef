package csaf

import "testing"

// BenchmarkValidate judges documents of CISA by schema and mandatory tests, one
// after the other.
func BenchmarkValidate(b *testing.B) {
	var docs [][]byte
	size := 0
	cisa(b, func(_ string, doc []byte) {
		if len(docs) < 500 {
			docs = append(docs, doc)
			size += len(doc)
		}
	})
	v, err := NewValidator(Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size / len(docs)))
	i := 0
	for b.Loop() {
		v.Validate(docs[i%len(docs)])
		i++
	}
}
