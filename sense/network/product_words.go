package network

import (
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oui"
)

// productWords are words that makers write into what a machine says of its product,
// besides [deviceWords], sorted.
var productWords = sortedWords(`
	aarch air amd anyconnect appletv arch arm armv aruba arubaap avaya brother busybox catalyst ccp chromecast ciscopnp client color colorjet
	compaq deskjet dhclient dhcpcd docsis eaton ecosys edition envy epson extreme fortinet freebsd generic genuineintel grandstream hewlett
	homepod httpclient imagerunner inc ipod isc jetdirect juniper konica kyocera lexmark macbook macbookair macbookpro macmini macpro meraki
	mfc microsoft mikrotik minolta mini mitel moxa msft netgear netscreen officejet officejetpro oki packard pagewide phaser pixma plus polycom
	powershot premium pro pxeclient raspberry raspberrypi ricoh ruckus samsungtv scanjet sharp smarttv snom sonos stylus systems teltonika
	touch trio ubiquiti ubnt udhcp udhcpc udhcpd ultimate undi unifi versalink vvx workcentre workforce xerox xserve yealink zte`)

// productText returns what a machine says of its product as far as it is made of words
// that products go by and of numbers: people can write there too. At most limit bytes.
func productText(s string, limit int, mac wardround.MAC) string {
	s = technicalText(s, limit)
	if dates().MatchString(s) {
		return ""
	}
	maker := ""
	if !mac.IsZero() {
		maker, _ = oui.Maker(oui.MAC(mac))
	}
	words, at := 0, 0
	for at < len(s) {
		run := runOf(strings.ToLower(s[at:]))
		beside := at > 0 && digit(s[at-1]) || at+len(run) < len(s) && digit(s[at+len(run)])
		c := run[0]
		switch {
		case digit(c) && len(run) <= freeDigits, strings.Trim(run, " -_.,:/()+") == "":
		case !digit(c) && letter(c) && (isWord(shortWords, run) || deviceWord(run, maker) || isWord(productWords, run)):
			words++
		case !digit(c) && letter(c) && len(run) <= 2 && beside && (words > 0 || len(run) == 1): // M401dn
		default:
			return productCut(s[:at], words)
		}
		at += len(run)
	}
	return productCut(s, words)
}

func productCut(s string, words int) string {
	if words == 0 {
		return "" // a number alone may be anybody's
	}
	return strings.TrimRight(s, " _.,:/(+")
}
