package flow

// store lends buffers for held segments. Buffers come in three sizes and are used
// again; what is lent is counted by its capacity, so that limits bound memory and
// not only content.
type store struct {
	free [len(sizes)][][]byte
	held int // bytes lent
	peak int
	idle int // bytes in free
}

// sizes fit an Ethernet segment, a jumbo frame and a segment joined by offload.
var sizes = [...]int{2 << 10, 16 << 10, 64 << 10}

// maxIdle bounds the memory kept for later, bytes.
const maxIdle = 4 << 20

// size returns the capacity that get uses for n bytes.
func (s *store) size(n int) int {
	for _, size := range sizes {
		if n <= size {
			return size
		}
	}
	return n
}

func (s *store) get(n int) []byte {
	if n == 0 {
		return nil
	}
	size := s.size(n)
	s.held += size
	s.peak = max(s.peak, s.held)
	for c := range sizes {
		if k := len(s.free[c]); sizes[c] == size && k > 0 {
			b := s.free[c][k-1]
			s.free[c] = s.free[c][:k-1]
			s.idle -= size
			return b[:n]
		}
	}
	return make([]byte, n, size)
}

func (s *store) put(b []byte) {
	s.held -= cap(b)
	for c, size := range sizes {
		if cap(b) == size && s.idle+size <= maxIdle {
			s.free[c] = append(s.free[c], b)
			s.idle += size
		}
	}
}
