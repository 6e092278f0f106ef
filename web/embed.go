// Package web is the browser's side of Wardround: React and TypeScript in src,
// built by Vite into dist, which is committed so that `go build` alone gives the
// whole product. CI builds it again and fails when a byte differs.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the built UI: index.html and the assets it names.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: dist is not embedded") // only a broken build
	}
	return sub
}
