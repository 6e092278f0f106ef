// Package disk gives tests folders on disks that misbehave: too small, or not to
// be written.
package disk
