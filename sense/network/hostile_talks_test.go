package network

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/dhcp"
	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/format/dns"
	"github.com/wardround/wardround/format/http/content"
	"github.com/wardround/wardround/format/mqtt"
	"github.com/wardround/wardround/format/oncrpc"
	"github.com/wardround/wardround/format/ssh"
	"github.com/wardround/wardround/format/tftp"
	"github.com/wardround/wardround/format/tls"
	"github.com/wardround/wardround/format/wsdiscovery"
)

func up[B string | []byte](p B) uttered   { return uttered{ToServer, []byte(p), 0} }
func down[B string | []byte](p B) uttered { return uttered{ToClient, []byte(p), 0} }

// hostileTalks are conversations of every protocol with who in every field that takes
// text, in those that none should be in, and in those that are unknown.
func hostileTalks(t testing.TB, who someone) map[string]hostileTalk {
	talks := map[string]hostileTalk{
		"hl7":         {protocol: "hl7", steps: hostileHL7(who)},
		"mqtt 3.1.1":  {protocol: "mqtt", steps: hostileMQTT(t, mqtt.Version311, who)},
		"mqtt 5":      {protocol: "mqtt", steps: hostileMQTT(t, mqtt.Version5, who)},
		"ssh":         {protocol: "ssh", silent: true, steps: hostileSSH(who, "")},
		"ssh greeted": {protocol: "ssh", silent: true, steps: hostileSSH(who, who.text+"\r\nwelcome "+who.mail+"\r\n")},
		"dhcp":        {protocol: "dhcp", datagrams: true, steps: hostileDHCP(who)},
		"dns":         {protocol: "dns", datagrams: true, steps: hostileMDNS(t, who)},
		"dns tcp":     {protocol: "dns", steps: hostileDNS(t, who)},
		"wsdiscovery": {protocol: "wsdiscovery", datagrams: true, steps: hostileWSDiscovery(who)},
		"tls 1.2":     {protocol: "tls", steps: hostileTLS(t, tls.TLS12, who)},
		"tls 1.3":     {protocol: "tls", steps: hostileTLS(t, tls.TLS13, who)},
		"ftp":         {protocol: "ftp", silent: true, steps: hostileFTP(who)},
		"telnet":      {protocol: "telnet", silent: true, steps: hostileTelnet(who)},
		"tftp":        {protocol: "tftp", datagrams: true, silent: true, steps: hostileTFTP(who)},
		"nfs":         {protocol: "nfs", silent: true, steps: hostileNFS(who)},
	}
	for _, s := range [...]struct{ name, uid string }{
		{"implicit", "1.2.840.10008.1.2"}, {"explicit", dicom.ExplicitVRLittleEndian}, {"big endian", "1.2.840.10008.1.2.2"},
	} {
		talks["dicom "+s.name] = hostileTalk{protocol: "dicom", steps: hostileDICOM(s.uid, who)}
	}
	for name, steps := range hostileHTTP(who) {
		talks["http "+name] = hostileTalk{protocol: "http", steps: steps}
	}
	return talks
}

// hostileDataSet has who in every element of the dictionary, in private and unknown
// ones, and in all of them again within sequences, as a structured report has.
func hostileDataSet(s dicom.Syntax, who someone) []byte {
	value := func(vr dicom.VR) string {
		switch vr {
		case dicom.PN:
			return who.pn
		case dicom.CS:
			return who.code
		case dicom.DA, dicom.TM, dicom.DT, dicom.IS, dicom.DS:
			return who.date
		case dicom.UI:
			return "1.2.276.0." + who.number + "." + who.date
		}
		return who.text
	}
	all := func(from, to dicom.Tag) (b []byte) {
		for _, a := range dicom.Attributes() {
			switch {
			case a.Tag < from || a.Tag > to || a.Tag.Group() <= 4 || a.VR == dicom.SQ:
			case a.Tag == dicom.SpecificCharacterSet:
				b = dicom.AppendText(b, s, a.Tag, a.VR, "ISO_IR 192")
			case a.Tag == dicom.QueryRetrieveLevel:
				b = dicom.AppendText(b, s, a.Tag, a.VR, "STUDY")
			case a.Tag == dicom.SOPClassUID:
				b = dicom.AppendText(b, s, a.Tag, a.VR, dicom.CTImageStorage)
			default:
				b = dicom.AppendText(b, s, a.Tag, a.VR, value(a.VR))
			}
		}
		return b
	}
	nested := all(0, 0x7FDFFFFF)
	for _, private := range []dicom.Tag{0x00190010, 0x00191010, 0x00291020, 0x00771001} {
		nested = dicom.AppendText(nested, s, private, dicom.UT, who.text+" "+who.mail)
	}
	b := all(0, 0x00081110)
	b = dicom.AppendSequence(b, s, 0x00081115, true, nested, nested)
	b = append(b, all(0x00081116, 0x0040A72F)...)
	b = dicom.AppendSequence(b, s, 0x0040A730, false, dicom.AppendSequence(nested, s, 0x0040A730, true, nested)) // content of a report
	b = append(b, all(0x0040A731, 0x7FDFFFFF)...)
	b = dicom.AppendText(b, s, 0x7FE10010, dicom.LO, who.text)
	return b
}

