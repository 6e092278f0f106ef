package api

// Module is a Go module that is built in.
type Module struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence,omitempty"`
}

// ThirdParty is data of others that is built in.
type ThirdParty struct {
	Name    string `json:"name"`
	Source  string `json:"source"`
	Licence string `json:"licence"`
	Digest  string `json:"digest"`
}
