package inventory_test

import (
	"testing"

	"github.com/wardround/wardround/inventory"
	"github.com/wardround/wardround/kind"
)

func TestNormalise(t *testing.T) {
	for _, tt := range []struct {
		typ      kind.IDType
		in, want string // "" for refused
	}{
		{kind.IDMAC, "00-11-22-AA-BB-CC", "00:11:22:aa:bb:cc"},
		{kind.IDMAC, "0011.22aa.bbcc", "00:11:22:aa:bb:cc"},
		{kind.IDMAC, "001122AABBCC", "00:11:22:aa:bb:cc"},
		{kind.IDMAC, "01:00:5e:00:00:01", ""}, // a group
		{kind.IDMAC, "00:00:00:00:00:00", ""},
		{kind.IDMAC, "00:11:22:aa:bb", ""},
		{kind.IDMAC, "0:01:12:2a:ab:bc:c", ""},
		{kind.IDMAC, "00:11:22:aa:bb:cg", ""},
		{kind.IDIP, "::ffff:10.0.0.1", "10.0.0.1"},
		{kind.IDIP, "FE80::1%eth0", "fe80::1"},
		{kind.IDIP, "224.0.0.1", ""},
		{kind.IDIP, "255.255.255.255", ""},
		{kind.IDIP, "0.0.0.0", ""},
		{kind.IDHostname, "Monitor-3.LOCAL.", "monitor-3"},
		{kind.IDHostname, "localhost", ""},
		{kind.IDDNSName, "PACS.Hospital.Example.", "pacs.hospital.example"},
		{kind.IDAETitle, "  CT1 ", "CT1"},
		{kind.IDAETitle, "ct1", "ct1"}, // case tells titles apart
		{kind.IDSerial, "Acme/sn  0017", "ACME/SN 0017"},
		{kind.IDSerial, "Acme/0000", ""},
		{kind.IDSerial, "Acme/N/A", ""},
		{kind.IDSerial, "/4711", ""}, // whose?
		{kind.IDSerial, "Acme/1234567", ""},
		{kind.IDSerial, "Acme/xxxx", ""},
		{kind.IDSerial, "Acme/77", "ACME/77"},
		{kind.IDEUI64, "00-11-22-FF-FE-33-44-55", "001122fffe334455"},
		{kind.IDEUI64, "0011223344", ""},
		{kind.IDEUI64, "FFFFFFFFFFFFFFFF", ""},
		{kind.IDUDI, "(01)09506000117843(11)141231(21)a1", "(01)09506000117843(21)A1"},
		{kind.IDUDI, "(01)09506000117843(21)A1", "(01)09506000117843(21)A1"},
		{kind.IDUDI, "(01)09506000117843(10)LOT7", ""}, // a lot, not a device
		{kind.IDUDI, "+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456", "+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456"},
		{kind.IDEndpoint, "urn:uuid:ABCDEF01-0000-1000-8000-000000000001", "abcdef01-0000-1000-8000-000000000001"},
		{kind.IDEndpoint, "urn:uuid:00000000-0000-0000-0000-000000000000", ""},
		{kind.IDMQTTClient, "Monitor-1", "Monitor-1"},
		{kind.IDDHCPClient, "01AABBCC", "01aabbcc"},
	} {
		got, ok := inventory.Normalise(tt.typ, tt.in)
		if ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s %q: %q, %v; want %q", tt.typ, tt.in, got, ok, tt.want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("mac", "00:11:22:33:44:55")
	f.Add("udi", "(01)09506000117843(21)A(21)B")
	f.Add("serial", "Acme/ 12\t3")
	f.Add("hostname", "a.local.local.")
	f.Add("ip", "::%eth0")
	f.Add("ip", "::ffff:255.255.255.255")
	f.Fuzz(func(t *testing.T, typ, v string) {
		once, ok := inventory.Normalise(kind.IDType(typ), v)
		if !ok {
			return
		}
		if twice, ok := inventory.Normalise(kind.IDType(typ), once); !ok || twice != once {
			t.Fatalf("%s %q is %q, that is %q (%v)", typ, v, once, twice, ok)
		}
	})
}
