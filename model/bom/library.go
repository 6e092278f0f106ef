package bom

import (
	"slices"
	"strings"
)

// packages are the packages that modules come in, where the names differ. Those of
// Python itself are no package.
var packages = map[string]string{
	"sklearn": "scikit-learn", "skimage": "scikit-image", "cv2": "opencv-python", "PIL": "pillow", "yaml": "pyyaml", "builtins": "", "__builtin__": "", "collections": "", "copyreg": "", "copy_reg": "",
	"_codecs": "", "codecs": "", "datetime": "", "decimal": "", "functools": "", "operator": "", "types": "", "uuid": "", "pathlib": "", "array": "", "fractions": "", "re": "", "_io": "", "io": "",
	"itertools": "", "random": "", "os": "", "posix": "", "nt": "", "sys": "", "subprocess": "", "__main__": "", "pickle": "", "_pickle": "", "zoneinfo": "", "enum": "", "argparse": "", "threading": "",
	"sklearn_json": "sklearn-json", "tensorflow_probability": "tensorflow-probability", "pytorch_lightning": "pytorch-lightning", "sentence_transformers": "sentence-transformers",
}

// maxLibraries is how many libraries are listed.
const maxLibraries = 2000

// library notes one; a version that is known takes the place of none.
func (a *Artefact) library(l Library) {
	fold := func(s string) string { return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(s)) }
	i := slices.IndexFunc(a.Libraries, func(x Library) bool { return fold(x.Name) == fold(l.Name) })
	switch {
	case i >= 0 && a.Libraries[i].Version == "":
		a.Libraries[i].Version = l.Version
		if a.Libraries[i].Module == "" {
			a.Libraries[i].Module = l.Module
		}
	case i < 0 && len(a.Libraries) < maxLibraries:
		a.Libraries = append(a.Libraries, l)
	}
}

// libraries adds what pickles would import.
func (a *Artefact) libraries() {
	for i, r := range a.Reports {
		for _, c := range r.Callables {
			module, _, _ := strings.Cut(c.Module, ".")
			name, known := packages[module]
			if known && name == "" {
				continue
			}
			if name == "" {
				name = module
			}
			if packageName(name) && !strings.HasPrefix(name, "_") {
				a.library(Library{Name: name, Module: module, From: a.Files[i].Name})
			}
		}
	}
	slices.SortStableFunc(a.Libraries, func(x, y Library) int { return strings.Compare(x.Name, y.Name) })
}
