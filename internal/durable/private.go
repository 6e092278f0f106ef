package durable

import (
	"fmt"
	"os"
	"runtime"
)

// Private returns an error unless only the owner may read file. On Windows, where
// the mode says nothing, it returns nil.
func Private(file string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	if m := st.Mode().Perm(); m&0o077 != 0 {
		return fmt.Errorf("%s has mode %04o: others may read it; chmod it to %04o", file, m, m&0o700)
	}
	return nil
}