func hostileDICOM(syntax string, who someone) []uttered {
	s, _ := dicom.SyntaxOf(syntax)
	title := who.pn
	uid := "1.2.276.0." + who.number + "." + who.date
	user := dicom.UserInformation{
		MaxLength: 16384, ImplementationClass: uid, ImplementationVersion: title,
		Identity: &dicom.UserIdentity{Type: dicom.IdentityPassword, ResponseRequested: true, Primary: []byte(who.text), Secondary: []byte(who.mail)},
		Extended: []dicom.ExtendedNegotiation{{SOPClass: uid, Information: []byte(who.text)}},
		Other:    []dicom.SubItem{{Type: 0x70, Data: []byte(who.text)}},
	}
	rq := &dicom.AssociateRQ{Calling: title, Called: title, ApplicationContext: uid, User: user}
	ac := &dicom.AssociateAC{Calling: title, Called: title, User: user}
	for i, class := range append([]string{uid}, dicomContexts...) {
		id := uint8(2*i + 1)
		rq.Contexts = append(rq.Contexts, dicom.OfferedContext{ID: id, AbstractSyntax: class, TransferSyntaxes: []string{uid, syntax}})
		ac.Contexts = append(ac.Contexts, dicom.AnsweredContext{ID: id, TransferSyntax: syntax})
	}
	steps := []uttered{up(rq.Append(nil)), down(ac.Append(nil))}
	data := hostileDataSet(s, who)
	for i, f := range []dicom.CommandField{dicom.CStoreRQ, dicom.CFindRQ, dicom.CMoveRQ, dicom.CGetRQ, dicom.NCreateRQ, dicom.NActionRQ, 0x0077} {
		id := uint16(i)
		ask := dicom.Command{Field: f, MessageID: id, AffectedSOPClass: uid, RequestedSOPClass: uid, AffectedSOPInstance: uid, RequestedSOPInstance: uid,
			MoveDestination: title, MoveOriginator: title, ErrorComment: who.text, DataSet: true}
		more := dicom.Command{Field: f | 0x8000, RespondingTo: id, AffectedSOPClass: uid, AffectedSOPInstance: uid, ErrorComment: who.text, Status: dicom.StatusPending, DataSet: true}
		last := dicom.Command{Field: f | 0x8000, RespondingTo: id, ErrorComment: who.text, Status: 0xA700}
		steps = append(steps, up(dicom.AppendMessage(nil, 4096, 5, &ask, data)), down(dicom.AppendMessage(nil, 4096, 5, &more, data)), down(dicom.AppendMessage(nil, 4096, 5, &last, nil)))
	}
	return append(steps, up(dicom.AppendPData(nil, 5, true, true, []byte(who.text+who.text))), up([]byte{0x42, 0, 0, 0, 0, 16}), up(who.pn))
}

