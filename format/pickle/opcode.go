package pickle

// The opcodes, by the names of PEP 3154, PEP 574 and pickletools.
const (
	opMark           = '('
	opStop           = '.'
	opPop            = '0'
	opPopMark        = '1'
	opDup            = '2'
	opFloat          = 'F'
	opInt            = 'I'
	opBinInt         = 'J'
	opBinInt1        = 'K'
	opLong           = 'L'
	opBinInt2        = 'M'
	opNone           = 'N'
	opPersID         = 'P'
	opBinPersID      = 'Q'
	opReduce         = 'R'
	opString         = 'S'
	opBinString      = 'T'
	opShortBinString = 'U'
	opUnicode        = 'V'
	opBinUnicode     = 'X'
	opAppend         = 'a'
	opBuild          = 'b'
	opGlobal         = 'c'
	opDict           = 'd'
	opEmptyDict      = '}'
	opAppends        = 'e'
	opGet            = 'g'
	opBinGet         = 'h'
	opInst           = 'i'
	opLongBinGet     = 'j'
	opList           = 'l'
	opEmptyList      = ']'
	opObj            = 'o'
	opPut            = 'p'
	opBinPut         = 'q'
	opLongBinPut     = 'r'
	opSetItem        = 's'
	opTuple          = 't'
	opEmptyTuple     = ')'
	opSetItems       = 'u'
	opBinFloat       = 'G'
	opBinBytes       = 'B'
	opShortBinBytes  = 'C'

	opProto           = 0x80
	opNewObj          = 0x81
	opExt1            = 0x82
	opExt2            = 0x83
	opExt4            = 0x84
	opTuple1          = 0x85
	opTuple2          = 0x86
	opTuple3          = 0x87
	opNewTrue         = 0x88
	opNewFalse        = 0x89
	opLong1           = 0x8a
	opLong4           = 0x8b
	opShortBinUnicode = 0x8c
	opBinUnicode8     = 0x8d
	opBinBytes8       = 0x8e
	opEmptySet        = 0x8f
	opAddItems        = 0x90
	opFrozenSet       = 0x91
	opNewObjEx        = 0x92
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
	opByteArray8      = 0x96
	opNextBuffer      = 0x97
	opReadonlyBuffer  = 0x98
)

// highest is the newest protocol.
const highest = 5

// opcode is what pickletools knows of an opcode: how many values it takes (below
// the mark, if it takes one) and gives, and how its argument is laid out.
type opcode struct {
	name  string
	pops  uint8 // values taken; with mark, those below it
	mark  bool  // takes everything down to the topmost mark, too
	gives uint8
	fixed uint8 // bytes of fixed argument, or of the length before data
	lines uint8 // text arguments
	data  bool  // fixed is a length, and that many bytes follow
}

