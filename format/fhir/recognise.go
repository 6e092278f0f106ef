package fhir

import (
	"strings"

	"github.com/wardround/wardround/format/http"
)

// IsMediaType reports whether a media type, in lower case and without parameters,
// is one of FHIR's, old spellings included.
func IsMediaType(mediaType string) bool {
	switch mediaType {
	case "application/fhir+json", "application/fhir+xml", "application/fhir+turtle", "application/fhir+ndjson",
		"application/json+fhir", "application/xml+fhir", "text/fhir+ndjson":
		return true
	}
	return false
}

// Accepts reports whether an Accept value names a media type of FHIR.
func Accepts(accept string) bool {
	for accept != "" {
		member, rest, _ := strings.Cut(accept, ",")
		accept = rest
		if mediaType, _ := http.MediaType(member); IsMediaType(mediaType) {
			return true
		}
	}
	return false
}

// Scannable reports whether a [Scanner] can read content of this media type, in
// lower case and without parameters.
func Scannable(mediaType string) bool {
	switch mediaType {
	case "application/json", "application/xml", "text/xml", "text/json", "application/ndjson", "application/x-ndjson",
		"application/json-patch+json":
		return true
	}
	return IsMediaType(mediaType) && mediaType != "application/fhir+turtle"
}

// Recognise decides whether an exchange was FHIR: from how well the request fits,
// whether one of its media types (Content-Type of either side, Accept, _format) is
// FHIR's, and the resource types its bodies had at their root, "" if none.
func Recognise(fit Fit, mediaType bool, bodies ...string) bool {
	switch {
	case fit == Misfit:
		return false
	case fit == Certain, mediaType:
		return true
	}
	for _, body := range bodies {
		if IsType(body) {
			return true
		}
	}
	return false
}
