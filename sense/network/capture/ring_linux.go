package capture

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

var native = binary.NativeEndian

// ring is a TPACKET_V3 receive ring (Documentation/networking/packet_mmap.rst): blocks
// that kernel and program own in turn, each a chain of frames.
type ring struct {
	memory []byte
	blocks int
	block  int  // the next or present one
	owned  bool // present block is ours
	left   int  // frames of it not yet read
	at     int  // offset in memory of the next frame's header
}

// frame is one frame in the ring; data is valid until the call of next after the following.
type frame struct {
	at       int64
	data     []byte
	length   int
	outgoing bool
}

const (
	tagSize     = 4
	addressAt   = (unix.SizeofTpacket3Hdr + unix.TPACKET_ALIGNMENT - 1) &^ (unix.TPACKET_ALIGNMENT - 1) // of sockaddr_ll
	packetType  = addressAt + 10                                                                        // sll_pkttype
	defaultRing = 32 << 20
)

func (r *ring) open(fd, size int) error {
	if size <= 0 {
		size = defaultRing
	}
	r.blocks = max(2, size/blockSize)
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return os.NewSyscallError("TPACKET_V3", err)
	}
	// Room before each frame, to put back the VLAN tag that the kernel took out.
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, tagSize); err != nil {
		return os.NewSyscallError("PACKET_RESERVE", err)
	}
	const frameSize = 2048 // only a unit in version 3: frames take what they need
	req := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: uint32(r.blocks),
		Frame_size: frameSize, Frame_nr: uint32(r.blocks * (blockSize / frameSize)),
		Retire_blk_tov: retire,
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return os.NewSyscallError(fmt.Sprintf("ring of %d MiB", r.blocks*blockSize>>20), err)
	}
	memory, err := unix.Mmap(fd, 0, r.blocks*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return os.NewSyscallError("mmap of the ring", err)
	}
	r.memory = memory
	return nil
}

func (r *ring) close() {
	if r.memory != nil {
		unix.Munmap(r.memory)
		r.memory = nil
	}
}

// status is the word by which kernel and program pass a block to each other.
func (r *ring) status() *uint32 {
	const offset = unsafe.Offsetof(unix.TpacketBlockDesc{}.Hdr) // block_status is first
	return (*uint32)(unsafe.Pointer(&r.memory[r.block*blockSize+int(offset)]))
}

// next returns the next frame, or false when the kernel has none ready.
func (r *ring) next() (frame, bool) {
	for r.left == 0 {
		if r.memory == nil {
			return frame{}, false
		}
		if r.owned {
			atomic.StoreUint32(r.status(), unix.TP_STATUS_KERNEL)
			r.owned = false
			r.block = (r.block + 1) % r.blocks
		}
		if atomic.LoadUint32(r.status())&unix.TP_STATUS_USER == 0 {
			return frame{}, false
		}
		r.owned = true
		// tpacket_hdr_v1: block_status, num_pkts, offset_to_first_pkt
		h := r.memory[r.block*blockSize+8:]
		r.left = int(native.Uint32(h[4:]))
		r.at = r.block*blockSize + int(native.Uint32(h[8:]))
	}
	return r.read(), true
}

// read reads the frame at r.at and goes on to the one behind it.
func (r *ring) read() frame {
	b := r.memory[r.at : (r.block+1)*blockSize]
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&b[0]))
	from, to := int(h.Mac), int(h.Mac)+int(h.Snaplen)
	f := frame{
		at:       int64(h.Sec)*1e9 + int64(h.Nsec),
		length:   int(h.Len),
		outgoing: b[packetType] == unix.PACKET_OUTGOING,
	}
	if h.Status&unix.TP_STATUS_VLAN_VALID != 0 && to-from >= 12 {
		tpid := uint16(unix.ETH_P_8021Q)
		if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
			tpid = h.Hv1.Vlan_tpid
		}
		tci := uint16(h.Hv1.Vlan_tci)
		from -= tagSize
		copy(b[from:], b[from+tagSize:from+tagSize+12])
		binary.BigEndian.PutUint16(b[from+12:], tpid)
		binary.BigEndian.PutUint16(b[from+14:], tci)
		f.length += tagSize
	}
	f.data = b[from:to:to]
	r.at += int(h.Next_offset)
	r.left--
	return f
}
