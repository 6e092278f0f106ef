package pickle

// curious says that inner would look closer at a constant, or might. It decides by
// the first bytes and decodes none but them: most texts of a long pickle are
// identifiers, which are base64 by their letters.
func curious(b []byte) bool {
	if len(b) <= innerMin {
		return false
	}
	if firsts[b[0]] && sniff(b) != "" {
		return true
	}
	return len(b) >= 16 && coded(b)
}

// coded says that what a decoder makes of b, which is longer than innerMin, may be
// something that sniff knows. False is certain.
func coded(b []byte) bool {
	white := false
	for _, c := range b[:innerMin] {
		if !texty[c] {
			return false
		}
		white = white || c <= ' '
	}
	if white { // which base64 may have anywhere
		return true
	}
	if x := [4]byte{digit(b[0]), digit(b[1]), digit(b[2]), digit(b[3])}; max(x[0], x[1], x[2], x[3]) < 16 && opens(x[0]<<4|x[1], x[2]<<4|x[3]) {
		return true
	}
	x := [3]byte{sextets[b[0]], sextets[b[1]], sextets[b[2]]}
	return max(x[0], x[1], x[2]) < 64 && opens(x[0]<<2|x[1]>>4, x[1]<<4|x[2]>>2)
}

// opens says that something that sniff knows may begin with these two bytes.
func opens(a, b byte) bool {
	switch a {
	case opProto:
		return b <= highest
	case 'P':
		return b == 'K'
	case 0x1f:
		return b == 0x8b
	case 0xfd:
		return b == '7'
	case 'B':
		return b == 'Z'
	case '7':
		return b == 'z'
	case 0x78:
		return b == 0x01 || b == 0x5e || b == 0x9c || b == 0xda
	case 0x93:
		return b == 'N'
	case opMark:
		return b == opGlobal || b == opInst || b == opString
	}
	return firsts[a]
}

// sextets are the values of the digits of base64, of both alphabets.
var sextets = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()
