package api

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/behaviour"
	"github.com/wardround/wardround/behaviour/picture"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/knowledge"
	"github.com/wardround/wardround/portfolio"
	"github.com/wardround/wardround/vex"
)

// Words that a field may hold and no others: the document names them, so that the
// types made of it are as narrow as what is sent.

// standIns stand, in the document, for types of other packages, which know nothing
// of it: numbers in memory that are names in JSON, and strings of a few words.
var standIns = map[reflect.Type]reflect.Type{
	reflect.TypeFor[wardround.Severity]():     reflect.TypeFor[severityName](),
	reflect.TypeFor[wardround.Criticality]():  reflect.TypeFor[criticalityName](),
	reflect.TypeFor[wardround.AssetKind]():    reflect.TypeFor[kindName](),
	reflect.TypeFor[wardround.State]():        reflect.TypeFor[stateName](),
	reflect.TypeFor[wardround.Tri]():          reflect.TypeFor[triName](),
	reflect.TypeFor[wardround.Concern]():      reflect.TypeFor[concernName](),
	reflect.TypeFor[wardround.FindingState](): reflect.TypeFor[findingStateName](),
	reflect.TypeFor[wardround.Origin]():       reflect.TypeFor[originName](),
	reflect.TypeFor[account.Role]():           reflect.TypeFor[roleName](),
	reflect.TypeFor[account.Permission]():     reflect.TypeFor[permissionName](),
	reflect.TypeFor[account.Via]():            reflect.TypeFor[viaName](),
	reflect.TypeFor[wardround.SupportStage](): reflect.TypeFor[supportName](),
	reflect.TypeFor[wardround.DocumentKind](): reflect.TypeFor[documentKindName](),
	reflect.TypeFor[account.Purpose]():        reflect.TypeFor[purposeName](),
}

type (
	severityName     struct{}
	criticalityName  struct{}
	kindName         struct{}
	stateName        struct{}
	triName          struct{}
	concernName      struct{}
	findingStateName struct{}
	originName       struct{}
	roleName         struct{}
	permissionName   struct{}
	viaName          struct{}
	purposeName      struct{}
	supportName      struct{}
	documentKindName struct{}
)

func (supportName) Schema(huma.Registry) *huma.Schema {
	return enumOf("", "development", "supported", "limited support", "end of support")
}

func (documentKindName) Schema(huma.Registry) *huma.Schema {
	return enumOf("sbom", "knowledge", "vex", "mds2", "build", "exchange", "model-card", "model-plan", "model-reference", "model-acceptance", "model-artefact", "model-diff")
}

func (severityName) Schema(huma.Registry) *huma.Schema {
	return enumOf("none", "info", "low", "medium", "high", "critical")
}

func (criticalityName) Schema(huma.Registry) *huma.Schema {
	return enumOf("unknown", "administrative", "monitoring", "diagnostic", "therapeutic", "life-sustaining")
}

func (kindName) Schema(huma.Registry) *huma.Schema {
	return enumOf("device", "intermediary", "service", "model", "unknown")
}

func (stateName) Schema(huma.Registry) *huma.Schema { return enumOf("pass", "fail", "unknown") }

func (triName) Schema(huma.Registry) *huma.Schema { return enumOf("yes", "no", "unknown") }

func (concernName) Schema(huma.Registry) *huma.Schema {
	return enumOf(text(wardround.Concerns)...)
}

func (findingStateName) Schema(huma.Registry) *huma.Schema {
	return enumOf("open", "acknowledged", "mitigated", "accepted", "false positive", "fixed", "reopened", "claimed not affected")
}

func (originName) Schema(huma.Registry) *huma.Schema { return enumOf("live", "replay", "simulated") }

func (roleName) Schema(huma.Registry) *huma.Schema { return enumOf(text(account.Roles)...) }

func (permissionName) Schema(huma.Registry) *huma.Schema {
	return enumOf(text(account.Permissions)...)
}

func (viaName) Schema(huma.Registry) *huma.Schema {
	return enumOf("password", "passkey", "oidc", "token", "link")
}

func (purposeName) Schema(huma.Registry) *huma.Schema {
	return enumOf("first-administrator", "invitation", "reset", "demo")
}

