package network

import (
	"time"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/oncrpc"
	"github.com/wardround/wardround/kind"
)

var _ = Register(Protocol{
	Name: "nfs",
	Recognise: func(client, _ []byte) format.Match {
		switch oncrpc.RecogniseTCP(client) {
		case format.More:
			return format.More
		case format.Yes:
			if c, err := oncrpc.Parse(client[4:]); err == nil && c.Program == oncrpc.NFS {
				return format.Yes
			}
		}
		return format.No // another program, or what a server would say
	},
	Open:     openNFS,
	Datagram: nfsDatagram,
	Ports:    []uint16{2049},
})

// nfsToldFor is for how long one act of a client on a server is not told again.
const nfsToldFor = 10 * time.Minute

// nfsStream tells each act of a connection once.
type nfsStream struct {
	conn    *Conn
	decoder *oncrpc.Decoder
	at      int64
	told    onces
}

func openNFS(c *Conn) Stream {
	s := &nfsStream{conn: c}
	s.decoder = oncrpc.NewDecoder(oncrpc.Limits{}, func(call oncrpc.Call) {
		for v := range nfsActs(&call) {
			if s.told.first(nfsKey(&v), s.at, int64(nfsToldFor)) {
				c.Emit(s.at, &v)
			}
		}
	})
	return s
}

// Data implements [Stream].
func (s *nfsStream) Data(dir Direction, p []byte, at int64) error {
	if dir == ToClient {
		return nil
	}
	s.at = at
	return s.decoder.Feed(p)
}

// Gap implements [Stream].
func (s *nfsStream) Gap(dir Direction, n int64, at int64) error {
	if dir == ToClient {
		return nil
	}
	s.at = at
	return s.decoder.Gap(n)
}

// Close implements [Stream].
func (s *nfsStream) Close(int64) {
	if err := s.decoder.Close(); err != nil && !s.conn.MidStream {
		s.conn.Failure(err)
	}
}

func nfsDatagram(d *Datagram) bool {
	if oncrpc.Recognise(d.Payload) != format.Yes {
		return false
	}
	call, err := oncrpc.Parse(d.Payload)
	if err != nil || call.Program != oncrpc.NFS {
		return false
	}
	for v := range nfsActs(&call) {
		key := Hash(Hash(nfsKey(&v), d.Flow.Src.Addr.AsSlice()), d.Flow.Dst.Addr.AsSlice())
		if d.Once(key, nfsToldFor) {
			d.Emit(true, &v)
		}
	}
	return true
}

// nfsActs yields what one call does with files.
func nfsActs(call *oncrpc.Call) func(yield func(kind.NFSAccessV1) bool) {
	return func(yield func(kind.NFSAccessV1) bool) {
		a, ok := call.NFS()
		if !ok {
			return
		}
		v := kind.NFSAccessV1{Version: call.Version, Flavor: "other"}
		switch call.Flavor {
		case oncrpc.AuthNone:
			v.Flavor = "none"
		case oncrpc.AuthSys:
			v.Flavor = "sys"
		case oncrpc.AuthGSS:
			v.Flavor = "gss"
		}
		if a.Name != "" {
			named := v
			named.Act, named.File, named.Extension = "look-up", true, fileExtension(a.Name)
			if !yield(named) {
				return
			}
		}
		if v.Act = "read"; a.Read && !yield(v) {
			return
		}
		if v.Act = "write"; a.Write {
			yield(v)
		}
	}
}

func nfsKey(v *kind.NFSAccessV1) uint64 {
	return Hash(Hash(Hash(uint64(v.Version), v.Act), v.Extension), v.Flavor)
}
