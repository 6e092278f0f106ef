package portfolio

import (
	"io"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/sbom"
)

// Blobs opens received documents by their digest. Package blob implements it, but
// for the context.
type Blobs interface {
	Open(digest string) (io.ReadCloser, error)
}

// Opener makes a function Blobs.
type Opener func(digest string) (io.ReadCloser, error)

// Open calls f.
func (f Opener) Open(digest string) (io.ReadCloser, error) { return f(digest) }

// Sink takes components as they are read; its methods are those of
// cyclonedx.Sink.
type Sink interface {
	Component(index int, c sbom.Component) error
	Relation(r sbom.Relation) error
}

// Scan reads a bill of materials in any format it knows. It hands components over
// to sink and returns the document without them, or returns all of it and leaves
// sink alone. open may be called again for another try. Errors name the position.
type Scan func(open func() (io.ReadCloser, error), blob wardround.Blob, sink Sink) (*sbom.Document, error)

// Learner takes in a bundle of knowledge and says what it touches: package
// knowledge, behind the same value as [Knowledge]. An error leaves what was known
// as it was.
type Learner interface {
	Learn(o *wardround.Observation, r io.Reader) (Delta, error)
}

// Stater takes in exploitability statements: package vex, behind the same value
// as [Claims]. It returns the folded ids (or any alias) of the vulnerabilities that
// are spoken of. An error leaves what was stated as it was.
type Stater interface {
	State(o *wardround.Observation, doc *wardround.Document, r io.Reader) (vulnerabilities []string, err error)
}
