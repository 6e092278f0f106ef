// Package version says which of two versions is older, in the order of the
// ecosystem they come from.
package version
