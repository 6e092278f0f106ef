package account

import (
	"slices"

	"github.com/wardround/wardround"
)

// Role is what a person is at a site. What a role may do is one table, [Role.Permissions].
type Role string

// The roles.
const (
	Viewer              Role = "viewer"               // reads what was judged
	Ward                Role = "ward"                 // works where the devices are
	ClinicalEngineering Role = "clinical-engineering" // answers for the devices
	Security            Role = "security"             // analyses
	ProductSecurity     Role = "product-security"     // answers for a product line, often at its maker
	DataProtection      Role = "data-protection"      // sees to it that personal data is little and goes
	Auditor             Role = "auditor"              // reads what happened, and the proof
	Administrator       Role = "administrator"        // runs the installation and admits people
	Confidant           Role = "embargo"              // is let in on what is not public yet
)

// Roles lists the roles in the order they are shown.
var Roles = []Role{Viewer, Ward, ClinicalEngineering, Security, ProductSecurity, DataProtection, Auditor, Administrator, Confidant}

// Permission is one thing that a route asks for.
type Permission string

// The permissions.
const (
	View      Permission = "view"      // read what was judged
	Observe   Permission = "observe"   // read raw observations
	Decide    Permission = "decide"    // acknowledge, assign
	Accept    Permission = "accept"    // accept, false positive, mitigated, reopen
	Inventory Permission = "inventory" // edit assets, answer proposals
	Tune      Permission = "tune"      // checks on and off, thresholds, zones
	Evidence  Permission = "evidence"  // export bundles
	Audit     Permission = "audit"     // read the audit trail
	Settings  Permission = "settings"  // sensors, retention, notifications
	People    Permission = "people"    // accounts, everybody's tokens
	Erase     Permission = "erase"     // erase personal text
	Embargo   Permission = "embargo"   // see, and set, what is under embargo
)

// Permissions lists the permissions in the order they are shown.
var Permissions = []Permission{View, Observe, Decide, Accept, Inventory, Tune, Evidence, Audit, Settings, People, Erase, Embargo}

// table is who may do what. An administrator admits people and sets things up, and
// neither accepts risks nor exports evidence: whoever gives out the keys does not
// sign for what lies behind the doors.
var table = map[Role][]Permission{
	Viewer:              {View},
	Ward:                {View, Decide},
	ClinicalEngineering: {View, Observe, Decide, Accept, Inventory, Tune, Evidence},
	Security:            {View, Observe, Decide, Accept, Inventory, Tune, Evidence},
	ProductSecurity:     {View, Observe, Decide, Accept, Evidence},
	DataProtection:      {View, Evidence, Audit, Erase},
	Auditor:             {View, Evidence, Audit},
	Administrator:       {View, Observe, Inventory, Tune, Audit, Settings, People},
	Confidant:           {Embargo},
}

// Known reports whether r is one of [Roles].
func (r Role) Known() bool { _, ok := table[r]; return ok }

// Permissions returns what the role may do, in the order of [Permissions].
func (r Role) Permissions() []Permission { return slices.Clone(table[r]) }

// May reports whether the role has the permission. An unknown role has none.
func (r Role) May(p Permission) bool { return slices.Contains(table[r], p) }

// Known reports whether p is one of [Permissions].
func (p Permission) Known() bool { return slices.Contains(Permissions, p) }

// Any stands for every site or every product line in a [Grant].
const Any = "*"

// Grant gives a role at a site, for a product line.
type Grant struct {
	Role Role `json:"role"`
	// Site is "*" or the id of a site.
	Site string `json:"site"`
	// Product is "*" or a product line: the maker, model or product of an asset.
	Product string `json:"product"`
}

// Covers reports whether the grant speaks for an asset of these product names (its
// maker, model, product) at site. What has no product is covered by "*" alone.
func (g Grant) Covers(site string, products ...string) bool {
	if g.Site != Any && g.Site != site {
		return false
	}
	return g.Product == Any || slices.ContainsFunc(products, func(p string) bool { return fold(p) == fold(g.Product) })
}

// within reports whether whoever holds o may hand out g: the same reach or less.
func (g Grant) within(o Grant) bool {
	return (o.Site == Any || o.Site == g.Site) && (o.Product == Any || fold(o.Product) == fold(g.Product))
}

const maxGrants = 32

// validGrants checks grants and fills "" with "*".
func validGrants(op string, in []Grant) ([]Grant, error) {
	if len(in) > maxGrants {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%d grants; an account has at most %d", len(in), maxGrants)
	}
	out := make([]Grant, 0, len(in))
	for _, g := range in {
		if !g.Role.Known() {
			return nil, wardround.Errorf(wardround.EInvalid, op, "there is no role %q; the roles are %v", clip(string(g.Role)), Roles)
		}
		if g.Site == "" {
			g.Site = Any
		}
		if g.Product == "" {
			g.Product = Any
		}
		if len(g.Site) > 100 || len(g.Product) > 200 {
			return nil, wardround.Errorf(wardround.EInvalid, op, "a grant's site has at most 100 bytes, its product line at most 200")
		}
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out, nil
}
