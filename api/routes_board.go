package api

// boardRoutes are what the overview, the map, assets and proposals are read and
// edited by.
var boardRoutes []Route
