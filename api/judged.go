package api

import (
	"context"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
	"github.com/wardround/wardround/ledger"
	"github.com/wardround/wardround/pipeline"
)

// Judged is what findings, checks, observations and evidence are read from beside
// board, hub and store. What is nil is not offered.
type Judged struct {
	// Past has the observations that the hub no longer has.
	Past Past
	// Statement is what a bundle tells besides its entries.
	Statement func(context.Context) (ledger.Statement, error)
	// Stats is what each check has cost.
	Stats func() map[string]pipeline.CheckStats
}

// Past is a log that is read by position; every [wardround.Log] is one.
type Past interface {
	Read(ctx context.Context, after uint64, fn func(batch []*wardround.Observation) error) error
	Last() uint64
}

// sight is what the caller may see with a permission.
func (s *Server) sight(ctx context.Context, x account.Permission) board.Visible {
	r := principal(ctx).Reach(x, string(s.opt.Scope.Site))
	see := board.Visible{Hides: s.veil(ctx).hider()}
	if !r.All {
		see.Products = append([]string{}, r.Products...) // none is nothing, not everything
	}
	return see
}

// everywhere refuses who is limited to product lines: what the route does is of the
// whole site.
func (s *Server) everywhere(ctx context.Context, x account.Permission) error {
	if principal(ctx).MayAt(x, string(s.opt.Scope.Site)) {
		return nil
	}
	return hinted(wardround.Errorf(wardround.EForbidden, "api", "it is of the whole site, and you may %s for some product lines only", x),
		"Ask someone who may for all of them.")
}

// productsOf are the product lines of an asset.
func productsOf(a *wardround.Asset) []string {
	if a == nil {
		return nil
	}
	var out []string
	for _, n := range []string{wardround.AttrMaker, wardround.AttrModel, wardround.AttrProductToken} {
		if v := a.Attr(n); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// optional reads a named value that may be left out.
func optional[T any](where, text string, parse func(string) (T, error)) (*T, error) {
	if text == "" {
		return nil, nil
	}
	v, err := parse(text)
	if err != nil {
		return nil, wardround.Errorf(wardround.EInvalid, "api", "%s: %w", where, err)
	}
	return &v, nil
}

// tristate reads "true", "false" or nothing.
func tristate(text string) *bool {
	if text == "" {
		return nil
	}
	v := text == "true"
	return &v
}

// oneOf checks a value that a list is filtered by. Errors: EInvalid.
func oneOf[T ~string](where string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return wardround.Errorf(wardround.EInvalid, "api", "%s: no %q; there are %s", where, clip(string(value), 60), strings.Join(text(allowed), ", "))
}
