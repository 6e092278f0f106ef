package fhir

import "strings"

// The names of the concrete resource types of FHIR R4, R4B and R5.
const typeNames = `
Account ActivityDefinition ActorDefinition AdministrableProductDefinition AdverseEvent AllergyIntolerance
Appointment AppointmentResponse ArtifactAssessment AuditEvent Basic Binary BiologicallyDerivedProduct
BiologicallyDerivedProductDispense BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry
ChargeItem ChargeItemDefinition Citation Claim ClaimResponse ClinicalImpression ClinicalUseDefinition
CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition
ConditionDefinition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse
DetectedIssue Device DeviceAssociation DeviceDefinition DeviceDispense DeviceMetric DeviceRequest DeviceUsage
DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter
EncounterHistory Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence
EvidenceReport EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag FormularyItem
GenomicStudy Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingSelection ImagingStudy
Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide Ingredient InsurancePlan
InventoryItem InventoryReport Invoice Library Linkage List Location ManufacturedItemDefinition Measure
MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization
MedicinalProductContraindication MedicinalProductDefinition MedicinalProductIndication
MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader
MolecularSequence NamingSystem NutritionIntake NutritionOrder NutritionProduct Observation
ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation
PackagedProductDefinition Parameters Patient PaymentNotice PaymentReconciliation Permission Person
PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse
RegulatedAuthorization RelatedPerson RequestGroup RequestOrchestration Requirements ResearchDefinition
ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule
SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription
SubscriptionStatus SubscriptionTopic Substance SubstanceDefinition SubstanceNucleicAcid SubstancePolymer
SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery
SupplyRequest Task TerminologyCapabilities TestPlan TestReport TestScript Transport ValueSet
VerificationResult VisionPrescription
`

// Types about one person: those of the patient compartment of R4 and R5 that carry
// clinical, administrative or insurance data of a patient, and Binary, which can
// hold a document.
const personalNames = `
Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse Binary
BiologicallyDerivedProductDispense BodyStructure CarePlan CareTeam ChargeItem Claim ClaimResponse
ClinicalImpression Communication CommunicationRequest Composition Condition Consent Coverage
CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue DeviceAssociation DeviceDispense
DeviceRequest DeviceUsage DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter
EncounterHistory EnrollmentRequest EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag GenomicStudy
Goal GuidanceResponse ImagingSelection ImagingStudy Immunization ImmunizationEvaluation
ImmunizationRecommendation Media MedicationAdministration MedicationDispense MedicationRequest
MedicationStatement MolecularSequence NutritionIntake NutritionOrder Observation Patient Person Procedure
QuestionnaireResponse RelatedPerson RequestGroup RequestOrchestration ResearchSubject RiskAssessment
ServiceRequest Specimen SupplyDelivery SupplyRequest Task VisionPrescription
`

// Types that describe people who work with patients.
const staffNames = `Practitioner PractitionerRole`

type typeInfo struct {
	name     string // one copy, so that parsed names need not be copied
	personal bool
	staff    bool
}

var types = func() map[string]typeInfo {
	m := make(map[string]typeInfo, 200)
	for _, name := range strings.Fields(typeNames) {
		m[name] = typeInfo{name: name}
	}
	for _, name := range strings.Fields(personalNames) {
		m[name] = typeInfo{name: name, personal: true}
	}
	for _, name := range strings.Fields(staffNames) {
		m[name] = typeInfo{name: name, staff: true}
	}
	return m
}()

// IsType reports whether name is a resource type of R4, R4B or R5.
func IsType(name string) bool {
	_, ok := types[name]
	return ok
}

// IsPersonal reports whether resources of the type are about one patient.
func IsPersonal(name string) bool { return types[name].personal }

// IsStaff reports whether resources of the type are about one who works with patients.
func IsStaff(name string) bool { return types[name].staff }
