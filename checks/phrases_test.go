package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
)

// TestEveryReasonOfASeverity: whatever [wardround.Weigh] says is told in each language.
func TestEveryReasonOfASeverity(t *testing.T) {
	seen := map[string]bool{}
	for base := wardround.Info; base <= wardround.Critical; base++ {
		for c := wardround.CriticalityUnknown; c <= wardround.LifeSustaining; c++ {
			for bits := range 16 {
				st := wardround.Stakes{Criticality: c, Device: bits&1 > 0, Hostile: bits&2 > 0}
				if bits&4 > 0 {
					st.Use = wardround.Idle
				}
				if bits&8 > 0 {
					st.Exposure = wardround.ExposedToPublic
				}
				_, why := wardround.Weigh(base, st)
				seen[why] = true
			}
		}
	}
	for why := range seen {
		tellsReason(t, "Weigh", why)
	}
}

// TestWhatIsMadeElsewhere: sentences that reach a reason or a fact through a variable,
// which the walk through the sources below does not follow.
func TestWhatIsMadeElsewhere(t *testing.T) {
	for _, why := range []string{
		"its hardware address is used with the network addresses of several hosts", "announces itself as a medical device of IEEE 11073 SDC",
		"no sensor has reported since", "a sensor lost traffic, or did not report, since", "the certificate cannot be read", "no message was ever answered here",
		"a resumed session leaves the certificate out; the one seen before has ended since, and whether it was replaced cannot be seen",
		"PG-04 reports for this one device only: it is that device, or its gateway", "learning", "more than 1000 items; the rest is not told apart",
		"said by person:anna", "inventory: merged by anna", "sends CT objects; a person said archive",
		"may be Maker Pump 1.2: its maker is not certain", "may be Maker Pump 1.2: what it calls itself is not certain", "may be Maker Pump 1.2: its software calls itself 1.2.0 (b7)",
		"may be Maker Pump 1.2: more than one release fits", "may be Maker Pump 1.2: the version of its software is not known, and this is the only release of that name",
	} {
		tellsReason(t, "elsewhere", why)
	}
	for name, list := range map[string][]string{
		"took":          {"read 3 resources of 2 patients", "asked for an export of all records", "read 3 resources of 2 patients and asked for an export of all records"},
		"usual":         {"1 hour", "12 minutes", "90 seconds"},
		"impersonation": {"until now another system used that name: A, B", "until now another system used its client id x: y", "its client id is not told here, so whether another system used that is unknown"},
		"problem":       {"it has ended", "it is not valid yet", "it is for another name than the client asked for", "nobody but itself signed it", "it ends within 30 days", "it ends within a day"},
		"problems":      {"PID is missing", "MSH-9 is empty or no code", "segments stand in another order than OBR, OBX", "bytes between messages"},
		"weak":          {"no encryption", "the cipher RC4", "a key under 2,048 bits", "a signature with SHA1", "offers no strong host key", "host key of 1024 bits", "MAC hmac-md5 in use"},
		"lost":          {"packets dropped by the kernel", "everything on the interface: nothing could be captured", "the end of a capture cut inside a packet"},
		"receiver":      {"it is the title of CT 1", "no component is known by that title", "several components use that title"},
		"resource":      {"everything of one Patient", "the whole server"}, "direction": {"opened from outside", "opened by the device", "the opening wasn't seen"},
		"what": {"firmware", "a drug library", "a boot file", "messages on ward/1"}, "client": {"an unknown component", "an unknown component (10.0.0.1)"},
		"fields":  {"topic: subject", "payload: patient id", "payload: patient name", "payload: birth date", "payload: national id", "payload: contact"},
		"concern": {"security", "privacy", "interoperability"}, "item": {"Zone 1: privacy", "devices behind it", "always on"},
	} {
		for _, text := range list {
			for _, l := range check.Languages()[1:] {
				if _, known := check.FactIn(l, name, text); !known {
					t.Errorf("the fact %s of %q is not told in %s", name, text, l)
				}
			}
		}
	}
	// What nobody wrote down stays as it is, and says so.
	for _, text := range []string{"a sentence of a later version", "the check alone: dreadful", "", strings.Repeat("x; ", 2000)} {
		if told, is := check.PhraseIn("de", text); told != text || is != check.English {
			t.Errorf("%.40q became %.40q in %s", text, told, is)
		}
	}
	// A name is copied, whatever is in it.
	if told, _ := check.PhraseIn("de", "serves {criticality} (x) (therapeutic)"); told != "dient {criticality} (x) (Therapie)" {
		t.Error(told)
	}
	if told, known := check.FactIn("de", "client", "security"); known {
		t.Errorf("a client of that name became %v", told)
	}
}

func tellsReason(t *testing.T, where, english string) {
	t.Helper()
	for _, l := range check.Languages()[1:] {
		if told, is := check.PhraseIn(l, english); is != l || told == english {
			t.Errorf("%s: %q is not told in %s: add it to checks/words/phrases.yaml", where, english, l)
		}
	}
}

