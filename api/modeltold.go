package api

import (
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/check"
)

// ModelJudgement is a judgement as it is told: the reason is in the language of who
// reads it, and so are the facts that are sentences.
type ModelJudgement struct {
	check.Judgement
	ItemTold  string         `json:"item_told,omitempty" doc:"The item in the language that is read, where it is words of ours."`
	FactsTold map[string]any `json:"facts_told,omitempty" doc:"Facts that are words of ours, in the language that is read; the others are the same in each."`
	Language  string         `json:"language"`
	English   []string       `json:"english,omitempty" doc:"Names of the texts that stay English, because nobody translated them."`
}

// tellJudgements tells judgements in a language.
func tellJudgements(list []check.Judgement, language string) []ModelJudgement {
	out := make([]ModelJudgement, 0, len(list))
	for _, j := range list {
		x := ModelJudgement{Judgement: j, Language: language}
		x.Why = x.say("why", j.Why, language)
		if item, ok := check.FactIn(language, "item", j.Item); ok {
			x.ItemTold, _ = item.(string)
		}
		for name, v := range j.Facts {
			if told, ok := check.FactIn(language, name, v); ok {
				if x.FactsTold == nil {
					x.FactsTold = map[string]any{}
				}
				x.FactsTold[name] = told
			}
		}
		out = append(out, x)
	}
	return out
}

func (x *ModelJudgement) say(name, text, language string) string {
	told, is := check.PhraseIn(language, text)
	if text != "" && is != language {
		x.English = append(x.English, name)
	}
	return told
}

// tellChanges tells what differs between two versions, and why it was judged so.
func tellChanges(c *picture.Comparison, language string) {
	if language == check.English {
		return
	}
	for i := range c.Changes {
		x := &c.Changes[i]
		for _, text := range []*string{&x.Why, &x.From, &x.To} {
			told, is := check.PhraseIn(language, *text)
			if is == language {
				*text = told
			} else if text == &x.Why && *text != "" {
				x.English = append(x.English, "why")
			}
		}
	}
}

// tellScan tells what the rules mean that were hit, and why names count as they do.
func tellScan(s *picture.Scan, language string) {
	if s != nil {
		s.Tell(language)
	}
}
