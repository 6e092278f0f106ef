package network

import (
	"slices"
	"strings"
)

// deviceWords are words that devices are called by, sorted: what they are, what
// they run, where they stand, who makes them. A host name leaves the sensor only
// if it is made of these and of short pieces. So no word here may be a name that
// people commonly bear.
var deviceWords = sortedWords(`
	adc admin agfa alaris alarm allscripts ambulance anaesthesia analyser analyzer android angio apc apl app apple arc archive area arrhythmia asset asus audio
	auth axis back backup barcode base bed beds bedside biomed biomedical blood bms bot box bridge build building cam camera canon carescape
	cart cath cathlab ccu cdr cell central chiller cisco clin clinic clinical clinics cloud cluster cms code com console contec control
	controller core corp covidien cpap cpoe crt ctr ctrl data database datex dell demo dental desk desktop dev device dgw dhcp dialysis dicom
	dir disk display dist dmz dns doc docker dose draeger drager drug dsa dyn ecg echo edge eeg ehr ekg elastic emergency emr endo endoscopy eng
	engine engineering epic epr equip esx esxi eth evita exam exchange ext fax fhir file fileserver fire firewall floor flow front fuji fujifilm
	fujitsu gamma gate gateway gehc gen getinfo getinge guest gwy health healthcare heart hemo his hitachi hologic home hosp hospira hospital
	host hpe hub hyperv icm icu idrac ilo imac image imaging infusion infusomat ingenia inst int integration intel intellivue intensive intern
	internal iot ipad iphone isilon jump kiosk kub kubernetes lab label laboratory lan lap laptop laser laserjet lenovo library linac linux
	lis list load log logger mac machine mail main mainframe mammo management mdm med medical medication medtronic mgmt mgr micro microscope
	mindray mini mirth mob mobile mod modality mon monitor monitoring mqtt mri mrt msa multi nas navigator net network neuro nfs nihon nmr node
	nuc nuk nurse nursing onc oncology ops optima orthanc orthopaedics orthopedics outpatient oxygen pacs pad panel patient pbx pdu perfusion
	perfusor pharma pharmacy philips phone phys physio pilot plant plc point pos post pre primary print printer prisma prn probe prod production
	proxy psu public pulse pump pumps qnap rad radio radiology rds reader recorder redis register rehab relay remote render repo report
	research resmed resp respirator ris robot roche room root router rpi rtg samsung scan scanner sched scope sdc sec secondary secure sensor
	serial serv server servers service services servo share shimadzu siemens signal site smart smtp snmp somatom sono sonosite spare spect sql
	srv srvr ssh stage staging stat station steris storage store stroke stryker student surgery surgical svc svr switch sync syngo synology syr
	syringe sys syslog system tablet tape tcm tele telemetry term terminal test tft theater theatre therapy thin thinclient time toshiba tower
	trace training transport triage trial tst tube ubuntu ultra ultrasound unit unix ups urology usg usr util utility vacuum vault vent
	ventilator video view viewer virt virtual vital vitals vlan vmw vmware voip vpn waiting wall wap ward wards waste watch water web wifi win
	windows wireless wks wlan work workbench worklist workstation wrk wsus xper xray zebra zeiss zoll zone
	bernoulli capsule carestream cerner cloverleaf corepoint ensemble horizon iguana impax intersystems mckesson meditech merge millennium mirth nexus orbis
	rhapsody sectra synapse telcor visage vue`)

// shortWords are those of one or two letters, sorted. Two other letters may be
// somebody's initials.
var shortWords = sortedWords(`
	ad ae ai ap bb ca cr ct cv db dc dx ec ed er es fs fw ge gw hp hr hv id ip iv ix kv lb lt mg mp mr mx nb nm nr ns nw or os ot oz pc pg pt px qr
	rd rf rt rx sc sn sp sw ts tv tx ui us va vm wd ws xa xp xr`)

func sortedWords(text string) []string {
	words := strings.Fields(text)
	slices.Sort(words)
	return slices.Compact(words)
}

func isWord(list []string, word string) bool {
	_, ok := slices.BinarySearch(list, word)
	return ok
}