// TestEverySentenceOfTheCode finds the reasons and facts that the code makes and
// looks each up: what the tables lack would be English on a German page.
func TestEverySentenceOfTheCode(t *testing.T) {
	n := map[string]int{}
	for _, dir := range []string{"../kind", "../inventory", "../pipeline", "."} {
		sources(t, dir, func(file string, f *ast.File) {
			ast.Inspect(f, func(x ast.Node) bool {
				switch x := x.(type) {
				case *ast.CallExpr:
					if e := reasonOf(x); e != nil && !strings.HasPrefix(dir, "../pipeline") {
						if text, ok := sample(e); ok {
							n["call"]++
							tellsReason(t, file, text)
						}
					}
				case *ast.KeyValueExpr:
					key, name := x.Key, ""
					if id, ok := key.(*ast.Ident); ok && id.Name == "Reason" && dir != "." {
						if text, ok := sample(x.Value); ok && strings.Trim(text, "7 ") != "" && strings.Contains(text, " ") && !strings.Contains(text, "finding false positive") {
							n["reason"]++
							tellsReason(t, file, text)
						}
					}
					if lit, ok := key.(*ast.BasicLit); ok && dir == "." && lit.Kind == token.STRING {
						name, _ = strconv.Unquote(lit.Value)
						n["fact"] += tellsFact(t, file, name, x.Value)
					}
				case *ast.AssignStmt:
					if len(x.Lhs) != len(x.Rhs) {
						break
					}
					for i, l := range x.Lhs {
						at, ok := l.(*ast.IndexExpr)
						if !ok {
							continue
						}
						if lit, ok := at.Index.(*ast.BasicLit); ok && lit.Kind == token.STRING && dir == "." {
							name, _ := strconv.Unquote(lit.Value)
							n["fact"] += tellsFact(t, file, name, x.Rhs[i])
						}
					}
				}
				return true
			})
		})
	}
	if n["call"] < 30 || n["reason"] < 10 || n["fact"] < 10 {
		t.Errorf("only so many sentences were found: %v", n)
	}
}

// reasonOf is the argument of a call that is a reason, by what is called.
func reasonOf(c *ast.CallExpr) ast.Expr {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	last := func(n, i int) ast.Expr {
		if len(c.Args) == n {
			return c.Args[i]
		}
		return nil
	}
	switch s.Sel.Name {
	case "Is":
		if e := last(6, 4); e != nil {
			return e
		}
		return last(5, 3)
	case "share":
		return last(2, 1)
	case "replaces", "succeeds":
		return last(3, 2)
	case "attribute":
		return last(5, 3)
	case "withdraw":
		return last(3, 2)
	case "Unknown":
		return last(4, 2)
	}
	return nil
}

// standing are facts that hold names of standards, which are the same everywhere.
var standing = map[string]bool{"mechanism": true}

func tellsFact(t *testing.T, file, name string, e ast.Expr) int {
	t.Helper()
	text, ok := sample(e)
	if !ok || !strings.Contains(text, " ") || standing[name] {
		return 0
	}
	for _, l := range check.Languages()[1:] {
		if _, known := check.FactIn(l, name, text); !known {
			t.Errorf("%s: the fact %s of %q is not told in %s: add it to checks/words/phrases.yaml", file, name, text, l)
		}
	}
	return 1
}

// sample is what a text could be: literals as they are, 7 for what is put in.
func sample(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING && s != ""
	case *ast.BinaryExpr:
		a, known := sample(e.X)
		b, too := sample(e.Y)
		if !known {
			if a = "7"; strings.HasPrefix(b, "; ") || strings.HasPrefix(b, ". ") {
				a = "reports for several devices"
			}
		}
		if !too {
			b = placeFor(a)
		}
		return a + b, e.Op == token.ADD && (known || too)
	case *ast.CallExpr:
		s, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || s.Sel.Name != "Sprintf" || len(e.Args) == 0 {
			return "", false
		}
		f, ok := sample(e.Args[0])
		return strings.NewReplacer("%d", "7", "%s", "7", "%v", "7").Replace(f), ok
	}
	return "", false
}

// placeFor is what could follow: a type of identifier, a criticality, or anything.
func placeFor(before string) string {
	switch {
	case strings.HasSuffix(before, "by "), strings.HasSuffix(before, "the same "), strings.HasSuffix(before, "carries the "), strings.HasSuffix(before, "another "), strings.HasSuffix(before, "7 the "):
		return "serial"
	case strings.HasSuffix(before, "("):
		return "therapeutic"
	}
	return "7"
}

func sources(t *testing.T, dir string, see func(file string, f *ast.File)) {
	t.Helper()
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, b, 0)
		if err != nil {
			return err
		}
		see(dir+"/"+path, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
