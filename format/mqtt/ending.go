package mqtt

// Disconnect ends a connection (MQTT5 §3.14). Before version 5 only clients send
// it, and it is empty.
type Disconnect struct {
	Reason     Reason
	Properties Properties
}

// Type returns DISCONNECT.
func (p *Disconnect) Type() Type { return DISCONNECT }

func (p *Disconnect) flags() byte { return 0 }

func (p *Disconnect) parse(c *cursor, v Version) Version {
	p.Reason, p.Properties, v = c.ending(v)
	return v
}

func (p *Disconnect) body(dst []byte, v Version) ([]byte, error) {
	return appendEnding(dst, v, p.Reason, p.Properties), nil
}

// Auth is a step of an extended authentication (MQTT5 §3.15).
type Auth struct {
	Reason     Reason
	Properties Properties
}

// Type returns AUTH.
func (p *Auth) Type() Type { return AUTH }

func (p *Auth) flags() byte { return 0 }

func (p *Auth) parse(c *cursor, v Version) Version {
	p.Reason, p.Properties, v = c.ending(v)
	return v
}

func (p *Auth) body(dst []byte, v Version) ([]byte, error) {
	if v != Version5 {
		return dst, unwritable(AUTH, "before version 5 it")
	}
	return appendEnding(dst, v, p.Reason, p.Properties), nil
}
