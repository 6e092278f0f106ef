package cyclonedx

// The structs of this file are what stands in a document, in both forms: XML is
// read into them, and both forms are written from them. Their fields stand in the
// order that the XML schema asks for.

type wireParty struct {
	Name string `json:"name,omitempty" xml:"name,omitempty"`
}

type wirePerson struct {
	Name  string `json:"name,omitempty" xml:"name,omitempty"`
	Email string `json:"email,omitempty" xml:"email,omitempty"`
}

type wireHash struct {
	Algorithm string `json:"alg" xml:"alg,attr"`
	Value     string `json:"content" xml:",chardata"`
}

type wireReference struct {
	Type   string         `json:"type" xml:"type,attr"`
	URL    string         `json:"url" xml:"url"`
	Hashes list[wireHash] `json:"hashes,omitempty" xml:"hashes,omitempty"`
}

type wireTool struct {
	Type    string `json:"type,omitempty" xml:"type,attr,omitempty"`
	Group   string `json:"group,omitempty" xml:"group,omitempty"`
	Name    string `json:"name,omitempty" xml:"name,omitempty"`
	Version string `json:"version,omitempty" xml:"version,omitempty"`
}

type wireTools struct {
	Legacy     []wireTool     `json:"-" xml:"tool,omitempty"`
	Components list[wireTool] `json:"components,omitempty" xml:"components,omitempty"`
	Services   list[wireTool] `json:"services,omitempty" xml:"services,omitempty"`
}

type wireSWID struct {
	TagID string `json:"tagId" xml:"tagId,attr"`
	Name  string `json:"name" xml:"name,attr"`
}

type wireAncestor struct {
	Type    string `json:"type,omitempty" xml:"type,attr,omitempty"`
	Group   string `json:"group,omitempty" xml:"group,omitempty"`
	Name    string `json:"name" xml:"name"`
	Version string `json:"version,omitempty" xml:"version,omitempty"`
	CPE     string `json:"cpe,omitempty" xml:"cpe,omitempty"`
	PURL    string `json:"purl,omitempty" xml:"purl,omitempty"`
}

type wireIssue struct {
	Type string `json:"type" xml:"type,attr"`
	ID   string `json:"id,omitempty" xml:"id,omitempty"`
}

type wirePatch struct {
	Type     string          `json:"type" xml:"type,attr"`
	Resolves list[wireIssue] `json:"resolves,omitempty" xml:"resolves,omitempty"`
}

type wirePedigree struct {
	Ancestors list[wireAncestor] `json:"ancestors,omitempty" xml:"ancestors,omitempty"`
	Patches   list[wirePatch]    `json:"patches,omitempty" xml:"patches,omitempty"`
	Notes     string             `json:"notes,omitempty" xml:"notes,omitempty"`
}

type wireIdentity struct {
	Field      string  `json:"field" xml:"field"`
	Confidence float64 `json:"confidence" xml:"confidence"`
	Value      string  `json:"concludedValue,omitempty" xml:"concludedValue,omitempty"`
}

type wireOccurrence struct {
	Location string `json:"location" xml:"location"`
	Symbol   string `json:"symbol,omitempty" xml:"symbol,omitempty"`
}

type wireFrame struct {
	Package  string `json:"-" xml:"package"`
	Module   string `json:"-" xml:"module"`
	Function string `json:"-" xml:"function"`
}

type wireCallstack struct {
	Frames list[wireFrame] `xml:"frames"`
}

type wireEvidence struct {
	Identities  []wireIdentity       `json:"identity,omitempty" xml:"identity,omitempty"`
	Occurrences list[wireOccurrence] `json:"occurrences,omitempty" xml:"occurrences,omitempty"`
	Callstack   *wireCallstack       `json:"-" xml:"callstack"`
}

type wireDataset struct {
	Ref    string `xml:"ref"`
	OwnRef string `xml:"bom-ref,attr"`
	Name   string `xml:"name"`
}

// wireDatasets are read only: XML has datasets>dataset, and >ref where JSON has an
// object with ref.
type wireDatasets struct {
	Refs     []string      `xml:"ref"`
	Datasets []wireDataset `xml:"dataset"`
}

