package words

import (
	_ "embed"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround/check"
)

//go:embed phrases.yaml
var phrases []byte

func init() { check.TellPhrases(readPhrases) }

// readPhrases reads what the program says of its own. What cannot be read is our own
// fault.
func readPhrases() check.Phrases {
	var p check.Phrases
	if err := yaml.Unmarshal(phrases, &p); err != nil {
		panic("words: phrases.yaml: " + err.Error())
	}
	return p
}
