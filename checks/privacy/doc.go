// Package privacy holds the checks of where patient data goes: whether strangers
// can read it on the way, and whether it reaches those it should. They know no
// protocol; a schema says what it saw by [kind.PersonalFields] and [kind.Linker].
package privacy

import "github.com/wardround/wardround/kind"

// personal names the kinds of transactions that can carry patient data.
var personal = func() []kind.Name {
	var names []kind.Name
	for _, s := range kind.All() {
		fields := s.New()
		_, data := fields.(kind.PersonalFields)
		_, link := fields.(kind.Linker)
		if data && link {
			names = append(names, s.Name)
		}
	}
	return names
}()
