package main

import (
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/wardround/wardround/api"
)

// about says what is running, for the page of that name.
func (a *app) about(dir string) api.Version {
	v, commit := versionOf()
	out := api.Version{Version: v, Commit: commit, Go: runtime.Version(), Started: time.Now(), DataDir: dir, ThirdParty: thirdParty}
	out.SBOM, _ = ownSBOM(v) // a binary without build information has none
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Replace != nil {
				d = d.Replace
			}
			out.Modules = append(out.Modules, api.Module{Name: d.Path, Version: d.Version})
		}
	}
	return out
}

// logger writes what goes wrong in serving people, and with all also each request,
// as lines of key=value on standard error.
func (a *app) logger(all bool) *slog.Logger {
	level := slog.LevelWarn
	if all {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}
