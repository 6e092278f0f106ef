package pickle

import (
	"encoding/binary"
	"strings"
	"testing"
)

// legacyStorage is what torch writes for a tensor's storage in a plain pickle:
// a torch file before 1.6. program is its object, the fourth pickle.
func legacyStorage(program string) string {
	return string(torchMagic) + "\x80\x02M\xe9\x03." + "\x80\x02}q\x00(X\x0d\x00\x00\x00little_endianq\x01\x88u." +
		"\x80\x02" + program + "." + "\x80\x02]q\x00X\x01\x00\x00\x007q\x01a." + "\x02\x00\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00\x00\x80?", 2)
}

const aStorage = "(X\x07\x00\x00\x00storageq\x00ctorch\nFloatStorage\nq\x01X\x01\x00\x00\x007q\x02X\x03\x00\x00\x00cpuq\x03K\x02NtQ"

// loadFromBytes is the call that holds it; text writes it as protocol 2 does.
func loadFromBytes(file string, text bool) string {
	if text {
		u := string(latin1([]byte(file)))
		return "\x80\x02ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(u)))) + u +
			"X\x06\x00\x00\x00latin1\x86R\x85R."
	}
	return "\x80\x03ctorch.storage\n_load_from_bytes\nB" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(file)))) + file + "\x85R."
}

// TestTorchStorageInAPickle: the file inside runs when the outer pickle is loaded, so
// what it holds counts in full, and what nobody has read is not vouched for.
func TestTorchStorageInAPickle(t *testing.T) {
	long := strings.Repeat("\x00", 40<<10)
	for _, c := range []struct {
		name, file string
		want       Class
	}{
		{"a storage", legacyStorage(aStorage), Safe},
		{"a storage with many numbers", legacyStorage(aStorage) + long, Safe},
		{"a call of the system", legacyStorage("cos\nsystem\nX\x02\x00\x00\x00id\x85R"), Malicious},
		{"an unknown name", legacyStorage("cmine\nThing\n)R"), Unknown},
		{"a call in the keys", strings.Replace(legacyStorage(aStorage), "\x80\x02]q\x00X\x01\x00\x00\x007q\x01a.", "\x80\x02cos\nsystem\nX\x02\x00\x00\x00id\x85R.", 1), Malicious},
		{"no torch file", "\x80\x02K\x01." + strings.Repeat("x", 40), Unknown},
		{"cut off", legacyStorage(aStorage)[:60], Unknown},
		{"the word of the table", storageWord, Unknown},
	} {
		for _, text := range []bool{false, true} {
			if c.name == "the word of the table" && text {
				continue // bytes of that text are no torch file: loading them fails
			}
			rep := scanString(t, loadFromBytes(c.file, text))
			if rep.Class != c.want {
				t.Errorf("%s (text %v): %v, want %v: %v", c.name, text, rep.Class, c.want, rep.Issues)
			}
		}
	}
}

// TestOverMisused: what is vouched for inside of a dangerous module is malicious in
// any other use.
func TestOverMisused(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         Class
	}{
		{"an iterator over a list", "\x80\x03cbuiltins\niter\n]\x85R.", Safe},
		{"an iterator that calls", "\x80\x03cbuiltins\niter\ncbuiltins\nlen\nK\x01\x86R.", Malicious},
		{"vectorize, made", "\x80\x03cnumpy\nvectorize\n)\x81}b.", Safe},
		{"vectorize, called", "\x80\x03cnumpy\nvectorize\ncbuiltins\nlen\n\x85R.", Malicious},
		{"a list's type", "\x80\x02ctorch.jit._pickle\nbuild_intlist\n]K\x01a\x85R.", Safe},
		{"beside it", "\x80\x02ctorch.jit._pickle\nload\n]K\x01a\x85R.", Malicious},
		{"a method bound", "\x80\x03cbuiltins\ngetattr\nctorch.optim.lr_scheduler\nOneCycleLR\n)\x81\x8c\x0e_annealing_cos\x86R.", Safe},
		{"a method bound and called", "\x80\x03cbuiltins\ngetattr\nctorch.optim.lr_scheduler\nOneCycleLR\n)\x81\x8c\x0e_annealing_cos\x86R)R.", Unknown},
		{"another method", "\x80\x03cbuiltins\ngetattr\nctorch.optim.lr_scheduler\nOneCycleLR\n)\x81\x8c\x08__init__\x86R.", Unknown},
		{"type of None", "\x80\x03cbuiltins\ntype\nN\x85R.", Safe},
		{"a class made", "\x80\x03cbuiltins\ntype\n\x8c\x01X)}\x87R.", Unknown},
		{"a time zone's file", "\x80\x03cdateutil.tz.tz\ntzfile\n\x8c\x0b/etc/passwdsNN\x87R.", Unreadable},
		{"a time zone without one", "\x80\x03cdateutil.tz.tz\ntzfile\nN\x8c\x01x\x86R.", Safe},
		{"a result of a test", "\x80\x03cscipy.stats._stats_py\nTtestResult\nG\x00\x00\x00\x00\x00\x00\x00\x00G\x00\x00\x00\x00\x00\x00\x00\x00\x86\x81.", Safe},
		{"no result", "\x80\x03cscipy.stats._stats_py\nOther\n)\x81.", Unknown},
	} {
		if rep := scanString(t, c.stream); rep.Class != c.want {
			t.Errorf("%s: %v, want %v: %v", c.name, rep.Class, c.want, rep.Issues)
		}
	}
}

