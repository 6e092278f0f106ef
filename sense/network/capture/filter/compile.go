package filter

import (
	"errors"

	"golang.org/x/net/bpf"

	"github.com/wardround/wardround/format/packet"
)

// accept is what a program returns for a packet that passes: how many bytes to
// keep, tcpdump's default.
const accept = 262144

// maxInstructions is the kernel's BPF_MAXINSNS.
const maxInstructions = 4096

// Filter is a compiled expression.
type Filter struct {
	Instructions []bpf.Instruction
	vm           *bpf.VM
}

// Compile compiles an expression for frames of the given link type; live says
// that a Linux kernel will run it on a packet socket. The empty expression accepts
// everything. Errors about the expression are *[Error].
func Compile(expr string, link packet.LinkType, live bool) (*Filter, error) {
	n, err := parse(expr, link, live)
	if err != nil {
		return nil, err
	}
	var a assembler
	yes, no := a.label(), a.label()
	a.generate(n, yes, no)
	a.place(yes)
	a.emit(bpf.RetConstant{Val: accept})
	a.place(no)
	a.emit(bpf.RetConstant{Val: 0})
	program, err := a.assemble()
	if err != nil {
		return nil, err
	}
	return &Filter{Instructions: program}, nil
}

// Match runs the filter over a captured frame. It is for filters not compiled for
// live use.
func (f *Filter) Match(frame []byte) bool {
	if f.vm == nil {
		vm, err := bpf.NewVM(f.Instructions)
		if err != nil {
			return false // a live filter: its extensions exist in the kernel only
		}
		f.vm = vm
	}
	n, err := f.vm.Run(frame)
	return err == nil && n > 0
}

// assembler turns tests and labels into instructions. Targets always lie ahead.
type assembler struct {
	code   []step
	labels []int // index into code
}

// step is an instruction, or a conditional jump to two labels.
type step struct {
	plain  bpf.Instruction
	jump   bool
	cond   bpf.JumpTest
	value  uint32
	yes    int
	no     int
	islong bool // needs an unconditional jump for each target
}

func (a *assembler) label() int {
	a.labels = append(a.labels, -1)
	return len(a.labels) - 1
}

func (a *assembler) place(label int)        { a.labels[label] = len(a.code) }
func (a *assembler) emit(i bpf.Instruction) { a.code = append(a.code, step{plain: i}) }

// generate writes code that goes to yes when n holds, otherwise to no.
func (a *assembler) generate(n *node, yes, no int) {
	switch n.op {
	case "and":
		next := a.label()
		a.generate(n.a, next, no)
		a.place(next)
		a.generate(n.b, yes, no)
	case "or":
		next := a.label()
		a.generate(n.a, yes, next)
		a.place(next)
		a.generate(n.b, yes, no)
	case "not":
		a.generate(n.a, no, yes)
	case "true":
		a.code = append(a.code, step{jump: true, cond: bpf.JumpGreaterOrEqual, yes: yes, no: yes})
	case "false":
		a.code = append(a.code, step{jump: true, cond: bpf.JumpGreaterOrEqual, yes: no, no: no})
	case "test":
		t := &n.test
		if _, ok := t.load.(bpf.LoadIndirect); ok {
			a.emit(bpf.LoadMemShift{Off: t.index})
		}
		a.emit(t.load)
		if t.mask != 0 {
			a.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: t.mask})
		}
		a.code = append(a.code, step{jump: true, cond: t.cond, value: t.value, yes: yes, no: no})
	}
}

// assemble replaces labels by distances. A conditional jump reaches 255
// instructions; those that must go further become three instructions, which moves
// others further apart, so it is repeated until nothing changes.
func (a *assembler) assemble() ([]bpf.Instruction, error) {
	at := make([]int, len(a.code)+1) // address of each step
	for changed := true; changed; {
		changed = false
		for i := range a.code {
			size := 1
			if a.code[i].islong {
				size = 3
			}
			at[i+1] = at[i] + size
		}
		for i := range a.code {
			s := &a.code[i]
			if s.jump && !s.islong && (at[a.labels[s.yes]]-at[i]-1 > 255 || at[a.labels[s.no]]-at[i]-1 > 255) {
				s.islong, changed = true, true
			}
		}
	}
	if at[len(a.code)] > maxInstructions {
		return nil, errors.New("filter: the expression needs more than 4096 instructions")
	}
	var out []bpf.Instruction
	for i, s := range a.code {
		if !s.jump {
			out = append(out, s.plain)
			continue
		}
		yes, no := at[a.labels[s.yes]]-at[i]-1, at[a.labels[s.no]]-at[i]-1
		if s.islong {
			out = append(out, bpf.JumpIf{Cond: s.cond, Val: s.value, SkipFalse: 1},
				bpf.Jump{Skip: uint32(yes - 1)}, bpf.Jump{Skip: uint32(no - 2)})
			continue
		}
		out = append(out, bpf.JumpIf{Cond: s.cond, Val: s.value, SkipTrue: uint8(yes), SkipFalse: uint8(no)})
	}
	return out, nil
}
