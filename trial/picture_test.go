package trial

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wardround/wardround/format/dicom"
)

// object is a DICOM file of 4 × 2 pixels with these values and elements.
func object(t testing.TB, syntax string, bits, stored, high, sign int, kind, window, slope string, values ...uint16) []byte {
	t.Helper()
	s, _ := dicom.SyntaxOf(syntax)
	us := func(b []byte, tag dicom.Tag, v int) []byte {
		return dicom.AppendUint16(b, s, tag, dicom.US, uint16(v))
	}
	ds := func(b []byte, tag dicom.Tag, v string) []byte {
		return dicom.AppendText(b, s, tag, dicom.DS, v)
	}
	b := us(nil, samplesPerPixel, 1)
	b = dicom.AppendText(b, s, photometric, dicom.CS, kind)
	for _, x := range []struct {
		tag dicom.Tag
		v   int
	}{{rows, 2}, {columnsOf, 4}, {bitsAllocated, bits}, {bitsStored, stored}, {highBit, high}, {signed, sign}} {
		b = us(b, x.tag, x.v)
	}
	if window != "" {
		c, w, _ := strings.Cut(window, "/")
		b = ds(ds(b, windowCentre, c), windowWidth, w)
	}
	if slope != "" {
		i, m, _ := strings.Cut(slope, "/")
		b = ds(ds(b, rescaleIntercept, i), rescaleSlope, m)
	}
	var raw []byte
	for _, v := range values {
		if bits == 8 {
			raw = append(raw, byte(v))
		} else {
			raw = binary.LittleEndian.AppendUint16(raw, v)
		}
	}
	b = dicom.AppendElement(b, s, pixelData, dicom.OW, raw)
	return dicom.AppendFile(nil, syntax, "1.2.840.10008.5.1.4.1.1.2", "1.2.3", b)
}

const explicit = "1.2.840.10008.1.2.1"

func TestPicturesOfDICOM(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want []float64 // shares of white
	}{
		"CT, window 40/400": {object(t, explicit, 16, 12, 11, 0, "MONOCHROME2", "40/400", "-1024/1", 0, 1024, 1064, 1264, 4095, 864, 964, 1164),
			[]float64{0, .4, .5, 1, 1, 0, .25, .75}},
		"inverted, no window": {object(t, explicit, 8, 8, 7, 0, "MONOCHROME1", "", "", 0, 50, 100, 200, 200, 200, 200, 200), []float64{1, .75, .5, 0, 0, 0, 0, 0}},
		"signed, implicit":    {object(t, "1.2.840.10008.1.2", 16, 16, 15, 1, "MONOCHROME2", "", "", 0xff9c, 0, 100, 100, 100, 100, 100, 100), []float64{0, .5, 1, 1, 1, 1, 1, 1}},
	} {
		g, err := picture(c.file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, want := range c.want {
			if got := float64(g.Gray16At(i%4, i/4).Y) / 65535; math.Abs(got-want) > .003 {
				t.Errorf("%s, pixel %d: %.3f, want %.3f", name, i, got, want)
			}
		}
	}
}

func TestPicturesAreReadByContent(t *testing.T) {
	in := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range in.Pix {
		in.Pix[i] = 128
	}
	var p, j bytes.Buffer
	if err := png.Encode(&p, in); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&j, in, nil); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"a.png": p.Bytes(), "b.jpg": j.Bytes(), "c": object(t, explicit, 8, 8, 7, 0, "MONOCHROME2", "128/256", "", 128, 128, 128, 128, 128, 128, 128, 128)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := readImage(dir, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if v := g.Gray16At(1, 1).Y; math.Abs(float64(v)/65535-.5) > .01 {
			t.Errorf("%s: %d", name, v)
		}
	}
	if _, err := readImage(dir, "../a.png"); err == nil {
		t.Error("a name leads out of the folder")
	}
	for say, b := range map[string][]byte{
		"no PNG":          []byte("GIF89a"),
		"compressed":      object(t, "1.2.840.10008.1.2.4.70", 8, 8, 7, 0, "MONOCHROME2", "", "", 1),
		"need 16":         object(t, explicit, 16, 16, 15, 0, "MONOCHROME2", "", "", 1, 2),
		"PALETTE":         object(t, explicit, 8, 8, 7, 0, "PALETTE COLOR", "", "", 1, 1, 1, 1, 1, 1, 1, 1),
		"of 12 bits":      object(t, explicit, 12, 12, 11, 0, "MONOCHROME2", "", "", 1, 1, 1, 1, 1, 1, 1, 1),
		"cannot be read":  p.Bytes()[:40],
		"JPEG that canno": j.Bytes()[:30],
	} {
		if _, err := picture(b); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("want %q: %v", say, err)
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(object(f, explicit, 16, 12, 11, 0, "MONOCHROME2", "40/400", "-1024/1", 0, 1, 2, 3, 4, 5, 6, 7))
	f.Add(object(f, explicit, 8, 8, 7, 1, "MONOCHROME1", "", "", 0, 1, 2, 3, 4, 5, 6, 7))
	var p bytes.Buffer
	g := image.NewGray16(image.Rect(0, 0, 3, 2))
	g.SetGray16(1, 1, color.Gray16{Y: 9})
	if err := png.Encode(&p, g); err != nil {
		f.Fatal(err)
	}
	f.Add(p.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		if len(b) > 26 && (b[16]|b[17]|b[20]|b[21] != 0 || b[0] == 0xff) {
			return // pictures too large to make thousands of
		}
		if g, err := picture(b); err == nil && (g.Rect.Dx() <= 0 || g.Rect.Dy() <= 0) {
			t.Error("a picture without pixels")
		}
	})
}
