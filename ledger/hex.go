package ledger

import (
	"encoding/hex"
	"fmt"
)

// hexBytes are bytes that JSON writes in hex digits.
type hexBytes []byte

// MarshalText writes hex digits.
func (b hexBytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, b), nil }

// UnmarshalText reads at most 32 bytes of hex digits.
func (b *hexBytes) UnmarshalText(text []byte) error {
	if len(text) > 64 {
		return fmt.Errorf("%d hex digits, at most 64", len(text))
	}
	out, err := hex.DecodeString(string(text))
	*b = out
	return err
}
