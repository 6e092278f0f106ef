package main

import (
	"bytes"
	"fmt"
	"testing"
)

func TestChoice(t *testing.T) {
	list, err := passwords(`x = { passwords: "b,a,b".split(","), names: "c" }`)
	if err != nil || len(list) != 3 || list[0] != "b" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := passwords(`names: "c"`); err == nil {
		t.Error("no list was accepted")
	}
	var many []string
	for i := range first + 5 {
		many = append(many, fmt.Sprint(i))
	}
	many = append(many, "qwertyqwerty")
	got := choose(many)
	if len(got) != first+1 || got[len(got)-1] != "qwertyqwerty" {
		t.Errorf("%d taken, the last %q", len(got), got[len(got)-1])
	}
	if !bytes.Equal(pressed(got), pressed(got)) {
		t.Error("not the same bytes each time")
	}
}
