package mqtt

// Limits bound what a [Decoder] holds. A zero field takes the default named
// beside it.
type Limits struct {
	// Packet is how many bytes of one packet are held at most, the payload of
	// PUBLISH excluded; 65,536. A larger packet becomes an [Oversize]. What is held
	// grows as bytes arrive, whatever length a packet announces.
	Packet int
	// PayloadHead is how many bytes of a PUBLISH payload an event carries; 256.
	// Negative for none.
	PayloadHead int
	// Aliases is how many bytes of topic names are remembered for topic aliases,
	// per direction; 4,096.
	Aliases int
}

func (l Limits) filled() Limits {
	if l.Packet <= 0 {
		l.Packet = 1 << 16
	}
	switch {
	case l.PayloadHead == 0:
		l.PayloadHead = 256
	case l.PayloadHead < 0:
		l.PayloadHead = 0
	}
	if l.Aliases <= 0 {
		l.Aliases = 4096
	}
	return l
}
