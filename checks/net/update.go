package net

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "net.unauthenticated-update",
	Version: 1,
	Title:   "Firmware or a drug library came from whoever answered",
	Doc: "A device loaded firmware, software or a drug library by HTTP, FTP, TFTP or NFS. None of these proves where the file comes from or that it is whole: whoever stands on the way, or answers first, can hand out another one, and the device does from then on what that one says. " +
		"Some devices check a signature inside the file; that can't be seen from the network, so ask the maker. Ask for updates by HTTPS with certificates; until then keep the server and the devices in a segment of their own, and mark it as the one that hands out updates. " +
		"It is wrong where the maker confirms that the file is signed and the device refuses others, and where a file only looks like firmware by its name. From a zone marked for updates the answer is unknown, because the signature can't be seen. It does not pass by itself: a load that is protected can't be seen either.",
	Concern:  wardround.Security,
	Applies:  wardround.Device | wardround.Intermediary,
	Stage:    wardround.Operate,
	Severity: wardround.Medium,
	Controls: []string{"software-update-integrity"},
	Watch:    []kind.Name{kind.HTTPTransaction, kind.FTPTransfer, kind.TFTPRequest, kind.NFSAccess},
	Fresh:    30 * 24 * time.Hour,
	Group:    check.ByZone,
	Say: check.Say{
		Bedside:     "No wrong behaviour of {asset} is known. It took {what} from {server} without proof of where it came from; whether {asset} checks that itself is unknown.",
		Ward:        "If {asset} behaves other than usual, shows settings nobody entered or misses limits it had, care for the patient by local procedure, replace it, and call clinical engineering.",
		Engineering: "Compare version and checksum on {asset} with what the maker gives. Ask the maker whether it checks signatures.",
		Security:    "Find who runs {server} and who can write there. Keep the file for comparison.",
		Dont:        "Don't restart or reload {asset} while it may be in use, and don't switch off {server} during a load: a device may be left without software.",
		Why:         "{asset} took {what} from {server} by {protocol}.",
		Wrong:       "the maker confirms that the device refuses files without its signature.",
	},
	Run: update,
})

// update fails a device that took a file which changes what it does.
func update(_ context.Context, p *check.Pass) error {
	type taken struct {
		device, server wardround.AssetID
		protocol       string
	}
	said := map[taken]bool{}
	for o := range p.Seen() {
		protocol, what, upload, secured := loaded(o.Fields)
		if what == "" || o.Src == "" || o.Dst == "" {
			continue
		}
		device, server, holder := o.Src, o.Dst, o.Flow.Dst.Addr
		if upload { // brought to the device
			device, server, holder = o.Dst, o.Src, o.Flow.Src.Addr
		}
		a := p.Asset(device)
		if a == nil || a.Remote || a.Kind != 0 && !onWard(a) || said[taken{device, server, protocol}] {
			continue
		}
		said[taken{device, server, protocol}] = true
		subject, item := wardround.AssetSubject(device), protocol+" from "+string(server)
		facts := wardround.Facts{"what": what, "server": p.Name(server), "protocol": strings.ToUpper(protocol)}
		zone := p.Inventory().Zone(holder)
		switch {
		case secured:
			p.Pass(subject, item, facts)
		case handsOut(p, zone):
			p.Unknown(subject, item, "it came from the zone for updates; whether the device checks a signature can't be seen", facts)
		case a.Kind == 0 && what == "software":
			p.Unknown(subject, item, "software is loaded so by many, and nobody has said whether this is a device", facts)
		case zone == wardround.ZonePublic:
			p.Fail(subject, item, facts, check.Exposed(wardround.ExposedToPublic))
		default:
			p.Fail(subject, item, facts)
		}
	}
	return nil
}

func handsOut(p *check.Pass, zone wardround.ZoneID) bool {
	for _, z := range p.Inventory().Zones() {
		if z.ID == zone {
			return z.Update
		}
	}
	return false
}

// loaded says what file was taken and how; what is "" if it changes nothing.
// secured is set when both sides proved who they are.
func loaded(fields any) (protocol, what string, upload, secured bool) {
	switch f := fields.(type) {
	case *kind.HTTPTransactionV1:
		switch f.Update {
		case "firmware":
			return "http", "firmware", f.Upload, false
		case "drug-library":
			return "http", "a drug library", f.Upload, false
		case "program":
			return "http", "software", f.Upload, false
		}
	case *kind.FTPTransferV1:
		return "ftp", named(f.Extension), f.Upload, false
	case *kind.TFTPRequestV1:
		what = named(f.Extension)
		if what == "" && !f.Write && (f.Extension == "" || f.Extension == "other") {
			what = "a boot file" // such names mostly have no extension, and nothing else is loaded so
		}
		return "tftp", what, f.Write, false
	case *kind.NFSAccessV1:
		return "nfs", named(f.Extension), f.Act == "write", f.Flavor == "gss"
	}
	return "", "", false, false
}

// firmware and software are extensions of files that change what a device does.
// Archives count as software: devices take both in them.
var (
	firmware = strings.Fields("bin dfu dtb efi elf fw hdr hex img imx itb kpxe mcs mot pxe rbf rom s19 sbn srec swu uboot uf2 uimage upd update upg wim")
	software = strings.Fields("7z apk bz2 cab deb exe gz ipk jar msi msp rpm tar tbz tgz xz zip zst")
)

// named says what a file of that extension is, "" for what changes nothing.
func named(extension string) string {
	switch {
	case slices.Contains(firmware, extension):
		return "firmware"
	case slices.Contains(software, extension):
		return "software"
	}
	return ""
}
