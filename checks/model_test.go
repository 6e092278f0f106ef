package checks

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/artefact"
	"github.com/wardround/wardround/check"
)

// TestWhatModelsSay: reasons and facts that package behaviour makes are told in each
// language.
func TestWhatModelsSay(t *testing.T) {
	n := 0
	saysOfVersions(t)
	sources(t, "../behaviour", func(file string, f *ast.File) {
		ast.Inspect(f, func(x ast.Node) bool {
			told := func(name string, e ast.Expr) {
				text, ok := sample(e)
				if !ok || !strings.Contains(text, " ") || text == "for 7, 7" {
					return
				}
				n++
				if name == "Why" {
					tellsReason(t, file, text)
					return
				}
				for _, l := range check.Languages()[1:] {
					if _, known := check.FactIn(l, name, strings.NewReplacer("%.3f", "7").Replace(text)); !known {
						t.Errorf("%s: the fact %s of %q is not told in %s: add it to checks/words/phrases.yaml", file, name, text, l)
					}
				}
			}
			switch x := x.(type) {
			case *ast.KeyValueExpr:
				switch k := x.Key.(type) {
				case *ast.Ident:
					if k.Name == "Why" {
						told("Why", x.Value)
					}
				case *ast.BasicLit:
					if k.Value == `"trouble"` {
						told("trouble", x.Value)
					}
				}
			case *ast.AssignStmt:
				for i, l := range x.Lhs {
					if len(x.Lhs) != len(x.Rhs) {
						break
					}
					switch l := l.(type) {
					case *ast.SelectorExpr:
						if l.Sel.Name == "Why" {
							told("Why", x.Rhs[i])
						}
					case *ast.IndexExpr:
						if k, ok := l.Index.(*ast.BasicLit); ok && k.Value == `"trouble"` {
							told("trouble", x.Rhs[i])
						}
					}
				}
			}
			return true
		})
	})
	if n < 50 {
		t.Errorf("only %d sentences were found", n)
	}
	for name, list := range map[string][]string{
		"trouble": {
			"50.0 % of rows lack it, at most 5.0 % may; 3 values are no numbers, infinite or of another type", "20.0 % of inputs are unlike anything in the reference, at most 5.0 % are expected",
			"it says too much: cases are rarer than it says by 0.29; what it says is not extreme enough", "AUROC lost with blur 2 is 0.14, the limit is 0.05",
			"for sex=F, auroc is 0.647 (0.568 to 0.719), the plan asks for at least 0.8",
			"90.0 % of one client's 400 questions are a small step from one before, at most 30.0 % are usual here", "90.0 % of one client's 400 questions lie where no patients are, at most 15.0 % are usual here",
			"41.0 % of 320 questions of clients that ask little each lie where no patients are, at most 15.0 % are usual here", "41.0 % of 320 questions of clients that ask little each are a small step from one before", "41.0 % of 320 questions of clients that ask little each lie at the boundary of the decision",
			"one client's 400 questions crowd around few inputs, and are all different", "one client's 400 questions lie more evenly over what can be asked than those of any client here", "one client asked 4000 questions in a window, at most 1000 are agreed",
		},
		"moved": {"the middle value was 120 and is 128", "20.0 % of values were at most 0.625, and 61.5 % are", "the standard deviation was 2.1 and is 4.3", "middle and mean are what they were, and the values are spread otherwise", "F was 50.0 % and is 71.2 %", "cases were 20.0 % and are 40.0 %", "the mean was 120 and is 123", "10.0 % of answers were overruled, and 25.0 % are", "0.0 % of rows lacked it, and 6.0 % do", "15.8 % of answers were positive, and 34.5 % are", "of 100 values of now, 55 are larger than one of the reference, where it should be 50", "there were 1000 records in 7 days, and there are 400", "it was 0.97 and is 0.86"},
		"what":  {"mean of kvp", "what lacks age", "positive answers of risk", "overruled answers", "records", "estimate of auroc"},
		"shift": {
			"at one device alone", "what comes in is not what it was; inputs moved: kvp, age; whether inputs still mean the same can't be seen without labels",
			"what comes in is not what it was; inputs moved: kvp; other rates of the classes would not explain the answers; for the same score the labels come out as before",
			"cases are not as frequent as they were; the classes occur at other rates; within a class the answers are what they were",
			"cases are not as frequent as they were; estimated share of class 0: 0.690 (95 % between 0.650 and 0.720), 0.880 in the reference; estimated share of class 1: 0.310 (95 % between 0.280 and 0.350), 0.120 in the reference; the answers are what other rates of the classes alone would make of them; without current labels this supposes that the classes look as before",
			"the same inputs mean something else; for the same score of the model the labels come out differently; what was estimated without labels is not what labels said later; the inputs are what they were",
			"the data is wrong in itself; age: 50.0 % of rows lack it, at most 5.0 % may", "the devices send other shares than before",
			"the kind of change cannot be told: nothing that is known tells the kinds apart",
			"the kind of change cannot be told: the answers moved, the classes are as frequent as before, and the inputs that are watched did not move: what moved is not watched, or the model is another",
		},
		"worst": {"auroc is 0.647 (0.568 to 0.719), the card claims at least 0.9", "sensitivity at flag is 0.5 (0.4 to 0.6), the plan asks for at least 0.8"},
		"when":  {"when it was loaded", "where it lies", "for its release"},
	} {
		for _, text := range list {
			for _, l := range check.Languages()[1:] {
				if told, known := check.FactIn(l, name, text); !known {
					t.Errorf("the fact %s of %q is not told in %s: %v", name, text, l, told)
				}
			}
		}
	}
}

