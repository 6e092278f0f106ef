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

// thirdParty is the data of others that is built in: the files of
// docs/third-party-data.md.
var thirdParty = []api.ThirdParty{
	{
		Name: "hardware address prefixes", Source: "Debian package ieee-data 20220827.1, from the IEEE registries",
		Licence: "public registry facts", Digest: "sha256:572ef338419bd777802bd95a29baea70a4a257bdf30b0b9ae7dd0ed7d5d08c59",
	},
	{
		Name: "passwords that are refused", Source: "npm package zxcvbn 4.4.2, lib/frequency_lists.js",
		Licence: "MIT", Digest: "sha256:62d836fd6692cb45f15a6e5e42ec2a71c3e69c5f980cc7bca953303af218ec0f",
	},
}
