// Package pins keeps the modules that are being wired in.
package pins

import (
	_ "cel.dev/cel-go/cel"
	_ "cel.dev/cel-go/ext"
	_ "github.com/ProtonMail/gopenpgp/v3/crypto"
	_ "github.com/google/osv-scalibr/semantic"
	_ "github.com/openvex/go-vex/pkg/vex"
	_ "github.com/package-url/packageurl-go"
	_ "github.com/pandatix/go-cvss/20"
	_ "github.com/pandatix/go-cvss/30"
	_ "github.com/pandatix/go-cvss/31"
	_ "github.com/pandatix/go-cvss/40"
	_ "github.com/santhosh-tekuri/jsonschema/v6"
	_ "github.com/secure-systems-lab/go-securesystemslib/dsse"
	_ "github.com/spdx/tools-golang/tagvalue"
	_ "github.com/theupdateframework/go-tuf/v2/metadata"
	_ "github.com/theupdateframework/go-tuf/v2/metadata/updater"
	_ "github.com/xuri/excelize/v2"
)
