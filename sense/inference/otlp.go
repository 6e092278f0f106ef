package inference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// OTLP takes log records of OpenTelemetry over HTTP (OTLP 1.x, POST /v1/logs) as
// protobuf or JSON; a log record is a record. Its fields are its attributes, those of
// its scope and resource where it has none of the name, the members of its body if it
// is a map, and
//
//	otel.time          when it happened, RFC 3339
//	otel.event         the event's name
//	otel.body          the body, if it is one value
//
// so that a mapping can say `gen_ai.request.model: {as: model}` or `service.name: {as:
// service}`. Records of an event that the exporter mixes in can be left out by name.
type OTLP struct {
	*Handler
	events map[string]bool
}

// NewOTLP returns a handler that folds into f the log records of these events; of all
// if none is named.
func NewOTLP(f *Folder, events ...string) *OTLP {
	o := &OTLP{Handler: NewHandler(f), events: map[string]bool{}}
	for _, e := range events {
		o.events[e] = true
	}
	return o
}

func (o *OTLP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-protobuf" && kind != "application/json" {
		reply(w, http.StatusUnsupportedMediaType, answer{Error: "want application/x-protobuf or application/json"})
		return
	}
	input, position, text, ok := o.take(w, r)
	if !ok {
		return
	}
	defer func() { <-o.slots }()
	added, any, why := o.fold(input, position, kind, text)
	text.release()
	switch why {
	case "":
	case tooMany:
		reply(w, http.StatusRequestEntityTooLarge, answer{Error: why})
		return
	default:
		reply(w, http.StatusBadRequest, answer{Error: why})
		return
	}
	rejected := int64(0)
	if any {
		if !o.durable(w, r, added) {
			return
		}
		for _, n := range added.Refused {
			rejected += int64(n)
		}
	}
	partial(w, kind, rejected)
}

// fold makes records of an export and folds them; any is whether there were some. The
// records live no longer than this.
func (o *OTLP) fold(input string, position uint64, kind string, text *taken) (added Added, any bool, why string) {
	o.folder.intake.parse.Lock()
	defer o.folder.intake.parse.Unlock()
	var export logs.LogsData // on the wire the same as ExportLogsServiceRequest
	var err error
	if kind == "application/json" {
		if bytes.Count(text.bytes, []byte("{")) > maxParts {
			return added, false, tooMany
		}
		err = protojson.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: 2 * maxNested}.Unmarshal(text.bytes, &export)
	} else {
		var w weight
		if w.weigh(text.bytes, data, 0); w.tooMuch() {
			return added, false, tooMany
		}
		err = proto.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: 2 * maxNested}.Unmarshal(text.bytes, &export)
	}
	if err != nil {
		o.folder.Add(Batch{Unreadable: 1})
		return added, false, "this is no OTLP export of logs"
	}
	n := 0
	for _, rl := range export.GetResourceLogs() {
		for _, sl := range rl.GetScopeLogs() {
			n += len(sl.GetLogRecords())
		}
	}
	if n > MaxRecords {
		return added, false, tooMany
	}
	records, whole := o.records(&export)
	b := Batch{Input: input, Position: position, Records: records}
	if !whole {
		return added, false, tooMany
	}
	if len(b.Records) == 0 {
		return added, false, ""
	}
	return o.folder.Add(b), true, ""
}

// partial answers with how many records were refused (opentelemetry-proto,
// ExportLogsPartialSuccess).
func partial(w http.ResponseWriter, kind string, rejected int64) {
	w.Header().Set("Content-Type", kind)
	why := ""
	if rejected > 0 {
		why = "refused by the mapping or for their time"
	}
	if kind == "application/json" {
		out := map[string]any{}
		if rejected > 0 {
			out["partialSuccess"] = map[string]string{"rejectedLogRecords": fmt.Sprint(rejected), "errorMessage": why}
		}
		_ = json.NewEncoder(w).Encode(out)
		return
	}
	var b []byte
	if rejected > 0 {
		var p []byte
		p = protowire.AppendTag(p, 1, protowire.VarintType)
		p = protowire.AppendVarint(p, uint64(rejected))
		p = protowire.AppendTag(p, 2, protowire.BytesType)
		p = protowire.AppendString(p, why)
		b = protowire.AppendTag(b, 1, protowire.BytesType)
		b = protowire.AppendBytes(b, p)
	}
	_, _ = w.Write(b)
}

// records makes records of log records; whole is false where they would have too many
// fields together: what a resource says stands in each of its records again.
func (o *OTLP) records(export *logs.LogsData) (out []Record, whole bool) {
	fields := 0
	for _, rl := range export.GetResourceLogs() {
		for _, sl := range rl.GetScopeLogs() {
			for _, l := range sl.GetLogRecords() {
				if len(o.events) > 0 && !o.events[l.GetEventName()] {
					continue
				}
				r := Record{}
				attributes(r, "", rl.GetResource().GetAttributes(), 1)
				attributes(r, "", sl.GetScope().GetAttributes(), 1)
				attributes(r, "", l.GetAttributes(), 1)
				switch b := l.GetBody().GetValue().(type) {
				case *common.AnyValue_KvlistValue:
					attributes(r, "", b.KvlistValue.GetValues(), 1)
				case nil:
				default:
					r["otel.body"] = scalar(l.GetBody())
				}
				if e := l.GetEventName(); e != "" {
					r["otel.event"] = e
				}
				at := l.GetTimeUnixNano()
				if at == 0 {
					at = l.GetObservedTimeUnixNano()
				}
				if at != 0 {
					r["otel.time"] = nanos(at)
				}
				if fields += len(r); fields > 2*maxParts {
					return nil, false
				}
				out = append(out, r)
			}
		}
	}
	return out, true
}

// attributes adds key-value pairs; maps become names with dots.
func attributes(r Record, prefix string, kvs []*common.KeyValue, depth int) {
	for _, kv := range kvs {
		name := prefix + kv.GetKey()
		if len(name) > 4*maxName || len(r) > maxFields {
			continue
		}
		if m, ok := kv.GetValue().GetValue().(*common.AnyValue_KvlistValue); ok {
			if depth < maxDepth {
				attributes(r, name+".", m.KvlistValue.GetValues(), depth+1)
			} else {
				r[name] = wrong{}
			}
			continue
		}
		r[name] = scalar(kv.GetValue())
	}
}

func scalar(v *common.AnyValue) any {
	switch x := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return x.StringValue
	case *common.AnyValue_BoolValue:
		return x.BoolValue
	case *common.AnyValue_IntValue:
		if x.IntValue <= -1<<53 || x.IntValue >= 1<<53 {
			return strconv.FormatInt(x.IntValue, 10) // two ids would be one
		}
		return float64(x.IntValue)
	case *common.AnyValue_DoubleValue:
		return x.DoubleValue
	case nil:
		return nil
	}
	return wrong{}
}
