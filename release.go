package wardround

import "time"

// ReleaseID names a product version, the same in every site of an org.
type ReleaseID string

// Release is a product version that assets are instances of. Build-time verdicts
// attach here; instances inherit them when read, never as copies.
type Release struct {
	ID          ReleaseID         `json:"id"`
	Org         Org               `json:"org"`
	Maker       string            `json:"maker"`
	Product     string            `json:"product"`
	Version     string            `json:"version"`
	UDIDI       string            `json:"udi_di,omitempty"` // device identifier part of the UDI
	Declared    map[string]string `json:"declared,omitempty"`
	SupportEnds time.Time         `json:"support_ends,omitzero"`
}
