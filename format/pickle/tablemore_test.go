package pickle

import "testing"

// TestMoreVouchedAsWritten: what programs of data analysis keep beside a model, and the
// same names in other hands.
func TestMoreVouchedAsWritten(t *testing.T) {
	const zone = "\x80\x03cdateutil.tz._tzfile\n_unpickle\n("
	for _, c := range []struct {
		name, stream string
		want         Class
	}{
		{"axes of a decomposition", "\x80\x03cnumpy.linalg._linalg\nSVDResult\nK\x01K\x02K\x03\x87\x81.", Safe},
		{"a function beside them, called", "\x80\x03cnumpy.linalg\nsvd\nK\x01\x85R.", Unknown},
		{"a step over text", "\x80\x03cnumpy.strings\nlower\n.", Safe},
		{"a statistic to apply", "\x80\x03cscipy.stats._stats_py\nzscore\n.", Safe},
		{"a statistic that calls what it is given", "\x80\x03cscipy.stats._resampling\nbootstrap\n.", Unknown},
		{"a filter", "\x80\x03cscipy.ndimage._filters\ngaussian_filter\n.", Safe},
		{"a filter that calls what it is given", "\x80\x03cscipy.ndimage._filters\ngeneric_filter\n.", Unknown},
		{"a function of columns", "\x80\x03cpandas\nto_numeric\n.", Safe},
		{"a reader of files beside it", "\x80\x03cpandas\nread_pickle\n.", Malicious},
		{"an error", "\x80\x03cbuiltins\nFileNotFoundError\nK\x02X\x01\x00\x00\x00x\x86R.", Safe},
		{"an error about a text", "\x80\x03cjson.decoder\nJSONDecodeError\nX\x01\x00\x00\x00mX\x01\x00\x00\x00dK\x00\x87R.", Safe},
		{"an error that asks an object", "\x80\x03cjson.decoder\nJSONDecodeError\nX\x01\x00\x00\x00mctypes\nSimpleNamespace\n)RK\x00\x87R.", Unknown},
		{"an address taken apart", "\x80\x03curllib.parse\nSplitResult\n(X\x01\x00\x00\x00hX\x01\x00\x00\x00xNNNt\x81.", Safe},
		{"an address, called", "\x80\x03curllib.parse\nSplitResult\n(NNNNNtR.", Malicious},
		{"its neighbour", "\x80\x03curllib.parse\nurlsplit\n.", Malicious},
		{"a moment", "\x80\x03ctime\nstruct_time\n(K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01t}\x86R.", Safe},
		{"a moment out of an object", "\x80\x03ctime\nstruct_time\nccollections\ndeque\n)R\x85R.", Unknown},
		{"the largest of a tensor", "\x80\x02ctorch.return_types\ntopk\nNN\x86\x85R.", Safe},
		{"the largest out of an object", "\x80\x02ctorch.return_types\ntopk\nctypes\nSimpleNamespace\n)R\x85R.", Unknown},
		{"what their module borrows", "\x80\x02ctorch.return_types\npytree_register_structseq\n.", Unknown},
		{"a zone of time by its changes", zone + "cdateutil.tz._tzfile\ntzfile\nX\x01\x00\x00\x00xN()))])NttR.", Safe},
		{"another class as a zone", zone + "ctypes\nSimpleNamespace\nX\x01\x00\x00\x00xN()))])NttR.", Unknown},
		{"a zone with an object for numbers", zone + "cdateutil.tz._tzfile\ntzfile\nX\x01\x00\x00\x00xN(ctypes\nSimpleNamespace\n)RttR.", Unknown},
		{"nested counts", "\x80\x03ccollections\ndefaultdict\ncfunctools\npartial\nccollections\ndefaultdict\n\x85R(ccollections\ndefaultdict\ncbuiltins\nlist\n\x85}Ntb\x85R.", Safe},
		{"counts that call", "\x80\x03ccollections\ndefaultdict\ncfunctools\npartial\nccollections\ndefaultdict\n\x85R(ccollections\ndefaultdict\ncnumpy\nfull\n\x85}Ntb\x85R.", Unknown},
		{"a type's limits", "\x80\x03cnumpy\niinfo\n)\x81}b.", Safe},
		{"a sampler", "\x80\x03cimblearn.over_sampling._smote.base\nSMOTE\n)\x81}b.", Safe},
		{"a sampler, called", "\x80\x03cimblearn.over_sampling._smote.base\nSMOTE\n)R.", Unknown},
		{"what a sampler's module borrows", "\x80\x03cimblearn.ensemble._forest\nParallel\n)\x81.", Unknown},
		{"an encoder", "\x80\x03ccategory_encoders.target_encoder\nTargetEncoder\n)\x81}b.", Safe},
		{"no encoder", "\x80\x03ccategory_encoders.utils\nEncoderTags\n)\x81.", Unknown},
		{"points", "\x80\x03cscipy.stats._qmc\nSobol\n)\x81}b.", Safe},
		{"a distribution of today", "\x80\x03cscipy.stats._new_distributions\nNormal\n)\x81}b.", Safe},
		{"a distribution given by its setters", "\x80\x03cscipy.stats._new_distributions\nNormal\n)\x81N}\x86b.", Unknown},
		{"a masked record", "\x80\x03cnumpy.ma.mrecords\n_mrreconstruct\n(cnumpy.ma.mrecords\nMaskedRecords\ncnumpy\nrecarray\nK\x00\x85X\x01\x00\x00\x00btR.", Safe},
		{"a masked record of another class", "\x80\x03cnumpy.ma.mrecords\n_mrreconstruct\n(cnumpy\nmemmapper\ncnumpy\nrecarray\nK\x00\x85X\x01\x00\x00\x00btR.", Unknown},
	} {
		if rep := scanString(t, c.stream); rep.Class != c.want {
			t.Errorf("%s: %v, want %v: %v", c.name, rep.Class, c.want, rep.Issues)
		}
	}
}
