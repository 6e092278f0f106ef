package torchscript

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/pattern"
)

// A torch.export archive (.pt2) tells its graph as JSON (torch/_export/serde/schema.py).
// Nearly all of it is data: names of operators, shapes, names of tensors. Two kinds of
// text are not. Sizes ("expr_str") are handed to sympy.sympify, which is Python's
// eval; the guards ("guards_code") become the source of a function. So both must be
// arithmetic over the graph's own sizes, word by word. And an operator ("target") is
// looked up below torch, operator or math by its dotted path, whatever is there.

// Export reads the JSON of the archive's member name: models/*.json, or what tells
// of its weights. size is in bytes. Offsets are bytes of the JSON behind the text
// that is meant.
func Export(name string, r io.Reader, size int64, lim Limits) *File {
	if lim.Bytes <= 0 {
		lim.Bytes = 256 << 20
	}
	if lim.Tokens <= 0 {
		lim.Tokens = 20_000_000
	}
	c := &checker{name: name, told: map[string]bool{}, calls: map[string]bool{}}
	if size > int64(lim.Bytes) {
		c.issues.Add("torchscript.too-large", issue.Unreadable, name, 0, "The graph has %d bytes; at most %d are read.", size, lim.Bytes)
	} else {
		c.export(json.NewDecoder(io.LimitReader(r, size)), lim.Tokens)
	}
	c.f.Issues = c.issues.Issues()
	return &c.f
}

// maxNesting bounds objects in objects.
const maxNesting = 2_000

// export walks the values with the key that each belongs to.
func (c *checker) export(d *json.Decoder, left int) {
	d.UseNumber()
	type level struct {
		key    string // of an object: the last; of an array: that of the array
		object bool
		value  bool // in an object: a value comes next
	}
	var open []level
	for {
		t, err := d.Token()
		at := int(d.InputOffset())
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return
		}
		if left--; err != nil || left < 0 || len(open) > maxNesting {
			c.issues.Add("torchscript.export-json", issue.Unreadable, c.name, int64(at), "The graph is no JSON that can be read to its end.")
			return
		}
		key := ""
		if n := len(open); n > 0 {
			l := &open[n-1]
			if l.object && !l.value && t != json.Delim('}') {
				l.key, l.value = t.(string), true
				if n > 1 && open[n-2].key == "range_constraints" {
					c.expression(l.key, false, at)
				}
				continue
			}
			key, l.value = l.key, false
		}
		switch v := t.(type) {
		case json.Delim:
			switch v {
			case '{':
				open = append(open, level{key: key, object: true})
			case '[':
				open = append(open, level{key: key})
			default:
				open = open[:len(open)-1]
			}
		case bool:
			if key == "use_pickle" && v {
				c.tell("export-pickled", issue.Unknown, at, "", "Weights of the archive are pickles of their own, loaded without limits.")
			}
		case string:
			switch key {
			case "expr_str":
				c.expression(v, false, at)
			case "guards_code":
				c.expression(v, true, at)
			case "target":
				c.target(v, at)
			}
		}
	}
}

var (
	exprWords = set(`Symbol Integer Float Rational Add Mul Pow Mod Max Min Abs Eq Ne Gt Ge Lt Le And Or Not Equality Unequality StrictGreaterThan GreaterThan
		StrictLessThan LessThan Piecewise ExprCondPair FloorDiv ModularIndexing CleanDiv CeilDiv IntTrueDiv FloatTrueDiv PythonMod LShift RShift
		BitwiseFn_bitwise_and BitwiseFn_bitwise_or BitwiseFn_bitwise_xor PowByNatural FloatPow Identity IsNonOverlappingAndDenseIndicator
		TruncToFloat TruncToInt CeilToInt FloorToInt RoundToInt RoundDecimal ToFloat Where floor ceiling sqrt exp log Zero One NegativeOne Half
		OpaqueUnaryFn_sqrt OpaqueUnaryFn_cos OpaqueUnaryFn_sin OpaqueUnaryFn_tan OpaqueUnaryFn_exp OpaqueUnaryFn_log OpaqueUnaryFn_floor OpaqueUnaryFn_ceil
		oo zoo nan int_oo IntInfinity NegativeIntInfinity Infinity NegativeInfinity true false True False BooleanTrue BooleanFalse
		positive negative integer nonnegative nonpositive nonzero real finite infinite zero even odd prime composite rational commutative evaluate e`)
	guardWords = set(`L size stride storage_offset shape args kwargs len and or not math min max abs is None in if else ceil floor trunc int float bool`)
	words      = pattern.Of(`[A-Za-z_][A-Za-z0-9_]*`)
	symbolName = pattern.Of(`^_?[a-z]{1,6}_?[0-9]{1,9}$`)
	plainText  = pattern.Of(`^[A-Za-z0-9_.\- ]{0,200}$`)
	higher     = set(`cond map map_impl scan while_loop associative_scan wrap wrap_with_autocast wrap_with_set_grad_enabled flex_attention invoke_subgraph
		auto_functionalized auto_functionalized_v2 with_effects checkpoint tag_activation_checkpoint strict_mode out_dtype executorch_call_delegate hints_wrapper`)
	arithmetic = set(`add sub mul truediv floordiv mod pow neg pos abs lt le gt ge eq ne and_ or_ xor not_ getitem lshift rshift is_ is_not contains index matmul`)
)

