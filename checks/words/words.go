// Package words tells findings in other languages than English: one file for each
// language and check, LANGUAGE/CHECK.yaml, with the same places to fill in as the
// English text in the check. A check without a file speaks English, and says so.
//
// Importing the package registers the languages. The files are read when somebody
// first asks for them.
package words

import (
	"embed"
	"io/fs"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround/check"
)

//go:embed de fr
var files embed.FS

func init() {
	for _, language := range []string{"de", "fr"} {
		check.Tell(language, sync.OnceValue(func() map[string]check.Told { return read(files, language) }))
	}
}

// file is one translated text; its keys are the fields of [check.Say].
type file struct {
	Title, Bedside, Ward, Engineering, Security, Dont, Why, Wrong string
}

// read reads the texts of one language. What cannot be read is our own fault.
func read(from fs.FS, language string) map[string]check.Told {
	m := map[string]check.Told{}
	entries, err := fs.ReadDir(from, language)
	if err != nil {
		panic("words: " + err.Error())
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".yaml")
		if !ok {
			panic("words: " + e.Name() + " is no text")
		}
		b, err := fs.ReadFile(from, language+"/"+e.Name())
		if err != nil {
			panic("words: " + err.Error())
		}
		var t file
		if err := yaml.Unmarshal(b, &t); err != nil {
			panic("words: " + language + "/" + e.Name() + ": " + err.Error())
		}
		m[id] = check.Told{Title: t.Title, Say: check.Say{
			Bedside: t.Bedside, Ward: t.Ward, Engineering: t.Engineering, Security: t.Security, Dont: t.Dont, Why: t.Why, Wrong: t.Wrong,
		}}
	}
	return m
}
