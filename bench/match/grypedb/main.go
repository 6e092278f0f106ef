//go:build ignore

// Command grypedb makes a database for grype 0.110.0 of a zip of OSV records about
// Go modules, so that grype can be timed beside us without its own database, which
// is not to be had offline. bench/match.sh builds it inside a copy of grype's source.
// It is for speed only: such a conversion finds less than grype's own data would.
//
//	grypedb ZIP DIR
package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anchore/grype/grype/db"
	"github.com/anchore/grype/grype/db/provider"
	v6 "github.com/anchore/grype/grype/db/v6"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(name, dir string) error {
	z, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	defer z.Close()
	results := filepath.Join(dir, "workspace", "results")
	if err := os.MkdirAll(results, 0o755); err != nil {
		return err
	}
	var listing strings.Builder
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		item, err := read(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if item["withdrawn"] != nil {
			continue
		}
		for _, a := range item["affected"].([]any) {
			a.(map[string]any)["package"].(map[string]any)["ecosystem"] = "go-module"
			delete(a.(map[string]any), "ecosystem_specific")
		}
		b, err := json.Marshal(map[string]any{"identifier": item["id"], "item": item,
			"schema": "https://raw.githubusercontent.com/anchore/vunnel/main/schema/vulnerability/osv/schema-1.5.0.json"})
		if err != nil {
			return err
		}
		file := filepath.Base(f.Name)
		if err := os.WriteFile(filepath.Join(results, file), b, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&listing, "0000000000000000  results/%s\n", file)
	}
	if err := os.WriteFile(filepath.Join(results, "listing.xxh64"), []byte(listing.String()), 0o644); err != nil {
		return err
	}
	state := map[string]any{"provider": "osv-go", "version": 1, "distribution_version": 1, "processor": "vunnel@0", "store": "flat-file",
		"schema":    map[string]any{"version": "1.0.3", "url": "https://raw.githubusercontent.com/anchore/vunnel/main/schema/provider-workspace-state/schema-1.0.3.json"},
		"timestamp": time.Now().UTC().Format(time.RFC3339), "listing": map[string]any{"path": "results/listing.xxh64", "digest": "0", "algorithm": "xxh64"}}
	b, err := json.Marshal(state)
	if err != nil {
		return err
	}
	where := filepath.Join(dir, "workspace", "metadata.json")
	if err := os.WriteFile(where, b, 0o644); err != nil {
		return err
	}
	s, err := provider.ReadState(where)
	if err != nil {
		return err
	}
	out := filepath.Join(dir, "6")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	return db.Build(db.BuildConfig{SchemaVersion: v6.ModelVersion, Directory: out, States: provider.States{*s}, Timestamp: time.Now().UTC(), Hydrate: true})
}

func read(f *zip.File) (map[string]any, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, 64<<20))
	if err != nil {
		return nil, err
	}
	var item map[string]any
	return item, json.Unmarshal(b, &item)
}
