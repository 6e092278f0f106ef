package fhir

import "strings"

// The names of the search and result parameters of R4, R4B and R5, and of the
// paging parameters of widespread servers.
const parameterNames = `
_at _bundletype _contained _containedType _content _continuation _count _cursor _elements _filter _format
_getpages _getpagesoffset _has _id _in _include _language _lastUpdated _list _maxresults _offset _outputFormat
_page _pageId _pretty _profile _query _revinclude _score _security _since _sort _source _summary _tag _text
_total _type _typeFilter abatement-age abatement-date abatement-string abstract accession account achievement-
status action active activity activity-code activity-date activity-reference actor actual actuality additive
address address-city address-country address-postalcode address-state address-use addresses adherence
administered-by age agent agent-name agent-role agent-type allocation-account allocation-encounter altid
amino-acid-change appointment appointment-type asserter assessed-condition assessor attestation-method
attestation-onbehalfof attestation-who attester authenticator author authored authored-on authoredon authority
base base-path based-on basedon beneficiary biological biological-source-event birthOrderBoolean birthdate
body-site body-structure bodysite bodysite-reference business-status care-manager care-team careteam case
case-type category characteristic characteristic-reference characteristic-type characteristic-value chromosome
chromosome-variant-coordinate chromosome-window-coordinate claim class class-type class-value classification
classification-type classifier clinical-status code code-concept code-reference code-value-concept code-value-
date code-value-quantity code-value-string collected collector combo-code combo-code-value-concept combo-code-
value-quantity combo-data-absent-reason combo-date combo-value-concept combo-value-quantity communication
component component-code component-code-value-concept component-code-value-quantity component-data-absent-
reason component-value-canonical component-value-concept component-value-quantity component-value-reference
composed-of composition conclusion condition confidentiality connection-type consentor contact contained-item
container container-device container-id container-identifier contains content-level content-mode content-type
contenttype context context-quantity context-type context-type-quantity context-type-value contraindication
contraindication-reference controller country coverage coverage-area created creation criteria criticality ct
custodian data data-absent-reason date date-start datetime datewritten death-date deceased definition
dependent depends-on dependson derivation derived-from derived-or-self description destination destination-uri
detail-udi device device-name diagnosis diagnosis-code diagnosis-reference dicom-class din disposition dna-
variant doc-status domain dose-form dose-status doseform effect effect-reference effective effective-time
eligibility email empty-reason encounter end end-date endpoint entered-date enterer entity entity-name entity-
role entity-type entry episode-of-care evaluated-resource event event-code event-date event-reference evidence
evidence-detail exclude excluded_structure expansion experimental expiration-date expiry ext-context ext-
context-expression ext-context-type facility factor-override family fhirversion filter-value finding-code
finding-ref focus focus-code focus-reference for form form-of format format-canonical format-code format-uri
formula function gender gene-amino-acid-change gene-dnavariant gene-identifier general-practitioner given
global goal grantee graph group group-identifier guarantor guide has-member holder id-type identified
identifier immunization-event implicated includeDefinition included_structure incoming-referral indication
indication-reference individual information information-provider ingredient ingredient-code input-profile
instance instantiates instantiates-canonical instantiates-uri insurance insurer intended-dispenser intended-
performer intended-performertype intent interaction interpreter investigation is-derived issued issuer item
item-code item-reference item-subject item-udi jurisdiction keyword kind language last-date length lifecycle-
status link location location-period lot-number manager managing-entity manifestation manifestation-code
manifestation-reference manufacture-date manufactured-item manufacturer mapping-property
marketingauthorizationholder master-file measure media medication medium member membership message method
modality mode model modified monitoring-program-name monitoring-program-type monograph monograph-type
morphology mothersMaidenName name name-language near network notes nutrition objective-description objective-
type occurrence offered-in offset onset onset-age onset-date onset-info operational-status operator oraldiet
order-detail organization other other-map outcome output output-profile owned-by owner package package-for
packaging-cost packaging-cost-concept page parent part-agree part-of part-status participant participant-actor
participant-function participant-role participant-type participating-organization partof path patient payee
payload payload-type payment-date payment-issuer payment-status paymentby-party payor performer performer-
actor performer-code performer-device-code performer-function performer-type performing-organization period
phase phone phonetic policy policy-holder practitioner predecessor prescriber prescription previous price-
override primary-organization primarysource-date primarysource-type primarysource-who principalinvestigator
prior-request priority probability problem procedure procedure-udi product product-category product-
classification product-status product-type program progress-status-state-actual progress-status-state-period
progress-status-state-period-actual protocol provider publisher purpose qualification-period quantity
questionnaire questionnaire-code reaction reaction-date reason reason-code reason-given reason-given-code
reason-not-given reason-reference received receiver recipient recorded recorded-date recorder recruitment-
actual recruitment-target reference referenceseqid referenceseqid-variant-coordinate referenceseqid-window-
coordinate referrer region related related-id related-ref relatedaccount relatedperson relatesto relation
relationship replaces report reporter request requested-period requestedperformer-reference requester
requesting-organization requestor requisition resource resource-profile response response-id responsible
responsibleparty result resultingcondition resultingeffect results-interpreter risk role route schedule scope
scope-artifact scope-artifact-conformance scope-artifact-phase section section-code-text section-text
security-label security-service sender sent serial-number series seriousness service service-category service-
provider service-type service-type-reference setting severity sex signature-type signer site slot software
source source-code source-cost source-group-system source-reference source-scope source-scope-uri source-
system source-uri special-arrangement specialty specification specification-version specimen sponsor stage
start start-date started status status-date status-reason strength-concentration-quantity strength-
concentration-ratio strength-presentation-quantity strength-presentation-ratio study study-design study-uid
subdetail-udi subject subject-status subject-type subject_state subscriber subscriberid substance substance-
code substance-definition substance-reference subtype successor supplement supplements supplier support
supported-profile supporting-info system target target-code target-date target-disease target-group-system
target-measure target-scope target-scope-uri target-species target-system target-uri telecom tester testscript
testscript-capability timestamp title topic totalgross totalnet trigger-description type type-tested udi-
carrier udi-di url use vaccine-code vaccine-type validator-organization value value-canonical value-concept
value-date value-markdown value-quantity value-reference value-string valueset variant-end variant-start
verification-status verified verified-date version view when whenhandedover whenprepared window-end window-
start workflow
`

