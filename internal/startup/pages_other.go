//go:build !linux

package startup

// DropPages does nothing here; see pages_linux.go.
func DropPages() {}

func cutPages() {}
