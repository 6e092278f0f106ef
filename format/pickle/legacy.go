package pickle

import (
	"bytes"
	"unicode/utf8"

	"github.com/wardround/wardround/format/issue"
)

// A tensor in a plain pickle (pickle.dump, joblib.dump) is written as a call of
// torch.storage._load_from_bytes with a whole torch file in the form before 1.6:
// four pickles and the keys of its storages, then the numbers. The call runs that
// file as torch.load does, so it is vouched for only if the file was read here and
// found safe. What was found travels with the bytes as their payload.
const (
	bytesPlain   = iota // nothing is known
	bytesStorage        // a torch file that imports nothing but storages
	bytesHostile        // a torch file that is malicious when it is loaded
)

// storageWord stands for the text that protocol 2 writes such bytes as; taken as a
// text it would be no torch file, and loading it fails.
const storageWord, hostileWord = "<torch storage>", "<hostile torch storage>"

var wordStorage, wordHostile uint32

// torchMagic is how a torch file before 1.6 begins: PROTO 2 and the number
// 0x1950a86a20f9469cfc6c as LONG1 writes it (torch.serialization.MAGIC_NUMBER).
var (
	torchMagic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")
	torchText  = latin1(torchMagic)
)

// latin1 is b as text in UTF-8, each byte a character.
func latin1(b []byte) []byte {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}

// legacyPickles is how many pickles such a file has: magic number, protocol,
// system, object, keys.
const legacyPickles = 5

// storageBytes judges bytes that begin like a torch file. head is what was kept of
// them; the numbers behind the pickles are not needed.
func (m *machine) storageBytes(head []byte) uint32 {
	if !bytes.HasPrefix(head, torchMagic) || m.depth+1 >= m.lim.Depth {
		return bytesPlain
	}
	lim := m.lim
	lim.Ops, lim.Trail = min(lim.Ops, 4<<20), 20
	lim.Inner /= 2
	verdict := uint32(bytesStorage)
	for at, n := 0, 0; n < legacyPickles; n++ {
		rep, err := scan(bytes.NewReader(head[at:]), lim, Policy{Torch: true, Plain: true}, m.depth+1)
		if rep.Class == Malicious {
			return bytesHostile
		}
		if err != nil || !rep.Stopped || rep.Class > Safe || len(rep.Inner) > 0 {
			verdict = bytesPlain
		}
		if at += int(rep.End); !rep.Stopped || at >= len(head) && n < legacyPickles-1 {
			return bytesPlain
		}
	}
	return verdict
}

// storageText is storageBytes for text whose characters are the bytes.
func (m *machine) storageText(head []byte) uint32 {
	if !bytes.HasPrefix(head, torchText) {
		return bytesPlain
	}
	b := make([]byte, 0, len(head))
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r > 0xff || r == utf8.RuneError && n < 2 {
			break
		}
		b = append(b, byte(r))
		head = head[n:]
	}
	return m.storageBytes(b)
}

// ruleStorage: torch.storage._load_from_bytes(b).
func ruleStorage(m *machine, g uint32, args []value, known bool) (value, string) {
	if !known || len(args) != 1 || args[0].kind() != kBytes || args[0].pay() == bytesPlain {
		return 0, "loads bytes that are no torch file of a storage alone"
	}
	if args[0].pay() == bytesHostile {
		m.globals[g].callable.Class = Malicious
		m.raise(Malicious)
		m.list.Add("pickle.call-malicious", issue.Malicious, "torch.storage._load_from_bytes", m.start, "loads a torch file inside of this pickle that is malicious")
		return 0, "loads a torch file that is malicious"
	}
	return mk(kPersist, 0), ""
}
