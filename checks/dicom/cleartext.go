package dicom

import (
	"context"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "dicom.cleartext",
	Version: 1,
	Title:   "DICOM association without TLS",
	Doc: "Images and worklists were exchanged with this system without encryption. Whoever can listen on the way sees the images and whose they are; whoever can send on the way can change a worklist or an image, and the receiver cannot tell. " +
		"Switch both systems to DICOM over TLS (PS3.15, Secure Transport Connection Profiles); the conformance statements say which profiles they know. Where one of them cannot, carry the connection through an encrypted tunnel. " +
		"It is wrong where the connection leaves the host only inside a tunnel and the sensor looks at the inside. It passes when the same port speaks TLS and nothing readable was seen for an hour; what is inside cannot be seen then.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"dicom"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"transmission-confidentiality", "transmission-integrity"},
	Watch:        []kind.Name{kind.DICOMAssociation, kind.Flow},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 2,
	Say: check.Say{
		Bedside:     "Care is not touched. Images and who they belong to can be read on the way to {server}; whether anyone did, or changed any, is unknown.",
		Ward:        "Nothing to do. If a name on an image or a worklist doesn't fit the patient, stop and ask radiology.",
		Engineering: "Look up in the conformance statements of {client} and {server} how they speak DICOM over TLS, and plan the change with both: images don't arrive while only one side has changed.",
		Security:    "See who can listen between {client} and {server}. Until TLS is on, let only the known modalities and stations reach {item} of {server}.",
		Dont:        "Don't close the port because of this: images would stay on the modality.",
		Why:         "{client}, calling itself {calling}, opened an association with {called} on {item} of {server} that can be read.",
		Wrong:       "the sensor looks inside a tunnel that is encrypted on the network.",
	},
	Run: cleartext,
})

// cleartext fails a listener for readable associations, and passes it when TLS is
// spoken there instead.
func cleartext(_ context.Context, p *check.Pass) error {
	p.Cleartext(func(*check.Seen) check.Crossing { return check.CrossesClear }, func(o *check.Seen, how check.Crossing) wardround.Facts {
		if how == check.CrossesCovered {
			return wardround.Facts{"server": p.Name(o.Dst)}
		}
		a := o.Fields.(*kind.DICOMAssociationV1)
		return wardround.Facts{
			"server": p.Name(o.Dst), "client": p.Name(o.Src), "calling": title(a.Calling), "called": title(a.Called),
		}
	})
	return nil
}

// title is an AE title as it is told: an association that was joined midway has none.
func title(t string) string {
	if t == "" {
		return "a title not seen"
	}
	return t
}
