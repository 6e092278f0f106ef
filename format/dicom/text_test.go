package dicom

import "testing"

func TestTextOfEveryCharacterSet(t *testing.T) {
	for _, tt := range []struct{ bytes, set, want string }{
		{"Klinik", "", "Klinik"},
		{"Universit\xe4t", "ISO_IR 100", "Universität"},
		{"Universit\xe4t", "ISO 2022 IR 100", "Universität"},
		{"Universit\xe4t", `\ISO 2022 IR 100`, "Universität"},
		{"Universität", "ISO_IR 192", "Universität"},
		{"Universität", "", "Universität"},
		{"Universit\xe4t", "", "Universit\uFFFDt"},
		{"Universit\xe4t", "no such set", "Universit\uFFFDt"},
		{"\xbb\xde", "ISO_IR 144", "Ло"},
		{"\xcd\xef\xf3", "ISO_IR 126", "Νοσ"},
		{"\x1b$)C\xb1\xe8", `\ISO 2022 IR 149`, "김"},
		{"\x1b$B;3ED\x1b(B", `\ISO 2022 IR 87`, "山田"},
		{"\xd4\xcf\xc0\xde", "ISO_IR 13", "ﾔﾏﾀﾞ"},
		{"\xcd\xf5", "GB18030", "王"},
		{"\x1b$)A\xcd\xf5", `\ISO 2022 IR 58`, "王"},
	} {
		if got := Text([]byte(tt.bytes), tt.set); got != tt.want {
			t.Errorf("%q in %q is %q, want %q", tt.bytes, tt.set, got, tt.want)
		}
	}
}

func TestElementAccessors(t *testing.T) {
	seen := map[Tag]Element{}
	r := NewDataSetReader(&Config{Want: EveryTag()}, func(e *Element) {
		c := *e
		c.Value = append([]byte(nil), e.Value...)
		seen[e.Tag] = c
	})
	s := Syntax{}
	b := AppendText(nil, s, PatientID, LO)
	b = AppendText(b, s, NumberOfFrames, IS, "12")
	b = AppendUint16(b, s, 0x00280010, US, 512, 7)
	b = AppendSequence(b, s, RequestAttributes, true, nil)
	r.Begin(s, false)
	r.Feed(b)
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	id, frames, rows, sq := seen[PatientID], seen[NumberOfFrames], seen[0x00280010], seen[RequestAttributes]
	if !id.Blank() || frames.Blank() || sq.Blank() {
		t.Error("blank is not what it should be")
	}
	if n, ok := frames.Int(); n != 12 || !ok {
		t.Errorf("frames %d %v", n, ok)
	}
	if _, ok := id.Int(); ok {
		t.Error("an empty value is a number")
	}
	if n, ok := rows.Uint16(); n != 512 || !ok {
		t.Errorf("rows %d %v", n, ok)
	}
	if _, ok := id.Uint16(); ok {
		t.Error("an empty value is a number")
	}
}

func TestSOPClassesAndSyntaxes(t *testing.T) {
	for uid, want := range map[string]SOPClass{
		CTImageStorage:        {CTImageStorage, "CTImageStorage", StorageService},
		StudyRootMove:         {StudyRootMove, "StudyRootQueryRetrieveInformationModelMove", MoveService},
		storageRoot + "9999":  {UID: storageRoot + "9999", Service: StorageService},
		"1.2.840.113619.4.27": {UID: "1.2.840.113619.4.27"},
	} {
		if got, _ := LookUpSOPClass(uid); got != want {
			t.Errorf("%s is %+v", uid, got)
		}
	}
	if s, ok := SyntaxOf("1.2.840.113619.5.2"); ok || !s.Encapsulated {
		t.Errorf("a maker's syntax is %+v, %v", s, ok)
	}
	if s, ok := SyntaxOf(JPEGLossless); !ok || !s.Encapsulated {
		t.Errorf("JPEG is %+v, %v", s, ok)
	}
	if c := (Command{RequestedSOPClass: "1.2"}); c.SOPClass() != "1.2" {
		t.Error("no SOP class")
	}
	if got := Tag(0x00091010).Keyword(); got != "(0009,1010)" {
		t.Errorf("private tag is %q", got)
	}
}

func TestWhatIsNoFile(t *testing.T) {
	good := AppendFile(nil, ExplicitVRLittleEndian, CTImageStorage, "1.2", object(Syntax{}, 10))
	at := func(i int, b byte) []byte { c := append([]byte(nil), good...); c[i] = b; return c }
	for name, b := range map[string][]byte{
		"nothing":             nil,
		"cut in the preamble": good[:100],
		"cut in the meta":     good[:150],
		"cut in the data":     good[:len(good)-1],
		"no prefix":           at(130, 'X'),
		"no group length":     at(132, 3),
		"megabytes of meta":   at(142, 0xFF),
		"broken meta":         at(152, 0xFF),
	} {
		f := NewFileReader(&Config{Want: EveryTag()}, func(*Element) {})
		err := f.Feed(b)
		if e := f.End(); e == nil || err != nil && e != err {
			t.Errorf("%s: %v, then %v", name, err, e)
		}
	}
}