var opcodes = [256]opcode{
	opMark: {name: "MARK", gives: 1}, opStop: {name: "STOP", pops: 1}, opPop: {name: "POP", pops: 1},
	opPopMark: {name: "POP_MARK", mark: true}, opDup: {name: "DUP", pops: 1, gives: 2},
	opFloat: {name: "FLOAT", gives: 1, lines: 1}, opInt: {name: "INT", gives: 1, lines: 1},
	opBinInt: {name: "BININT", gives: 1, fixed: 4}, opBinInt1: {name: "BININT1", gives: 1, fixed: 1},
	opLong: {name: "LONG", gives: 1, lines: 1}, opBinInt2: {name: "BININT2", gives: 1, fixed: 2},
	opNone: {name: "NONE", gives: 1}, opPersID: {name: "PERSID", gives: 1, lines: 1},
	opBinPersID: {name: "BINPERSID", pops: 1, gives: 1}, opReduce: {name: "REDUCE", pops: 2, gives: 1},
	opString: {name: "STRING", gives: 1, lines: 1}, opBinString: {name: "BINSTRING", gives: 1, fixed: 4, data: true},
	opShortBinString: {name: "SHORT_BINSTRING", gives: 1, fixed: 1, data: true},
	opUnicode:        {name: "UNICODE", gives: 1, lines: 1}, opBinUnicode: {name: "BINUNICODE", gives: 1, fixed: 4, data: true},
	opAppend: {name: "APPEND", pops: 2, gives: 1}, opBuild: {name: "BUILD", pops: 2, gives: 1},
	opGlobal: {name: "GLOBAL", gives: 1, lines: 2}, opDict: {name: "DICT", mark: true, gives: 1},
	opEmptyDict: {name: "EMPTY_DICT", gives: 1}, opAppends: {name: "APPENDS", pops: 1, mark: true, gives: 1},
	opGet: {name: "GET", gives: 1, lines: 1}, opBinGet: {name: "BINGET", gives: 1, fixed: 1},
	opInst: {name: "INST", mark: true, gives: 1, lines: 2}, opLongBinGet: {name: "LONG_BINGET", gives: 1, fixed: 4},
	opList: {name: "LIST", mark: true, gives: 1}, opEmptyList: {name: "EMPTY_LIST", gives: 1},
	opObj: {name: "OBJ", mark: true, gives: 1}, opPut: {name: "PUT", lines: 1},
	opBinPut: {name: "BINPUT", fixed: 1}, opLongBinPut: {name: "LONG_BINPUT", fixed: 4},
	opSetItem: {name: "SETITEM", pops: 3, gives: 1}, opTuple: {name: "TUPLE", mark: true, gives: 1},
	opEmptyTuple: {name: "EMPTY_TUPLE", gives: 1}, opSetItems: {name: "SETITEMS", pops: 1, mark: true, gives: 1},
	opBinFloat: {name: "BINFLOAT", gives: 1, fixed: 8}, opBinBytes: {name: "BINBYTES", gives: 1, fixed: 4, data: true},
	opShortBinBytes: {name: "SHORT_BINBYTES", gives: 1, fixed: 1, data: true},
	opProto:         {name: "PROTO", fixed: 1}, opNewObj: {name: "NEWOBJ", pops: 2, gives: 1},
	opExt1: {name: "EXT1", gives: 1, fixed: 1}, opExt2: {name: "EXT2", gives: 1, fixed: 2}, opExt4: {name: "EXT4", gives: 1, fixed: 4},
	opTuple1: {name: "TUPLE1", pops: 1, gives: 1}, opTuple2: {name: "TUPLE2", pops: 2, gives: 1}, opTuple3: {name: "TUPLE3", pops: 3, gives: 1},
	opNewTrue: {name: "NEWTRUE", gives: 1}, opNewFalse: {name: "NEWFALSE", gives: 1},
	opLong1: {name: "LONG1", gives: 1, fixed: 1, data: true}, opLong4: {name: "LONG4", gives: 1, fixed: 4, data: true},
	opShortBinUnicode: {name: "SHORT_BINUNICODE", gives: 1, fixed: 1, data: true},
	opBinUnicode8:     {name: "BINUNICODE8", gives: 1, fixed: 8, data: true}, opBinBytes8: {name: "BINBYTES8", gives: 1, fixed: 8, data: true},
	opEmptySet: {name: "EMPTY_SET", gives: 1}, opAddItems: {name: "ADDITEMS", pops: 1, mark: true, gives: 1},
	opFrozenSet: {name: "FROZENSET", mark: true, gives: 1}, opNewObjEx: {name: "NEWOBJ_EX", pops: 3, gives: 1},
	opStackGlobal: {name: "STACK_GLOBAL", pops: 2, gives: 1}, opMemoize: {name: "MEMOIZE", pops: 1, gives: 1},
	opFrame: {name: "FRAME", fixed: 8}, opByteArray8: {name: "BYTEARRAY8", gives: 1, fixed: 8, data: true},
	opNextBuffer: {name: "NEXT_BUFFER", gives: 1}, opReadonlyBuffer: {name: "READONLY_BUFFER", pops: 1, gives: 1},
}