// saysOfVersions: what package behaviour puts on the timeline, and what package model
// says of versions, criteria and logs, is told in each language.
func saysOfVersions(t *testing.T) {
	n := 0
	tell := func(file string, e ast.Expr) {
		text, ok := sample(e)
		if strings.Contains(file, "admission") || strings.HasPrefix(text, "of the new version 7") || strings.HasPrefix(text, "of the old version 7") {
			return // said on the command line; told below
		}
		if ok && strings.Contains(text, " ") && !strings.HasPrefix(text, "a 7 ") && !strings.HasPrefix(text, "a new 7") && !strings.HasPrefix(text, "the 7 was") {
			n++
			tellsReason(t, file, text)
		}
	}
	for dir, names := range map[string][]string{"../behaviour": {"Said"}, "../model": {"Why", "opaque"}} {
		sources(t, dir, func(file string, f *ast.File) {
			ast.Inspect(f, func(x ast.Node) bool {
				switch x := x.(type) {
				case *ast.KeyValueExpr:
					if k, ok := x.Key.(*ast.Ident); ok && slices.Contains(names, k.Name) {
						tell(file, x.Value)
					}
				case *ast.AssignStmt:
					for i, l := range x.Lhs {
						if s, ok := l.(*ast.SelectorExpr); ok && len(x.Lhs) == len(x.Rhs) && slices.Contains(names, s.Sel.Name) {
							tell(file, x.Rhs[i])
						}
						if id, ok := l.(*ast.Ident); ok && id.Name == "said" && dir == "../behaviour" && len(x.Lhs) == len(x.Rhs) {
							tell(file, x.Rhs[i])
						}
					}
				case *ast.ReturnStmt: // return Undecid, "it has no value"
					if v, ok := first(x.Results); ok && len(x.Results) == 2 && (v == "Inside" || v == "Outside" || v == "Undecid") {
						tell(file, x.Results[1])
					}
				case *ast.CallExpr: // v.why("no plan says where %s lie", …)
					if s, ok := x.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "why" && dir == "../model" && len(x.Args) > 0 {
						if text, ok := sample(x.Args[0]); ok {
							n++
							tellsReason(t, file, strings.NewReplacer("%d", "7", "%s", "7").Replace(text))
						}
					}
				}
				return true
			})
		})
	}
	if n < 40 {
		t.Errorf("only %d sentences were found", n)
	}
	for _, kind := range []string{"card", "plan", "reference", "acceptance", "scan", "diff"} {
		for _, said := range []string{"a new " + kind + " came", "a " + kind + " came that cannot be read; the one before holds", "the " + kind + " was taken back"} {
			tellsReason(t, "timeline", said)
		}
	}
	for _, what := range []string{"intended use and users", "format and files", "architecture and layers", "operators", "inputs", "outputs", "training data", "weights", "libraries"} {
		tellsReason(t, "differ", "of the new version "+what+" are not known")
		tellsReason(t, "differ", "of the old version "+what+" are not known")
	}
	for _, r := range artefact.Rules() {
		if strings.Contains(r.Title, " ") {
			tellsReason(t, "artefact/rules", r.Title)
		}
	}
}

func first(list []ast.Expr) (string, bool) {
	if len(list) == 0 {
		return "", false
	}
	id, ok := list[0].(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}
