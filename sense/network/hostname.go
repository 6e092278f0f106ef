package network

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/oui"
)

// deviceWords are words that devices are called by, sorted: what they are, what
// they run, where they stand, who makes them. A host name leaves the sensor only
// if it is made of these and of short pieces. So no word here may be a name that
// people commonly bear.
var deviceWords = sortedWords(`
	adc admin alaris alarm ambulance anaesthesia analyser analyzer android angio apc apl app apple arc archive area arrhythmia asset asus audio
	auth axis back backup barcode base bed beds bedside biomed biomedical blood bms bot box bridge build building cam camera canon carescape
	cart cath cathlab ccu cdr cell central chiller cisco clin clinic clinical clinics cloud cluster cms code com console contec control
	controller core corp covidien cpap cpoe crt ctr ctrl data database datex dell demo dental desk desktop dev device dgw dhcp dialysis dicom
	dir disk display dist dmz dns doc docker dose draeger drager drug dsa dyn ecg echo edge eeg ehr ekg elastic emergency emr endo endoscopy eng
	engine engineering epic epr equip esx esxi eth evita exam exchange ext fax fhir file fileserver fire firewall floor flow front fuji fujifilm
	fujitsu gamma gate gateway gehc gen getinfo getinge guest gwy health healthcare heart hemo his hitachi hologic home hosp hospira hospital
	host hpe hub hyperv icm icu idrac ilo imac image imaging infusion infusomat ingenia inst int integration intel intellivue intensive intern
	internal iot ipad iphone isilon java jump kiosk kub kubernetes lab label laboratory lan lap laptop laser laserjet lenovo library linac linux
	lis list load log logger mac machine mail main mainframe mammo management mdm med medical medication medtronic mgmt mgr micro microscope
	mindray mini mirth mob mobile mod modality mon monitor monitoring mqtt mri mrt msa multi nas navigator net network neuro nfs nihon nmr node
	nuc nuk nurse nursing onc oncology ops optima orthanc orthopaedics orthopedics outpatient oxygen pacs pad panel patient pbx pdu perfusion
	perfusor pharma pharmacy philips phone phys physio pilot plant plc point pos post pre primary print printer prisma prn probe prod production
	proxy psu public pulse pump pumps qnap rad radio radiology rds read reader recorder redis register rehab relay remote render repo report
	research resmed resp respirator ris robot roche room root router rpi rtg samsung scan scanner sched scope sdc sec secondary secure sensor
	serial serv server servers service services servo share shimadzu siemens signal site smart smtp snmp somatom sono sonosite spare spect sql
	srv srvr ssh stage staging stat station steris storage store stroke stryker student surgery surgical svc svr switch sync syngo synology syr
	syringe sys syslog system tablet tape tcm tele telemetry term terminal test tft theater theatre therapy thin thinclient time toshiba tower
	trace training transport triage trial tst tube ubuntu ultra ultrasound unit unix ups urology usg usr util utility vacuum vault vent
	ventilator video view viewer virt virtual vital vitals vlan vmw vmware voip vpn waiting wall wap ward wards waste watch water web wifi win
	windows wireless wks wlan work workbench worklist workstation wrk wsus xper xray zebra zeiss zoll zone`)

func sortedWords(text string) []string {
	words := strings.Fields(text)
	slices.Sort(words)
	return slices.Compact(words)
}

const (
	// maxHostLabel is the longest label, in bytes (RFC 1035 §2.3.4).
	maxHostLabel = 63
	// freeLetters is the longest run of letters that needs to be no word: initials
	// and the like.
	freeLetters = 2
	// freeDigits is the longest run of digits: a birth date has eight.
	freeDigits = 6
)

// deviceName returns the first label of a host name if it names a device and no
// person, else "". There it errs on the side of silence: a word that is no
// [deviceWords], no word of the maker that registered the hardware address, and
// no part of that address in hexadecimal, keeps the whole name back. A machine
// that made its own hardware address, as private telephones do, has no name here.
func deviceName(name string, mac wardround.MAC) string {
	label, _, _ := strings.Cut(name, ".")
	if label == "" || len(label) > maxHostLabel || !mac.IsZero() && oui.LocallyAdministered(oui.MAC(mac)) {
		return ""
	}
	var address, maker string
	if !mac.IsZero() {
		address = hex.EncodeToString(mac[:])
		maker, _ = oui.Maker(oui.MAC(mac))
	}
	words := 0
	for piece := range strings.FieldsFuncSeq(label, func(r rune) bool { return r == '-' || r == '_' }) {
		lower := strings.ToLower(piece)
		if len(lower) >= 4 && strings.HasSuffix(address, lower) {
			words++
			continue
		}
		for len(lower) > 0 {
			run := runOf(lower)
			switch c := lower[0]; {
			case c >= '0' && c <= '9':
				if len(run) > freeDigits {
					return ""
				}
			case c >= 'a' && c <= 'z':
				if len(run) > freeLetters {
					if !deviceWord(run, maker) {
						return ""
					}
					words++
				}
			default:
				return "" // blanks, apostrophes, letters of other alphabets
			}
			lower = lower[len(run):]
		}
	}
	if words == 0 && !strings.ContainsAny(label, "0123456789") {
		return "" // initials alone
	}
	return label
}

// runOf returns the run of letters, digits or other bytes that s begins with.
func runOf(s string) string {
	class := func(c byte) int {
		switch {
		case c >= 'a' && c <= 'z':
			return 1
		case c >= '0' && c <= '9':
			return 2
		}
		return 3
	}
	n := 1
	for n < len(s) && class(s[n]) == class(s[0]) {
		n++
	}
	return s[:n]
}

func deviceWord(word, maker string) bool {
	if _, ok := slices.BinarySearch(deviceWords, word); ok {
		return true
	}
	for m := range strings.FieldsFuncSeq(strings.ToLower(maker), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if m == word {
			return true
		}
	}
	return false
}

// technicalText returns s if it is of at most limit printable ASCII bytes, else
// what of it is.
func technicalText(s string, limit int) string {
	for i := range len(s) {
		if i == limit || s[i] < 0x20 || s[i] > 0x7e {
			return s[:i]
		}
	}
	return s
}
