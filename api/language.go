package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/wardround/wardround/check"
)

// Spoken is embedded in the input of what is told in words.
type Spoken struct {
	Language string `query:"language" maxLength:"35" doc:"BCP 47; if absent that of the account, else the best of Accept-Language. What there is not is told in English, and says so."`
}

// language is what the caller reads, one of [check.Languages]: what was asked for,
// else that of the account, else what the browser prefers, else English.
func (s *Server) language(ctx context.Context, asked string) string {
	if asked == "" {
		if p := principal(ctx); p != nil && p.Account != nil {
			asked = p.Account.Language
		}
	}
	if asked == "" {
		if c := callOf(ctx); c != nil && c.r != nil {
			return preferred(c.r.Header.Get("Accept-Language"))
		}
	}
	return spoken(asked)
}

// spoken is the language of a tag, de-AT is read as de; English for one that is not
// spoken here.
func spoken(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if slices.Contains(check.Languages(), primary) {
		return primary
	}
	return check.English
}

// preferred is the language of a header Accept-Language (RFC 9110 §12.5.4) that is
// spoken here and weighs most.
func preferred(header string) string {
	best, most := check.English, 0.0
	for part := range strings.SplitSeq(header[:min(len(header), 1024)], ",") {
		tag, params, _ := strings.Cut(part, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64)
		}
		l := spoken(tag)
		if asked, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-"); l == asked && weight > most {
			best, most = l, weight
		}
	}
	return best
}

// told tells rows in a language.
func told[T interface{ In(language string) T }](rows []T, language string) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = r.In(language)
	}
	return out
}

// checkTitle is the title of a check in a language; as it is known here for one that
// this version does not have.
func checkTitle(language, id, otherwise string) string {
	if c := check.Lookup(id); c != nil {
		title, _, _ := c.SayIn(language)
		return title
	}
	return otherwise
}
