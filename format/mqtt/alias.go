package mqtt

// aliases remembers the topics that one direction has given numbers to
// (MQTT5 §3.3.2.3.4).
type aliases struct {
	topics map[uint16][]byte
	size   int // bytes of all topics
}

// resolve fills in the topic a PUBLISH only has the alias of, or remembers the
// topic it gives an alias to.
func (d *Decoder) resolve(p *Publish) {
	var known []byte
	if d.aliases != nil {
		known = d.aliases.topics[p.Alias]
	}
	switch {
	case len(p.Topic) == 0:
		p.Topic, p.AliasUnknown = known, known == nil
		return
	case string(known) == string(p.Topic):
		return
	}
	if d.aliases == nil {
		d.aliases = &aliases{topics: map[uint16][]byte{}}
	}
	a := d.aliases
	a.size -= len(known)
	delete(a.topics, p.Alias) // even when the new one is not kept
	if a.size+len(p.Topic) <= d.limits.Aliases {
		a.size += len(p.Topic)
		a.topics[p.Alias] = append([]byte(nil), p.Topic...)
	}
}
