package content

// maxBits is the longest code of DEFLATE in bits (RFC 1951 §3.2.7).
const maxBits = 15

// quickBits is the width of a code's look-up table in bits. Longer codes, which
// are rare by their nature, are decoded bit by bit.
const quickBits = 9

// A huffman code: symbols ordered by code, the count of codes of each length, and
// a table from the next quickBits bits to symbol<<4|length.
type huffman struct {
	count  [maxBits + 1]uint16
	symbol [288]uint16
	quick  [1 << quickBits]uint16
}

// build makes the canonical code of RFC 1951 §3.2.2 from one length per symbol.
// It is false if the lengths over-subscribe the code, or leave it incomplete
// though it has more than one symbol.
func (h *huffman) build(lengths []uint8) bool {
	h.count = [maxBits + 1]uint16{}
	clear(h.quick[:])
	for _, n := range lengths {
		h.count[n]++
	}
	used := len(lengths) - int(h.count[0])
	h.count[0] = 0
	left := 1
	var code, offset [maxBits + 2]uint16
	for n := 1; n <= maxBits; n++ {
		if left = left<<1 - int(h.count[n]); left < 0 {
			return false
		}
		code[n+1] = (code[n] + h.count[n]) << 1
		offset[n+1] = offset[n] + h.count[n]
	}
	if left > 0 && used > 1 {
		return false
	}
	for s, n := range lengths {
		if n == 0 {
			continue
		}
		h.symbol[offset[n]] = uint16(s)
		offset[n]++
		if n <= quickBits {
			// Codes are packed from their most significant bit (RFC 1951 §3.1.1).
			reversed := 0
			for i, c := uint8(0), code[n]; i < n; i, c = i+1, c>>1 {
				reversed = reversed<<1 | int(c&1)
			}
			for i := reversed; i < len(h.quick); i += 1 << n {
				h.quick[i] = uint16(s)<<4 | uint16(n)
			}
		}
		code[n]++
	}
	return true
}

// The results of next other than a symbol.
const (
	needBits = -1
	badCode  = -2
)

// next decodes one symbol from the n low bits of v and says how many it took.
func (h *huffman) next(v uint64, n uint) (symbol int, took uint) {
	if q := h.quick[v&(1<<quickBits-1)]; q != 0 {
		if took = uint(q & 15); took <= n {
			return int(q >> 4), took
		}
		return needBits, 0
	}
	code, first, index := 0, 0, 0
	for length := uint(1); length <= maxBits; length++ {
		if length > n {
			return needBits, 0
		}
		code |= int(v & 1)
		v >>= 1
		count := int(h.count[length])
		if code-count < first {
			return int(h.symbol[index+code-first]), length
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return badCode, 0
}
