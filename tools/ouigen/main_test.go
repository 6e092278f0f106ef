package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const large = `Registry,Assignment,Organization Name,Organization Address
MA-L,0050C2,IEEE Registration Authority,445 Hoes Lane Piscataway NJ US 08554
MA-L,00d0ef,"Heart, Lung  & Co.",9295 PROTOTYPE DRIVE RENO NV US 89511
MA-L,741AE0,Private,
MA-L,00D0EF,Second Holder,elsewhere
MA-L,0000F0,"Heart, Lung & Co.",9295 PROTOTYPE DRIVE RENO NV US 89511
`

const small = `Registry,Assignment,Organization Name,Organization Address
MA-S,0050C2001,Bedside GmbH,"Straße 1, Kiel DE 24103"
`

// Names lose their spare blanks, addresses and holders that are nobody are left
// out, and the table is sorted.
func TestTable(t *testing.T) {
	names := map[string][]string{}
	if err := read(strings.NewReader(large), 6, names); err != nil {
		t.Fatal(err)
	}
	if err := read(strings.NewReader(small), 9, names); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := write(&b, "ieee-data 1", names); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	want := "ieee-data 1\nBedside GmbH\t0050C2001\nHeart, Lung & Co.\t0000F0 00D0EF\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestWrongListing(t *testing.T) {
	if err := read(strings.NewReader(small), 6, map[string][]string{}); err == nil {
		t.Error("a 36-bit block was read from a listing of 24-bit ones")
	}
}
