package dns

import "strings"

// Service is a service instance, type or subtype as DNS-based service discovery
// names them (RFC 6763 §4, §7).
type Service struct {
	Instance string // "Ward printer"; empty in the name of a type. People name devices after themselves
	Subtype  string // "_printer" in _printer._sub._ipp._tcp.local
	Type     string // "_ipp._tcp", lower case
	Domain   string // "local"
}

// enumeration is the type part of the name that asks for every type there is,
// _services._dns-sd._udp (RFC 6763 §9).
const enumeration = "_dns-sd._udp"

// ServiceOf splits a name of service discovery. ok is false for any other name,
// and for the one that enumerates types.
func ServiceOf(name string) (s Service, ok bool) {
	labels := Labels(name)
	for i := 0; i+1 < len(labels); i++ {
		proto := strings.ToLower(labels[i+1])
		if !strings.HasPrefix(labels[i], "_") || proto != "_tcp" && proto != "_udp" {
			continue
		}
		s.Type = strings.ToLower(labels[i]) + "." + proto
		s.Domain = strings.Join(labels[i+2:], ".")
		before := labels[:i]
		if n := len(before); n >= 2 && strings.EqualFold(before[n-1], "_sub") {
			s.Subtype = before[n-2]
			before = before[:n-2]
		}
		s.Instance = strings.Join(before, ".")
		return s, s.Type != enumeration
	}
	return Service{}, false
}

// Announced calls yield for each service instance that the message's answers
// tell of: by a pointer from its type, or by its own SRV record, which then
// holds host and port. A response that withdraws a service has TTL 0
// (RFC 6762 §10.1) and is not an announcement.
func (m *Message) Announced(yield func(s Service, r *Resource) bool) {
	if !m.Response {
		return
	}
	for _, section := range [][]Resource{m.Answers, m.Additionals} {
		for i := range section {
			r := &section[i]
			name := r.Name
			switch {
			case r.TTL == 0:
				continue
			case r.Type == PTR:
				if of, ok := ServiceOf(r.Name); !ok && of.Type != enumeration {
					continue
				}
				name = r.Target
			case r.Type != SRV:
				continue
			}
			if s, ok := ServiceOf(name); ok && !yield(s, r) {
				return
			}
		}
	}
}
