package api

import "slices"

// findingRoutes are findings, cases, checks, observations, events and evidence.
var findingRoutes = slices.Concat(
	findingListRoutes, decisionRoutes, workOrderRoutes, caseRoutes, checkRoutes,
	observationRoutes, eventRoutes, evidenceRoutes,
)
