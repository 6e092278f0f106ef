package wsdiscovery

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// prefixes that devices commonly write for well-known namespaces.
var prefixes = map[string]string{
	DPWSDevice.Space:     "dpws",
	DPWSDevice2006.Space: "wsdp",
	MedicalDevice.Space:  "mdpws",
	Computer.Space:       "pub",
	NetworkVideo.Space:   "dn",
}

// Append adds the message to dst as one SOAP envelope. An empty To becomes the
// discovery group, or for matches the sender of the question. Scopes and XAddrs
// must hold no white space, which separates them.
func (m *Message) Append(dst []byte) []byte {
	v := vocabularies[m.Version]
	w := writer{b: dst}
	w.b = append(w.b, `<?xml version="1.0" encoding="UTF-8"?>`...)
	w.b = append(w.b, `<s:Envelope xmlns:s="`+soap+`" xmlns:a="`+v.addressing+`" xmlns:d="`+v.discovery+`"`...)
	w.namespaces(m.Targets)
	w.b = append(w.b, `><s:Header>`...)
	w.element("a:Action", v.discovery+"/"+m.Kind.String())
	w.element("a:MessageID", m.MessageID)
	if m.RelatesTo != "" {
		w.element("a:RelatesTo", m.RelatesTo)
	}
	matches := m.Kind == ProbeMatches || m.Kind == ResolveMatches
	to := m.To
	switch {
	case to == "" && matches && m.Version == V2005:
		to = v.addressing + "/role" + anonymous
	case to == "" && matches:
		to = v.addressing + anonymous
	case to == "":
		to = v.everyone
	}
	w.element("a:To", to)
	if m.Sequence != (Sequence{}) {
		w.sequence(m.Sequence)
	}
	w.b = append(w.b, `</s:Header><s:Body><d:`+m.Kind.String()+`>`...)
	for i := range m.Targets {
		if !matches {
			w.target(m.Kind, &m.Targets[i])
			break
		}
		match := strings.TrimSuffix(m.Kind.String(), "es")
		w.b = append(w.b, `<d:`+match+`>`...)
		w.target(m.Kind, &m.Targets[i])
		w.b = append(w.b, `</d:`+match+`>`...)
	}
	return append(w.b, `</d:`+m.Kind.String()+`></s:Body></s:Envelope>`...)
}

type writer struct {
	b       []byte
	declare map[string]string // namespace of a type → its prefix here
}

// Write lets [xml.EscapeText] append.
func (w *writer) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	return len(p), nil
}

// escape writes text; it cannot fail, since Write does not.
func (w *writer) escape(text string) { _ = xml.EscapeText(w, []byte(text)) }

// namespaces declares those of all types.
func (w *writer) namespaces(targets []Target) {
	w.declare = map[string]string{}
	for i := range targets {
		for _, n := range targets[i].Types {
			if _, ok := w.declare[n.Space]; ok || n.Space == "" {
				continue
			}
			prefix, ok := prefixes[n.Space]
			if !ok {
				prefix = "t" + strconv.Itoa(len(w.declare))
			}
			w.declare[n.Space] = prefix
			w.b = append(w.b, ` xmlns:`+prefix+`="`...)
			w.escape(n.Space)
			w.b = append(w.b, '"')
		}
	}
}

func (w *writer) element(name, text string) {
	w.b = append(w.b, `<`+name+`>`...)
	w.escape(text)
	w.b = append(w.b, `</`+name+`>`...)
}

func (w *writer) sequence(s Sequence) {
	w.b = append(w.b, `<d:AppSequence InstanceId="`...)
	w.b = strconv.AppendUint(w.b, uint64(s.InstanceID), 10)
	if s.SequenceID != "" {
		w.b = append(w.b, `" SequenceId="`...)
		w.escape(s.SequenceID)
	}
	w.b = append(w.b, `" MessageNumber="`...)
	w.b = strconv.AppendUint(w.b, uint64(s.Number), 10)
	w.b = append(w.b, `"/>`...)
}

// target writes the elements of one target in the schemas' order.
func (w *writer) target(k Kind, t *Target) {
	if k != Probe {
		w.b = append(w.b, `<a:EndpointReference>`...)
		w.element("a:Address", t.Address)
		w.b = append(w.b, `</a:EndpointReference>`...)
	}
	if k == Resolve {
		return
	}
	if len(t.Types) > 0 {
		names := make([]string, len(t.Types))
		for i, n := range t.Types {
			names[i] = n.Local
			if n.Space != "" {
				names[i] = w.declare[n.Space] + ":" + n.Local
			}
		}
		w.element("d:Types", strings.Join(names, " "))
	}
	if len(t.Scopes) > 0 {
		w.b = append(w.b, `<d:Scopes`...)
		if t.MatchBy != "" {
			w.b = append(w.b, ` MatchBy="`...)
			w.escape(t.MatchBy)
			w.b = append(w.b, '"')
		}
		w.b = append(w.b, '>')
		w.escape(strings.Join(t.Scopes, " "))
		w.b = append(w.b, `</d:Scopes>`...)
	}
	if k == Probe {
		return
	}
	if len(t.XAddrs) > 0 {
		w.element("d:XAddrs", strings.Join(t.XAddrs, " "))
	}
	if k != Bye || t.MetadataVersion > 0 {
		w.element("d:MetadataVersion", strconv.FormatUint(uint64(t.MetadataVersion), 10))
	}
}
