package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// version is set when a release is built; a build from a checkout says its commit.
var version = ""

// versionCmd prints the version; one of its commands compares those of others.
type versionCmd struct {
	Show    versionShowCmd `cmd:"" default:"withargs" help:"Print the version, or the bill of materials of this binary."`
	Compare compareCmd     `cmd:"" help:"Say which of two versions is older, in the order of their ecosystem."`
}

type versionShowCmd struct {
	SBOM bool `help:"Print the bill of materials of this binary as CycloneDX."`
}

func (c *versionShowCmd) Run(a *app) error {
	v, commit := versionOf()
	if c.SBOM {
		b, err := ownSBOM(v)
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(b)
		return err
	}
	if a.Format == "json" {
		return a.object("version", map[string]string{"version": v, "commit": commit, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	_, err := fmt.Fprintf(a.stdout, "wardround %s %s/%s %s\n", v, runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}

func versionOf() (v, commit string) {
	v = version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			commit = s.Value
		}
	}
	if v == "" {
		v = strings.Trim(info.Main.Version, "()")
	}
	if v == "" {
		v = "devel"
	}
	return v, commit
}

// ownSBOM is the modules linked into this binary, as the linker recorded them, as
// CycloneDX.
func ownSBOM(v string) ([]byte, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, fmt.Errorf("this binary carries no build information")
	}
	bom := cyclonedx.NewBOM()
	root := cyclonedx.Component{
		BOMRef: "pkg:golang/" + info.Main.Path, Type: cyclonedx.ComponentTypeApplication, Name: "wardround", Version: v,
		PackageURL: "pkg:golang/" + info.Main.Path + "@" + v,
		Licenses:   &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
	}
	bom.Metadata = &cyclonedx.Metadata{Component: &root}
	var components []cyclonedx.Component
	var depends []string
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		purl := "pkg:golang/" + d.Path + "@" + d.Version
		components = append(components, cyclonedx.Component{
			BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: d.Path, Version: d.Version, PackageURL: purl,
		})
		depends = append(depends, purl)
	}
	std := "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")
	components = append(components, cyclonedx.Component{
		BOMRef: std, Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), PackageURL: std,
	})
	depends = append(depends, std)
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: root.BOMRef, Dependencies: &depends}}
	var b bytes.Buffer
	err := cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom)
	return b.Bytes(), err
}
