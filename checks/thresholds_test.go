package checks

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wardround/wardround/check"
)

// What a check can be told is what it asks for: each threshold that is declared is
// asked for with the same default, and none is asked for that is not declared.
func TestThresholdsAreDeclared(t *testing.T) {
	files, err := filepath.Glob("*/*.go")
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	asked := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		text := func(n ast.Node) string {
			var b bytes.Buffer
			if err := printer.Fprint(&b, set, n); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		declared, used := map[string]string{}, map[string]string{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Thresholds" {
					for _, e := range n.Value.(*ast.CompositeLit).Elts {
						kv := e.(*ast.KeyValueExpr)
						declared[text(kv.Key)] = text(kv.Value)
					}
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "Setting") && len(n.Args) == 2 {
					def := text(n.Args[1])
					if s.Sel.Name == "SettingDuration" {
						def = "(" + def + ").Seconds()"
					}
					used[text(n.Args[0])] = def
				}
			}
			return true
		})
		if !maps.Equal(declared, used) {
			t.Errorf("%s declares %v and asks for %v", file, declared, used)
		}
		asked += len(used)
	}
	n := 0
	for _, c := range check.All() {
		for _, name := range slices.Sorted(maps.Keys(c.Thresholds)) {
			if n++; c.Thresholds[name] <= 0 || name != strings.ToLower(name) || strconv.Quote(name) != `"`+name+`"` {
				t.Errorf("%s: threshold %q is %v", c.ID, name, c.Thresholds[name])
			}
		}
	}
	if n != asked || n < 15 {
		t.Errorf("%d thresholds are declared, %d asked for", n, asked)
	}
}
