package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/wardround/wardround"
)

// Full returns a commit with n rows of everything.
func Full(after, to uint64, n int) *wardround.Commit {
	c := commit(after, to)
	for i := range n {
		id := fmt.Sprintf("%03d", i)
		at := Noon.Add(time.Duration(i) * time.Minute)
		k := key("dicom.cleartext", "a-"+id, "port 104")
		facts := wardround.Facts{"port": 104, "titles": []string{"CT1", "PACS"}, "tls": false, "share": 0.25, "seen": at}
		state := wardround.Open
		if i == 0 {
			state = wardround.Fixed
		}
		c.Assets = append(c.Assets, &wardround.Asset{
			ID: wardround.AssetID("a-" + id), Scope: Ward, Kind: wardround.Device, KindReason: "answers C-STORE", Zone: "radiology",
			Attributes:  map[string]wardround.Attribute{wardround.AttrMaker: {Value: "Maker", Source: "dicom.association", At: at, Confidence: wardround.Observed}},
			Identifiers: []wardround.Identifier{{Type: "ae-title", Value: "CT" + id, Source: "dicom.association", First: at, Last: at, Confidence: wardround.Observed}},
			Aliases:     []wardround.AssetID{"a-old"}, Criticality: wardround.Diagnostic, Use: wardround.InUse, Speaks: []string{"dicom"}, First: at, Last: at,
		})
		c.Links = append(c.Links, &wardround.Link{ID: wardround.LinkID("l-" + id), Scope: Ward, Client: "a-000", Server: "a-001", Protocol: "dicom", Port: 104,
			Encrypted: wardround.No, Authenticated: wardround.Yes, Data: wardround.DataClinical, First: at, Last: at, Observations: 1 << 60})
		c.Proposals = append(c.Proposals, &wardround.Proposal{ID: "p-" + id, Scope: Ward, Kind: "merge", Asset: "a-000", Other: "a-001", Reason: "same serial", At: at, State: "open"})
		release := wardround.ReleaseID("r-" + id)
		c.Releases = append(c.Releases, &wardround.Release{ID: release, Org: Ward.Org, Maker: "Maker", Product: "Scanner", Version: "1." + id, Kind: wardround.Device, UDIDI: "00643169007222",
			Models: []string{"SC-1"}, Names: []string{"scanner"}, Stage: wardround.Operate, Support: wardround.SupportFull, SupportEnds: Noon.AddDate(1, 0, 0),
			Declared: map[string]string{"mds2/TXCF-1": "yes"}, SBOM: "d-" + id, Source: "person:R. Roe", At: at})
		c.Documents = append(c.Documents, &wardround.Document{ID: wardround.DocumentID("d-" + id), Org: Ward.Org, Kind: wardround.DocumentSBOM, Release: release, Name: "scanner.cdx.json",
			Format: "CycloneDX 1.6", Blob: wardround.Blob{Digest: "sha256:" + strings.Repeat("0f", 32), Size: 1 << 40, Type: "application/json"}, Trust: "verified", Parts: 300, Issued: at, At: at, Seq: to})
		c.Verdicts = append(c.Verdicts, &wardround.Verdict{Key: k, State: wardround.Fail, Severity: wardround.High, Why: "therapeutic", Facts: facts,
			At: at, Until: at.Add(time.Hour), Since: at, Version: 2, Seq: to, Knowledge: 3, Origin: wardround.Live})
		c.Transitions = append(c.Transitions, &wardround.Transition{Key: k, From: wardround.Unknown, To: wardround.Fail, Seq: to, At: at, Reason: "judged"})
		c.Findings = append(c.Findings, &wardround.Finding{ID: wardround.FindingID(Ward, k), Scope: Ward, Key: k, Case: fmt.Sprintf("c-%d", i%2), State: state,
			Severity: wardround.Medium + wardround.Severity(i/2%2), Why: "…", Title: "DICOM association without TLS", Facts: facts, Opened: at, LastSeen: at, Seq: to, Origin: wardround.Live,
			Decision: &wardround.Decision{State: wardround.Accepted, By: []wardround.Person{{Name: "R. Roe", Role: wardround.RoleClinicalEngineering}}, Reason: "isolated", At: at}})
		c.Cases = append(c.Cases, &wardround.Case{ID: "c-" + id, Scope: Ward, Check: k.Check, Group: "zone:radiology", Title: "…", Severity: wardround.High, Findings: 2, Total: 3, Opened: at, Last: at, State: "open"})
		c.Notices = append(c.Notices, &wardround.Notice{ID: "n-" + id, Case: "c-" + id, Title: "…", Severity: wardround.High, At: at})
		c.States = append(c.States, wardround.StateRow{Check: k.Check, Key: "a-" + id, Version: 1, Data: []byte{0, 1, 2, 255}})
		c.Wakes = append(c.Wakes, wardround.WakeRow{Check: k.Check, Key: "a-" + id, At: at})
		c.Learned = append(c.Learned, wardround.LearnedRow{Check: "mqtt.new-publisher", Set: "zone icu", Member: "a-" + id, First: at, Adopted: i%2 == 0})
		c.Content = append(c.Content, wardround.ContentRow{Name: "zones/" + id, Generation: to, Value: []byte(`{"a":1}`), By: "R. Roe", Reason: "plan", At: at})
		c.Evidence = append(c.Evidence, &wardround.Evidence{Kind: "verdict", Reason: "transition", Payload: fmt.Appendf(nil, `{"check":"dicom.cleartext","subject":"asset:a-%s"}`, id), At: c.At, Seq: to})
	}
	c.Evidence = append(c.Evidence, &wardround.Evidence{Kind: "action", Reason: "backup", Payload: []byte(`{}`), At: c.At, Seq: to})
	return c
}
