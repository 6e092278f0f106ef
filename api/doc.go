// Package api is Wardround over HTTP: one route table, one file per resource,
// OpenAPI 3.1 from the code, errors as problem+json (RFC 9457), and the browser
// UI on the same port.
//
// # A new route
//
// Add a [Route] to the slice of its resource file:
//
//	{Method: GET, Path: "/api/v1/assets/{id}", ID: "get-asset", Tag: "assets",
//		Summary: "One asset", Needs: account.View, register: handle((*Server).getAsset)},
//
// and write the handler. Its input and output are structs in huma's manner: fields
// tagged path, query and header are parameters, Body is the body.
//
//	func (s *Server) getAsset(ctx context.Context, in *getAssetInput) (*getAssetOutput, error)
//
// An error is a [wardround.Error], or any other, which is our own fault: the frame
// turns it into a problem, once. [principal] says who asks; that they may use the
// route at all was decided before the handler by Needs. Lists use list instead of
// handle and return a [Rows] function; the frame pages, picks fields, and writes
// JSON, CSV or NDJSON.
//
// # What every request passes
//
// Host allow-list, cross-origin check, security headers, request id and access log,
// session or token, permission, rate, size and time of the body; then the handler.
package api