// hostileHL7 has who in every component of every field of every segment, as it is and
// with escapes, also where the standard has codes.
func hostileHL7(who someone) []uttered {
	segment := func(id string, from, to int) string {
		var b strings.Builder
		b.WriteString(id)
		for n := from; n <= to; n++ {
			family, given, _ := strings.Cut(who.pn, "^")
			fmt.Fprintf(&b, `|%s^%s^%s&%s^%s~%s\S\%s\T\%s^\X%X\`, who.text, who.number, family, given, who.mail, family, given, who.date, who.text)
		}
		return b.String() + "\r"
	}
	body := ""
	for _, id := range strings.Fields("SFT UAC EVN PID PD1 ROL NK1 PV1 PV2 DB1 OBR OBX PRT AL1 DG1 PR1 GT1 IN1 IN2 MRG ORC NTE TXA ZPD") {
		body += segment(id, 1, 40)
	}
	term := "69986^MDC_DEV_PUMP_" + who.code + "_MDS^MDC"
	body += "OBR|1|" + who.number + "|" + who.number + "|" + term + "\rOBX|2|ST|" + term + "|1|" + who.text + strings.Repeat("|", 13) + who.text + "^" + who.text + "^" + who.number + "^" + who.text + "\r" +
		"PRT|1|UC||EQUIP|" + who.text + "|||||" + who.text + "||||||" + who.text + "||||" + who.text + "\r"
	head := "MSH" + `|^~\&|` + strings.TrimPrefix(segment("x", 3, 25), "x|")
	plain := `MSH|^~\&|` + who.text + "|" + who.text + "|" + who.text + "|" + who.text + "|20260101||ORU^R01^ORU_R01|" + who.number + "|P|2.6|||||||||" + who.code + "\r"
	codes := `MSH|^~\&|` + who.pn + "|" + who.pn + "|" + who.pn + "|" + who.pn + "|" + who.date + "|" + who.text + "|" + who.code + "^" + who.code + "^" + who.code + "|" + who.number + "|" + who.code +
		"|" + who.code + "||||" + who.code + "|" + who.code + "|" + who.code + "|||" + who.code + "\r"
	answer := `MSH|^~\&|` + who.text + "|" + who.text + "|||||ACK^R01|1|P|2.6\rMSA|" + who.code + "|" + who.number + "|" + who.text + "||" + who.text + "|" + who.code + "^" + who.text + "\r" +
		"ERR|" + who.text + "|" + who.text + "|" + who.code + "^" + who.text + "|" + who.code + "|" + who.text + "|" + who.text + "|" + who.text + "|" + who.text + "\r"
	frame := func(s string) string { return "\v" + s + "\x1c\r" }
	return []uttered{
		up(frame(head + body)), down(frame(answer)), up(frame(plain + body)), down(frame(answer)), up(frame(codes + body)), down(frame(answer)), down(frame(answer)),
		up("FHS|^~\\&|" + who.text + "\r\v" + "BHS|^~\\&|" + who.text + "\r" + plain + "BTS|1|" + who.text + "\r\x1c\r" + who.text), up(frame(who.text)), up("\v" + plain),
	}
}

func hostileMQTT(t testing.TB, v mqtt.Version, who someone) []uttered {
	props := func(ids ...mqtt.PropertyID) (p mqtt.Properties) {
		if v == mqtt.Version5 {
			for _, id := range append(ids, mqtt.UserProperty) {
				p = p.With(mqtt.Property{ID: id, Key: []byte(who.text), Value: []byte(who.mail)})
			}
		}
		return p
	}
	client := mqttBytes(t, v,
		&mqtt.Connect{Version: v, ClientID: []byte(who.host), HasUserName: true, UserName: []byte(who.word), HasPassword: true, Password: []byte(who.text),
			HasWill: true, Will: mqtt.Will{Topic: []byte("patient/" + who.host), Payload: []byte(who.text), Properties: props(mqtt.ContentType, mqtt.ResponseTopic, mqtt.CorrelationData)},
			Properties: props(mqtt.AuthMethod, mqtt.AuthData)})
	more := mqttBytes(t, v,
		&mqtt.Subscribe{Off: true, PacketID: 3, Properties: props(), Filters: mqtt.Names(who.text)},
		&mqtt.Subscribe{PacketID: 1, Properties: props(), Filters: mqtt.Subscriptions(mqtt.Subscription{Filter: []byte("patient/" + who.host + "/#")},
			mqtt.Subscription{Filter: []byte(who.text)}, mqtt.Subscription{Filter: []byte("$share/" + who.word + "/bed/" + who.number)}, mqtt.Subscription{Filter: []byte("vitals/+/" + who.date)})},
		&mqtt.Publish{Topic: []byte("patient/" + who.host + "/hr"), Payload: []byte(`{"patient":"` + who.text + `","` + who.word + `":1}`), Properties: props(mqtt.ContentType, mqtt.ResponseTopic, mqtt.CorrelationData)},
		&mqtt.Publish{Topic: []byte("vitals/patient-" + who.number), Payload: []byte("MSH|^~\\&|" + who.text + "\rPID|||" + who.number + "||" + who.pn)},
		&mqtt.Publish{Topic: []byte(who.mail), Payload: []byte("<Patient>" + who.text)}, &mqtt.Publish{Topic: []byte("bed/" + who.date), Payload: []byte(who.text)},
		&mqtt.Publish{QoS: 1, PacketID: 4, Topic: []byte(who.text), Payload: []byte{}}, &mqtt.Disconnect{Properties: props(mqtt.ReasonString)})
	server := mqttBytes(t, v, &mqtt.ConnAck{V5: v == mqtt.Version5, Properties: props(mqtt.AssignedClientID, mqtt.ReasonString, mqtt.ServerReference, mqtt.ResponseInfo)})
	rest := mqttBytes(t, v, &mqtt.SubAck{PacketID: 1, Codes: []byte{0, 0, 0, 0x80}, Properties: props(mqtt.ReasonString)},
		&mqtt.Publish{Topic: []byte("user/" + who.word), Payload: []byte(who.text)}, &mqtt.Ack{Of: mqtt.PUBACK, PacketID: 4, Properties: props(mqtt.ReasonString)})
	return []uttered{up(client), down(server), up(more), down(rest)}
}

// hostileSSH begins with lines that a server may send before its banner (RFC 4253 §4.2).
func hostileSSH(who someone, before string) []uttered {
	list := []string{who.mail, who.word + "@" + who.host, "curve25519-sha256@" + who.mail, "gss-group14-sha256-" + who.word}
	k := ssh.KexInit{Kex: list, HostKey: list, CipherToServer: list, CipherToClient: list, MACToServer: list, MACToClient: list, CompressionToServer: list,
		CompressionToClient: list, LanguageToServer: list, LanguageToClient: list}
	key := append(append([]byte{0, 0, 0, byte(len(who.mail))}, who.mail...), 0, 0, 0, 4, 1, 2, 3, 4)
	return []uttered{
		down(before + "SSH-2.0-" + who.word + "_" + who.date + " " + who.text + "\r\n"), up("SSH-2.0-OpenSSH_9.2-" + who.host + " " + who.text + "\r\n"),
		down(k.Append(nil, [16]byte([]byte(who.text + who.text + who.text)[:16]))), up(k.Append(nil, [16]byte{})),
		down(ssh.AppendNewKeys(ssh.AppendKexReply(nil, key, []byte(who.text), []byte(who.text)))), up(ssh.AppendNewKeys(nil)), up(who.text), down(who.text),
	}
}

func hostileDHCP(who someone) []uttered {
	text := []byte(who.text)
	tlv := append([]byte{1, byte(len(text))}, text...)
	var out []uttered
	for _, id := range [][]byte{append([]byte{0}, text...), append([]byte{1}, []byte(who.word + who.word)[:6]...), append([]byte{255, 0, 0, 0, 1, 0, 4}, []byte(who.text + who.text)[:16]...),
		append([]byte{255, 0, 0, 0, 1, 0, 3, 0, 1}, []byte(who.word + who.word)[:6]...), append([]byte{255, 0, 0, 0, 1, 0, 1, 0, 9}, text...)} {
		var codes []byte // text as the codes inside option 43
		for _, c := range text {
			codes = append(codes, c, 0)
		}
		m := dhcp.Message{ClientMAC: philip, ServerName: who.mail, File: who.path, Options: []dhcp.Option{
			{Code: dhcp.OptParameterList, Data: bytes.ToLower(text)}, {Code: dhcp.OptVendorSpecific, Data: bytes.ToLower(codes)},
			{Code: dhcp.OptMessageType, Data: []byte{1}}, {Code: dhcp.OptHostName, Data: []byte(who.host)}, {Code: dhcp.OptDomainName, Data: text}, {Code: dhcp.OptVendorClass, Data: text},
			{Code: 124, Data: tlv}, {Code: dhcp.OptClientID, Data: id}, {Code: dhcp.OptTFTPServer, Data: text}, {Code: dhcp.OptBootFile, Data: []byte(who.path)},
			{Code: dhcp.OptFQDN, Data: append([]byte{0, 0, 0}, who.host...)}, {Code: 56, Data: text}, {Code: 77, Data: text}, {Code: 82, Data: tlv}, {Code: 119, Data: text}, {Code: 125, Data: text}, {Code: 224, Data: text},
		}}
		out = append(out, up(m.Append(nil)))
		m.Reply = true
		out = append(out, up(m.Append(nil)))
	}
	v6 := dhcp.MessageV6{Type: dhcp.Solicit, ClientID: append([]byte{0, 2, 0, 0, 1, 1}, text...), VendorClass: text, FQDN: dhcp.FQDN{Name: who.host + ".home"}}
	return append(out, up(v6.Append(nil)))
}

// hostileMDNS announces a host; a second message has what its first is not read for.
func hostileMDNS(t testing.TB, who someone) []uttered {
	at := nurse.Addr()
	instance := who.host + "._" + who.word + "._tcp.local"
	m := dns.Message{Response: true, Authoritative: true, Answers: []dns.Resource{
		{Name: "_" + who.word + "._tcp.local", Type: dns.PTR, Class: dns.IN, TTL: 9, Target: instance}, {Name: "_" + who.host[:min(15, len(who.host))] + "._udp.local", Type: dns.PTR, Class: dns.IN, TTL: 9, Target: instance},
		{Name: "_" + who.word + "._sub._http._tcp.local", Type: dns.PTR, Class: dns.IN, TTL: 9, Target: instance},
	}, Additionals: []dns.Resource{
		{Name: instance, Type: dns.SRV, Class: dns.IN, TTL: 9, Port: 80, Target: who.host + ".local"}, {Name: who.host + ".local", Type: dns.A, Class: dns.IN, TTL: 9, Addr: at},
		{Name: instance, Type: dns.TXT, Class: dns.IN, TTL: 9, Text: []string{"ty=" + who.text, "model=" + who.text, "md=" + who.word, "note=" + who.text, "adminurl=http://" + who.host, who.word + "=" + who.text}},
		{Name: who.host + ".local", Type: 13, Class: dns.IN, TTL: 9, Data: []byte(who.text)},
	}}
	m2 := m
	m2.Additionals = []dns.Resource{{Name: instance, Type: dns.TXT, Class: dns.IN, TTL: 9, Text: []string{"model=" + who.mail, "ty=" + who.date}}}
	return []uttered{up(dnsBytes(t, m, false)), up(dnsBytes(t, m2, false))}
}

func hostileDNS(t testing.TB, who someone) []uttered {
	name := who.host + ".hosp.example"
	m := dns.Message{ID: 1, Response: true, Questions: []dns.Question{{Name: name, Type: dns.A, Class: dns.IN}}, Answers: []dns.Resource{
		{Name: name, Type: dns.CNAME, Class: dns.IN, TTL: 9, Target: name}, {Name: name, Type: dns.A, Class: dns.IN, TTL: 9, Addr: served.Addr()},
		{Name: name, Type: dns.TXT, Class: dns.IN, TTL: 9, Text: []string{who.text}}, {Name: name, Type: dns.SOA, Class: dns.IN, TTL: 9, Target: name, Mailbox: who.word + ".hosp.example"},
	}, Authorities: []dns.Resource{{Name: name, Type: dns.NS, Class: dns.IN, TTL: 9, Target: name}}}
	q := m
	q.Response, q.Answers, q.Authorities = false, nil, nil
	return []uttered{up(dnsBytes(t, q, true)), down(dnsBytes(t, m, true))}
}

func hostileWSDiscovery(who someone) []uttered {
	place := wsdiscovery.Location{Facility: who.text, Building: who.text, Floor: who.text, PointOfCare: who.text, Room: who.text, Bed: who.text}
	esc := url.PathEscape(who.text)
	target := wsdiscovery.Target{Address: "urn:" + who.word + ":" + esc, MetadataVersion: 1,
		Types:  []wsdiscovery.Name{wsdiscovery.MedicalDevice, {Space: "http://" + who.mail, Local: who.word}, {Space: wsdiscovery.DPWSDevice.Space, Local: who.word}},
		Scopes: []string{place.Scope(), "sdc.ctxt.pat:/" + esc, "sdc.ctxt.opr:/" + esc, "sdc.ctxt.wfl:/" + esc, "http://" + who.mail + "/" + esc},
		XAddrs: []string{"https://10.20.1.7:6464/" + esc, "https://" + who.host + ":6464/" + esc, "http://[fe80::1%25" + who.word + "]/x", "https://" + who.word + "@10.20.1.7/"}}
	var out []uttered
	for _, k := range []wsdiscovery.Kind{wsdiscovery.Hello, wsdiscovery.Bye, wsdiscovery.ProbeMatches, wsdiscovery.Probe, wsdiscovery.Resolve, wsdiscovery.ResolveMatches} {
		m := wsdiscovery.Message{Kind: k, MessageID: "urn:" + esc, RelatesTo: "urn:" + esc, To: "urn:" + esc, Targets: []wsdiscovery.Target{target}}
		p := m.Append(nil)
		out = append(out, up(p), up(bytes.Replace(p, []byte("</s:Envelope>"), []byte("</"+who.word+">"), 1)), up(bytes.Replace(p, []byte("<s:Body>"), []byte("<s:Body><"+who.word+" "+who.word+"=\""+who.text+"\">"), 1)))
	}
	return out
}

// hostileTLS has certificates with who in every name of subject, issuer and
// alternative names.
func hostileTLS(t testing.TB, v tls.Version, who someone) []uttered {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	name := pkix.Name{CommonName: who.text, Organization: []string{who.text}, OrganizationalUnit: []string{who.text}, Locality: []string{who.text}, Province: []string{who.text},
		StreetAddress: []string{who.text}, PostalCode: []string{who.number}, SerialNumber: who.number, Country: []string{"DE"},
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: who.mail}, {Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: who.text}}}
	u := &url.URL{Scheme: "https", Host: who.host, Path: "/" + who.word}
	c := &x509.Certificate{SerialNumber: big.NewInt(47110815), Subject: name, NotBefore: certFrom, NotAfter: certTo, DNSNames: []string{who.host + ".hosp.example", who.word},
		EmailAddresses: []string{who.mail}, URIs: []*url.URL{u}, CRLDistributionPoints: []string{u.String()}, OCSPServer: []string{u.String()},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: []byte(who.text)}}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, private)
	if err != nil {
		t.Fatal(err)
	}
	server := who.host + ".hosp.example"
	script := tls.Script{Version: v, ServerName: server, ALPN: []string{who.word, who.mail, who.date}, Protocol: who.word, Chain: [][]byte{der, der}, Mutual: true, ClientChain: [][]byte{der}}
	play := script.Begin()
	var out []uttered
	for _, f := range play.Flights {
		out = append(out, uttered{Direction(f.From), f.Bytes, 0})
	}
	return append(out, up(play.AppendData(nil, tls.FromClient, 300)), down(who.text))
}

func hostileFTP(who someone) []uttered {
	return []uttered{
		down("220-" + who.text + "\r\n220 " + who.host + " FTP server (ProFTPD 1.3 " + who.text + ")\r\n"), up("USER " + who.word + "\r\n"), down("331 Password for " + who.word + "\r\n"),
		up("PASS " + who.text + "\r\n"), down("230-" + who.text + "\r\n230 " + who.word + " logged in\r\n"), up("ACCT " + who.text + "\r\nCWD " + who.path + "\r\nRETR " + who.path + "\r\n"),
		down("150 Opening " + who.path + "\r\n226 " + who.text + "\r\n"), up("STOR " + who.host + "." + who.word + "\r\n" + who.code + " " + who.text + "\r\nRNTO " + who.path + "\r\nSITE " + who.text + "\r\n"),
		down("550 " + who.path + ": no such file\r\n257 \"" + who.path + "\"\r\n" + who.text + "\r\n"), up("AUTH TLS\r\n"), down("234 " + who.text + "\r\n"), up(who.text),
	}
}

func hostileTelnet(who someone) []uttered {
	return []uttered{
		down("\xff\xfb\x01\xff\xfd\x18" + who.text + "\r\n" + who.host + " login: "), up("\xff\xfd\x01\xff\xfa\x18\x00" + who.text + "\xff\xf0\xff\xfa\x27\x00\x00USER\x01" + who.word + "\xff\xf0" + who.word + "\r\n"),
		down(who.text + "\r\nPassword: "), up(who.text + "\r\n"), down("\r\nLast login: " + who.mail + "\r\n$ "), up("cat " + who.path + "\r\n"), down(who.text),
	}
}

func hostileTFTP(who someone) []uttered {
	option := []tftp.Option{{Name: who.word, Value: who.text}, {Name: "blksize", Value: who.number}}
	read := tftp.Packet{Op: tftp.Read, Filename: who.path, Mode: "octet", Options: option}
	write := tftp.Packet{Op: tftp.Write, Filename: who.host + "." + who.word, Mode: "netascii", Options: option}
	odd := tftp.Packet{Op: tftp.Read, Filename: who.path, Mode: who.word}
	fault := tftp.Packet{Op: tftp.Failure, Code: 2, Text: who.text}
	return []uttered{up(read.Append(nil)), up(write.Append(nil)), up(odd.Append(nil)), up(fault.Append(nil))}
}

func hostileNFS(who someone) (out []uttered) {
	for procedure := range uint32(12) {
		c := nfsCall(3, procedure, who.path)
		c.Machine = who.host
		out = append(out, up(c.AppendTCP(nil)), down(who.text))
		c.Flavor = oncrpc.AuthGSS
		out = append(out, up(c.AppendTCP(nil)))
	}
	return out
}

// hostileHTTP has who in every part of requests and answers: plain ones, of FHIR and
// of DICOMweb.
func hostileHTTP(who someone) map[string][]uttered {
	q, basic := url.QueryEscape(who.text), base64.StdEncoding.EncodeToString([]byte(who.word+":"+who.text))
	family, given, _ := strings.Cut(who.pn, "^")
	fields := ""
	for _, n := range strings.Fields(`Cookie Set-Cookie Referer From Location Content-Location Link ETag If-Match If-None-Match If-None-Exist X-Forwarded-For X-Request-Id X-Patient
		Accept-Language Content-Disposition Via Origin Warning X-Api-Key Prefer Date Trailer Forwarded Upgrade TE X-Remote-User`) {
		fields += n + ": " + who.text + "; " + who.mail + "\r\n"
	}
	fields += "X-" + who.word + ": 1\r\nUser-Agent: " + who.text + " " + who.word + "/1.0 " + who.host + "/2 (" + who.text + ")\r\nServer: " + who.host + "/1.0-" + who.word + " " + who.text + "\r\n"
	host := "Host: " + who.host + ":8080\r\n"
	fhir := `{"resourceType":"` + who.code + `","id":"` + who.number + `","meta":{"source":"` + who.text + `"},"type":"` + who.word + `","` + who.word + `":"` + who.text + `"}`
	bundle := `{"resourceType":"Bundle","type":"` + who.word + `","total":3,"link":[{"relation":"next","url":"http://` + who.host + "/" + who.number + `"}],"entry":[{"fullUrl":"` + who.mail + `","resource":` + fhir +
		`},{"resource":{"resourceType":"Patient","id":"` + who.number + `","name":[{"family":"` + family + `","given":["` + given + `"]}],"birthDate":"` + who.date + `"}},{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"` +
		who.word + `","code":"` + who.word + `","diagnostics":"` + who.text + `"}]}}]}`
	xml := `<Bundle xmlns="http://hl7.org/fhir"><!-- ` + who.text + ` --><type value="` + who.word + `"/><entry><resource><` + who.code + ` x="` + who.text + `"><id value="` + who.number + `"/></` + who.code + `></resource></entry></Bundle>`
	sized := func(head, body string) string {
		return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	s, _ := dicom.SyntaxOf(dicom.ExplicitVRLittleEndian)
	uid := "1.2.276.0." + who.number + "." + who.date
	file := dicom.AppendFile(nil, dicom.ExplicitVRLittleEndian, dicom.CTImageStorage, uid, hostileDataSet(s, who))
	parts := string(content.AppendEnd(content.AppendPart(nil, who.word, "application/dicom; x="+who.word, file), who.word))
	multipart := `Content-Type: multipart/related; type="application/dicom"; boundary=` + who.word + "\r\n"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, bundle)
	z.Close()
	const json = "Content-Type: application/fhir+json\r\n"
	return map[string][]uttered{
		"plain": {up(sized("POST /"+who.host+"/"+who.number+";"+who.word+"=1/"+who.word+"."+who.word+"?"+who.word+"="+q+"#"+who.word+" HTTP/1.1\r\n"+host+fields+"Content-Type: "+who.word+"/"+who.word+"\r\nAuthorization: Basic "+basic+"\r\n", who.text)),
			down(sized("HTTP/1.1 200 "+who.text+"\r\n"+fields+"Content-Type: text/"+who.word+"\r\n", who.text))},
		"malformed": {up("GET http://" + who.word + ":" + who.word + "@" + who.host + "/" + who.path + "?access_token=" + q + " HTTP/1.1\r\n" + host + " " + who.text + "\r\n" + who.text + "\r\n: " + who.text + "\r\nTransfer-Encoding: " + who.word + "\r\n\r\n"),
			down("HTTP/1.1 401 " + who.text + "\r\nWWW-Authenticate: " + who.word + " realm=\"" + who.text + "\"\r\n\r\n"), up(strings.ToUpper(who.word) + " / HTTP/1.1\r\n" + host + "Authorization: " + who.word + " " + who.text + "\r\n\r\n"), down("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5;" + who.word + "=" + who.word + "\r\nhello\r\n0\r\n" + fields + "\r\n")},
		"fhir": {up("GET /fhir/" + who.word + "/Patient/" + who.number + "/$" + who.word + "?" + who.word + "=" + q + "&name:" + who.word + "=" + q + "&_has:" + who.code + ":" + who.word + "=" + q + "&birthdate=" + who.date + " HTTP/1.1\r\n" + host + "Accept: application/fhir+json\r\n" + fields + "\r\n"),
			down(sized("HTTP/1.1 200 OK\r\n"+json+fields, bundle)), up(sized("POST /fhir/"+who.code+" HTTP/1.1\r\n"+host+json, fhir)), down(sized("HTTP/1.1 201 "+who.text+"\r\n"+json+"Content-Encoding: gzip\r\n", zipped.String())),
			up(sized("POST /fhir/Patient/_search HTTP/1.1\r\n"+host+"Accept: application/fhir+xml\r\nContent-Type: application/x-www-form-urlencoded\r\n", "name="+q+"&"+who.word+"="+q+"&subject=Patient/"+who.number)), down(sized("HTTP/1.1 200 OK\r\nContent-Type: application/fhir+xml\r\n", xml)),
			up("GET /fhir/Patient/" + who.number + "/" + who.code + "?patient=" + who.number + " HTTP/1.1\r\n" + host + "\r\n"), down(sized("HTTP/1.1 404 x\r\n"+json, bundle))},
		"dicomweb": {up("GET /dicom-web/" + who.host + "/studies/" + uid + "?PatientName=" + q + "&" + who.date + "=" + q + "&" + who.word + "=1 HTTP/1.1\r\n" + host + "Accept: application/dicom+json\r\n\r\n"),
			down(sized("HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n", `[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"`+who.pn+`"}]},"`+who.word+`":{"Value":["`+who.text+`"]}}]`)),
			up(sized("POST /dicom-web/studies HTTP/1.1\r\n"+host+multipart, parts)), down(sized("HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n", `{"00081199":{"Value":[{"00081190":{"Value":["`+who.path+`"]}}]}}`)),
			up("GET /dicom-web/studies/" + uid + "/series/" + uid + "/instances/" + uid + "/frames/" + who.number + " HTTP/1.1\r\n" + host + "\r\n"), down(sized("HTTP/1.1 200 OK\r\n"+multipart, parts))},
		"update": {up("GET /firmware/" + who.host + "/" + who.word + "." + who.word + "?f=" + q + " HTTP/1.1\r\n" + host + "\r\n"), down(sized("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\""+who.text+".bin\"\r\n", "\x7fELF"+who.text))},
	}
}
