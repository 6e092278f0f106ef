package api

import (
	"context"
	"net/http"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

var aboutRoutes = []Route{
	{Method: GET, Path: "/api/v1/about", ID: "get-about", Tag: "about", Summary: "What is running, and what is in it", register: handle((*Server).getAbout)},
	{Method: GET, Path: "/api/v1/about/sbom", ID: "get-sbom", Tag: "about", Summary: "The bill of materials, CycloneDX", Errors: []int{501},
		register: raw[struct{}]([]string{"application/vnd.cyclonedx+json"}, (*Server).getSBOM)},
	{Method: GET, Path: "/openapi.json", ID: "get-openapi", Tag: "about", Summary: "This document", Public: true,
		register: raw[struct{}]([]string{"application/json"}, (*Server).getOpenAPI)},
	{Method: GET, Path: "/healthz", ID: "get-health", Tag: "about", Summary: "ok, or 503 when nothing is judged", Public: true,
		register: raw[struct{}]([]string{"text/plain"}, (*Server).getHealth)},
	{Method: GET, Path: "/metrics", ID: "get-metrics", Tag: "about", Summary: "Figures about ourselves, for Prometheus",
		Doc:   "Without TLS, from the same machine, no session is needed.",
		Needs: account.View, Near: true, AnyQuery: true, Errors: []int{501}, register: raw[struct{}]([]string{"text/plain"}, (*Server).getMetrics)},
}

// About is what is running.
type About struct {
	Version    string           `json:"version"`
	Commit     string           `json:"commit"`
	Go         string           `json:"go"`
	Origin     wardround.Origin `json:"origin" enum:"live,replay,simulated"`
	DataDir    string           `json:"data_dir" doc:"Empty for who may not change settings."`
	Started    time.Time        `json:"started"`
	Modules    []Module         `json:"modules"`
	ThirdParty []ThirdParty     `json:"third_party"`
}

// Module is a Go module that is built in.
type Module struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence,omitempty"`
}

// ThirdParty is data of others that is built in.
type ThirdParty struct {
	Name    string `json:"name"`
	Source  string `json:"source"`
	Licence string `json:"licence"`
	Digest  string `json:"digest"`
}

type aboutOutput struct{ Body About }

func (s *Server) getAbout(ctx context.Context, _ *struct{}) (*aboutOutput, error) {
	v := s.opt.Version
	out := About{
		Version: v.Version, Commit: v.Commit, Go: v.Go, Origin: s.opt.Origin, Started: v.Started.UTC(),
		Modules: append([]Module{}, v.Modules...), ThirdParty: append([]ThirdParty{}, v.ThirdParty...),
	}
	if principal(ctx).MayAt(account.Settings, string(s.opt.Scope.Site)) {
		out.DataDir = v.DataDir
	}
	return &aboutOutput{out}, nil
}

func (s *Server) getSBOM(w http.ResponseWriter, _ *http.Request, _ *struct{}) error {
	if s.opt.Version.SBOM == nil {
		return missing("the bill of materials")
	}
	w.Header().Set("Content-Type", "application/vnd.cyclonedx+json")
	w.Header().Set("Content-Disposition", `attachment; filename="wardround.cdx.json"`)
	_, _ = w.Write(s.opt.Version.SBOM) // whoever asked may have gone
	return nil
}

func (s *Server) getOpenAPI(w http.ResponseWriter, _ *http.Request, _ *struct{}) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(s.spec) // whoever asked may have gone
	return nil
}

func (s *Server) getHealth(w http.ResponseWriter, r *http.Request, _ *struct{}) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if s.opt.Health != nil {
		if err := s.opt.Health(); err != nil {
			s.log.ErrorContext(r.Context(), "not judging", "err", err)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("not judging\n")) // whoever asked may have gone
			return nil
		}
	}
	_, _ = w.Write([]byte("ok\n")) // whoever asked may have gone
	return nil
}

func (s *Server) getMetrics(w http.ResponseWriter, r *http.Request, _ *struct{}) error {
	if s.opt.Metrics == nil {
		return missing("metrics")
	}
	s.opt.Metrics.ServeHTTP(w, r)
	return nil
}
