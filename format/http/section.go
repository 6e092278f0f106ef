package http

import "strings"

// cutLine splits text after its first LF and takes the line end off the line.
func cutLine(text string) (line, rest string, a Anomaly) {
	i := strings.IndexByte(text, '\n')
	if i < 0 {
		return text, "", 0
	}
	line, rest = text[:i], text[i+1:]
	if i > 0 && line[i-1] == '\r' {
		return line[:i-1], rest, 0
	}
	return line, rest, BareLF
}

// parse reads the field lines of text, which ends with an empty line or with its
// last field (RFC 9112 §5), into h.Fields; at most limit of them are kept.
func (h *Head) parse(text string, limit int) {
	hosts := 0
	for text != "" {
		var line string
		var a Anomaly
		line, text, a = cutLine(text)
		h.Anomalies |= a
		if line == "" {
			break
		}
		if blank(line[0]) {
			h.fold(line)
			continue
		}
		f, a := field(line)
		h.Anomalies |= a
		if len(h.Fields) >= limit && !framingField(f.Name) {
			h.Anomalies |= TooManyFields
			continue
		}
		if len(f.Name) == 4 && equalFold(f.Name, "Host") {
			hosts++
		}
		h.Fields = append(h.Fields, f)
	}
	if hosts > 1 {
		h.Anomalies |= HostRepeated
	}
}

// framingField reports whether the field decides where the message ends, so that
// it must be known however many fields come before it.
func framingField(name string) bool {
	return equalFold(name, "Content-Length") || equalFold(name, "Transfer-Encoding")
}

// fold appends a folded line to the field before it (RFC 9112 §5.2).
func (h *Head) fold(line string) {
	h.Anomalies |= ObsFold
	if len(h.Fields) == 0 {
		h.Anomalies |= BadFieldName
		return
	}
	if !plain(line) {
		h.Anomalies |= BadFieldValue
	}
	last := &h.Fields[len(h.Fields)-1]
	// A value grown line by line would cost the square of its length.
	if len(last.Value) < maxFolded {
		last.Value = trim(last.Value + " " + trim(line))
	}
}

// maxFolded is the length in bytes up to which folded lines are joined.
const maxFolded = 4 << 10

func field(line string) (f Field, a Anomaly) {
	colon := strings.IndexByte(line, ':')
	if colon < 0 {
		return Field{Name: line}, BadFieldName
	}
	f.Name = line[:colon]
	if n := trim(f.Name); len(n) != len(f.Name) {
		f.Name = n
		a |= SpaceBeforeColon
	}
	if !isToken(f.Name) {
		a |= BadFieldName
	}
	f.Value = trim(line[colon+1:])
	if !plain(f.Value) {
		a |= BadFieldValue
		if strings.IndexByte(f.Value, '\r') >= 0 {
			a |= BareCR
		}
	}
	return f, a
}

// plain reports whether s has no control character but HTAB (RFC 9110 §5.5).
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
