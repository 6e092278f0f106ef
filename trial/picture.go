package trial

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/wardround/wardround/format/dicom"
	"github.com/wardround/wardround/stat/perturb"
)

// maxImage bounds an image file, in bytes.
const maxImage = 64 << 20

// readImage reads an image of a folder; its name cannot lead out of it.
func readImage(dir, name string) (*image.Gray16, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	st, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > maxImage {
		return nil, fmt.Errorf("%s is no file of at most %d bytes", name, maxImage)
	}
	b, err := root.ReadFile(name)
	if err != nil {
		return nil, err
	}
	g, err := picture(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return g, nil
}

// picture reads a PNG, a JPEG, or the first frame of a DICOM object whose pixels are
// not compressed, as grey of 16 bits; what it is, its content says.
func picture(b []byte) (*image.Gray16, error) {
	var in image.Image
	var err error
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		conf, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil || !fits(conf.Width, conf.Height) {
			return nil, cause(err, "a PNG that cannot be read")
		}
		if in, err = png.Decode(bytes.NewReader(b)); err != nil {
			return nil, errors.New("a PNG that cannot be read")
		}
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		conf, err := jpeg.DecodeConfig(bytes.NewReader(b))
		if err != nil || !fits(conf.Width, conf.Height) {
			return nil, cause(err, "a JPEG that cannot be read (of its kinds baseline and progressive are)")
		}
		if in, err = jpeg.Decode(bytes.NewReader(b)); err != nil {
			return nil, errors.New("a JPEG that cannot be read (of its kinds baseline and progressive are)")
		}
	case len(b) > 132 && string(b[128:132]) == "DICM":
		return dicomPicture(b)
	default:
		return nil, errors.New("no PNG, no JPEG and no DICOM file")
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	out := image.NewGray16(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetGray16(x, y, color.Gray16Model.Convert(in.At(in.Bounds().Min.X+x, in.Bounds().Min.Y+y)).(color.Gray16))
		}
	}
	return out, err
}

func fits(w, h int) bool { return w > 0 && h > 0 && w <= perturb.MaxPixels/h }

func cause(err error, say string) error {
	if err == nil {
		return perturb.ErrPixel
	}
	return errors.New(say)
}

// Elements of the image pixel, VOI LUT and modality LUT modules (PS3.3 C.7.6.3,
// C.11.1, C.11.2).
const (
	samplesPerPixel  dicom.Tag = 0x00280002
	photometric      dicom.Tag = 0x00280004
	planar           dicom.Tag = 0x00280006
	rows             dicom.Tag = 0x00280010
	columnsOf        dicom.Tag = 0x00280011
	bitsAllocated    dicom.Tag = 0x00280100
	bitsStored       dicom.Tag = 0x00280101
	highBit          dicom.Tag = 0x00280102
	signed           dicom.Tag = 0x00280103
	windowCentre     dicom.Tag = 0x00281050
	windowWidth      dicom.Tag = 0x00281051
	rescaleIntercept dicom.Tag = 0x00281052
	rescaleSlope     dicom.Tag = 0x00281053
	pixelData        dicom.Tag = 0x7FE00010
)

// pixels is the image part of a DICOM object.
type pixels struct {
	n      map[dicom.Tag]int
	text   map[dicom.Tag]string
	data   []byte
	packed bool // the pixels stand in fragments
	big    bool // numbers of pixels are big endian
}

// dicomPicture reads the first frame of a DICOM file, with the window that it names,
// else from its least to its greatest value.
func dicomPicture(b []byte) (*image.Gray16, error) {
	p := pixels{n: map[dicom.Tag]int{}, text: map[dicom.Tag]string{}}
	cfg := &dicom.Config{Limits: dicom.Limits{Value: maxImage}, Want: dicom.NewTagSet(samplesPerPixel, photometric, planar, rows, columnsOf, bitsAllocated, bitsStored,
		highBit, signed, windowCentre, windowWidth, rescaleIntercept, rescaleSlope, pixelData)}
	r := dicom.NewFileReader(cfg, func(e *dicom.Element) {
		if e.Depth() > 0 {
			return // of an icon, say
		}
		switch e.Tag {
		case pixelData:
			p.data, p.packed, p.big = bytes.Clone(e.Value), e.Length == dicom.UndefinedLength, e.BigEndian
		case photometric, windowCentre, windowWidth, rescaleIntercept, rescaleSlope:
			p.text[e.Tag] = strings.TrimRight(string(e.Value), " \x00")
		default:
			if v, ok := e.Uint16(); ok {
				p.n[e.Tag] = int(v)
			}
		}
	})
	err := r.Feed(b)
	if err == nil {
		err = r.End()
	}
	syntax, known := dicom.SyntaxOf(r.TransferSyntax)
	switch {
	case known && (syntax.Encapsulated || syntax.Deflated) || p.packed:
		return nil, fmt.Errorf("a DICOM file whose pixels are compressed (transfer syntax %s): decompress it first", r.TransferSyntax)
	case err != nil:
		return nil, fmt.Errorf("a DICOM file that cannot be read: %w", err)
	}
	return p.image()
}

