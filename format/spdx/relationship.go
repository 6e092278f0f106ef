package spdx

import (
	"strings"

	"github.com/wardround/wardround/format/sbom"
)

// meaning is what a relationship word says in our terms. The edge runs from the
// whole to the part, from what needs to what is needed, from the product to its
// source; turn says that the document writes it the other way round.
type meaning struct {
	kind  sbom.RelationKind
	scope string
	turn  bool
}

// Relations that are no edge between two components.
const (
	describes sbom.RelationKind = "describes" // a document and what it is about
	amends    sbom.RelationKind = "amends"    // a document and the one it corrects
	nothing   sbom.RelationKind = ""
)

// meanings2 are the relationship types of SPDX 2.3 clause 11.1, table 68, with
// the wording "SPDXRef-A … SPDXRef-B".
var meanings2 = map[string]meaning{
	"DESCRIBES":                   {kind: describes},
	"DESCRIBED_BY":                {kind: describes, turn: true},
	"CONTAINS":                    {kind: sbom.Contains},
	"CONTAINED_BY":                {kind: sbom.Contains, turn: true},
	"PACKAGE_OF":                  {kind: sbom.Contains, turn: true},
	"FILE_ADDED":                  {kind: sbom.Contains, turn: true},
	"EXPANDED_FROM_ARCHIVE":       {kind: sbom.BuiltFrom},
	"OPTIONAL_COMPONENT_OF":       {kind: sbom.Contains, scope: "optional", turn: true},
	"DEPENDS_ON":                  {kind: sbom.DependsOn},
	"DEPENDENCY_OF":               {kind: sbom.DependsOn, turn: true},
	"BUILD_DEPENDENCY_OF":         {kind: sbom.DependsOn, scope: "build", turn: true},
	"DEV_DEPENDENCY_OF":           {kind: sbom.DependsOn, scope: "development", turn: true},
	"TEST_DEPENDENCY_OF":          {kind: sbom.DependsOn, scope: "test", turn: true},
	"RUNTIME_DEPENDENCY_OF":       {kind: sbom.DependsOn, scope: "runtime", turn: true},
	"OPTIONAL_DEPENDENCY_OF":      {kind: sbom.DependsOn, scope: "optional", turn: true},
	"PROVIDED_DEPENDENCY_OF":      {kind: sbom.DependsOn, scope: "provided", turn: true},
	"PREREQUISITE_FOR":            {kind: sbom.DependsOn, turn: true},
	"HAS_PREREQUISITE":            {kind: sbom.DependsOn},
	"STATIC_LINK":                 {kind: sbom.DependsOn, scope: "static"},
	"DYNAMIC_LINK":                {kind: sbom.DependsOn, scope: "dynamic"},
	"GENERATES":                   {kind: sbom.BuiltFrom, turn: true},
	"GENERATED_FROM":              {kind: sbom.BuiltFrom},
	"BUILD_TOOL_OF":               {kind: sbom.BuiltWith, scope: "build", turn: true},
	"DEV_TOOL_OF":                 {kind: sbom.BuiltWith, scope: "development", turn: true},
	"TEST_TOOL_OF":                {kind: sbom.BuiltWith, scope: "test", turn: true},
	"TEST_OF":                     {kind: sbom.Tests, scope: "test"},
	"TEST_CASE_OF":                {kind: sbom.Tests, scope: "test"},
	"PATCH_FOR":                   {kind: sbom.Patched},
	"PATCH_APPLIED":               {kind: sbom.Patched},
	"VARIANT_OF":                  {kind: sbom.VariantOf},
	"ANCESTOR_OF":                 {kind: sbom.VariantOf, turn: true},
	"DESCENDANT_OF":               {kind: sbom.VariantOf},
	"COPY_OF":                     {kind: sbom.VariantOf},
	"FILE_MODIFIED":               {kind: sbom.VariantOf},
	"DISTRIBUTION_ARTIFACT":       {kind: sbom.DistributedAs},
	"DOCUMENTATION_OF":            {kind: sbom.Documents},
	"METAFILE_OF":                 {kind: sbom.Documents},
	"DEPENDENCY_MANIFEST_OF":      {kind: sbom.Documents},
	"REQUIREMENT_DESCRIPTION_FOR": {kind: sbom.Documents},
	"SPECIFICATION_FOR":           {kind: sbom.Documents},
	"EXAMPLE_OF":                  {kind: sbom.Documents},
	"DATA_FILE_OF":                {kind: sbom.Related, turn: true},
	"FILE_DELETED":                {kind: nothing}, // it is not there any more
	"AMENDS":                      {kind: amends},
	"OTHER":                       {kind: sbom.Related},
}

