package api

import "slices"

// boardRoutes are what the overview, the map, assets and proposals are read and
// edited by.
var boardRoutes = slices.Concat(overviewRoutes, coverageRoutes, assetRoutes, historyRoutes, linkRoutes, searchRoutes, proposalRoutes, statementRoutes, viewRoutes)
