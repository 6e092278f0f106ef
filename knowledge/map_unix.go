//go:build unix

package knowledge

import (
	"errors"
	"os"
	"syscall"
)

// mapFile maps a file into memory, read only.
func mapFile(path string) (data []byte, release func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	n := info.Size()
	if n != int64(int(n)) {
		return nil, nil, errors.New("the file is too large to be mapped")
	}
	if n == 0 {
		return nil, func() {}, nil
	}
	data, err = syscall.Mmap(int(f.Fd()), 0, int(n), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return data, func() { _ = syscall.Munmap(data) }, nil
}
