package pickle

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// joblib and this machine must agree on how many bytes an array takes. Where they
// don't, one of them runs what the other skips. Streams of most of these forms were
// loaded with joblib and NumPy 2 and ran their call; not loaded were the mapped objects,
// the shared type and the flags that a second state takes back.

func text(s string) string { return "\x8c" + string(rune(len(s))) + s }

func named(module, name string) string { return text(module) + text(name) + "\x93" }

func number(n int) string {
	return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n)))
}

// element is a numpy.dtype of a code, with a state if there is one.
func element(code, state string) string {
	s := named("numpy", "dtype") + "(" + code + "\x89\x88tR"
	if state != "" {
		s += state + "b"
	}
	return s
}

// state is what dtype.__setstate__ takes, without names and fields.
func state(size, flags int) string {
	return "(K\x03" + text("|") + "NNN" + number(size) + number(1) + number(flags) + "t"
}

// wrapped is a wrapper of n elements; more adds keys to its state.
func wrapped(dtype string, n int, more string) string {
	return named("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81" + wrapperState(dtype, n, more) + "b"
}

func wrapperState(dtype string, n int, more string) string {
	return "}(" + text("subclass") + named("numpy", "ndarray") + text("shape") + number(n) + "\x85" + text("order") + text("C") +
		text("dtype") + dtype + text("allow_mmap") + "\x89" + more + "u"
}

const skewCall = "cos\nsystem\n(\x8c\x04truetR0."

func pad(n int) string { return strings.Repeat("\x01", n) }

// covered is a constant of which n bytes, with its head, belong to the array as joblib
// takes it; the call stands behind them.
func covered(n int) string {
	body := pad(n-5) + skewCall
	return "B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + "0."
}

func skewed() map[string]string {
	align := text("numpy_array_alignment_bytes")
	key := named("numpy", "str_") + text("shape") + "\x85R"
	h := map[string]string{
		"a number's size in its state, smaller":  wrapped(element(text("f8"), state(1, 0)), 64, "") + pad(64) + covered(448),
		"a number's size in its state, greater":  wrapped(element(text("f8"), state(64, 0)), 64, "") + pad(512) + skewCall + pad(64*64-512-len(skewCall)) + ".",
		"a class with a size in its state":       wrapped(element(named("builtins", "int"), state(1, 0)), 64, "") + pad(64) + covered(448),
		"a state of six":                         wrapped(element(text("V8"), "(K\x01"+text("|")+"NN"+number(100)+number(4)+"t"), 16, "") + pad(64) + covered(1536),
		"a state of five":                        wrapped(element(text("V8"), "("+text("|")+"NN"+number(100)+number(4)+"t"), 16, "") + pad(128) + covered(1472),
		"objects that the flags deny, aligned":   wrapped(element(text("O"), state(-1, 0)), 0, align+number(16)) + "N." + covered(0x4e-1),
		"objects, then flags that deny them":     wrapped(element(text("V8"), state(8, 1)+"b"+state(8, 0)), 0, align+number(16)) + "N." + covered(0x4e-1),
		"a key that is equal to a text":          wrapped(element(text("u1"), ""), 0, key+number(100)+"\x85") + covered(100),
		"a pickle of objects that has a wrapper": wrapped(element(text("O"), ""), 1, "") + wrapped(element(text("u1"), ""), 100, "") + skewCall + pad(100-len(skewCall)) + "..",
		"alignment from an earlier state": named("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81q\x00" + wrapperState(element(text("f8"), ""), 0, align+number(16)) + "b\x000h\x00" +
			wrapperState(element(text("f8"), ""), 0, "") + "b" + covered(0x42+1),
		"a shared type takes no state": wrapped(named("numpy", "dtype")+"("+text("V")+"\x89\x89tR"+state(100, 0)+"b", 5, "") + skewCall + pad(500-len(skewCall)) + ".",
		"objects that may be mapped":   wrapped(element(text("O"), ""), 1, text("allow_mmap")+"\x88") + "N..",
	}
	for code, size := range map[string]int{"b": 1, "c": 1, "i": 4, "f": 4} {
		h["a code of one letter, "+code] = wrapped(element(text(code), ""), 100, "") + covered(100*size)
	}
	for name, v := range map[string]string{"true": "\x88", "false": "\x89", "a float": "G?\xf0\x00\x00\x00\x00\x00\x00", "a text": text("x"), "a tuple": ")", "a list": "]"} {
		h["alignment is "+name] = wrapped(element(text("f8"), ""), 0, align+v) + covered(0x42+1)
	}
	return h
}

func TestArraysThatReadersMeasureDifferently(t *testing.T) {
	for name, body := range skewed() {
		rep, err := Scan(bytes.NewReader([]byte("\x80\x04"+body)), Limits{}, Policy{})
		if err != nil || rep.Class <= Safe {
			t.Errorf("%s: %v %v %v", name, rep.Class, err, rep.Issues)
		}
	}
}

// TestElementTypesAreMeasured: what honest writers write is still measured to the byte.
func TestElementTypesAreMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		dtype string
		size  int
	}{
		"a float":       {element(text("f8"), state(-1, 0)), 8},
		"a float alone": {element(text("f8"), ""), 8},
		"a text":        {element(text("U3"), state(12, 8)), 12},
		"bytes":         {element(text("S5"), state(5, 0)), 5},
		"a record": {element(text("V12"), "(K\x03"+text("|")+"N("+text("a")+text("b")+"t}("+text("a")+element(text("f8"), state(-1, 0))+"K\x00\x86"+
			text("b")+element(text("i4"), state(-1, 0))+"K\x08\x86u"+number(12)+number(1)+number(16)+"t"), 12},
	} {
		s := "\x80\x04" + wrapped(c.dtype, 3, "") + pad(3*c.size) + "."
		rep, err := Scan(bytes.NewReader([]byte(s)), Limits{}, Policy{})
		if err != nil || rep.Class != Safe || !rep.Stopped || rep.End != int64(len(s)) {
			t.Errorf("%s: %v, ends at %d of %d, %v", name, rep.Class, rep.End, len(s), rep.Issues)
		}
	}
}

// TestElementTypesThatLie: flags that deny objects make NumPy take numbers for
// addresses, in any array.
func TestElementTypesThatLie(t *testing.T) {
	fields := "}" + text("a") + element(text("O"), state(-1, 63)) + "K\x00\x86s"
	for name, dtype := range map[string]string{
		"objects":            element(text("O"), state(-1, 0)),
		"numbers":            element(text("f8"), state(-1, 63)),
		"a field":            element(text("V8"), "(K\x03"+text("|")+"N"+text("a")+"\x85"+fields+number(8)+number(1)+number(0)+"t"),
		"a subarray":         element(text("V16"), "(K\x03"+text("|")+"("+element(text("O"), "")+"K\x02\x85tNN"+number(16)+number(1)+number(0)+"t"),
		"flags we can't see": element(text("V8"), "(K\x03"+text("|")+"NNN"+number(8)+number(1)+"Nt"),
	} {
		rep, err := Scan(bytes.NewReader([]byte("\x80\x04"+dtype+".")), Limits{}, Policy{})
		if err != nil || rep.Class <= Safe {
			t.Errorf("%s: %v %v", name, rep.Class, err)
		}
	}
}
