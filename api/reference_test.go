package api

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/internal/testkit"
)

// The page of who may ask for what is written from the route table, so that an
// auditor reads what the server does.
func TestTheReferencePageIsTheTable(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# The API: who may ask for what

Written by ` + "`go test ./api -update`" + ` from the route table, which is also what the server asks. Shapes, parameters and errors are in
[openapi.json](../../api/openapi.json), which a server serves at ` + "`/openapi.json`" + `. How to use it: sign in as a person, or send
` + "`Authorization: Bearer TOKEN`" + `; lists page by ` + "`cursor`" + ` and come as CSV or NDJSON with ` + "`?format=`" + `; edits send the ETag as ` + "`If-Match`" + `;
errors are problems (RFC 9457) with a code to act on and a hint for people.

## Roles

| permission |`)
	for _, r := range account.Roles {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(account.Roles)) + "\n")
	for _, p := range account.Permissions {
		fmt.Fprintf(&b, "| `%s` |", p)
		for _, r := range account.Roles {
			mark := " "
			if r.May(p) {
				mark = " yes "
			}
			b.WriteString(mark + "|")
		}
		b.WriteString("\n")
	}
	b.WriteString(`
## Routes

*Site*: the permission is needed for the whole site, not for some product lines. *Person*: a session is needed, a token won't do.
`)
	var tags []string
	by := map[string][]*Route{}
	for i := range routes {
		rt := &routes[i]
		if by[rt.Tag] == nil {
			tags = append(tags, rt.Tag)
		}
		by[rt.Tag] = append(by[rt.Tag], rt)
	}
	for _, tag := range tags {
		fmt.Fprintf(&b, "\n### %s\n\n| | path | | who |\n|---|---|---|---|\n", tag)
		for _, rt := range by[tag] {
			who := "whoever is signed in"
			switch {
			case rt.Public:
				who = "everybody"
			case rt.Needs != "":
				who = "`" + string(rt.Needs) + "`"
			}
			if rt.Whole {
				who += ", site"
			}
			if rt.InPerson {
				who += ", person"
			}
			if rt.Near {
				who += "; without TLS, whoever is on the same machine"
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", rt.Method, rt.Path, rt.Summary, who)
		}
	}
	page := filepath.Join(testkit.Root(t), "docs", "reference", "api.md")
	if *update {
		if err := os.WriteFile(page, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(page); err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Fatal("docs/reference/api.md is not what the table says; write it with: go test ./api -run TestTheReferencePageIsTheTable -update")
	}
}
