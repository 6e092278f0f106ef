package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/hl7"
	"github.com/wardround/wardround/kind"
)

// What people are called, as it is found where names of machines should be.
var people = []string{
	"Müller^Jürgen", "Müller Jürgen", "Muster^Anna^Dr", "Anna Schmidt", "SCHMIDT_ANNA", "ANNA-PC", "Annas iPhone", "annas-ipad", "AnnaSchmidt", "annaschmidt", "aschmidt",
	"anna.schmidt@klinik.example", "van der Berg", "J. van den Heuvel", "von Hagen", "mmustermann", "m.mustermann", "MUSTERMANN", "Dr-House-PC", "DrHousePC", "DR_HOUSE",
	"Dr. med. Haberland", "Prof. Haberland", "Frau Haberland", "Schwester Gudrun", "ward7-nurse-kim", "PC Petra", "schmidt1", "jsmith", "jsmith-müller", "O'Brien",
	"mm120579", "MM-120579", "12.05.1979", "1979-05-12", "19790512", "12051979", "12/05/79", "Haberland, Gertrud", "Haberland; Zimmer 4", "4711081500", "D. Johnson",
}

// What administrators call applications, stations and devices.
var machines = []string{
	"CT1", "CT_ROOM_3", "CTROOM1", "MR_AVANTO", "MR2", "DR_ROOM1", "DR1", "XA-LAB2", "PACS", "ORTHANC", "TESTPACS", "AWP45557", "MEDPC-4711", "OEC9900", "ICUCENTRAL", "RISMWL",
	"GATEWAY", "PUMPGW", "EHR", "HOSP", "EPIC", "CERNER", "MIRTH", "ACME Gateway", "ICU 2", "ECHOSCU", "ANY-SCP", "SIEMENS_CT_4", "ST_MARTIN_PACS", "KLINIKUM_A", "OFFIS_DCMTK_367",
	"2.16.840.1.113883.3.72", "1.2.276.0.76.4.17.9814", "10.20.1.10", "INFUSOMATIC", "P7", "SN-4711", "VAN_MRI_1", "Ward 7 West", "HL7_ADT_OUT", "A&B", "Cerner Millennium", "Epic Bridges",
}

