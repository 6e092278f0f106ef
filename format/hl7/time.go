package hl7

import "time"

// Time reads the value as a time stamp, YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ]
// (DTM, v2.7 §2.A.22; TS of earlier versions, whose second component is
// ignored). A stamp without offset is taken to be in loc; nil means UTC. What is
// left out is the earliest it can be. The second result is false where the
// value isn't a time.
func (v Value) Time(loc *time.Location) (time.Time, bool) {
	if loc == nil {
		loc = time.UTC
	}
	b := v.Component(1).Subcomponent(1).Raw
	stamp := b
	for i, c := range b {
		if c == '+' || c == '-' {
			offset, ok := zone(b[i:])
			if !ok {
				return time.Time{}, false
			}
			stamp, loc = b[:i], time.FixedZone("", offset)
			break
		}
	}
	part := [6]int{1: 1, 2: 1} // year, month, day, hour, minute, second
	for i := range part {
		width := 2
		if i == 0 {
			width = 4
		}
		if len(stamp) == 0 && i > 0 {
			break
		}
		n, ok := number(stamp, width)
		if !ok {
			return time.Time{}, false
		}
		part[i], stamp = n, stamp[width:]
	}
	nano, ok := fraction(stamp)
	if !ok {
		return time.Time{}, false
	}
	t := time.Date(part[0], time.Month(part[1]), part[2], part[3], part[4], part[5], nano, loc)
	// time.Date accepts the 31st of February and moves it; a message may not.
	if t.Month() != time.Month(part[1]) || t.Day() != part[2] || part[3] > 23 || part[4] > 59 || part[5] > 59 {
		return time.Time{}, false
	}
	return t, true
}

// AppendTime appends t as a time stamp to the second with its offset from UTC.
func AppendTime(dst []byte, t time.Time) []byte {
	return t.AppendFormat(dst, "20060102150405-0700")
}

func zone(b []byte) (seconds int, ok bool) {
	if len(b) != 5 {
		return 0, false
	}
	h, ok1 := number(b[1:], 2)
	m, ok2 := number(b[3:], 2)
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, false
	}
	seconds = h*3600 + m*60
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// fraction reads the decimals of a second, in nanoseconds.
func fraction(b []byte) (int, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if b[0] != '.' || len(b) < 2 || len(b) > 10 {
		return 0, false
	}
	n, ok := number(b[1:], len(b)-1)
	for i := len(b); i < 10; i++ {
		n *= 10
	}
	return n, ok
}

func number(b []byte, width int) (int, bool) {
	if len(b) < width {
		return 0, false
	}
	n := 0
	for _, c := range b[:width] {
		if !digit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
