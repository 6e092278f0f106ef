package priority

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/cvss"
)

//go:embed rubric.yaml
var rubricYAML []byte

// Rubric is the questionnaire that leads to a CVSS 3.0 vector for a medical device.
type Rubric struct {
	Metrics []struct {
		Metric    string `yaml:"metric"`
		First     string `yaml:"first"`
		Questions map[string]struct {
			Ask string `yaml:"ask"`
			Yes string `yaml:"yes"`
			No  string `yaml:"no"`
		} `yaml:"questions"`
	} `yaml:"metrics"`
	Impacts []struct {
		Key  string `yaml:"key"`
		What string `yaml:"what"`
	} `yaml:"impacts"`
	ImpactQuestions map[string]string `yaml:"impact_questions"`
	Many            struct {
		Key string `yaml:"key"`
		Ask string `yaml:"ask"`
	} `yaml:"many"`
}

// TheRubric returns the embedded questionnaire.
var TheRubric = sync.OnceValue(func() *Rubric {
	r, err := ReadRubric(rubricYAML)
	if err != nil {
		panic(err) // ours: the first test finds it
	}
	return r
})

// ReadRubric reads a questionnaire and checks that every path ends in a value.
func ReadRubric(b []byte) (*Rubric, error) {
	var r Rubric
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&r); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "priority.rubric", err)
	}
	for _, m := range r.Metrics {
		var walk func(to string, depth int) error
		walk = func(to string, depth int) error {
			if strings.HasPrefix(to, "=") {
				return nil
			}
			q, ok := m.Questions[to]
			if !ok || depth > len(m.Questions) {
				return wardround.Errorf(wardround.EInvalid, "priority.rubric", "%s: question %q is not there, or leads back to itself", m.Metric, to)
			}
			if err := walk(q.Yes, depth+1); err != nil {
				return err
			}
			return walk(q.No, depth+1)
		}
		if err := walk(m.First, 0); err != nil {
			return nil, err
		}
	}
	return &r, nil
}

// Question is one that is still to be answered.
type Question struct {
	Key     string   `json:"key"`
	Ask     string   `json:"ask"`
	Answers []string `json:"answers"`
}

// Rated is what a questionnaire came to.
type Rated struct {
	Vector   string     `json:"vector"`   // CVSS:3.0/…, "" while questions are open
	Extended string     `json:"extended"` // the answers, "XAVN:Y/XAVT:N/…"
	Score    float64    `json:"score"`
	Open     []Question `json:"open,omitempty"` // asked next
}

// Rate follows the answers: "yes" or "no" to questions by key, "none", "low" or
// "high" to impacts by key ("XCP": confidentiality of patient data). It returns what
// is to be asked next, or the vector. Error: EInvalid for an answer to no question.
func (r *Rubric) Rate(answers map[string]string) (*Rated, error) {
	const op = "priority.rubric"
	left := maps.Clone(answers)
	out := &Rated{}
	var ext []string
	take := func(key, ask string, allowed ...string) (string, error) {
		v, ok := left[key]
		delete(left, key)
		if !ok {
			out.Open = append(out.Open, Question{Key: key, Ask: ask, Answers: allowed})
			return "", nil
		}
		v = strings.ToLower(strings.TrimSpace(v))
		for _, a := range allowed {
			if v == a || v == a[:1] {
				ext = append(ext, key+":"+strings.ToUpper(a[:1]))
				return a, nil
			}
		}
		return "", wardround.Errorf(wardround.EInvalid, op, "%s is answered %q; want %s", key, v, strings.Join(allowed, ", "))
	}
	values := map[string]string{}
	for _, m := range r.Metrics {
		at := m.First
		for !strings.HasPrefix(at, "=") {
			q := m.Questions[at]
			a, err := take(at, q.Ask, "yes", "no")
			if err != nil {
				return nil, err
			}
			if a == "" {
				break
			}
			if at = q.Yes; a == "no" {
				at = q.No
			}
		}
		values[m.Metric] = strings.TrimPrefix(at, "=")
	}
	for _, side := range []string{"C", "I", "A"} {
		worst := 0
		for _, im := range r.Impacts {
			a, err := take("X"+side+im.Key, im.What+". "+r.ImpactQuestions[side], "none", "low", "high")
			if err != nil {
				return nil, err
			}
			n := max(0, slices.Index([]string{"none", "low", "high"}, a))
			if side == "C" && im.Key == "P" && n == 1 {
				many, err := take(r.Many.Key, r.Many.Ask, "yes", "no")
				if err != nil {
					return nil, err
				}
				if many == "yes" {
					n = 2
				}
			}
			worst = max(worst, n)
		}
		values[side] = []string{"N", "L", "H"}[worst]
	}
	delete(left, r.Many.Key)
	for _, m := range r.Metrics { // answers to questions that were not reached do no harm
		for key := range m.Questions {
			delete(left, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the questionnaire has no question %q", key)
	}
	out.Extended = strings.Join(ext, "/")
	if len(out.Open) > 0 {
		return out, nil
	}
	text := fmt.Sprintf("CVSS:3.0/AV:%s/AC:%s/PR:%s/UI:%s/S:%s/C:%s/I:%s/A:%s",
		values["AV"], values["AC"], values["PR"], values["UI"], values["S"], values["C"], values["I"], values["A"])
	v, err := cvss.Parse(text)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInternal, op, err)
	}
	out.Vector, out.Score = v.String(), v.Scores().Base
	return out, nil
}
