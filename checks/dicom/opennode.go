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
	ID:      "dicom.open-node",
	Version: 1,
	Title:   "DICOM node takes anyone's word for who they are",
	Doc: "This system accepted associations under three or more names from one address, or under the name that a well-known test tool uses when nobody gives it another. So it asks callers for a name and does not look whether it knows them. Whoever reaches its port can ask for its studies or send it images. " +
		"Let it accept only the titles and addresses of the stations that need it, and ask its maker whether it can require certificates. It passes when it is seen to refuse a caller it doesn't know. " +
		"It is wrong for a gateway or a terminal server, where several stations really speak from one address.",
	Concern:      wardround.Security,
	Applies:      wardround.AnyKind,
	Speaks:       []string{"dicom"},
	Side:         check.AsServer,
	Stage:        wardround.Operate,
	Severity:     wardround.Medium,
	Controls:     []string{"device-authentication", "access-control"},
	Watch:        []kind.Name{kind.DICOMAssociation},
	Fresh:        30 * 24 * time.Hour,
	Group:        check.ByZone,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "Care is not touched. Strangers on this network could ask {asset} for images, or send it images that look like a patient's; whether anyone did is unknown.",
		Engineering: "List which stations use {asset}, and switch on its check of calling titles and addresses with its maker. Stations that are not listed will be refused.",
		Security:    "Find out who at {client} called itself {titles}. Let only known stations reach {item} of {asset}.",
		Dont:        "Don't switch the check on before the list is complete: a modality that is not listed cannot send its images.",
		Why:         "{asset} accepted associations from {client} as {titles}.",
		Wrong:       "several stations really share the address of {client}.",
	},
	Run: openNode,
})

// tools are the titles that test tools use unless told otherwise. Any title may be
// given to anything, so they are signs and no proof.
var tools = map[string]bool{
	"ECHOSCU": true, "STORESCU": true, "FINDSCU": true, "MOVESCU": true, "GETSCU": true, "TERMSCU": true, // dcmtk, dcm4che
	"DCMQR": true, "DCMSND": true, "DCMECHO": true, // dcm4che 2
	"PYNETDICOM": true,
	"ANY-SCU":    true, "ANYSCU": true, "ANY-SCP": true, // fo-dicom, nmap
}

const (
	// manyTitles from one address say that titles are not looked at.
	manyTitles = 3
	// maxCallers bounds the callers remembered for one listener.
	maxCallers = 32
	// checkedFor is how long a refusal proves that titles are looked at.
	checkedFor = 30 * 24 * time.Hour
)

// callers are the titles under which one listener accepted each caller.
type callers struct {
	Titles  map[wardround.AssetID][]string `json:"t"`
	Checked int64                          `json:"checked"` // when it refused a caller it did not know, Unix seconds
	Failed  bool                           `json:"failed"`
}

// add notes a title, and returns those of the caller, sorted.
func (c *callers) add(from wardround.AssetID, title string) []string {
	have := c.Titles[from]
	if i, ok := slices.BinarySearch(have, title); !ok && len(have) < manyTitles {
		have = slices.Insert(slices.Clone(have), i, title)
	}
	if c.Titles[from] == nil && len(c.Titles) >= maxCallers {
		return have
	}
	if c.Titles == nil {
		c.Titles = map[wardround.AssetID][]string{}
	}
	c.Titles[from] = have
	return have
}

// openNode fails a listener that does not look at who calls, and passes one that
// refuses a caller for its title.
func openNode(_ context.Context, p *check.Pass) error {
	told := map[wardround.Key]bool{}
	for o := range p.Seen() {
		a := o.Fields.(*kind.DICOMAssociationV1)
		from, to := o.Ends(a.FromServer)
		if from == "" || to == "" || o.Flow == nil || a.Calling == "" || a.FromServer {
			continue
		}
		subject, item := wardround.AssetSubject(to), check.Listener(o.Flow)
		switch a.Result {
		case kind.DICOMRejected:
			if a.RejectReason == "calling-AE-title-not-recognized" {
				s := check.StateOf[callers](p, item, to)
				s.Titles, s.Checked, s.Failed = nil, o.At.Unix(), false
				p.Pass(subject, item, wardround.Facts{"client": p.Name(from), "titles": []string{a.Calling}})
			}
		case kind.DICOMAccepted:
			s := check.StateOf[callers](p, item, to)
			titles := s.add(from, a.Calling)
			checked := s.Checked > 0 && o.At.Sub(time.Unix(s.Checked, 0)) < checkedFor
			facts := wardround.Facts{"client": p.Whom(from), "titles": titles}
			switch key := (wardround.Key{Subject: subject, Item: item}); {
			case tools[a.Calling] || len(titles) >= manyTitles && !checked:
				s.Failed = true
				p.Fail(subject, item, facts, check.Exposed(p.Exposure(from, to)))
			case !s.Failed && !checked && !told[key]: // one of a batch is enough
				told[key] = true
				p.Unknown(subject, item, "no stranger was seen to ask", facts)
			}
		}
	}
	return nil
}
