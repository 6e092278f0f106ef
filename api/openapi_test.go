package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

var update = flag.Bool("update", false, "write openapi.json as it is now")

const documentFile = "openapi.json"

// The document that is checked in is the one that is served.
func TestTheDocumentIsAsChecked(t *testing.T) {
	h := bare(t, routes)
	v := h.stranger()
	w := v.want(200, v.get("/openapi.json"))
	if *update {
		if err := os.WriteFile(documentFile, w.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, w.Body.Bytes()) {
		t.Fatal("api/openapi.json is not what the code says; write it with: go test ./api -run TestTheDocumentIsAsChecked -update")
	}
}

// operation is what the tests below look at.
type operation struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Security    *[]map[string]any
	Parameters  []struct{ Name, In, Description string }
	RequestBody *struct {
		Content map[string]struct{ Schema map[string]any }
	} `json:"requestBody"`
	Responses map[string]response
}

type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct{ Schema map[string]any }
}

func described(t *testing.T) map[string]map[string]operation {
	t.Helper()
	h := bare(t, routes)
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]operation
		Components struct{ Responses map[string]response }
	}
	if err := json.Unmarshal(h.server.spec, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Fatalf("OpenAPI %q", doc.OpenAPI)
	}
	for _, p := range doc.Paths {
		for _, op := range p {
			for status, r := range op.Responses {
				if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
					op.Responses[status] = doc.Components.Responses[name]
				}
			}
		}
	}
	return doc.Paths
}

// Each route is described: its parameters, who may, what it answers and how it fails.
func TestEveryRouteIsDescribed(t *testing.T) {
	paths := described(t)
	n := 0
	for i := range routes {
		rt := &routes[i]
		op, ok := paths[rt.Path][strings.ToLower(rt.Method)]
		if !ok {
			t.Errorf("%s %s is not in the document", rt.Method, rt.Path)
			continue
		}
		n++
		for _, p := range parameter.FindAllString(rt.Path, -1) {
			if !slices.ContainsFunc(op.Parameters, func(x struct{ Name, In, Description string }) bool { return x.In == "path" && "{"+x.Name+"}" == p }) {
				t.Errorf("%s: %s of the path is read by nobody", rt.ID, p)
			}
		}
		if op.Security == nil || rt.Public != (len(*op.Security) == 0) {
			t.Errorf("%s: security %v", rt.ID, op.Security)
		}
		if rt.Needs != "" && !strings.Contains(op.Description, string(rt.Needs)) {
			t.Errorf("%s: the description does not say that it needs %s", rt.ID, rt.Needs)
		}
		fine := false
		for status, r := range op.Responses {
			if status[0] == '2' || status[0] == '3' {
				fine = fine || status != "304"
				if status == "304" && len(r.Content) > 0 {
					t.Errorf("%s: a 304 with a body", rt.ID)
				}
				continue
			}
			if _, ok := r.Content["application/problem+json"]; !ok {
				t.Errorf("%s: %s is no problem: %v", rt.ID, status, r.Content)
			}
		}
		if !fine {
			t.Errorf("%s: no answer when it goes well: %v", rt.ID, op.Responses)
		}
		if !rt.Public && (len(op.Responses["401"].Content) == 0 || len(op.Responses["403"].Content) == 0) {
			t.Errorf("%s lacks 401 or 403", rt.ID)
		}
	}
	total := 0
	for _, p := range paths {
		total += len(p)
	}
	if n != total || n != len(routes) {
		t.Errorf("%d routes, %d operations", len(routes), total)
	}
}

// The types that the pages are written with are made by hand; what the API answers
// must fit them. The document's own types, made by a tool, are given to a compiler
// with the promise that each is one of the pages'.
func TestAnswersFitTheTypesOfThePages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts node twice")
	}
	web := filepath.Join(testkit.Root(t), "web")
	make := filepath.Join(web, "tools", "node_modules", ".bin", "openapi-typescript")
	check := filepath.Join(web, "node_modules", ".bin", "tsc")
	for _, tool := range []string{make, check} {
		if _, err := os.Stat(tool); err != nil {
			testkit.Missing(t, "%s is not installed: npm ci in web and web/tools", filepath.Base(tool))
		}
	}
	dir := t.TempDir()
	if b, err := exec.Command(make, filepath.Join(testkit.Root(t), "api", documentFile), "-o", filepath.Join(dir, "schema.d.ts")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	types, err := os.ReadFile(filepath.Join(web, "src", "api", "types.ts"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "types.ts"), types, 0o644); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct{ Schemas map[string]any }
	}
	b, err := os.ReadFile(documentFile)
	if err == nil {
		err = json.Unmarshal(b, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	var promise strings.Builder
	promise.WriteString("import type * as T from \"./types\";\nimport type { components } from \"./schema\";\ntype S = components[\"schemas\"];\n")
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^export (?:interface|type) (\w+)`).FindAllSubmatch(types, -1) {
		name := string(m[1])
		if _, ok := doc.Components.Schemas[name]; ok && name != "Statement" { // which is only sent
			fmt.Fprintf(&promise, "export const is%s = (x: S[\"%s\"]): T.%s => x;\n", name, name, name)
			n++
		}
	}
	if n < 40 {
		t.Fatalf("only %d types are shared", n)
	}
	if err := os.WriteFile(filepath.Join(dir, "promise.ts"), []byte(promise.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(check, "--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "promise.ts")
	cmd.Dir = dir
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: what the API answers is not what the pages expect:\n%s", err, b)
	}
}
