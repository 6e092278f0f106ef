package model

import _ "embed"

//go:embed example.yaml
var example []byte

// Example is a plan with every part, commented, to begin with. The reference
// (docs/reference/model-plan.md) prints the same.
func Example() []byte { return append([]byte(nil), example...) }
