package tls

// Limits bound what a [Decoder] holds. A zero field takes the default named
// beside it.
type Limits struct {
	// Message is how many bytes of one handshake message are held at most; 65,536.
	// A larger one becomes an [Unreadable]. What is held grows as bytes arrive,
	// whatever length a message announces.
	Message int
	Chain   int // certificates of a chain that are kept; 16
}

func (l Limits) filled() Limits {
	if l.Message <= 0 {
		l.Message = 1 << 16
	}
	if l.Chain <= 0 {
		l.Chain = 16
	}
	return l
}