// TestScriptClasses: the classes of a TorchScript archive are its own, for torch's
// reader alone.
func TestScriptClasses(t *testing.T) {
	stream := "\x80\x02c__torch__.net.___torch_mangle_3\nNet\n)\x81}X\x01\x00\x00\x00aK\x01sb."
	for _, c := range []struct {
		pol  Policy
		want Class
	}{{Policy{Torch: true}, Safe}, {Policy{}, Unknown}} {
		rep, err := Scan(strings.NewReader(stream), Limits{}, c.pol)
		if err != nil || rep.Class != c.want {
			t.Errorf("%+v: %v, %v", c.pol, rep.Class, err)
		}
	}
	rep, _ := Scan(strings.NewReader("\x80\x02c__torch__\nos.system\n)R."), Limits{}, Policy{Torch: true})
	if rep.Class != Malicious {
		t.Errorf("a dotted name: %v", rep.Class)
	}
}

// TestFrameCutAtAPart: PEP 3154 lets no opcode lie across a frame's end. The readers
// agree here, but nobody writes it who does not probe them.
func TestFrameCutAtAPart(t *testing.T) {
	rep := scanString(t, "\x80\x05\x95\x05\x00\x00\x00\x00\x00\x00\x00B\x14\x00\x00\x00"+strings.Repeat("A", 20)+".")
	if rep.Class != Unknown || rep.Accepts&(C|Python) != C|Python {
		t.Errorf("%v, read by %v: %v", rep.Class, rep.Accepts, rep.Issues)
	}
}

func scanString(t *testing.T, s string) *Report {
	t.Helper()
	rep, err := Scan(strings.NewReader(s), Limits{}, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// TestDeepAndWide: ten million opcodes nested as deep as they go are read, not refused;
// only beyond the limit is a stream unreadable.
func TestDeepAndWide(t *testing.T) {
	const n = 5_500_000
	for name, s := range map[string]string{
		"lists in lists": "\x80\x04" + strings.Repeat("]", n) + strings.Repeat("a", n-1) + ".",
		"tuples":         "\x80\x04" + strings.Repeat("(", n) + "K\x01" + strings.Repeat("t", n) + ".",
	} {
		if rep := scanString(t, s); rep.Class != Inert || rep.Ops < 2*n {
			t.Errorf("%s: %v after %d opcodes: %v", name, rep.Class, rep.Ops, rep.Issues)
		}
	}
	if rep := scanString(t, "\x80\x04"+strings.Repeat("]", 9<<20)); rep.Class != Unreadable || rep.Ops > 8<<20+16 {
		t.Errorf("beyond: %v after %d", rep.Class, rep.Ops)
	}
}

// TestFrameDropWithMemo: the program that a reader runs which loses the end of a frame
// takes its names from the memo, which was filled in the open.
func TestFrameDropWithMemo(t *testing.T) {
	hidden := "h\x00h\x01\x93\x8c\x02id\x85R."
	body := "B" + string(binary.LittleEndian.AppendUint32(nil, uint32(2+len(hidden)))) + "\x00\x00"
	// The frame holds two bytes of BINBYTES; its length is read behind the frame.
	stream := "\x80\x04\x8c\x02os\x94\x8c\x06system\x940" + "\x95\x02\x00\x00\x00\x00\x00\x00\x00" + body[:2] +
		"\x00\x00\x00\x00" + hidden + strings.Repeat("N", 300) + "."
	rep := scanString(t, stream)
	for _, c := range rep.Callables {
		if c.Full == "os.system" && c.Class == Malicious {
			return
		}
	}
	t.Errorf("%v: %v", rep.Class, rep.Issues)
}

// TestArrayIsAProgram: joblib skips an array's numbers; pickle.load of the same file runs
// them. A long constant in front must not hide what follows.
func TestArrayIsAProgram(t *testing.T) {
	numbers := "\x8e\xb8\x0b\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x07", 3000) + "cos\nsystem\nX\x02\x00\x00\x00id\x85R."
	numbers += strings.Repeat("\x00", 4096-len(numbers))
	stream := func(numbers string) string {
		return "\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(\x8c\x05shapeM\x00\x10\x85\x8c\x05dtypecnumpy\ndtype\n\x8c\x02u1\x85R\x8c\x05order\x8c\x01Cub" + numbers + "."
	}
	if rep := scanString(t, stream(numbers)); rep.Class != Malicious {
		t.Errorf("hidden behind a constant: %v %v", rep.Class, rep.Issues)
	}
	if rep := scanString(t, stream(strings.Repeat("\x01\x02\x03\x04", 1024))); rep.Class != Safe {
		t.Errorf("numbers: %v %v", rep.Class, rep.Issues)
	}
	if rep := scanString(t, stream("\x8e\xff\xff\xff\xff\xff\x00\x00\x00"+strings.Repeat("\x07", 4087))); rep.Class != Safe {
		t.Errorf("numbers that begin a constant longer than the file: %v %v", rep.Class, rep.Issues)
	}
}
