//go:build !unix

package knowledge

import "os"

// mapFile reads a file: a mapped one could not be replaced here.
func mapFile(path string) (data []byte, release func(), err error) {
	data, err = os.ReadFile(path)
	return data, func() {}, err
}