// image makes grey values of pixels.
func (p *pixels) image() (*image.Gray16, error) {
	w, h, bits, stored, n := p.n[columnsOf], p.n[rows], p.n[bitsAllocated], p.n[bitsStored], max(p.n[samplesPerPixel], 1)
	if stored == 0 {
		stored = bits
	}
	high := stored - 1
	if v, ok := p.n[highBit]; ok {
		high = v
	}
	grey := strings.HasPrefix(p.text[photometric], "MONOCHROME")
	switch {
	case !fits(w, h):
		return nil, errors.New("a DICOM file without an image, or with too large a one")
	case bits != 8 && bits != 16 || stored < 1 || stored > bits || high < stored-1 || high >= bits:
		return nil, fmt.Errorf("a DICOM image of %d bits, %d of them stored, which is not read", bits, stored)
	case !(grey && n == 1 || p.text[photometric] == "RGB" && n == 3 && bits == 8):
		return nil, fmt.Errorf("a DICOM image of %d values %.16q a pixel, which is not read; MONOCHROME1, MONOCHROME2 and RGB are", n, p.text[photometric])
	case len(p.data) < w*h*n*bits/8:
		return nil, fmt.Errorf("a DICOM image of %d bytes where %d × %d pixels need %d", len(p.data), w, h, w*h*n*bits/8)
	}
	x := make([]float64, w*h)
	for i := range x {
		if n == 3 {
			x[i] = p.luminance(i, w*h)
			continue
		}
		x[i] = p.value(i, bits, stored, high)
	}
	low, width := 0.0, 255.0
	if grey {
		low, width = p.window(x)
	}
	out := image.NewGray16(image.Rect(0, 0, w, h))
	for i, v := range x {
		v = min(1, max(0, (v-low)/width))
		if p.text[photometric] == "MONOCHROME1" {
			v = 1 - v
		}
		out.SetGray16(i%w, i/w, color.Gray16{Y: uint16(math.Round(65535 * v))})
	}
	return out, nil
}

// value of one pixel, rescaled (PS3.3 C.11.1.1.2).
func (p *pixels) value(i, bits, stored, high int) float64 {
	var raw uint32
	switch {
	case bits == 8:
		raw = uint32(p.data[i])
	case p.big:
		raw = uint32(binary.BigEndian.Uint16(p.data[2*i:]))
	default:
		raw = uint32(binary.LittleEndian.Uint16(p.data[2*i:]))
	}
	raw = raw >> (high + 1 - stored) & (1<<stored - 1)
	v := float64(raw)
	if p.n[signed] == 1 && raw>>(stored-1) == 1 {
		v -= float64(uint32(1) << stored)
	}
	slope, ok := p.decimal(rescaleSlope)
	if !ok || slope == 0 {
		slope = 1
	}
	intercept, _ := p.decimal(rescaleIntercept)
	return v*slope + intercept
}

func (p *pixels) luminance(i, all int) float64 {
	r, g, b := 3*i, 3*i+1, 3*i+2
	if p.n[planar] == 1 {
		r, g, b = i, all+i, 2*all+i
	}
	return .299*float64(p.data[r]) + .587*float64(p.data[g]) + .114*float64(p.data[b])
}

// window is from where to where values are shown: that of the file (the first), else all.
func (p *pixels) window(x []float64) (low, width float64) {
	c, ok := p.decimal(windowCentre)
	w, ok2 := p.decimal(windowWidth)
	if ok && ok2 && w >= 1 {
		return c - .5 - (w-1)/2, max(w-1, 1) // PS3.3 C.11.2.1.2.1
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return low, max(high-low, 1)
}

// decimal is the first value of a decimal string.
func (p *pixels) decimal(t dicom.Tag) (float64, bool) {
	first, _, _ := strings.Cut(p.text[t], `\`)
	v, err := strconv.ParseFloat(strings.TrimSpace(first), 64)
	return v, err == nil && finite(v) && math.Abs(v) < 1e9
}
