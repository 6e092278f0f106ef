// Ouigen turns the IEEE registry listings of Debian's package ieee-data into
// the compact table that package oui embeds: prefix and registered name, no
// postal addresses.
//
// The output is gzip over lines of UTF-8: first the source and its version,
// then one line per name, a tab, and that name's prefixes in hexadecimal (6, 7
// or 9 digits for blocks of 24, 28 and 36 bits), all sorted, so that the same
// listings give the same bytes.
//
// Blocks registered to the IEEE Registration Authority are left out, since the
// blocks inside them name the real holder, and so are blocks whose holder is
// registered as "Private".
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// listings are the files of the package, and how many hexadecimal digits a
// prefix has in each.
var listings = []struct {
	file   string
	digits int
}{
	{"oui.csv", 6},   // MA-L, 24 bits
	{"mam.csv", 7},   // MA-M, 28 bits
	{"oui36.csv", 9}, // MA-S, 36 bits
	{"iab.csv", 9},   // Individual Address Blocks, 36 bits, no longer given out
}

// nobody holds names that tell no maker.
var nobody = []string{"", "Private", "IEEE Registration Authority"}

func main() {
	log.SetFlags(0)
	log.SetPrefix("ouigen: ")
	from := flag.String("from", "/usr/share/ieee-data", "`folder` of the listings")
	version := flag.String("version", "", "`version` of the package ieee-data (required)")
	out := flag.String("o", "", "`file` to write (required)")
	flag.Parse()
	if *version == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := generate(*from, *version, *out); err != nil {
		log.Fatal(err)
	}
}

func generate(from, version, out string) error {
	names := map[string][]string{} // name → prefixes
	for _, l := range listings {
		f, err := os.Open(filepath.Join(from, l.file))
		if err != nil {
			return err
		}
		err = read(f, l.digits, names)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", l.file, err)
		}
	}
	var b bytes.Buffer
	if err := write(&b, "ieee-data "+version, names); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}

// read adds the rows of one listing to names. A prefix listed twice keeps its
// first name.
func read(r io.Reader, digits int, names map[string][]string) error {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 4 // registry, assignment, organisation name, organisation address
	if _, err := rows.Read(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		prefix, name := strings.ToUpper(row[1]), strings.Join(strings.Fields(row[2]), " ")
		if len(prefix) != digits || strings.Trim(prefix, "0123456789ABCDEF") != "" {
			return fmt.Errorf("assignment %q has not %d hexadecimal digits", prefix, digits)
		}
		if seen[prefix] || slices.Contains(nobody, name) {
			continue
		}
		seen[prefix] = true
		names[name] = append(names[name], prefix)
	}
}

func write(w io.Writer, source string, names map[string][]string) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	fmt.Fprintln(z, source)
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		slices.Sort(names[name])
		fmt.Fprintf(z, "%s\t%s\n", name, strings.Join(slices.Compact(names[name]), " "))
	}
	return z.Close()
}
