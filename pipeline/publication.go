package pipeline

import (
	"strings"

	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
	"github.com/wardround/wardround/publication"
)

// publish applies a step of a statement of our own. One that does not follow, or that
// this person may not take, changes nothing; that somebody tried is evidence.
func (p *Pipeline) publish(s *check.Seen, f *kind.PublicationSaidV1) {
	old, known, err := publication.Of(p.content.rows[publication.Prefix+f.Draft])
	reason := "publication " + f.Act
	switch {
	case err != nil:
	case !known && f.Act == "draft" && p.content.drafts() >= publication.MaxDrafts:
		reason = "publication refused: too many drafts"
	default:
		var next *publication.Draft
		if next, err = publication.Next(old, f, s.At); err == nil {
			row := next.Row(s.Seq)
			p.content.set(row)
			p.commit.Content = append(p.commit.Content, row)
		}
	}
	if err != nil {
		reason = "publication refused: " + err.Error()
	}
	p.commit.Evidence = append(p.commit.Evidence, evidence("action", reason, s.Observation, f))
}

// drafts counts the drafts that are kept.
func (c *content) drafts() (n int) {
	for name := range c.rows {
		if strings.HasPrefix(name, publication.Prefix) {
			n++
		}
	}
	return n
}
