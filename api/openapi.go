package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// humaConfig is how huma is used: JSON alone, unknown parameters refused, nothing
// served that is not in the table.
func humaConfig() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	for t, stand := range standIns {
		registry.RegisterTypeAlias(t, stand)
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Wardround",
				Version:     "1",
				Description: "Makes the rounds of connected medical devices: what is dangerous for patients, what changed, where nobody looks.\n\nNot a patient alarm and not a medical device.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"session": {Type: "apiKey", In: "cookie", Name: "__Host-" + sessionCookie, Description: "The session of a person, set by signing in. Without TLS, on loopback, its name has no prefix."},
					"token":   {Type: "http", Scheme: "bearer", Description: "An API token: scoped, expiring, revocable."},
				},
			},
			Tags: []*huma.Tag{},
		},
		Formats: map[string]huma.Format{
			"application/json": jsonFormat, "json": jsonFormat,
			"application/problem+json": jsonFormat,
		},
		DefaultFormat: "application/json",
	}
}

// finish writes the document. What every route answers when it fails is written
// once and referred to: a third of the length, and the reader sees that it is the same.
func finish(doc *huma.OpenAPI) ([]byte, error) {
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(b, &tree); err != nil {
		return nil, err
	}
	if err := narrow(tree["components"].(map[string]any)["schemas"].(map[string]any)); err != nil {
		return nil, err
	}
	shared := map[string]any{}
	for _, path := range tree["paths"].(map[string]any) {
		for _, op := range path.(map[string]any) {
			responses := op.(map[string]any)["responses"].(map[string]any)
			for status, r := range responses {
				if status == "304" { // has no body
					responses[status] = map[string]any{"description": "It is still the same."}
				}
				if status < "400" {
					continue
				}
				r := r.(map[string]any)
				name := "Problem" + status
				shared[name] = r
				responses[status] = map[string]any{"$ref": "#/components/responses/" + name}
			}
		}
	}
	tree["components"].(map[string]any)["responses"] = shared
	b, err = json.MarshalIndent(tree, "", "  ")
	return append(b, '\n'), err
}
