package network

import (
	"strings"

	"github.com/wardround/wardround/format/wsdiscovery"
)

// Where a protocol has a registry of names, only registered ones leave: whatever else
// stands there may be anything.

// alpnProtocols are those of the IANA registry (RFC 7301 §6), and drafts in wide use.
var alpnProtocols = strings.Fields(`http/0.9 http/1.0 http/1.1 spdy/1 spdy/2 spdy/3 spdy/3.1 stun.turn stun.nat-discovery h2 h2c webrtc c-webrtc ftp imap
	pop3 managesieve coap co xmpp-client xmpp-server acme-tls/1 mqtt dot ntske/1 sunrpc h3 h3-29 h3-Q050 smb irc nntp nnsp doq sip/2 tds/8.0 dicom
	postgresql radius/1.0 radius/1.1 grpc-exp h2-14 h2-15 h2-16 h2-fb hq-29 x-amzn-mqtt-ca x-amzn-http-ca mysql redis`)

// alpnName returns the name of an application protocol, "grease" for those that
// clients make up (RFC 8701 §2), "other" for any other.
func alpnName(p string) string {
	if p == "" {
		return ""
	}
	for _, known := range alpnProtocols {
		if p == known {
			return known
		}
	}
	if len(p) == 2 && p[0] == p[1] && p[0]&0xf == 0xa {
		return "grease"
	}
	return "other"
}

// dnsServices are names of services that hosts announce (RFC 6335 §5), sorted.
var dnsServices = strings.Fields(`
	acr-nema adisk afpovertcp airdrop airplay airport amzn-wplay androidtvremote2 apple-mobdev2 apple-pairable axis-video bacnet ble bp2p
	canon-bjnp1 cloudprint coap coaps companion-link daap device-info dicom dicom-tls dns-sd domain dpap eppc esphomelib fhir ftp googlecast
	hap hl7 home-assistant homekit http http-alt https ieee1588 ica imap ipp ipps ipp-tls iscsi kerberos ldap ldaps matter matterc matterd
	mediaremotetv meshcop mqtt mqtts ms-wbt-server net-assistant nfs ntp nut nvstream onvif opcua-tcp opcua-tls pdl-datastream pop3
	presence printer privet ptp radius raop rdlink rdp remotemgmt rfb rsync rtsp scanner secure-mqtt services sftp-ssh sip sips sleep-proxy
	smb smtp snmp sonos spotify-connect ssh syslog telnet tftp touch-able trel tvremote udisks-ssh uscan uscans wbem webdav webdavs wled
	workstation xmpp-client xmpp-server zeroconf`)

// dnsService returns a service type if its name is registered, else that there was
// one: "_ipp._tcp", "_other._tcp".
func dnsService(t string) string {
	name, transport, _ := strings.Cut(t, ".")
	if transport != "_udp" {
		transport = "_tcp"
	}
	for _, known := range dnsServices {
		if len(name) == len(known)+1 && name[0] == '_' && strings.EqualFold(name[1:], known) {
			return "_" + known + "." + transport
		}
	}
	return "_other." + transport
}

// wsdKnown are types of devices and services that announce themselves, by their
// namespaces.
var wsdKnown = map[wsdiscovery.Name]bool{
	wsdiscovery.DPWSDevice: true, wsdiscovery.DPWSDevice2006: true, wsdiscovery.MedicalDevice: true, wsdiscovery.Computer: true, wsdiscovery.NetworkVideo: true,
}

func init() {
	const wdp = "http://schemas.microsoft.com/windows/2006/08/wdp/"
	const provider = "http://standards.ieee.org/downloads/11073/11073-20701-2018"
	const onvif = "http://www.onvif.org/ver10/device/wsdl"
	for _, n := range [...]wsdiscovery.Name{
		{Space: wdp + "print", Local: "PrintDeviceType"}, {Space: wdp + "scan", Local: "ScanDeviceType"}, {Space: provider, Local: "SdcDevice"},
		{Space: onvif, Local: "Device"}, {Space: "http://schemas.microsoft.com/windows/2007/08/mediaextender", Local: "MediaCenterExtender"},
	} {
		wsdKnown[n] = true
	}
}

// wsdType returns a known type as {namespace}local, "other" for any other.
func wsdType(n wsdiscovery.Name) string {
	if !wsdKnown[n] {
		return "other"
	}
	return "{" + n.Space + "}" + n.Local
}
