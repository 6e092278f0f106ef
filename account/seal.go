package account

// Seal encrypts a secret that must be had again, for a store that others may copy.
// What it belongs to is sealed with it: put elsewhere, it does not open.
func (s *Service) Seal(secret, of string) ([]byte, error) {
	return s.seal.seal([]byte(secret), "setting:"+of)
}

// Open returns what was sealed for the same. Errors: EIntegrity.
func (s *Service) Open(sealed []byte, of string) (string, error) {
	b, err := s.seal.open(sealed, "setting:"+of)
	return string(b), err
}
