package pattern

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	p := Of(`^a+$`)
	if !p().MatchString("aa") || p().MatchString("ab") {
		t.Error("not the expression asked for")
	}
	if first, again := p(), p(); first != again {
		t.Error("compiled twice")
	}
	bad := Of(`(`)
	defer func() {
		if recover() == nil {
			t.Error("what is no expression was no panic")
		}
	}()
	bad()
}

// TestEveryPatternCompiles: what used to stop the program at start stops this test. Text
// must be written out where it is used, or nobody could check it here.
func TestEveryPatternCompiles(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		consts := constants(f)
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Of" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "pattern" {
				return true
			}
			seen++
			text, ok := constant(call.Args[0], consts)
			if !ok {
				t.Errorf("%s: the text of the pattern is not written out", files.Position(call.Pos()))
			} else if _, err := regexp.Compile(text); err != nil {
				t.Errorf("%s: %v", files.Position(call.Pos()), err)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("no pattern was found: the test looks in the wrong place")
	}
}

// constants are the texts that a file names at its top level.
func constants(f *ast.File) map[string]ast.Expr {
	named := map[string]ast.Expr{}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			if v := s.(*ast.ValueSpec); len(v.Names) == len(v.Values) {
				for i, n := range v.Names {
					named[n.Name] = v.Values[i]
				}
			}
		}
	}
	return named
}

func constant(e ast.Expr, named map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok := constant(e.X, named)
		b, too := constant(e.Y, named)
		return a + b, ok && too && e.Op == token.ADD
	case *ast.Ident:
		if v := named[e.Name]; v != nil {
			return constant(v, named)
		}
	}
	return "", false
}