// named are types whose own names say too little in one document with all others.
var named = map[reflect.Type]string{
	reflect.TypeFor[portfolio.Result]():    "Affected",
	reflect.TypeFor[portfolio.List]():      "AffectedList",
	reflect.TypeFor[portfolio.Row]():       "AffectedRow",
	reflect.TypeFor[portfolio.At]():        "AffectedAt",
	reflect.TypeFor[wardround.Document]():  "DocumentRow",
	reflect.TypeFor[check.Exposure]():      "ExposureRow",
	reflect.TypeFor[check.Feed]():          "FeedRow",
	reflect.TypeFor[check.Place]():         "Place",
	reflect.TypeFor[vex.Miss]():            "DiagnosisMiss",
	reflect.TypeFor[knowledge.Exploited](): "KEV",
	reflect.TypeFor[Document]():            "PortfolioDocument",
	reflect.TypeFor[Vulnerability]():       "VulnerabilityRow",
	reflect.TypeFor[VEXRow]():              "VexRow",

	reflect.TypeFor[behaviour.Document]():   "ModelDocument",
	reflect.TypeFor[behaviour.Window]():     "ModelWindow",
	reflect.TypeFor[behaviour.Line]():       "ModelLine",
	reflect.TypeFor[behaviour.Point]():      "ModelPoint",
	reflect.TypeFor[behaviour.Series]():     "ModelSeries",
	reflect.TypeFor[check.Judgement]():      "ModelJudgement",
	reflect.TypeFor[picture.Document]():     "ModelDocumentContent",
	reflect.TypeFor[picture.Column]():       "ModelColumn",
	reflect.TypeFor[picture.Heat]():         "ModelHeat",
	reflect.TypeFor[picture.HeatRow]():      "ModelHeatRow",
	reflect.TypeFor[picture.HeatCell]():     "ModelHeatCell",
	reflect.TypeFor[picture.Span]():         "ModelSpan",
	reflect.TypeFor[picture.Card]():         "ModelCard",
	reflect.TypeFor[picture.Claim]():        "ModelClaim",
	reflect.TypeFor[picture.Dataset]():      "ModelDataset",
	reflect.TypeFor[picture.Scan]():         "ModelScan",
	reflect.TypeFor[picture.Reference]():    "ModelReference",
	reflect.TypeFor[picture.Change]():       "ModelChange",
	reflect.TypeFor[picture.Bin]():          "DistributionBin",
	reflect.TypeFor[picture.Share]():        "DistributionShare",
	reflect.TypeFor[picture.Quantile]():     "DistributionQuantile",
	reflect.TypeFor[picture.Category]():     "DistributionCategory",
	reflect.TypeFor[picture.Distance]():     "DistributionDistance",
	reflect.TypeFor[picture.Distribution](): "Distribution",
}

func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name := named[t]; name != "" {
		return name
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// enumOf is the schema of a string that is one of values.
func enumOf(values ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

func text[S ~string](in []S) []string {
	var out []string
	for _, v := range in {
		out = append(out, string(v))
	}
	return out
}

// fewWords are the fields of answers that are plain strings in memory.
var fewWords = map[string][]string{
	"Sensor.state":            {"watching", "quiet", "lost", "ended", "blind"},
	"Status.state":            {"failing", "passing", "unknown", "unwatched"},
	"CaseLine.state":          {"open", "closed"},
	"CaseDetail.state":        {"open", "closed"},
	"Proposal.kind":           {"merge", "split", "kind", "role", "criticality", "attribute", "baseline", "release"},
	"Proposal.state":          {"open", "accepted", "rejected"},
	"Decision.scope":          {"finding", "asset"},
	"FindingDetail.may":       {"acknowledge", "accept", "false positive", "mitigated", "confirm claim", "reopen", "assign"},
	"ReleaseDetail.may":       {"edit", "upload"},
	"VulnerabilityDetail.may": {"embargo"},
	"Diagnosis.outcome":       {"applied", "overruled", "expired", "nothing"},
	"Hit.kind":                {"asset", "identifier", "finding", "case", "check", "page", "zone"},
}

// narrow writes fewWords into the schemas of the document.
func narrow(schemas map[string]any) error {
	for field, values := range fewWords {
		name, property, _ := strings.Cut(field, ".")
		schema, _ := schemas[name].(map[string]any)
		if schema == nil {
			continue // of a part of the table, in tests
		}
		properties, _ := schema["properties"].(map[string]any)
		p, _ := properties[property].(map[string]any)
		if p == nil {
			return fmt.Errorf("the document has no %s", field)
		}
		if items, ok := p["items"].(map[string]any); ok {
			p = items
		}
		p["enum"] = values
	}
	return nil
}
