package kind

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/wardround/wardround"
)

// Codec encodes observations for the log and for output as one JSON object a
// line. Its zero value is ready.
type Codec struct{}

// Append appends o as JSON to dst: kind, at, flow, fields and what makes append
// idempotent. Errors: EInvalid for fields without a schema or over
// [wardround.MaxObservation] bytes.
func (Codec) Append(dst []byte, o *wardround.Observation) ([]byte, error) {
	start := len(dst)
	dst = append(dst, `{"type":"observation","kind":`...)
	dst = appendText(dst, o.Kind)
	dst = append(dst, `,"v":`...)
	dst = strconv.AppendInt(dst, int64(o.Version), 10)
	dst = append(dst, `,"at":"`...)
	dst = o.At.UTC().AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, '"')
	if f := o.Flow; f != nil {
		dst = appendFlow(append(dst, `,"flow":`...), f)
	}
	if o.Count > 1 {
		dst = strconv.AppendInt(append(dst, `,"count":`...), int64(o.Count), 10)
	}
	dst, err := appendFields(append(dst, `,"fields":`...), o.Fields)
	if err != nil {
		return dst[:start], wardround.Wrap(wardround.EInvalid, "kind.append", err)
	}
	if o.Blob != nil {
		blob, err := json.Marshal(o.Blob)
		if err != nil {
			return dst[:start], wardround.Wrap(wardround.EInvalid, "kind.append", err)
		}
		dst = append(append(dst, `,"blob":`...), blob...)
	}
	dst = appendText(append(dst, `,"sensor":`...), o.Sensor)
	dst = appendText(append(dst, `,"input":`...), o.Input)
	dst = strconv.AppendUint(append(dst, `,"position":`...), o.Position, 10)
	dst = appendText(append(dst, `,"origin":`...), string(o.Origin))
	if !o.Logged.IsZero() {
		dst = o.Logged.UTC().AppendFormat(append(dst, `,"logged":"`...), time.RFC3339Nano)
		dst = append(dst, '"')
	}
	dst = strconv.AppendUint(append(dst, `,"seq":`...), o.Seq, 10)
	dst = append(dst, '}')
	if len(dst)-start > wardround.MaxObservation {
		return dst[:start], wardround.Errorf(wardround.EInvalid, "kind.append", "%s observation of %d bytes is over the limit of %d", o.Kind, len(dst)-start, wardround.MaxObservation)
	}
	return dst, nil
}

// AppendFields appends the JSON of fields, a pointer to a schema's struct. Errors:
// what JSON cannot say.
func AppendFields(dst []byte, fields any) ([]byte, error) { return appendFields(dst, fields) }

func appendFlow(dst []byte, f *wardround.Flow) []byte {
	dst = appendText(append(dst, `{"transport":`...), f.Transport)
	dst = appendEndpoint(append(dst, `,"src":"`...), f.Src)
	dst = appendEndpoint(append(dst, `","dst":"`...), f.Dst)
	dst = append(dst, '"')
	if !f.Src.MAC.IsZero() {
		dst = append(append(append(dst, `,"src_mac":"`...), f.Src.MAC.String()...), '"')
	}
	if !f.Dst.MAC.IsZero() {
		dst = append(append(append(dst, `,"dst_mac":"`...), f.Dst.MAC.String()...), '"')
	}
	if f.VLAN != 0 {
		dst = strconv.AppendUint(append(dst, `,"vlan":`...), uint64(f.VLAN), 10)
	}
	return append(dst, '}')
}

func appendEndpoint(dst []byte, e wardround.Endpoint) []byte {
	if !e.Addr.IsValid() {
		return dst
	}
	return netip.AddrPortFrom(e.Addr, e.Port).AppendTo(dst)
}

type wireObservation struct {
	Kind     string           `json:"kind"`
	V        int              `json:"v"`
	At       time.Time        `json:"at"`
	Flow     *wireFlow        `json:"flow"`
	Count    int              `json:"count"`
	Fields   json.RawMessage  `json:"fields"`
	Blob     *wardround.Blob  `json:"blob"`
	Sensor   string           `json:"sensor"`
	Input    string           `json:"input"`
	Position uint64           `json:"position"`
	Origin   wardround.Origin `json:"origin"`
	Logged   time.Time        `json:"logged"`
	Seq      uint64           `json:"seq"`
}

type wireFlow struct {
	Transport string `json:"transport"`
	Src       string `json:"src"`
	Dst       string `json:"dst"`
	SrcMAC    string `json:"src_mac"`
	DstMAC    string `json:"dst_mac"`
	VLAN      uint16 `json:"vlan"`
}

// Decode reads what Append wrote, upcasting fields of an older version. Errors:
// EInvalid for bytes that are no observation, a kind that is not registered, or a
// version newer than this program knows.
func (Codec) Decode(b []byte) (*wardround.Observation, error) {
	const op = "kind.decode"
	var w wireObservation
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, op, err)
	}
	s := Lookup(Name(w.Kind))
	if s == nil {
		return nil, wardround.Errorf(wardround.EInvalid, op, "kind %q is not known to this version", w.Kind)
	}
	if w.V == 0 { // written by hand: fixtures
		w.V = s.Version
	}
	raw := w.Fields
	for v := w.V; v < s.Version; v++ {
		reg.mu.Lock()
		up := reg.upcasts[s.Name][v]
		reg.mu.Unlock()
		if up == nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s version %d cannot be raised to %d", w.Kind, v, s.Version)
		}
		var err error
		if raw, err = up(raw); err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s version %d: %w", w.Kind, v, err)
		}
	}
	if w.V > s.Version {
		return nil, wardround.Errorf(wardround.EInvalid, op, "%s version %d is newer than this program's %d", w.Kind, w.V, s.Version)
	}
	fields := s.New()
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, fields); err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s: %w", w.Kind, err)
		}
	}
	o := &wardround.Observation{
		Seq: w.Seq, Kind: w.Kind, Version: s.Version, Sensor: w.Sensor, Input: w.Input, Position: w.Position,
		At: w.At, Logged: w.Logged, Origin: w.Origin, Count: w.Count, Blob: w.Blob, Fields: fields,
	}
	if w.Flow != nil {
		f, err := w.Flow.flow()
		if err != nil {
			return nil, wardround.Errorf(wardround.EInvalid, op, "%s flow: %w", w.Kind, err)
		}
		o.Flow = f
	}
	return o, nil
}

func (w *wireFlow) flow() (*wardround.Flow, error) {
	src, err := parseEndpoint(w.Src, w.SrcMAC)
	if err != nil {
		return nil, err
	}
	dst, err := parseEndpoint(w.Dst, w.DstMAC)
	if err != nil {
		return nil, err
	}
	return &wardround.Flow{Transport: w.Transport, Src: src, Dst: dst, VLAN: w.VLAN}, nil
}

func parseEndpoint(addr, mac string) (e wardround.Endpoint, err error) {
	if addr != "" {
		ap, err := netip.ParseAddrPort(addr)
		if err != nil {
			return e, err
		}
		e.Addr, e.Port = ap.Addr(), ap.Port()
	}
	if mac != "" {
		hw, err := net.ParseMAC(mac)
		if err != nil {
			return e, err
		}
		if len(hw) != len(e.MAC) {
			return e, fmt.Errorf("address %s: not an EUI-48", mac)
		}
		copy(e.MAC[:], hw)
	}
	return e, nil
}
