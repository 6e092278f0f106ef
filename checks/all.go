// Package checks brings all checks into a program: importing it registers them.
// A new area is one line here.
package checks

import (
	"embed"

	_ "github.com/wardround/wardround/checks/auth"
	_ "github.com/wardround/wardround/checks/dicom"
	_ "github.com/wardround/wardround/checks/fhir"
	_ "github.com/wardround/wardround/checks/hl7"
	_ "github.com/wardround/wardround/checks/inventory"
	_ "github.com/wardround/wardround/checks/model"
	_ "github.com/wardround/wardround/checks/mqtt"
	_ "github.com/wardround/wardround/checks/net"
	_ "github.com/wardround/wardround/checks/privacy"
	_ "github.com/wardround/wardround/checks/release"
	_ "github.com/wardround/wardround/checks/sensor"
	_ "github.com/wardround/wardround/checks/ssh"
	_ "github.com/wardround/wardround/checks/tls"
	_ "github.com/wardround/wardround/checks/vulnerability"
	_ "github.com/wardround/wardround/checks/words"
)

// Fixtures holds every check's fixtures, so that an installation can validate
// itself.
//
//go:embed */testdata
var Fixtures embed.FS
