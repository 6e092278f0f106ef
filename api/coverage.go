package api

import (
	"context"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/coverage"
)

var coverageRoutes = []Route{
	{Method: GET, Path: "/api/v1/coverage", ID: "get-coverage", Tag: "overview",
		Summary: "For each kind and concern: what fails, passes, is unknown, and where nobody looks",
		Doc:     "Each number is that of /assets?kind=&concern=&status=.",
		Needs:   account.View, Errors: []int{501}, register: handle((*Server).getCoverage)},
}

type coverageOutput struct{ Body *coverage.Matrix }

func (s *Server) getCoverage(ctx context.Context, _ *struct{}) (*coverageOutput, error) {
	b, v, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	return &coverageOutput{b.Coverage(v)}, nil
}
