package perturb

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// Images names the perturbations of images.
var Images = []string{"noise", "blur", "contrast", "brightness", "compression", "resolution", "rotation"}

// MaxPixels bounds an image.
const MaxPixels = 64 << 20

// Errors of the arguments.
var (
	ErrKind  = errors.New("perturb: no such perturbation")
	ErrPixel = fmt.Errorf("perturb: an image has at most %d pixels, and one at least", MaxPixels)
)

// Image returns a worse copy of a grey image of 16 bits. Errors: [ErrKind], [ErrPixel].
func Image(in *image.Gray16, kind string, severity int, seed uint64) (*image.Gray16, error) {
	w, h := in.Rect.Dx(), in.Rect.Dy()
	if w <= 0 || h <= 0 || w > MaxPixels/h {
		return nil, ErrPixel
	}
	x := make([]float64, w*h) // 0 to 1
	for j := range h {
		for i := range w {
			x[j*w+i] = float64(in.Gray16At(in.Rect.Min.X+i, in.Rect.Min.Y+j).Y) / 65535
		}
	}
	switch kind {
	case "noise":
		r, sd := rng(seed, severity), at(severity, [...]float64{.02, .04, .08, .12, .18})
		for i := range x {
			x[i] += sd * r.NormFloat64()
		}
	case "blur":
		blur(x, w, h, at(severity, [...]float64{.5, 1, 1.5, 2.5, 4}))
	case "contrast":
		mean, f := 0.0, at(severity, [...]float64{.8, .6, .45, .3, .2})
		for _, v := range x {
			mean += v / float64(len(x))
		}
		for i := range x {
			x[i] = mean + f*(x[i]-mean)
		}
	case "brightness":
		b := at(severity, [...]float64{.05, .1, .15, .22, .3})
		for i := range x {
			x[i] += b
		}
	case "compression":
		return compress(x, w, h, int(at(severity, [...]float64{75, 50, 30, 15, 7})))
	case "resolution":
		coarse(x, w, h, int(at(severity, [...]float64{2, 3, 4, 6, 8})))
	case "rotation":
		degrees := at(severity, [...]float64{1, 2, 4, 7, 10})
		if rng(seed, severity).Uint64()&1 == 1 {
			degrees = -degrees
		}
		x = rotate(x, w, h, degrees)
	default:
		return nil, ErrKind
	}
	return grey(x, w, h), nil
}

func grey(x []float64, w, h int) *image.Gray16 {
	out := image.NewGray16(image.Rect(0, 0, w, h))
	for j := range h {
		for i := range w {
			out.SetGray16(i, j, color.Gray16{Y: uint16(math.Round(65535 * max(0, min(1, x[j*w+i]))))})
		}
	}
	return out
}

// blur is Gaussian, along rows and then columns, with the edge held.
func blur(x []float64, w, h int, sigma float64) {
	reach := int(math.Ceil(3 * sigma))
	k := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range k {
		d := float64(i-reach) / sigma
		k[i] = math.Exp(-d * d / 2)
		sum += k[i]
	}
	tmp := make([]float64, len(x))
	pass := func(from, to []float64, n, lines, step, line int) {
		for l := range lines {
			for i := range n {
				v := 0.0
				for d, c := range k {
					v += c * from[l*line+min(max(i+d-reach, 0), n-1)*step]
				}
				to[l*line+i*step] = v / sum
			}
		}
	}
	pass(x, tmp, w, h, 1, w)
	pass(tmp, x, h, w, w, 1)
}

// rotate turns about the middle, bilinear, with the edge held.
func rotate(x []float64, w, h int, degrees float64) []float64 {
	out := make([]float64, len(x))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(w-1)/2, float64(h-1)/2
	pixel := func(i, j int) float64 { return x[min(max(j, 0), h-1)*w+min(max(i, 0), w-1)] }
	for j := range h {
		for i := range w {
			dx, dy := float64(i)-cx, float64(j)-cy
			u, v := cx+cos*dx+sin*dy, cy-sin*dx+cos*dy
			a, b := int(math.Floor(u)), int(math.Floor(v))
			fu, fv := u-float64(a), v-float64(b)
			out[j*w+i] = (1-fv)*((1-fu)*pixel(a, b)+fu*pixel(a+1, b)) + fv*((1-fu)*pixel(a, b+1)+fu*pixel(a+1, b+1))
		}
	}
	return out
}

// coarse takes the mean of squares of n by n.
func coarse(x []float64, w, h, n int) {
	for j := 0; j < h; j += n {
		for i := 0; i < w; i += n {
			sum, c := 0.0, 0.0
			for b := j; b < min(j+n, h); b++ {
				for a := i; a < min(i+n, w); a++ {
					sum += x[b*w+a]
					c++
				}
			}
			for b := j; b < min(j+n, h); b++ {
				for a := i; a < min(i+n, w); a++ {
					x[b*w+a] = sum / c
				}
			}
		}
	}
}

// compress writes eight bits as JPEG and reads them back.
func compress(x []float64, w, h, quality int) (*image.Gray16, error) {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i, v := range x {
		g.Pix[(i/w)*g.Stride+i%w] = uint8(math.Round(255 * max(0, min(1, v))))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("perturb: compression: %w", err)
	}
	back, err := jpeg.Decode(&b)
	if err != nil {
		return nil, fmt.Errorf("perturb: compression: %w", err)
	}
	for j := range h {
		for i := range w {
			x[j*w+i] = float64(color.Gray16Model.Convert(back.At(i, j)).(color.Gray16).Y) / 65535
		}
	}
	return grey(x, w, h), nil
}
