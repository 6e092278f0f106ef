package main

// modelCmd is what is done with AI models: files of models before they are loaded,
// releases of models and their plans, and how they behave.
type modelCmd struct {
	Plan modelPlanCmd `cmd:"" help:"Check a model's plan: what is watched, which changes were agreed, what is done without it."`
}
