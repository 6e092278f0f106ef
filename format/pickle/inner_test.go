package pickle

import "testing"

// TestNumbersThatBeginLikeAPickle: the days of 2024 in seconds begin with the bytes of
// PROTO and NEWOBJ_EX. No reader gets past the second opcode, nothing is named, so
// they are numbers; one name is enough to make them suspicious again.
func TestNumbersThatBeginLikeAPickle(t *testing.T) {
	const days = "\x80\x00\x92e\x00\x00\x00\x00\x00R\x93e\x00\x00\x00\x00\x80\xa3\x94e\x00\x00\x00\x00\x00\xf5\x95e\x00\x00\x00\x00\x80F\x97e\x00\x00\x00\x00"
	for _, c := range []struct {
		name, constant string
		want           Class
	}{
		{"days in seconds", days, Inert},
		{"with a name that is dangerous", "\x80\x00cos\nsystem\n" + days, Unknown},
		{"with a name that nobody knows", "\x80\x00cmine\nthing\n" + days, Unknown},
		{"a pickle that ends", "\x80\x00cmine\nthing\n)R.", Unknown},
	} {
		if rep := scanString(t, "\x80\x03C"+string(rune(len(c.constant)))+c.constant+"."); rep.Class != c.want {
			t.Errorf("%s: %v, want %v: %v", c.name, rep.Class, c.want, rep.Issues)
		}
	}
}
