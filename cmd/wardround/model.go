package main

// modelCmd is what is done with AI models: files of models before they are loaded,
// releases of models and their plans, and how they behave.
type modelCmd struct {
	Scan        modelScanCmd        `cmd:"" help:"Say what would run if somebody loaded these files, without loading them."`
	Sign        modelSignCmd        `cmd:"" help:"Sign a model: OpenSSF Model Signing, with a key or a certificate."`
	Verify      modelVerifyCmd      `cmd:"" help:"Verify a model's signature, and compare every file with it."`
	Diff        modelDiffCmd        `cmd:"" help:"Compare two versions of a model, tensor by tensor."`
	Drift       modelDriftCmd       `cmd:"" help:"Compare what a model sees now with what it was built on, column by column."`
	Performance modelPerformanceCmd `cmd:"" help:"Say how well a model does: with the labels that have come, and estimated where they have not."`
	BOM         modelBOMCmd         `cmd:"" name:"bom" help:"Write a machine-learning bill of materials: files, tensors, libraries, card, data, signature."`
	Gate        modelGateCmd        `cmd:"" help:"One verdict for a build: plan, files, signature, change, drift, performance."`

	List     modelListCmd     `cmd:"" help:"List models: what is there of each, what is missing, how many answer here."`
	Show     modelShowCmd     `cmd:"" help:"Show one: its names, documents, instances, open findings."`
	Register modelRegisterCmd `cmd:"" help:"Register a version: its files, signature, bill of materials, card and plan, all at once."`
	Say      modelSayCmd      `cmd:"" help:"Say that a version of a model is there, and how it is called at inference."`
	Import   modelImportCmd   `cmd:"" help:"Import what is written of a version: plan, card, reference."`
	Decide   modelDecideCmd   `cmd:"" help:"Decide about a model in use: accept, refuse, allow a change, switch off, switch on."`

	Plan    modelPlanCmd    `cmd:"" help:"Check a model's plan: what is watched, which changes were agreed, what is done without it."`
	Card    modelCardCmd    `cmd:"" help:"Show a model card, and which source attributes it answers; or convert it: CycloneDX, SPDX 3, CHAI."`
	Compare modelCompareCmd `cmd:"" help:"Hold what differs between two versions against the changes that were agreed (PCCP)."`
	Audit   modelAuditCmd   `cmd:"" help:"Try a model on purpose: privacy, training data, answers to worse inputs."`
	Sketch  modelSketchCmd  `cmd:"" help:"Make of a table what may be kept of it: counts, quantiles, categories, each with its error."`
}
