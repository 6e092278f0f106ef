package artefact

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// TestEveryRuleIsTold: who reads German or French reads no rule in English.
func TestEveryRuleIsTold(t *testing.T) {
	words, err := readRuleWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"de", "fr"} {
		used := map[string]bool{}
		for _, r := range Rules() {
			used[r.entry] = true
			w, ok := RuleIn(language, r.ID)
			if !ok {
				t.Errorf("%s has no words in %s: add %s to artefact/rules/words/%s.yaml", r.ID, language, r.entry, language)
				continue
			}
			told, english := reflect.ValueOf(w), reflect.ValueOf(RuleWords{r.Title, r.Means, r.Do, r.Dont, r.Wrong})
			for i := range told.NumField() {
				if s := told.Field(i).String(); s == "" || s == english.Field(i).String() {
					t.Errorf("%s: %s in %s is %q", r.entry, told.Type().Field(i).Name, language, s)
				}
			}
		}
		for id := range words[language].Rules {
			if !used[id] {
				t.Errorf("%s.yaml tells %s, which begins no text of the catalogue", language, id)
			}
		}
	}
	if len(words) != 2 {
		t.Errorf("%d languages, not 2: add the new one to this test", len(words))
	}
	if w, ok := RuleIn("de", "pickle.nonsense"); ok {
		t.Errorf("a rule that is none was told: %v", w)
	}
	if _, ok := RuleIn("xx", "zip.overlap"); ok {
		t.Error("a language nobody speaks was told")
	}
}

// TestEveryReasonIsTold: the tables of package pickle say why a name is dangerous;
// each of their reasons is told, too.
func TestEveryReasonIsTold(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(testkit.Root(t), "format", "pickle", "danger.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{"reaches the module os through another": true, "reaches into Python's own machinery by __globals__": true, "nobody has vouched for this name": true,
		"an extension code: the name is in the registry of the process that loads": true, "a name longer than any real one": true,
		"asks an instance that the stream made, which may answer by calling what it holds": true}
	text := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			reasons[s] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		switch v.Names[0].Name {
		case "dangerLeaves":
			for _, e := range v.Values[0].(*ast.CompositeLit).Elts {
				text(e.(*ast.KeyValueExpr).Value)
			}
		case "dangerModules", "dangerNames":
			for _, e := range v.Values[0].(*ast.CallExpr).Args[0].(*ast.CompositeLit).Elts {
				text(e.(*ast.CompositeLit).Elts[0])
			}
		}
		return true
	})
	if len(reasons) < 40 {
		t.Fatalf("only %d reasons were found in danger.go", len(reasons))
	}
	for why := range reasons {
		for _, language := range []string{"de", "fr"} {
			if told, ok := ReasonIn(language, why); !ok || told == why {
				t.Errorf("%q is not told in %s: add it to artefact/rules/words/%s.yaml", why, language, language)
			}
		}
	}
	if told, _ := ReasonIn("de", "reaches the module os through another"); told != "erreicht das Modul os über ein anderes" {
		t.Error(told)
	}
	if told, ok := ReasonIn("de", "a reason of a later version"); ok || told != "a reason of a later version" {
		t.Error("what nobody wrote down is told as ", told)
	}
}
