package network

import "strings"

// withheld stands for a topic level that stays in the sensor. It is no wildcard
// of MQTT, so that filters keep theirs.
const withheld = "*"

// maxLevels is how many levels of a topic are told.
const maxLevels = 12

// mqttShape is a topic without what may be about people.
type mqttShape struct {
	text     string
	clinical bool // it speaks of measurements or alarms
	subject  bool // a level that was withheld names a patient, visit or user
}

// topicWords are words of topics, besides [deviceWords]: sorted. No word here may
// be a name that people commonly bear.
var topicWords = sortedWords(`
	ack acks active addr alert alerts api auto avail availability avg aws azure battery binary bool boot bridge broker bytes calibration channel
	charge charging clients cmd cmnd code command commands config configuration connect connected connection control count current custom
	debug delta desired details detected device devices diag diagnostics dirty disconnect disconnected discovery down edge enable
	enabled encounter entity error errors event events export failed fault faults fhir file files firmware float get global group
	hardware heap heartbeat homeassistant homie hour hub humidity idle import inactive index info input inventory iot job jobs json
	kernel last level light limits local lock log logs low lwt measurement measurements message messages metadata metric metrics
	minute motion mqtt name names new next node nodes notification notifications notify num off offline old online open oru output outputs
	override param params part parts pcd ping position power presence procedure process progress property protobuf protocol publish
	qos query queue raw reading readings ready received recv recovery refresh reject reply report reported reports req request requests reset
	resource resources response responses restart result results retained retry rpc rssi rule rules run running rx sample samples schema
	second secs seen send sensors sent sequence session sessions set setpoint sets setting settings shadow shadows share shares signal size slot
	sparkplug spb start started state states statistics stats status stop stopped stored stream streams subscribe subscriptions success
	summary sync synced tasmota telemetry tenant thing things threshold time timestamp timezone topic topics total trend
	trends tx type types unavailable unit units unknown up update updates upgrade uptime uri url valid value values
	version versions visit warning warnings watchdog week weight wheel wifi working write xml year zigbee zwave
	bolus bpm breath cvp diastolic dose flow glucose heart heartrate hr hrv ibp map nibp oxygen peep pleth ppg
	pressure pulse pulseox rate resp respiration respiratory rhythm rr saturation systolic temp temperature tidal vital
	vitals volume wave waveform waveforms alarm alarms arrhythmia ecg eeg infusion patient patients case cases user users person subject
	subjects mrn record records order orders study studies account accounts`)

// clinicalWords are those that say that a message is about a patient's state.
var clinicalWords = sortedWords(`
	alarm alarms arrhythmia bolus bpm breath cvp diastolic dose ecg eeg ekg etco glucose heart heartrate hr hrv ibp infusion map nibp
	oxygen peep pleth ppg pulse pulseox resp respiration respiratory rhythm rr saturation spo systolic tidal vital vitals waveform waveforms`)

// subjectWords are those after which a level names somebody.
var subjectWords = sortedWords(`
	patient patients person persons subject subjects user users mrn visit visits encounter encounters case cases record records order orders
	study studies account accounts people staff name names`)

// placeWords are those after which a short number names a place or a device.
var placeWords = sortedWords(`
	bed beds ward wards room rooms floor unit units site zone bay area device devices sensor sensors pump pumps monitor monitors node nodes
	channel port slot line gateway hub group`)

// shapeOf returns a topic or filter without what may be about people: a level
// leaves if it is made of words of devices and measurements, maybe with numbers of
// up to three digits, and fewer in all than a birth date has.
func shapeOf(topic []byte) (s mqttShape) {
	if len(topic) == 0 {
		return s
	}
	var b strings.Builder
	before := ""
	rest := string(topic)
	for n := 0; ; n++ {
		level, more, found := strings.Cut(rest, "/")
		rest = more
		if n > 0 {
			b.WriteByte('/')
		}
		if n == maxLevels {
			b.WriteString(withheld)
			break
		}
		lower := strings.ToLower(level)
		words, clinical := topicLevel(lower, before)
		s.clinical = s.clinical || clinical
		if words {
			b.WriteString(level)
		} else {
			b.WriteString(withheld)
			s.subject = s.subject || isWord(subjectWords, before) || namesSubject(lower)
		}
		if !found {
			break
		}
		before = lower
	}
	s.text = b.String()
	return s
}

// namesSubject reports whether something stands behind a word of [subjectWords] in one
// level: patient-4711.
func namesSubject(level string) bool {
	found := false
	for len(level) > 0 {
		if found && strings.Trim(level, "-_.: ") != "" {
			return true
		}
		run := runOf(level)
		found = isWord(subjectWords, run)
		level = level[len(run):]
	}
	return false
}

// topicLevel says whether a level, in lower case, is made of known words only,
// and whether one of them is clinical. before is the level before it.
func topicLevel(level, before string) (words, clinical bool) {
	switch level {
	case "", "+", "#":
		return true, false
	}
	subject := isWord(subjectWords, before)
	level = strings.TrimPrefix(level, "$") // $SYS, $share
	letters, digits, single := false, 0, 0
	last := "" // the run before: patient-4711 names somebody in one level
	for piece := range strings.FieldsFuncSeq(level, func(r rune) bool { return strings.ContainsRune("-_.: ", r) }) {
		for len(piece) > 0 {
			run := runOf(piece)
			piece = piece[len(run):]
			switch c := run[0]; {
			case c >= '0' && c <= '9':
				if digits += len(run); len(run) > 3 || digits > freeDigits || subject || isWord(subjectWords, last) {
					return false, clinical
				}
			case c >= 'a' && c <= 'z':
				switch {
				case topicWord(run):
				case len(run) == 1 && (letters || len(piece) > 0) && !subject && !isWord(subjectWords, last) && single < freeLetters:
					single++
				default:
					return false, clinical
				}
				letters = true
				clinical = clinical || isWord(clinicalWords, run)
			default:
				return false, clinical
			}
			last = run
		}
	}
	// A bare number leaves only where it names a place or a device.
	return letters || isWord(placeWords, before), clinical
}

func topicWord(run string) bool {
	switch run {
	case "sys", "spo", "etco", "fio", "co", "v":
		return true // $SYS; what is left of spo2, etco2, fio2, co2; v1
	}
	return isWord(topicWords, run) || isWord(deviceWords, run)
}