// The modifiers of search parameters (R5 search.html §3.2.1.5.5).
const modifierNames = `above below code-text contains exact identifier in iterate missing not not-in of-type text text-advanced`

// The names of operations: those R4 and R5 define, those of Bulk Data Access, and
// those of widespread servers that move or destroy data.
const operationNames = `
add apply care-gaps closure collect-data conforms convert current-canonical data-requirements docref document
evaluate-measure events everything expand filter find find-matches generate get-ws-binding-token graph graphql implements
lastn lookup match merge meta meta-add meta-delete populate preferred-id process-message questionnaire remove snapshot
stats status submit submit-data subset subsumes transform translate translate-id validate validate-code versions
export export-poll-status bulk-publish bulk-submit bulk-submit-status import member-match summary
expunge reindex mark-all-resources-for-reindexing purge-history bulk-delete bulk-update
`

var (
	parameters = set(parameterNames)
	modifiers  = set(modifierNames)
	operations = set(operationNames)
)

func set(names string) map[string]string {
	m := make(map[string]string)
	for _, name := range strings.Fields(names) {
		m[name] = name
	}
	return m
}

// Parameter returns the published name behind the name of a query parameter,
// without modifier and chain ("subject:Patient.name:exact" is "subject"), and ""
// for a name nobody published, which may hold anything.
func Parameter(name string) string {
	if i := strings.IndexAny(name, ":."); i >= 0 {
		name = name[:i]
	}
	return parameters[name]
}

// Modifier returns the published modifier at the end of a parameter's name, or "".
func Modifier(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return modifiers[name[i+1:]]
	}
	return ""
}

// Operation returns name if it is that of a published operation, or "".
func Operation(name string) string { return operations[name] }
