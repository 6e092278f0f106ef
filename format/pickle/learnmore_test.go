package pickle

import "testing"

// TestLearnVouchedAsWritten: what libraries of learning write today, and the same names
// in other hands.
func TestLearnVouchedAsWritten(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         Class
	}{
		{"texts of any length", "\x80\x03cnumpy._core._internal\n_convert_to_stringdtype_kwargs\n\x88\x85R.", Safe},
		{"with a missing value", "\x80\x03cnumpy._core._internal\n_convert_to_stringdtype_kwargs\n\x88N\x86R.", Safe},
		{"with something that was called for it", "\x80\x03cnumpy._core._internal\n_convert_to_stringdtype_kwargs\n\x88cmine\nThing\n)R\x86R.", Unknown},
		{"its neighbour", "\x80\x03cnumpy._core._internal\n_ctypes\n\x88\x85R.", Malicious},
		{"a type of Arrow", "\x80\x03cpyarrow.lib\nmap_\nNN\x86R.", Safe},
		{"a file of Arrow", "\x80\x03cpyarrow.lib\nOSFile\nX\x01\x00\x00\x00x\x85R.", Unknown},
		{"a distance", "\x80\x03cscipy.spatial.distance\ncityblock\n.", Safe},
		{"a distance, called", "\x80\x03cscipy.spatial.distance\ncityblock\nNN\x86R.", Unknown},
		{"beside distances", "\x80\x03cscipy.spatial.distance\ncdist\n.", Unknown},
		{"boosters", "\x80\x03clightgbm.engine\nCVBooster\n)\x81}b.", Safe},
		{"boosters from a file", "\x80\x03clightgbm.engine\nCVBooster\nX\x01\x00\x00\x00x\x85R.", Unknown},
		{"a method of a distribution", "\x80\x03cbuiltins\ngetattr\ncscipy.stats._distn_infrastructure\nrv_sample\n)\x81X\x08\x00\x00\x00_entropy\x86R.", Safe},
		{"another method of it", "\x80\x03cbuiltins\ngetattr\ncscipy.stats._distn_infrastructure\nrv_sample\n)\x81X\x0c\x00\x00\x00__setstate__\x86R.", Unknown},
		{"a ragged tensor of old", "\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(ctorch.nested._internal.nested_tensor\nNestedTensor\nctorch.nested._internal.nested_tensor\nNestedTensor\nNN\x86}tR.", Safe},
		{"another class in its place", "\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(ctorch.optim.sgd\nSGD\nctorch.optim.sgd\nSGD\nNN\x86}tR.", Unknown},
	} {
		if rep := scanString(t, c.stream); rep.Class != c.want && !(c.want == Unknown && rep.Class == Malicious) {
			t.Errorf("%s: %v, want %v: %v", c.name, rep.Class, c.want, rep.Issues)
		}
	}
}
