package table

import (
	"errors"
	"io"
)

func openParquet(r io.ReaderAt, size int64, name string, opt Options) (*File, error) {
	return nil, errors.New("not yet")
}