// expression judges a text that Python will evaluate: words of the list, symbols,
// numbers, brackets and operators, nothing else.
func (c *checker) expression(s string, guard bool, at int) {
	tell := func(level issue.Level, what string) {
		c.tell("export-expression", level, at, "", "A size or guard of the graph holds %s; torch has Python evaluate such texts: %q.", what, issue.Clip(s, 120))
	}
	if len(s) > 64<<10 {
		tell(issue.Unknown, "a long text")
		return
	}
	for _, w := range words().FindAllString(s, -1) {
		if strings.Contains(w, "__") || system[w] {
			tell(issue.Malicious, "the word "+issue.Clip(w, 60)+", which reaches into Python")
			return
		}
	}
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case letter(b):
			from := i
			for i < len(s) && (letter(s[i]) || s[i] >= '0' && s[i] <= '9') {
				i++
			}
			switch w := s[from:i]; {
			case exprWords[w] || symbolName().MatchString(w) || guard && guardWords[w]:
			default:
				tell(issue.Unknown, "the word "+issue.Clip(w, 60)+", which is no part of arithmetic")
				return
			}
		case b == '\'' || b == '"':
			end := strings.IndexByte(s[i+1:], b)
			if end < 0 || !plainText().MatchString(s[i+1:i+1+end]) || strings.Contains(s[i+1:i+1+end], "__") {
				tell(issue.Unknown, "a text that is no name")
				return
			}
			i += end + 2
		case b >= '0' && b <= '9':
			for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
				i++
			}
		case b == '.' && guard, (b == '[' || b == ']') && guard, strings.IndexByte(" (),=+-*/%<>!&|~\n", b) >= 0:
			i++
		default:
			tell(issue.Unknown, "a sign that is no part of arithmetic")
			return
		}
	}
}

// target judges the operator of a node. Texts with another beginning are names of
// tensors: the loader leaves them as they are.
func (c *checker) target(w string, at int) {
	root, rest, _ := strings.Cut(w, ".")
	unknown := func() {
		c.tell("export-target", issue.Unknown, at, w, "A node of the graph calls %q, which is no operator of PyTorch's.", issue.Clip(w, 100))
	}
	switch {
	case strings.HasPrefix(w, "#"):
		c.tell("custom-operator", issue.Unknown, at, w, "A node of the graph calls %q, an operator of a library that must be loaded beside the archive.", issue.Clip(w, 100))
	case strings.HasPrefix(w, "_operator"):
		if root != "_operator" || !arithmetic[rest] {
			unknown()
		}
	case strings.HasPrefix(w, "math"):
		if root != "math" || strings.ContainsAny(rest, "._") {
			unknown()
		}
	case strings.HasPrefix(w, "torch"):
		name, isOp := strings.CutPrefix(rest, "ops.")
		ns, op, _ := strings.Cut(name, ".")
		switch {
		case root != "torch" || strings.Contains(w, "__"):
			unknown()
		case isOp && ns == "higher_order":
			if !higher[op] {
				unknown()
			}
		case isOp:
			// "aten.add.Tensor": the last part is the overload.
			if i := strings.LastIndexByte(op, '.'); i > 0 {
				op = op[:i]
			}
			c.operator("torch.ops."+ns+"."+op, at)
		case strings.HasPrefix(rest, "_higher_order_ops."): // as torch before 2.5 wrote them
			if !higher[rest[strings.LastIndexByte(rest, '.')+1:]] || strings.Count(rest, ".") != 2 {
				unknown()
			}
		case strings.HasPrefix(rest, "sym_") || strings.HasPrefix(rest, "_sym_"):
			if strings.Contains(rest, ".") {
				unknown()
			}
		default:
			unknown()
		}
	}
}