// meanings3 are the RelationshipType entries of SPDX 3.0.1 that relate software to
// software, with the wording "from … each to". Those of builds stand in graph.go.
var meanings3 = map[string]meaning{
	"describes":               {kind: describes},
	"contains":                {kind: sbom.Contains},
	"hasAddedFile":            {kind: sbom.Contains},
	"hasDataFile":             {kind: sbom.Related}, // "does not imply dependency"
	"hasOptionalComponent":    {kind: sbom.Contains, scope: "optional"},
	"packagedBy":              {kind: sbom.DistributedAs},
	"expandsTo":               {kind: sbom.BuiltFrom, turn: true},
	"dependsOn":               {kind: sbom.DependsOn},
	"hasPrerequisite":         {kind: sbom.DependsOn},
	"hasOptionalDependency":   {kind: sbom.DependsOn, scope: "optional"},
	"hasProvidedDependency":   {kind: sbom.DependsOn, scope: "provided"},
	"hasStaticLink":           {kind: sbom.DependsOn, scope: "static"},
	"hasDynamicLink":          {kind: sbom.DependsOn, scope: "dynamic"},
	"generates":               {kind: sbom.BuiltFrom, turn: true},
	"usesTool":                {kind: sbom.BuiltWith},
	"configures":              {kind: sbom.Related},
	"hasTest":                 {kind: sbom.Tests, scope: "test", turn: true},
	"hasTestCase":             {kind: sbom.Tests, scope: "test", turn: true},
	"patchedBy":               {kind: sbom.Patched, turn: true},
	"hasVariant":              {kind: sbom.VariantOf, turn: true},
	"ancestorOf":              {kind: sbom.VariantOf, turn: true},
	"descendantOf":            {kind: sbom.VariantOf},
	"copiedTo":                {kind: sbom.VariantOf, turn: true},
	"modifiedBy":              {kind: sbom.VariantOf, turn: true},
	"hasDistributionArtifact": {kind: sbom.DistributedAs},
	"hasDocumentation":        {kind: sbom.Documents, turn: true},
	"hasMetadata":             {kind: sbom.Documents, turn: true},
	"hasDependencyManifest":   {kind: sbom.Documents, turn: true},
	"hasRequirement":          {kind: sbom.Documents, turn: true},
	"hasSpecification":        {kind: sbom.Documents, turn: true},
	"hasExample":              {kind: sbom.Documents, turn: true},
	"hasEvidence":             {kind: sbom.Documents, turn: true},
	"trainedOn":               {kind: sbom.TrainedOn},
	"testedOn":                {kind: sbom.TestedOn},
	"amendedBy":               {kind: amends, turn: true},
	"hasDeletedFile":          {kind: nothing},
	"availableFrom":           {kind: nothing}, // an agent
	"serializedInArtifact":    {kind: nothing}, // where the document itself lies
	"other":                   {kind: sbom.Related},
}

// meaningOf looks a word of SPDX 2 up, written in any of the ways it is met:
// DEPENDS_ON, dependsOn, relationshipType_dependsOn, depends-on.
func meaningOf(word string) (meaning, bool) {
	if m, ok := meanings2[word]; ok {
		return m, true
	}
	word = strings.TrimPrefix(word, "relationshipType_")
	var b strings.Builder
	for i, r := range word {
		if r >= 'A' && r <= 'Z' && i > 0 && word[i-1] >= 'a' && word[i-1] <= 'z' {
			b.WriteByte('_')
		}
		if r == '-' || r == ' ' {
			r = '_'
		}
		b.WriteRune(r)
	}
	m, ok := meanings2[strings.ToUpper(b.String())]
	return m, ok
}
