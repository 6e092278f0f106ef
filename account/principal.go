package account

import (
	"slices"
	"time"
)

// Via is the way somebody came in.
type Via string

// The ways in.
const (
	ViaPassword Via = "password"
	ViaPasskey  Via = "passkey"
	ViaOIDC     Via = "oidc"
	ViaToken    Via = "token"
	ViaLink     Via = "link"
)

// Principal is who a request is. It is a copy: a change of the account shows in the
// next request.
type Principal struct {
	Account *Account
	Via     Via
	// Session is the id of the session, Token that of the token; one of them is "".
	Session, Token string
	// Expires is when the session ends if nothing is done with it, or the token.
	Expires time.Time
	// Fresh reports whether the person proved who it is less than 10 minutes ago.
	Fresh bool

	scope   []Permission // of a token; nil is no limit
	console bool         // see [Console]
}

// Console is who acts at the machine itself, through the program's own files or
// control socket: whoever can do that may do everything. name goes on the record.
func Console(name string) *Principal {
	a := &Account{Name: name, Display: name, Passkeys: []Passkey{}}
	for _, r := range Roles {
		a.Grants = append(a.Grants, Grant{r, Any, Any})
	}
	return &Principal{Account: a, console: true}
}

// Name returns the account's name.
func (p *Principal) Name() string {
	if p == nil || p.Account == nil {
		return ""
	}
	return p.Account.Name
}

// Permissions returns what the principal may do at some site, in the order of
// [Permissions]: what the grants of the account give, and of these what the token
// allows.
func (p *Principal) Permissions() []Permission {
	out := []Permission{}
	for _, x := range Permissions {
		if p.May(x) {
			out = append(out, x)
		}
	}
	return out
}

// May reports whether the principal has the permission at some site, for some
// product line.
func (p *Principal) May(x Permission) bool {
	return p.allows(x) && slices.ContainsFunc(p.Account.Grants, func(g Grant) bool { return g.Role.May(x) })
}

// MayAt reports whether the principal has the permission at site for every product
// line.
func (p *Principal) MayAt(x Permission, site string) bool { return p.MayFor(x, site) }

// MayFor reports whether the principal has the permission for an asset at site that
// is of these product names (its maker, model, product).
func (p *Principal) MayFor(x Permission, site string, products ...string) bool {
	return p.allows(x) && slices.ContainsFunc(p.Account.Grants, func(g Grant) bool { return g.Role.May(x) && g.Covers(site, products...) })
}

func (p *Principal) allows(x Permission) bool {
	return p != nil && p.Account != nil && !p.Account.Disabled && (p.scope == nil || slices.Contains(p.scope, x))
}

// Reach is what a principal may do one thing with at a site.
type Reach struct {
	// All: everything at the site.
	All bool
	// Products are the product lines otherwise, folded for comparison; none is nothing.
	Products []string
}

// Reach returns for which product lines at site the principal has the permission.
// Lists filter by it.
func (p *Principal) Reach(x Permission, site string) Reach {
	var out Reach
	if !p.allows(x) {
		return out
	}
	for _, g := range p.Account.Grants {
		switch {
		case !g.Role.May(x) || g.Site != Any && g.Site != site:
		case g.Product == Any:
			return Reach{All: true}
		case !slices.Contains(out.Products, fold(g.Product)):
			out.Products = append(out.Products, fold(g.Product))
		}
	}
	slices.Sort(out.Products)
	return out
}

// None reports whether the reach is empty.
func (r Reach) None() bool { return !r.All && len(r.Products) == 0 }

// Sees reports whether an asset of these product names is within reach.
func (r Reach) Sees(products ...string) bool {
	return r.All || slices.ContainsFunc(products, func(x string) bool {
		_, ok := slices.BinarySearch(r.Products, fold(x))
		return ok
	})
}

// Roles returns the roles that have the permission for an asset of these product
// names at site, in the order of [Roles]: those in which the principal may speak.
func (p *Principal) Roles(x Permission, site string, products ...string) []Role {
	var out []Role
	if !p.allows(x) {
		return out
	}
	for _, r := range Roles {
		if r.May(x) && slices.ContainsFunc(p.Account.Grants, func(g Grant) bool { return g.Role == r && g.Covers(site, products...) }) {
			out = append(out, r)
		}
	}
	return out
}

// PersonRole returns the role a decision is signed with: clinical engineering if
// the principal may speak in it, because a decision may need that one; otherwise
// the first of [Principal.Roles], "" if there is none.
func (p *Principal) PersonRole(x Permission, site string, products ...string) Role {
	roles := p.Roles(x, site, products...)
	switch {
	case slices.Contains(roles, ClinicalEngineering):
		return ClinicalEngineering
	case len(roles) > 0:
		return roles[0]
	}
	return ""
}
