package pmml

import (
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/xmlstream"
	"github.com/wardround/wardround/internal/testkit"
)

func doc(more string) string {
	return `<?xml version="1.0"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.dmg.org/PMML-4_4 http://dmg.org/pmml/v4-4/pmml-4-4.xsd" version="4.4">
<Header copyright="x"><Application name="maker" version="1.2"/></Header>
<DataDictionary numberOfFields="2"><DataField name="a" optype="continuous" dataType="double"/><DataField name="y" optype="categorical" dataType="string"/></DataDictionary>
<TransformationDictionary><DefineFunction name="mine" optype="continuous"><ParameterField name="p"/><Apply function="+"><FieldRef field="p"/><Constant>1</Constant></Apply></DefineFunction>
<DerivedField name="d" optype="continuous" dataType="double"><Apply function="mine"><FieldRef field="a"/></Apply></DerivedField>` + more + `</TransformationDictionary>
<TreeModel functionName="classification"><Node score="1"><True/></Node></TreeModel></PMML>`
}

func check(t testing.TB, s string) *File {
	t.Helper()
	f, err := Check(strings.NewReader(s), xmlstream.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnOrdinaryDocumentIsClean(t *testing.T) {
	f := check(t, doc(""))
	if len(f.Issues) != 0 || f.Version != "4.4" || f.Producer != "maker 1.2" || f.Fields != 2 || !slices.Equal(f.Models, []string{"TreeModel"}) || !slices.Equal(f.Functions, []string{"+", "mine"}) || !Is([]byte(doc(""))) {
		t.Fatalf("%+v", f)
	}
}

func TestEachFaultHasItsRule(t *testing.T) {
	apply := func(fn string) string {
		return doc(`<DerivedField name="e"><Apply function="` + fn + `"><FieldRef field="a"/></Apply></DerivedField>`)
	}
	for name, c := range map[string]struct {
		doc   string
		rule  string
		level issue.Level
	}{
		"XXE":               {`<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]><PMML>&x;</PMML>`, "doctype", issue.Malicious},
		"billion laughs":    {`<!DOCTYPE PMML [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><PMML>&c;</PMML>`, "doctype", issue.Malicious},
		"document type":     {`<!DOCTYPE PMML><PMML/>`, "doctype", issue.Unreadable},
		"class of Java":     {apply("java.lang.Runtime.exec"), "platform-function", issue.Malicious},
		"class":             {apply("com.example.Fn"), "unknown-function", issue.Unknown},
		"function":          {apply("shell"), "unknown-function", issue.Unknown},
		"extension":         {doc(`<Extension extender="x" name="script" value="x"/>`), "extension", issue.Unknown},
		"extension, nested": {doc(`<Extension><x xmlns="urn:x">y</x></Extension>`), "extension", issue.Unknown},
		"extension, plain":  {doc(`<Extension name="colour" value="red"/>`), "extension", issue.Note},
		"code in it":        {doc(`<Extension name="n" value="__import__('os').system('id')"/>`), "text-code", issue.Unknown},
		"page":              {doc(`<Extension name="n"><![CDATA[<script>x</script>]]></Extension>`), "text-code", issue.Unknown},
		"XInclude":          {doc(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>`), "active-element", issue.Malicious},
		"other namespace":   {doc(`<x:y xmlns:x="urn:evil"/>`), "foreign-element", issue.Unknown},
		"table":             {doc(`<TableLocator/>`), "external-table", issue.Unknown},
		"address":           {doc(`<FieldRef field="a" href="http://x/y"/>`), "path-escapes", issue.Malicious},
		"other document":    {`<net/>`, "no-pmml", issue.Unreadable},
		"truncated":         {doc("")[:500], "bad-xml", issue.Unreadable},
		"deep":              {strings.Repeat("<PMML>", 5000), "bad-xml", issue.Unreadable},
	} {
		f := check(t, c.doc)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == "pmml."+c.rule && i.Level == c.level })
		if i < 0 || f.Issues[i].Offset < 0 || f.Issues[i].Offset > int64(len(c.doc)) {
			t.Errorf("%s: want %v pmml.%s, have %v", name, c.level, c.rule, f.Issues)
		}
	}
}

// TestWhatNyokaWritesIsClean judges with a maker of PMML where it is installed;
// it does not follow scikit-learn closely.
func TestWhatNyokaWritesIsClean(t *testing.T) {
	t.Parallel()
	out := testkit.RunPython(t, []string{"nyoka", "sklearn"}, `
import warnings; warnings.simplefilter("ignore")
import numpy as np, sys, io, contextlib
with contextlib.redirect_stdout(io.StringIO()):
    from nyoka import skl_to_pmml
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier
    X = np.random.default_rng(1).random((50, 3)); y = (X[:, 0] > .5).astype(int)
    p = Pipeline([("s", StandardScaler()), ("t", DecisionTreeClassifier(max_depth=3))]).fit(X, y)
    skl_to_pmml(p, ["a", "b", "c"], "y", "m.pmml")
print(open("m.pmml").read())
`)
	f := check(t, string(out))
	if issue.Worst(f.Issues) > issue.Note || len(f.Models) != 1 || f.Fields != 4 {
		t.Errorf("%+v", f)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(doc(`<Extension name="n" value="x"/>`))
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}
