package network

import (
	"strings"

	"github.com/wardround/wardround/format/fhir"
	"github.com/wardround/wardround/format/filename"
	"github.com/wardround/wardround/format/http"
)

// httpSegments is how many segments of a path are told.
const httpSegments = 8

// httpWords are segments that may leave as they are, in lower case. No word here
// may be a name that people bear.
var httpWords = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`1.0 2.0 admin alarms alerts api app apps assets audit auth backup bin bulkdata cgi-bin config configuration
		console css data dav dcm4chee-arc devices device diag diagnostics dicom dicom-web dicomweb docs download downloads druglibrary
		drug-library druglib dstu2 export events favicon.ico fhir files firmware frames fw graphql health healthz hl7 home html images img import
		index.html info install instances inventory java js json jsp lib library login logout logs manifest metadata metrics monitor monitoring
		oauth oauth2 orders orthanc ota package packages patch patches patient patients ping png portal private public pump pumps r4 r4b r5
		readyz realms register rendered report reports resources rest results rpc rs sap series service services session sessions settings
		setup share shared signin soap software static stats status statistics stow stu3 studies support swupdate sync system telemetry
		thumbnail token tokens tools ui update updates upgrade upgrades upload uploads user users v1 v2 v3 v4 v5 version versions view viewer wado
		wado-rs wado-uri well-known .well-known smart-configuration web webapi webhook worklist workitems ws wsdl xml`) {
		httpWords[w] = true
	}
}

// httpPath makes a template of a path: segments that are well-known words stay,
// any other is "{}", with its extension if that is a well-known one.
func httpPath(path string) string {
	if path == "" || path == "*" {
		return path
	}
	var b strings.Builder
	n := 0
	for s := range http.Segments(path) {
		if n++; n > httpSegments {
			b.WriteString("/*")
			break
		}
		b.WriteByte('/')
		b.WriteString(httpSegment(s))
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

func httpSegment(s string) string {
	lower := strings.ToLower(s)
	switch {
	case fhir.IsType(s):
		return s
	case httpWords[lower]:
		return lower
	case s[0] == '$' && fhir.Operation(s[1:]) != "":
		return s
	}
	if ext := knownExtension(filename.Extension(s)); ext != "" && ext != "other" {
		return "{}." + ext
	}
	return "{}"
}
