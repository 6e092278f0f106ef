// Package pins keeps pinned modules in go.mod while their users are being written.
package pins

import (
	_ "github.com/DataDog/sketches-go/ddsketch"
	_ "github.com/axiomhq/hyperloglog"
	_ "github.com/bodgit/sevenzip"
	_ "github.com/parquet-go/parquet-go"
	_ "github.com/pierrec/lz4/v4"
	_ "github.com/sigstore/sigstore-go/pkg/verify"
	_ "github.com/ulikunitz/xz"
	_ "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	_ "gonum.org/v1/gonum/mat"
	_ "gonum.org/v1/gonum/stat/distuv"
	_ "google.golang.org/protobuf/encoding/protowire"
)
