package version

import "fmt"

func parseLoose(s string) (bytewise, error) {
	return "", fmt.Errorf("%w: %q", ErrInvalid, s)
}