func TestIdentifier(t *testing.T) {
	for _, s := range people {
		if got := identifier(s, 64); got != kind.Withheld {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
	for _, s := range machines {
		if got := identifier(s, 64); got != s {
			t.Errorf("%q, a machine, leaves as %q", s, got)
		}
	}
	// Part of a name in what is cut off is a mark as well; what is too long is not looked
	// through, and does not leave.
	for s, want := range map[string]string{
		"CT_ROOM_3_OF_ANNA_SCHMIDT": kind.Withheld, strings.Repeat("CT_ROOM_3 ", 30): kind.Withheld, "CT_ROOM_3_AND_MORE_OF_IT": "CT_ROOM_3_AND_MO", "": "", "An\x00na Schm\x07idt": kind.Withheld,
	} {
		if got := identifier(s, 16); got != want {
			t.Errorf("%q leaves as %q, want %q", s, got, want)
		}
	}
}

// These go through the net: nothing tells them from a company, a town or a product.
// docs/privacy.md says so.
func TestIdentifierLimits(t *testing.T) {
	for _, s := range []string{"HABERLAND", "HOUSE", "KRAMBAMBULI_PC", "jdoe", "PC-JD", "gudrunsstation"} {
		if got := identifier(s, 64); got != s {
			t.Errorf("%q is withheld now: say so in docs/privacy.md", s)
		}
	}
}

func TestProduct(t *testing.T) {
	for _, s := range []string{
		"GE MEDICAL SYSTEMS", "SIEMENS", "Siemens Healthineers AG, Erlangen", "Dräger", "Carl Zeiss Meditec", "KARL STORZ", "Richard Wolf GmbH", "Fritz Stephan GmbH", "B. Braun Melsungen AG",
		"Robert Bosch GmbH", "Cisco Systems, Inc.", "Johnson & Johnson", "Brilliance 64", "Revolution CT", "syngo CT VA30A", "VB20 20190512", "4.1.2", "MAGNETOM Avanto", "OFFIS_DCMTK_367",
	} {
		if got := product(s, 64); got != s {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
	for _, s := range []string{"Anna Schmidt", "Müller^Jürgen", "anna.schmidt@klinik.example", "Dr. Haberland", "Frau Haberland", "van der Berg", "aschmidt", "Haberland Petra"} {
		if got := product(s, 64); got != kind.Withheld {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
}

func TestPlace(t *testing.T) {
	for _, s := range []string{
		"General Hospital", "Universitätsklinikum", "Städtisches Klinikum Köln", "St. Example", "St. Anna Hospital", "Klinikum St. Elisabeth", "Anna-Stift", "Martin-Luther-Krankenhaus",
		"ICU 2", "Station 5 West", "Radiologie", "HOSP", "Haus B",
	} {
		if got := place(s, 64); got != s {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
	for _, s := range []string{"Praxis Dr. Haberland", "Praxis Dr. med. A. Haberland", "Radiologie Schmidt & Partner", "Praxis Petra Haberland", "Office of Prof. House", "Müller^Jürgen", "12.05.1979"} {
		if got := place(s, 64); got != kind.Withheld {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
	for s, want := range map[string]string{
		"Bed 4": "Bed 4", "bed4": "bed4", "12": "12", "3B": "3B", "Zimmer 12": "Zimmer 12", "ward": "ward", "": "", "ICU": "ICU",
		"Schmidt": kind.Withheld, "Haberland": kind.Withheld, "Fenster": kind.Withheld, "Anna 3": kind.Withheld, "mm120579": kind.Withheld, "4711081": kind.Withheld, "12.05.1979": kind.Withheld,
	} {
		if got := spot(s, 64); got != want {
			t.Errorf("spot %q leaves as %q, want %q", s, got, want)
		}
	}
}

func TestSerial(t *testing.T) {
	for _, s := range []string{"SN42", "20190512", "12345678", "CT64-0117", "(01)00844588003288(17)141120(10)7654321D(21)10987654d321", "US61803727", "1.2.3"} {
		if got := serial(s, 64); got != s {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
	for _, s := range []string{"Anna Schmidt", "Müller^Jürgen", "mmustermann", "Annas Pumpe", "Leihgerät von Haberland", "anna@klinik.example"} {
		if got := serial(s, 64); got != kind.Withheld {
			t.Errorf("%q leaves as %q", s, got)
		}
	}
	for s, want := range map[string]string{"00643169001763": "00643169001763", "SN-04000": "SN-04000", "19790512": kind.Withheld, "47110815": kind.Withheld} {
		if got := model(s, 64); got != want {
			t.Errorf("model %q leaves as %q, want %q", s, got, want)
		}
	}
}

// No realistic name leaves by way of a host name, and no initials with a date.
func TestDeviceNameOfPeople(t *testing.T) {
	for _, s := range append(slices.Clone(people), "mm-12-05-79", "pc-mm-12", "jd-laptop", "laptop-jd7", "haberland", "house-pc", "patient4711", "patient-4711", "student-7", "bed-an-na",
		"desktop-schmidt", "desktop-mm12057", "laptop-mm120579", "mon-120579", "pc-470815", "a-n-n-a-pc", "haberlands-macbook-pro", "iphone-von-gudrun") {
		if got := deviceName(s, wardround.MAC{}); got != "" {
			t.Errorf("%q leaves as %q", s, got)
		}
		if got := mqttClientID([]byte(s), philip); got != "" {
			t.Errorf("client %q leaves as %q", s, got)
		}
	}
	for _, s := range []string{"monitor-bed4", "ct1", "icu2-pump-gw", "mon01", "patient-monitor-4", "ws07", "us1", "mx800-bed12", "DESKTOP-4F7Q2K9", "LAPTOP-1A2B3C4D", "hub-0007", "srv-01-dc"} {
		if got := deviceName(s, wardround.MAC{}); got != s {
			t.Errorf("%q, a device, leaves as %q", s, got)
		}
	}
}

// What machines say of their product ends where it is no product's.
func TestProductText(t *testing.T) {
	for s, want := range map[string]string{
		"MSFT 5.0": "MSFT 5.0", "udhcp 1.30": "udhcp 1.30", "android-dhcp-13": "android-dhcp-13", "dhcpcd-9.4.1:Linux-5.10.103:armv7l": "dhcpcd-9.4.1:Linux-5.10.103:armv7l",
		"Cisco Systems, Inc. IP Phone CP-7965G": "Cisco Systems, Inc. IP Phone", "PXEClient:Arch:00007:UNDI:003016": "PXEClient:Arch:00007:UNDI", "HP LaserJet 400 M401dn": "HP LaserJet 400 M401dn",
		"MacBookPro18,3": "MacBookPro18,3", "LaserJet 9": "LaserJet 9", "LaserJet of Anna Schmidt": "LaserJet", "Anna Schmidt": "", "Annas iPhone": "", "mm120579": "", "120579": "", "12345": "",
		"LaserJet 12.05.1979": "", "HP 4711081": "HP", "Müller": "", "": "",
	} {
		if got := productText(s, 64, wardround.MAC{}); got != want {
			t.Errorf("%q leaves as %q, want %q", s, got, want)
		}
	}
	if got := productText("Philips MX", 64, philip); got != "Philips MX" {
		t.Errorf("of its maker: %q", got)
	}
}

// Codes are codes, or are not told.
func TestCodesOfNoStandard(t *testing.T) {
	for in, want := range map[string]string{"207": "207", "E1234": "E1234", "": "", "Anna": "other", "120579": "other", "SCHMIDT": "other", "AB": "other"} {
		if got := hl7Error(in); got != want {
			t.Errorf("error %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"E": "E", "": "", "Anna": "other"} {
		if got := hl7Severity(in); got != want {
			t.Errorf("severity %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"UNICODE UTF-8": "UNICODE UTF-8", "8859/1": "8859/1", "": "", "Anna": "other", "Мария 8859/1": "other", "ISO 8859/1 Anna": "other"} {
		v := hl7.Value{Raw: []byte(in)}
		if got := hl7Charset(v); got != want {
			t.Errorf("character set %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"h2": "h2", "http/1.1": "http/1.1", "": "", "\x1a\x1a": "grease", "anna": "other", "mm120579": "other"} {
		if got := alpnName(in); got != want {
			t.Errorf("ALPN %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"curve25519-sha256": "curve25519-sha256", "anna@klinik.example": "other", "": "", "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==": "gss-group14-sha256-*", "curve25519-sha256@anna": "other",
	} {
		if got := sshAlgorithm(in); got != want {
			t.Errorf("SSH algorithm %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"nginx": "nginx", "nginx/1.22": "nginx/1.22", "Anna Schmidt": "", "schmidt/1.0": "", "HAPI-FHIR/6.8.0": "HAPI-FHIR/6.8.0", "OpenSSL/1.1.1u-anna": "OpenSSL/1.1.1u", "viewer": "",
		"Haberland": "", "mm120579/1": "", "Python-urllib/3.11": "Python-urllib/3.11", "x/1.0-rc2": "x/1.0-rc2", "x/v2": "x/v2", "x/vanna": "", "ward7-nurse-kim/1": "",
	} {
		if got := strings.Join(httpProducts(in), " "); got != want {
			t.Errorf("product %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"1.2.840.10008.5.1.4.1.1.2": "1.2.840.10008.5.1.4.1.1.2", "1.2.276.0.7230010.3.0.3.6.7": "1.2.276.0.7230010.3.0.3.6.7", "1.2.276.0.19790512.1": "", "2.25.1234": "",
		"1.2.840.113619.2.55.3.604688119.971.1234567890.123": "", "SCHMIDT": "", "1.3.12.2.1107.5.9.1": "1.3.12.2.1107.5.9.1",
	} {
		if got := dicomClass(in); got != want {
			t.Errorf("UID %q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"00100010": "00100010", "PatientName": "PatientName", "19790512": "", "12051979": "", "00400275.00400009": "00400275.00400009", "00400275.19790512": "", "schmidt": ""} {
		if got := dicomwebParameter(in); got != want {
			t.Errorf("parameter %q: %q", in, got)
		}
	}
}
