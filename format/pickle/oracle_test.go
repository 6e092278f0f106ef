package pickle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

type judged struct {
	OK    bool     `json:"ok"`
	Names []string `json:"names"`
	Error string   `json:"error"`
}

type answer struct {
	C           judged `json:"c"`
	Unbuffered  judged `json:"unbuffered"`
	Python      judged `json:"python"`
	Pickletools judged `json:"pickletools"`
}

// ask runs streams through CPython, with names replaced by inert stubs.
func ask(t testing.TB, streams [][]byte) []answer {
	t.Helper()
	py := os.Getenv("PYTHON")
	if py == "" {
		py = "python3"
	}
	if _, err := exec.LookPath(py); err != nil {
		testkit.Missing(t, "python3, to compare with: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), py, "testdata/oracle.py")
	var in bytes.Buffer
	for _, s := range streams {
		binary.Write(&in, binary.LittleEndian, uint32(len(s)))
		in.Write(s)
	}
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	sc := bufio.NewScanner(bytes.NewReader(out))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var a answer
		if err := json.Unmarshal(sc.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(streams) {
		t.Fatalf("%d answers to %d streams", len(answers), len(streams))
	}
	return answers
}

// follow scans a stream and says whether we are sure of every reader.
func follow(b []byte) (*Report, bool) {
	m := newMachine(Limits{}.withDefaults(), Policy{Plain: true})
	m.reader = reader{src: bytes.NewReader(b), buf: make([]byte, bufSize), room: 1 << 40}
	m.run()
	rep := m.finish()
	for _, c := range rep.Callables {
		m.unsure = m.unsure || c.Full == "?.STACK_GLOBAL" // a name we don't keep, such as one with a quote
	}
	return rep, !m.unsure
}

func namesUnder(r *Report, s Semantics) []string {
	out := []string{}
	for _, c := range r.Callables {
		if c.Under&s != 0 && c.Module != "?" {
			if c.Was != "" {
				out = append(out, c.Was)
			} else {
				out = append(out, c.Full)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func compare(t *testing.T, streams [][]byte) (sure int) {
	t.Helper()
	bad, frames := 0, 0
	for i, a := range ask(t, streams) {
		rep, certain := follow(streams[i])
		if certain {
			sure++
		}
		if !a.C.OK && a.Unbuffered.OK || !slices.Equal(a.C.Names, a.Unbuffered.Names) {
			frames++
			if rep.Class <= Safe {
				t.Errorf("stream %q: %s, and C reads it in two ways: %s %s", streams[i], rep.Class, a.C.Names, a.Unbuffered.Names)
			}
		}
		for _, s := range []struct {
			who  Semantics
			want judged
		}{{C, a.C}, {Python, a.Python}, {Pickletools, a.Pickletools}} {
			got := rep.Accepts&s.who != 0
			wrong := ""
			if s.want.OK && !got {
				wrong = "accepts what we think it rejects"
			} else if got && !s.want.OK && (certain || s.who == Pickletools) {
				wrong = "rejects what we think it accepts"
			}
			if s.who != Pickletools && wrong == "" {
				ours := namesUnder(rep, s.who)
				for _, n := range s.want.Names {
					if !slices.Contains(ours, n) && nameLike(n) {
						wrong = "imports " + n + ", which we don't see"
					}
				}
				if wrong == "" && certain && len(ours) != len(s.want.Names) {
					wrong = "does not import all we think: " + strings.Join(ours, " ")
				}
			}
			if wrong != "" {
				if bad++; bad < 12 {
					t.Errorf("stream %q:\n%s %s (%s %q)\nours: %s %+v %v", streams[i], s.who, wrong, s.want.Error, s.want.Names, rep.Accepts, rep.Divergences, rep.Issues)
				}
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d disagreements over %d streams", bad, len(streams))
	}
	t.Logf("%d streams that C reads in two ways", frames)
	return sure
}

// TestAgainstCPython compares accept and reject, and the names imported, over
// thousands of random programs.
func TestAgainstCPython(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 9))
	var streams [][]byte
	for len(streams) < 3000 {
		streams = append(streams, program(rng))
	}
	sure := compare(t, streams)
	t.Logf("%d streams, sure of every reader in %d", len(streams), sure)
	if sure < len(streams)/4 {
		t.Errorf("sure of only %d of %d", sure, len(streams))
	}
}

var lines = []string{"1", "0", "00", "01", "010", "+1", " 1", "-1", "1L", "0x10", "0b11", "1_0", "1__0", "", "L", "1\x00junk", "\x00", "99999999999999999999",
	"1.5", "1e400", "nan", " 2.5", "1_0.5", "inf", "abc", "'a'", "\"b\"", "'", "'a\"", "''", "'\\x41'", "'\\x4'", "'a\\'", "'\xff'", "a\\u0041", "a\\u00", "os", "é", "\xff", "2", "3", "-2", "1 ", "0o7", "08", "0L", "\\x", "12"}

// program makes a stream that is mostly sensible, so that it gets far.
func program(rng *rand.Rand) []byte {
	var b []byte
	if rng.IntN(2) == 0 {
		b = append(b, opProto, byte(rng.IntN(6)))
	}
	ops := make([]byte, 0, 80)
	for i, o := range opcodes {
		if o.name != "" && byte(i) != opStop && byte(i) != opExt1 && byte(i) != opExt2 && byte(i) != opExt4 {
			ops = append(ops, byte(i))
		}
	}
	n := rng.IntN(14)
	depth, marks := 0, []int{}
	for range n {
		var op byte
		for try := 0; ; try++ {
			op = ops[rng.IntN(len(ops))]
			o := opcodes[op]
			// Mostly keep to what the stack allows.
			if rng.IntN(25) == 0 || (int(o.pops) <= depth && (!o.mark || len(marks) > 0)) || try > 50 {
				break
			}
		}
		o := opcodes[op]
		b = append(b, op)
		arg := rng.IntN(6)
		switch {
		case op == opProto:
			b = append(b, byte(rng.IntN(7)))
		case op == opFrame:
			b = binary.LittleEndian.AppendUint64(b, uint64(rng.IntN(24)))
		case op == opGlobal || op == opInst:
			b = append(b, []string{"os\nsystem\n", "a\nb\n", "a.b\nc.d\n", "\nx\n", "x\n\n", "é\nb\n", "a\\x41\nb\n", "copy_reg\n_reconstructor\n", "__builtin__\neval\n"}[rng.IntN(9)]...)
		case o.lines == 1:
			b = append(b, lines[rng.IntN(len(lines))]...)
			b = append(b, '\n')
		case o.data && o.fixed == 1:
			b = append(append(b, byte(arg)), "abcdéf"[:arg]...)
		case o.data && o.fixed == 4:
			b = binary.LittleEndian.AppendUint32(b, uint32(arg))
			b = append(b, "os.sy\xff"[:arg]...)
		case o.data && o.fixed == 8:
			b = binary.LittleEndian.AppendUint64(b, uint64(arg))
			b = append(b, "system"[:arg]...)
		case op == opLongBinPut || op == opLongBinGet:
			b = binary.LittleEndian.AppendUint32(b, uint32(rng.IntN(3)))
		case op == opBinPut || op == opBinGet:
			b = append(b, byte(rng.IntN(3)))
		default:
			for range o.fixed {
				b = append(b, byte(rng.IntN(256)))
			}
		}
		if o.mark && len(marks) > 0 {
			depth = marks[len(marks)-1]
			marks = marks[:len(marks)-1]
		}
		depth -= int(o.pops)
		if op == opMark {
			marks = append(marks, depth)
		} else {
			depth += int(o.gives)
		}
		depth = max(depth, 0)
	}
	if rng.IntN(8) > 0 {
		b = append(b, opStop)
	}
	if rng.IntN(8) == 0 {
		b = append(b, 'x')
	}
	return b
}
