package dicom

import (
	"context"
	"slices"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "dicom.negotiation",
	Version: 1,
	Title:   "Two systems find no common way to transfer images",
	Doc: "One system offered to transfer objects of a class, and the other knew none of the transfer syntaxes offered, mostly a compression. Objects of that class cannot get across: they stay where they are, often without a message to anyone. " +
		"Compare the transfer syntaxes in the two conformance statements (PS3.2); let the sender also offer Implicit VR Little Endian, which every system must know (PS3.5 §10.1), or have the receiver's maker add the compression. It passes when the class is agreed on between the two. " +
		"It is wrong where the sender offers the same class again in another context; such offers are counted together.",
	Concern:      wardround.Interoperability,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"dicom"},
	Side:         check.AsClient,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"message-conformance", "interface-reliability"},
	Watch:        []kind.Name{kind.DICOMAssociation},
	Fresh:        30 * 24 * time.Hour,
	Group:        check.ByZone,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Images of some kind can't get from {asset} to {server}. If someone waits for them there, they are missing.",
		Ward:        "If images are missing, ask radiology before an examination is repeated.",
		Engineering: "Compare the transfer syntaxes that {asset} offers and {server} knows for these SOP classes: {classes}.",
		Security:    "Nothing to do.",
		Dont:        "Don't repeat an examination because images have not arrived: look on {asset} first.",
		Why:         "{asset} offered {classes}; {server} answered that it supports none of the transfer syntaxes.",
		Wrong:       "{asset} sends these objects another way.",
	},
	Run: negotiation,
})

// maxClasses bounds the SOP classes remembered between two systems.
const maxClasses = 40

// apart are the SOP classes for which two systems found no common transfer
// syntax, sorted.
type apart struct {
	Classes []string `json:"classes"`
}

// negotiation keeps, for each two systems, the classes that they cannot exchange.
func negotiation(_ context.Context, p *check.Pass) error {
	for o := range p.Seen() {
		a := o.Fields.(*kind.DICOMAssociationV1)
		from, to := o.Ends(a.FromServer)
		if a.Result != kind.DICOMAccepted || from == "" || to == "" || a.Offered == 0 {
			continue
		}
		s := check.StateOf[apart](p, "", from, to)
		s.agree(a)
		for _, uid := range a.NoCommonSyntax() {
			if i, ok := slices.BinarySearch(s.Classes, uid); !ok && len(s.Classes) < maxClasses {
				s.Classes = slices.Insert(s.Classes, i, uid)
			}
		}
		subject, item := wardround.AssetSubject(from), string(to)
		if len(s.Classes) == 0 {
			p.Pass(subject, item, wardround.Facts{"server": p.Name(to)})
			continue
		}
		p.Fail(subject, item, wardround.Facts{"server": p.Name(to), "classes": slices.Clone(s.Classes)})
	}
	return nil
}

// agree forgets the classes that the association agreed on.
func (s *apart) agree(a *kind.DICOMAssociationV1) {
	for _, c := range a.Contexts {
		if c.Result != "acceptance" {
			continue
		}
		for _, uid := range c.Abstract {
			if i, ok := slices.BinarySearch(s.Classes, uid); ok {
				s.Classes = slices.Delete(s.Classes, i, i+1)
			}
		}
	}
}
