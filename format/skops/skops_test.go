package skops

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jsontree"
	"github.com/wardround/wardround/internal/testkit"
)

func check(t testing.TB, doc string) *File {
	t.Helper()
	f, err := Check(strings.NewReader(doc), jsontree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func node(module, class, loader, more string) string {
	if more != "" {
		more = ", " + more
	}
	return `{"__class__": "` + class + `", "__module__": "` + module + `", "__loader__": "` + loader + `"` + more + `}`
}

// in puts a node into a pipeline's parameters.
func in(n string) string {
	return node("sklearn.pipeline", "Pipeline", "ObjectNode", `"content": `+node("builtins", "dict", "DictNode", `"content": {"steps": `+n+`}`)+`, "_skops_version": "0.16.0", "protocol": 2`)
}

func TestEachAttackHasItsRule(t *testing.T) {
	str := node("builtins", "str", "JsonNode", `"content": "\"x\""`)
	for name, c := range map[string]struct {
		doc   string
		rule  string
		level issue.Level
	}{
		"system":              {in(node("os", "system", "FunctionNode", "")), "system-type", issue.Malicious},
		"system as an object": {in(node("subprocess", "Popen", "ObjectNode", "")), "system-type", issue.Malicious},
		"built-in":            {in(node("builtins", "eval", "FunctionNode", "")), "system-type", issue.Malicious},
		"as a type":           {in(node("posix", "system", "TypeNode", "")), "system-type", issue.Malicious},
		"CVE-2025-54412":      {in(node("os", "system", "OperatorFuncNode", `"attrs": `+str)), "operator-module", issue.Malicious},
		"method caller":       {in(node("operator", "methodcaller", "OperatorFuncNode", `"attrs": `+str)), "operator", issue.Unknown},
		"CVE-2025-54413":      {in(node("sklearn.pipeline", "Pipeline", "MethodNode", `"content": {"func": "system", "obj": `+node("os", "x", "ObjectNode", "")+`}`)), "method-mismatch", issue.Malicious},
		"private method":      {in(node("sklearn.pipeline", "Pipeline", "MethodNode", `"content": {"func": "__reduce__", "obj": `+node("sklearn.pipeline", "Pipeline", "ObjectNode", "")+`}`)), "method-private", issue.Malicious},
		"method":              {in(node("sklearn.pipeline", "Pipeline", "MethodNode", `"content": {"func": "fit", "obj": `+node("sklearn.pipeline", "Pipeline", "ObjectNode", "")+`}`)), "method", issue.Unknown},
		"partial":             {in(node("functools", "partial", "PartialNode", `"content": {"func": `+node("os", "system", "FunctionNode", "")+`}`)), "system-type", issue.Malicious},
		"partial of numpy":    {in(node("functools", "partial", "PartialNode", `"content": {}`)), "partial", issue.Unknown},
		"list that is not":    {in(node("subprocess", "Popen", "ListNode", `"content": []`)), "loader-mismatch", issue.Malicious},
		"loader unknown":      {in(node("builtins", "str", "EvalNode", "")), "unknown-loader", issue.Unknown},
		"other library":       {in(node("my_code", "Model", "ObjectNode", "")), "untrusted-type", issue.Unknown},
		"name like sklearn":   {in(node("sklearn_evil", "Model", "ObjectNode", "")), "untrusted-type", issue.Unknown},
		"numpy's loader":      {in(node("numpy", "load", "FunctionNode", "")), "untrusted-function", issue.Unknown},
		"numpy as object":     {in(node("numpy", "fromfile", "ObjectNode", "")), "untrusted-function", issue.Unknown},
		"class of a script":   {in(node("__main__", "DivideColumns", "ObjectNode", "")), "untrusted-type", issue.Unknown},
		"internal":            {in(node("sklearn.pipeline", "__builtins__", "TypeNode", "")), "internal", issue.Malicious},
		"file":                {in(node("numpy", "ndarray", "NdArrayNode", `"type": "numpy", "file": "../../x.npy"`)), "file-escapes", issue.Malicious},
		"no loader":           {in(`{"__class__": "str", "__module__": "builtins"}`), "bad-node", issue.Unreadable},
		"two classes":         {in(`{"__class__": "str", "__class__": "x", "__module__": "builtins", "__loader__": "JsonNode"}`), "duplicate-key", issue.Unreadable},
		"no model":            {`{}`, "no-model", issue.Unreadable},
		"no JSON":             {`{"__class__"`, "bad-json", issue.Unreadable},
		"deep":                {strings.Repeat(`{"content":`, 300) + "1" + strings.Repeat("}", 300), "bad-json", issue.Unreadable},
	} {
		f := check(t, c.doc)
		i := slices.IndexFunc(f.Issues, func(i issue.Issue) bool { return i.Rule == "skops."+c.rule && i.Level == c.level })
		if i < 0 || f.Issues[i].Offset < 0 || f.Issues[i].Offset > int64(len(c.doc)) {
			t.Errorf("%s: want %v skops.%s, have %v", name, c.level, c.rule, f.Issues)
		}
	}
	f := check(t, in(node("numpy", "ndarray", "NdArrayNode", `"type": "numpy", "file": "1.npy"`)))
	if len(f.Issues) != 0 || f.Version != "0.16.0" || f.Protocol != "2" || !slices.Equal(f.Files, []string{"1.npy"}) {
		t.Errorf("%+v", f)
	}
}

// TestWhatSkopsWritesIsClean: models of many estimators, and the same types that
// skops's own nodes name.
func TestWhatSkopsWritesIsClean(t *testing.T) {
	t.Parallel()
	out := testkit.RunPython(t, []string{"skops", "sklearn", "numpy"}, `
import sys
class NoTorch: # not needed here, and slow to import or half installed
    def find_spec(self, name, *rest):
        if name == "torch": raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoTorch())
import json, io, zipfile, collections, warnings, numpy as np, skops.io as sio
warnings.simplefilter("ignore")
from sklearn.pipeline import make_pipeline
import sklearn.feature_extraction.text as T
from sklearn import preprocessing as P, linear_model as LM, ensemble as E, svm, tree, neighbors as N, naive_bayes as NB, cluster as C, decomposition as D, compose, impute, neural_network as NN, gaussian_process as G, model_selection as MS, calibration as CA
X = np.random.default_rng(1).random((40, 3)); y = (X[:, 0] > .5).astype(int); out = {}
def add(name, m):
    s = zipfile.ZipFile(io.BytesIO(sio.dumps(m))).read("schema.json").decode(); c = collections.Counter()
    def walk(o):
        if isinstance(o, dict):
            if "__loader__" in o: c[" ".join((o["__module__"], o["__class__"], o["__loader__"]))] += 1
            for v in o.values(): walk(v)
        elif isinstance(o, list):
            for v in o: walk(v)
    walk(json.loads(s)); out[name] = [s, c]
for m in [LM.LogisticRegression(), LM.Ridge(), LM.Lasso(), LM.SGDClassifier(), E.RandomForestClassifier(3), E.GradientBoostingClassifier(n_estimators=3), E.HistGradientBoostingClassifier(max_iter=3), E.ExtraTreesRegressor(3), E.AdaBoostClassifier(n_estimators=3), E.IsolationForest(n_estimators=3), svm.SVC(probability=True), svm.LinearSVC(), tree.DecisionTreeClassifier(random_state=np.random.RandomState(1)), N.KNeighborsClassifier(), NB.GaussianNB(), C.KMeans(3, n_init=1), D.PCA(2), D.TruncatedSVD(2), NN.MLPClassifier((4,), max_iter=5), G.GaussianProcessClassifier(), make_pipeline(P.MinMaxScaler(), P.FunctionTransformer(np.log1p), P.PolynomialFeatures(), LM.LogisticRegression()), make_pipeline(compose.ColumnTransformer([("a", P.StandardScaler(), [0]), ("b", P.KBinsDiscretizer(3), [1, 2])]), impute.SimpleImputer(), E.RandomForestClassifier(2)), MS.GridSearchCV(LM.LogisticRegression(), {"C": [1., 2.]}, cv=2), CA.CalibratedClassifierCV(svm.LinearSVC(), cv=2)]:
    add(type(m).__name__ + str(len(out)), m.fit(X, y))
add("tfidf", T.TfidfVectorizer().fit(["a word", "or two"]))
print(json.dumps(out))
`)
	var docs map[string][]json.RawMessage
	if err := json.Unmarshal(out, &docs); err != nil {
		t.Fatal(err)
	}
	if len(docs) < 20 {
		t.Fatalf("%d models", len(docs))
	}
	for name, d := range docs {
		var schema string
		var want map[string]int
		if json.Unmarshal(d[0], &schema) != nil || json.Unmarshal(d[1], &want) != nil {
			t.Fatal(name)
		}
		f := check(t, schema)
		if len(f.Issues) != 0 {
			t.Errorf("%s: %v", name, f.Issues)
		}
		got := map[string]int{}
		for _, x := range f.Types {
			got[x.Module+" "+x.Name+" "+x.Loader] = x.Count
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(in(node("os", "system", "OperatorFuncNode", "")))
	f.Add(in(node("a", "b", "MethodNode", `"content": {"func": "x", "obj": {}}`)))
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}
