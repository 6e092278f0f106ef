package account_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wardround/wardround/account"
)

// The whole table, so that whoever changes what a role may do changes two places on
// purpose.
func TestRoles(t *testing.T) {
	want := map[account.Role]string{
		account.Viewer:              "view",
		account.Ward:                "view decide",
		account.ClinicalEngineering: "view observe decide accept inventory tune evidence",
		account.Security:            "view observe decide accept inventory tune evidence",
		account.ProductSecurity:     "view observe decide accept evidence",
		account.DataProtection:      "view evidence audit erase",
		account.Auditor:             "view evidence audit",
		account.Administrator:       "view observe inventory tune audit settings people",
		account.Confidant:           "embargo",
	}
	if len(account.Roles) != len(want) || len(account.Permissions) != 12 {
		t.Errorf("%d roles, %d permissions", len(account.Roles), len(account.Permissions))
	}
	for _, r := range account.Roles {
		var got []string
		for _, p := range account.Permissions {
			if r.May(p) {
				got = append(got, string(p))
			}
			if r.May(p) != slices.Contains(r.Permissions(), p) {
				t.Errorf("%s, %s: May and Permissions differ", r, p)
			}
		}
		if d := cmp.Diff(want[r], strings.Join(got, " ")); d != "" {
			t.Errorf("%s: -want +got\n%s", r, d)
		}
	}
	if account.Role("root").May(account.View) || account.Role("").Known() || account.Permission("root").Known() {
		t.Error("what doesn't exist may something")
	}
	// Nobody who admits people signs for risks, and the other way round.
	for _, r := range account.Roles {
		if r.May(account.People) && (r.May(account.Accept) || r.May(account.Evidence)) {
			t.Errorf("%s admits people and accepts risks", r)
		}
	}
}

// The table that people read is the table that is in force.
func TestTheTableInTheDocs(t *testing.T) {
	b, err := os.ReadFile("../docs/explanation/roles.md")
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	rows := map[string][]string{}
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if head == nil {
			head = cells
			continue
		}
		rows[cells[0]] = cells
	}
	if len(head) != 13 || len(rows) != len(account.Roles) {
		t.Fatalf("%d columns, %d rows", len(head), len(rows))
	}
	for _, r := range account.Roles {
		for i, p := range account.Permissions {
			if head[i+1] != string(p) {
				t.Fatalf("column %d is %s, not %s", i+1, head[i+1], p)
			}
			if row := rows[string(r)]; len(row) != 13 || (row[i+1] == "●") != r.May(p) {
				t.Errorf("%s, %s: the page says otherwise", r, p)
			}
		}
	}
}

func TestWhereAPrincipalMay(t *testing.T) {
	h := newHouse(t)
	boss := h.admin().Principal
	p := h.person(boss, "bob",
		account.Grant{Role: account.Viewer, Site: "north", Product: "*"},
		account.Grant{Role: account.ProductSecurity, Site: "*", Product: "Infusomat"},
		account.Grant{Role: account.ClinicalEngineering, Site: "south", Product: "*"},
		account.Grant{Role: account.Security, Site: "south", Product: "*"}).Principal

	for _, c := range []struct {
		do       account.Permission
		site     string
		products []string
		want     bool
	}{
		{account.View, "north", nil, true},
		{account.View, "north", []string{"Acme", "Infusomat"}, true},
		{account.View, "east", []string{"acme", "INFUSOMAT"}, true}, // as people write it
		{account.View, "east", []string{"Infusomat 2"}, false},      // a line is not a prefix
		{account.View, "east", nil, false},
		{account.Accept, "north", []string{"Infusomat"}, true},
		{account.Accept, "north", []string{"Ventilator"}, false},
		{account.Accept, "south", []string{"Ventilator"}, true},
		{account.Tune, "south", nil, true},
		{account.Tune, "north", []string{"Infusomat"}, false},
		{account.People, "south", nil, false},
	} {
		if got := p.MayFor(c.do, c.site, c.products...); got != c.want {
			t.Errorf("%s at %s for %v: %v", c.do, c.site, c.products, got)
		}
		if reach := p.Reach(c.do, c.site); (len(c.products) > 0 || reach.All) && reach.Sees(c.products...) != c.want {
			t.Errorf("%s at %s for %v: reach %+v", c.do, c.site, c.products, reach)
		}
	}
	if !p.May(account.Accept) || p.May(account.People) || !p.Reach(account.People, "south").None() {
		t.Error("May is not about some site")
	}
	if d := cmp.Diff([]account.Role{account.ClinicalEngineering, account.Security, account.ProductSecurity}, p.Roles(account.Accept, "south", "Infusomat")); d != "" {
		t.Error(d)
	}
	for site, want := range map[string]account.Role{"south": account.ClinicalEngineering, "north": account.ProductSecurity, "east": account.ProductSecurity} {
		if got := p.PersonRole(account.Accept, site, "Infusomat"); got != want {
			t.Errorf("at %s it speaks as %q", site, got)
		}
	}
	if got := p.PersonRole(account.Accept, "east", "Ventilator"); got != "" {
		t.Errorf("it speaks as %q where it may not", got)
	}
	var nobody *account.Principal
	if nobody.May(account.View) || nobody.MayAt(account.View, "north") || len(nobody.Permissions()) != 0 {
		t.Error("nobody may something")
	}
}
