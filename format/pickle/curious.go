package pickle

// curious says that inner would look closer at a constant, or might. It decides by
// the first bytes, without decoding: that a text is base64 or hex of something that sniff
// knows shows in the first byte that comes out.
func curious(b []byte) bool {
	if len(b) <= innerMin {
		return false
	}
	if firsts[b[0]] && sniff(b) != "" {
		return true
	}
	return len(b) >= 16 && coded(b)
}

// coded says that one of the decoders may make something that sniff knows of b, which
// has at least innerMin bytes.
func coded(b []byte) bool {
	for _, c := range b[:innerMin] {
		if !texty[c] {
			return false
		}
	}
	return true
}
