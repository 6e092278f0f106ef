package main

import (
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/coverage"
)

type coverageCmd struct{}

func (c *coverageCmd) Run(a *app) error {
	s, err := a.openRead()
	if err != nil {
		return err
	}
	defer s.Close()
	var m *coverage.Matrix
	if s.server != nil {
		m, err = s.server.Coverage(a.ctx) // it judges with its own checks
	} else {
		m, err = coverage.Compute(a.ctx, s.store, s.scope, check.All())
	}
	if err != nil {
		return err
	}
	if a.Format == "json" {
		return a.object("coverage", m)
	}
	return a.matrix(m)
}
