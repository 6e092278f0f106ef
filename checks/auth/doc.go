// Package auth holds the checks of how users and devices prove who they are.
package auth
