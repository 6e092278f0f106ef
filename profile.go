package wardround

import "time"

// ClinicalProfile says, for a device role, what its loss and its misuse mean at
// the bedside, its safe state, and what not to do. Product behaviour is asserted
// only from the maker's instructions; unreviewed text is labelled so.
type ClinicalProfile struct {
	Role        string      `json:"role"`
	Criticality Criticality `json:"criticality"`
	Loss        string      `json:"loss"`
	Misuse      string      `json:"misuse"`
	Safe        string      `json:"safe"`
	Dont        string      `json:"dont"`
	Source      string      `json:"source"`
	Reviewer    string      `json:"reviewer,omitempty"`
	Reviewed    time.Time   `json:"reviewed,omitzero"`
}

// Label returns "" for reviewed text and a warning for text nobody has reviewed.
func (p ClinicalProfile) Label() string {
	if p.Reviewer == "" {
		return "not yet reviewed by a clinician"
	}
	return ""
}
