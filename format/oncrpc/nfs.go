package oncrpc

// Access is what a call of NFS does with files.
type Access struct {
	Read, Write bool
	Name        string // of the file or folder looked up, opened or created, as it stands; empty if none
}

// The procedures of NFS version 2 (RFC 1094 §2.2) and 3 (RFC 1813 §3) that look
// up, read, write and create.
var procedures = map[[2]uint32]struct{ read, write, named bool }{
	{2, 4}: {named: true}, {2, 6}: {read: true}, {2, 8}: {write: true}, {2, 9}: {write: true, named: true},
	{3, 3}: {named: true}, {3, 6}: {read: true}, {3, 7}: {write: true}, {3, 8}: {write: true, named: true},
}

const (
	maxHandle = 128 // bytes of a file handle, of version 4 (RFC 7530 §3.3)
	maxName   = 255 // bytes of a name in a folder
	handleV2  = 32  // bytes of version 2's handle, of fixed length
)

// NFS returns what the call does with files; ok is false if it is no call of
// NFS, or of a version other than 2, 3 and 4. Of a compound of version 4 the
// operations are read up to the first whose arguments this package doesn't know.
func (c *Call) NFS() (a Access, ok bool) {
	if c.Program != NFS {
		return Access{}, false
	}
	r := reader{c.Arguments}
	switch c.Version {
	case 2, 3:
		p := procedures[[2]uint32{c.Version, c.Procedure}]
		a.Read, a.Write = p.read, p.write
		if p.named {
			var err error
			if c.Version == 2 {
				err = r.skip(handleV2)
			} else {
				_, err = r.opaque(maxHandle)
			}
			if err == nil {
				a.Name = r.name()
			}
		}
		return a, true
	case 4:
		const compound = 1
		if c.Procedure == compound {
			a.compound(&r)
		}
		return a, true
	}
	return Access{}, false
}

// name takes a name, empty if it is not there in full.
func (r *reader) name() string {
	b, err := r.opaque(maxName)
	if err != nil {
		return ""
	}
	return string(b)
}

// The operations of version 4 (RFC 7530 §16, RFC 5661 §18) whose arguments are
// simple, and how many bytes those have.
var fixedArguments = map[uint32]int{
	3: 4, 10: 0, 24: 0, 31: 0, 32: 0, // ACCESS, GETFH, PUTROOTFH, RESTOREFH, SAVEFH
	53: 32, // SEQUENCE
}

const (
	opGetAttributes = 9
	opLookup        = 15
	opOpen          = 18
	opPutHandle     = 22
	opRead          = 25
	opWrite         = 38
)

// compound walks the operations of one call; each takes at least four bytes.
func (a *Access) compound(r *reader) {
	if _, err := r.opaque(1024); err != nil { // a tag
		return
	}
	_, _ = r.word() // minor version
	n, err := r.word()
	for ; err == nil && n > 0 && len(r.p) > 0; n-- {
		var op uint32
		if op, err = r.word(); err != nil {
			return
		}
		size, fixed := fixedArguments[op]
		switch {
		case fixed:
			err = r.skip(size)
		case op == opLookup:
			a.Name = r.name()
		case op == opPutHandle:
			_, err = r.opaque(maxHandle)
		case op == opGetAttributes:
			var words uint32
			if words, err = r.word(); err == nil {
				err = r.skip(int(min(words, 16)) * 4)
			}
		case op == opOpen:
			a.open(r)
			return
		default: // READ and WRITE come last, anything else we can't step over
			a.Read = a.Read || op == opRead
			a.Write = a.Write || op == opWrite
			return
		}
	}
}

// open reads OPEN of a file that exists by its name (RFC 7530 §16.16).
func (a *Access) open(r *reader) {
	const write, noCreate, byName = 2, 0, 0
	_ = r.skip(4) // sequence
	share, _ := r.word()
	_ = r.skip(4 + 8) // what is denied to others, the client's number
	if _, err := r.opaque(1024); err != nil {
		return // the owner
	}
	how, err := r.word()
	a.Write = a.Write || share&write != 0
	if claim, _ := r.word(); err == nil && how == noCreate && claim == byName {
		a.Name = r.name()
	}
}