type wireComponent struct {
	Type         string              `json:"type,omitempty" xml:"type,attr,omitempty"`
	Ref          string              `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	External     loose               `json:"isExternal,omitempty" xml:"isExternal,attr,omitempty"`
	Supplier     *wireParty          `json:"supplier,omitempty" xml:"supplier,omitempty"`
	Manufacturer *wireParty          `json:"manufacturer,omitempty" xml:"manufacturer,omitempty"`
	Provider     *wireParty          `json:"provider,omitempty" xml:"provider,omitempty"`
	Authors      list[wirePerson]    `json:"authors,omitempty" xml:"authors,omitempty"`
	Author       string              `json:"-" xml:"author,omitempty"`
	Publisher    string              `json:"-" xml:"publisher,omitempty"`
	Group        string              `json:"group,omitempty" xml:"group,omitempty"`
	Name         string              `json:"name" xml:"name"`
	Version      string              `json:"version,omitempty" xml:"version,omitempty"`
	VersionRange string              `json:"versionRange,omitempty" xml:"versionRange,omitempty"`
	Scope        string              `json:"scope,omitempty" xml:"scope,omitempty"`
	Hashes       list[wireHash]      `json:"hashes,omitempty" xml:"hashes,omitempty"`
	Licences     wireLicences        `json:"licenses,omitempty" xml:"licenses,omitempty"`
	CPE          string              `json:"cpe,omitempty" xml:"cpe,omitempty"`
	PURL         string              `json:"purl,omitempty" xml:"purl,omitempty"`
	OmniborID    []string            `json:"-" xml:"omniborId,omitempty"`
	SWHID        []string            `json:"-" xml:"swhid,omitempty"`
	SWID         *wireSWID           `json:"swid,omitempty" xml:"swid,omitempty"`
	Pedigree     *wirePedigree       `json:"pedigree,omitempty" xml:"pedigree,omitempty"`
	References   list[wireReference] `json:"externalReferences,omitempty" xml:"externalReferences,omitempty"`
	Properties   list[Property]      `json:"properties,omitempty" xml:"properties,omitempty"`
	Components   list[wireComponent] `json:"components,omitempty" xml:"components,omitempty"`
	Services     list[wireComponent] `json:"services,omitempty" xml:"services,omitempty"`
	Evidence     *wireEvidence       `json:"evidence,omitempty" xml:"evidence,omitempty"`
	Datasets     *wireDatasets       `json:"-" xml:"modelCard>modelParameters>datasets"`
}

type wirePhase struct {
	Phase string `json:"phase,omitempty" xml:"phase,omitempty"`
	Name  string `json:"name,omitempty" xml:"name,omitempty"`
}

type wireMetadata struct {
	Timestamp    string           `json:"timestamp,omitempty" xml:"timestamp,omitempty"`
	Lifecycles   list[wirePhase]  `json:"lifecycles,omitempty" xml:"lifecycles,omitempty"`
	Tools        *wireTools       `json:"tools,omitempty" xml:"tools,omitempty"`
	Authors      list[wirePerson] `json:"authors,omitempty" xml:"authors,omitempty"`
	Component    *wireComponent   `json:"component,omitempty" xml:"component,omitempty"`
	Manufacture  *wireParty       `json:"-" xml:"manufacture,omitempty"`
	Manufacturer *wireParty       `json:"-" xml:"manufacturer,omitempty"`
	Supplier     *wireParty       `json:"supplier,omitempty" xml:"supplier,omitempty"`
	Properties   list[Property]   `json:"properties,omitempty" xml:"properties,omitempty"`
}

type wireComposition struct {
	Aggregate    string   `json:"aggregate" xml:"aggregate"`
	Assemblies   wireRefs `json:"assemblies,omitempty" xml:"assemblies,omitempty"`
	Dependencies wireRefs `json:"dependencies,omitempty" xml:"dependencies,omitempty"`
}

type wireDependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
	Provides  []string `json:"provides,omitempty"`
}

type wireRating struct {
	Source        *Source  `json:"source,omitempty" xml:"source,omitempty"`
	Score         *float64 `json:"score,omitempty" xml:"score,omitempty"`
	Severity      string   `json:"severity,omitempty" xml:"severity,omitempty"`
	Method        string   `json:"method,omitempty" xml:"method,omitempty"`
	Vector        string   `json:"vector,omitempty" xml:"vector,omitempty"`
	Justification string   `json:"justification,omitempty" xml:"justification,omitempty"`
}

type wireAnalysis struct {
	State         string       `json:"state,omitempty" xml:"state,omitempty"`
	Justification string       `json:"justification,omitempty" xml:"justification,omitempty"`
	Responses     list[string] `json:"response,omitempty" xml:"responses,omitempty"`
	Detail        string       `json:"detail,omitempty" xml:"detail,omitempty"`
	FirstIssued   string       `json:"firstIssued,omitempty" xml:"firstIssued,omitempty"`
	LastUpdated   string       `json:"lastUpdated,omitempty" xml:"lastUpdated,omitempty"`
}

type wireAffect struct {
	Ref      string         `json:"ref" xml:"ref"`
	Versions list[Versions] `json:"versions,omitempty" xml:"versions,omitempty"`
}

type wireVulnerability struct {
	Ref            string           `json:"bom-ref,omitempty" xml:"bom-ref,attr,omitempty"`
	ID             string           `json:"id,omitempty" xml:"id,omitempty"`
	Source         *Source          `json:"source,omitempty" xml:"source,omitempty"`
	References     list[Reference]  `json:"references,omitempty" xml:"references,omitempty"`
	Ratings        list[wireRating] `json:"ratings,omitempty" xml:"ratings,omitempty"`
	CWEs           list[int]        `json:"cwes,omitempty" xml:"cwes,omitempty"`
	Description    string           `json:"description,omitempty" xml:"description,omitempty"`
	Detail         string           `json:"detail,omitempty" xml:"detail,omitempty"`
	Recommendation string           `json:"recommendation,omitempty" xml:"recommendation,omitempty"`
	Workaround     string           `json:"workaround,omitempty" xml:"workaround,omitempty"`
	Advisories     list[Advisory]   `json:"advisories,omitempty" xml:"advisories,omitempty"`
	Created        string           `json:"created,omitempty" xml:"created,omitempty"`
	Published      string           `json:"published,omitempty" xml:"published,omitempty"`
	Updated        string           `json:"updated,omitempty" xml:"updated,omitempty"`
	Rejected       string           `json:"rejected,omitempty" xml:"rejected,omitempty"`
	Analysis       *wireAnalysis    `json:"analysis,omitempty" xml:"analysis,omitempty"`
	Affects        list[wireAffect] `json:"affects,omitempty" xml:"affects,omitempty"`
	Properties     list[Property]   `json:"properties,omitempty" xml:"properties,omitempty"`
}
