package api

// findingRoutes are findings, cases, checks, observations, events and evidence.
var findingRoutes []Route
