package main

// modelCmd is what is done with AI models: files of models before they are loaded,
// releases of models and their plans, and how they behave.
type modelCmd struct {
	Scan   modelScanCmd   `cmd:"" help:"Say what would run if somebody loaded these files, without loading them."`
	Sign   modelSignCmd   `cmd:"" help:"Sign a model: OpenSSF Model Signing, with a key or a certificate."`
	Verify modelVerifyCmd `cmd:"" help:"Verify a model's signature, and compare every file with it."`
	Diff   modelDiffCmd   `cmd:"" help:"Compare two versions of a model, tensor by tensor."`
	Plan   modelPlanCmd   `cmd:"" help:"Check a model's plan: what is watched, which changes were agreed, what is done without it."`
}
