package model

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/wardround/wardround/format/modelcard"
)

// enums are the fields that take one of a list, by their path with [] for lists.
var enums = map[string][]string{
	"model.role": {"maker", "deployer"}, "intended_use.autonomy": {"assists", "decides with review", "decides"},
	"inputs[].type": ColumnTypes, "outputs[].type": ColumnTypes, "training.datasets[].use": DatasetUses, "units.is": {"patient", "study", "row"},
	"budget.season": Seasons, "budget.control": Controls, "watch[].kind": IndicatorKinds, "watch[].test": Tests, "watch[].of": StreamValues, "pccp.changes[].criteria[].bound": {"estimate", "interval"}, "acceptance.criteria[].bound": {"estimate", "interval"},
	"pccp.changes[].what[]": {
		string(ArchitectureChange), string(OperatorChange), string(FormatChange), string(InputChange), string(OutputChange), string(PointChange),
		string(TrainingChange), string(WeightChange), string(FilesChange), string(DependencyChange), string(PerformanceChange),
	},
	"pccp.changes[].criteria[].metric": modelcard.MetricNames(), "acceptance.criteria[].metric": modelcard.MetricNames(),
}

// JSONSchema is a JSON Schema (2020-12) of a plan, for editors. It knows names, types
// and lists of values; the rules of [Plan.Problems] go beyond it.
func JSONSchema() []byte {
	s := shapeOf(planFields, "")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Plan of an AI model"
	s["required"] = []string{"plan", "model", "intended_use", "outputs", "units", "budget", "watch", "fallback", "logs"}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // maps, lists and texts
	}
	return append(b, '\n')
}

func shapeOf(t reflect.Type, path string) map[string]any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out := map[string]any{}
	if list := enums[path]; list != nil {
		out["enum"] = list
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		out["type"], out["pattern"] = "string", `^\d{4}-\d{2}-\d{2}`
	case t == reflect.TypeFor[time.Duration]():
		out["type"], out["pattern"] = "string", `^\s*\d`
		out["examples"] = []string{"1d", "2w", "6mo", "1y", "36h"}
	case t.Kind() == reflect.Struct:
		properties := map[string]any{}
		for f := range structFields(t) {
			properties[f.name] = shapeOf(f.of, join(path, f.name))
		}
		out["type"], out["properties"], out["additionalProperties"] = "object", properties, false
	case t.Kind() == reflect.Slice:
		out["type"], out["items"] = "array", shapeOf(t.Elem(), path+"[]")
	case t.Kind() == reflect.Bool:
		out["type"] = "boolean"
	case t.Kind() == reflect.String:
		out["type"] = "string"
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		out["type"] = "integer"
	default:
		out["type"] = "number"
	}
	if path == "plan" {
		out["const"] = 1
	}
	return out
}

// Paths are all fields of a plan, as the reference names them: "watch[].at_most". The
// fields of criteria stand once, as "*.criteria[].metric".
func Paths() []string {
	var out []string
	seen := map[string]bool{}
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		suffix := ""
		if t.Kind() == reflect.Slice {
			if t.Elem().Kind() != reflect.Float64 || path == "subgroups[].bands" || path == "subgroups.bands" {
				suffix = "[]"
			}
			t = t.Elem()
		}
		if path != "" {
			path += suffix
			if !seen[path] {
				seen[path] = true
				out = append(out, path)
			}
		}
		if t == reflect.TypeFor[Criterion]() {
			path = "*.criteria[]"
		}
		if t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() {
			for f := range structFields(t) {
				walk(f.of, join(path, f.name))
			}
		}
	}
	walk(planFields, "")
	return out
}
