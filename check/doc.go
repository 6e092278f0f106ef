// Package check is the frame for checks: what a check is, what it may see, and
// what it may say.
//
// A check judges. It watches kinds of observations and returns verdicts. It does
// no I/O, never reads the wall clock, and keeps its state in the frame. A new
// check is one file in checks/<area>/ plus its fixtures:
//
//	// checks/dicom/cleartext.go
//	var _ = check.Register(check.Check{
//		ID:       "dicom.cleartext",
//		Version:  1,
//		Title:    "DICOM association without TLS",
//		Doc:      "…what it means for a patient, how to fix it, when it is wrong…",
//		Concern:  wardround.Security,
//		Applies:  wardround.Device | wardround.Service,
//		Speaks:   []string{"dicom"},
//		Stage:    wardround.Operate,
//		Severity: wardround.Medium,
//		Controls: []string{"transmission-confidentiality"},
//		Watch:    []kind.Name{kind.DICOMAssociation},
//		Fresh:    7 * 24 * time.Hour,
//		Group:    check.BySite,
//		Say:      check.Say{ … },
//		Run: func(ctx context.Context, p *check.Pass) error {
//			for o := range p.Seen() {
//				a := o.Fields.(*kind.DICOMAssociationV1)
//				…
//				p.Fail(wardround.AssetSubject(o.Dst), "11112/tcp", wardround.Facts{"calling_ae": a.CallingAE})
//			}
//			return nil
//		},
//	})
//
// Fixtures are checks/<area>/testdata/<id>/hit.txtar and miss.txtar: see package
// fixture. One shared test walks the registry and fails for a check without hit,
// miss, doc, known control or unique id.
//
// # Verdict keys
//
// A verdict is for (check, subject, item). Choose the subject that a person would
// go to, and an item that is stable: a listener, a peer, a certificate; never a
// time, a counter, or an ephemeral port. A check that fails a key must be able to
// pass the same key when it sees the opposite; what it cannot see it leaves alone
// and the verdict decays.
//
// # State
//
// [State] returns the check's state for one key, at most 4 kB as JSON. It is
// saved with the verdicts of the same batch. What must be remembered per member
// (peers, hosts) goes to [Pass.Learn], which is a set kept by the frame.
package check
