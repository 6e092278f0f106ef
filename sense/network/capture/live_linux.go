package capture

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/sense/network/capture/filter"
)

const (
	blockSize = 1 << 20 // holds any frame, also those joined by receive offload
	// retire is after how many milliseconds the kernel hands over a block that is
	// not full; it bounds the delay of a packet on a quiet interface.
	retire = 20
	// quiet is how many milliseconds Next waits before it returns ErrQuiet.
	quiet = 100
)

// Live is a network interface as a source.
type Live struct {
	fd, wake int
	index    int // of the interface
	name     string
	link     packet.LinkType
	ring     ring
	pkt      pcap.Packet
	stats    Stats
	loopback bool

	mu     sync.Mutex // guards wake against release while Close writes to it
	closed atomic.Bool
}

// OpenLive starts capturing on an interface. Without the right to do so the error
// wraps [os.ErrPermission]; a filter that is wrong gives a *[filter.Error].
func OpenLive(o Options) (*Live, error) {
	iface, err := net.InterfaceByName(o.Interface)
	if err != nil {
		return nil, fmt.Errorf("capture: interface %q: %w", o.Interface, err)
	}
	l := &Live{fd: -1, wake: -1, index: iface.Index, name: o.Interface}
	if err := l.open(o); err != nil {
		l.release()
		return nil, fmt.Errorf("capture: %s: %w", o.Interface, err)
	}
	return l, nil
}

func (l *Live) open(o Options) error {
	// Protocol 0: nothing is received before filter, ring and interface are set.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("no right to capture; run as root, or once: setcap cap_net_raw=ep on the program (%w)", os.ErrPermission)
	}
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	l.fd = fd
	if l.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	if err := l.hardware(); err != nil {
		return err
	}
	if err := l.attach(o.Filter); err != nil {
		return err
	}
	if err := l.ring.open(fd, o.Ring); err != nil {
		return err
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: network16(unix.ETH_P_ALL), Ifindex: l.index}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if !o.Direct {
		// The membership ends with the socket, so the interface is left as it was.
		m := unix.PacketMreq{Ifindex: int32(l.index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return os.NewSyscallError("promiscuous mode", err)
		}
	}
	return nil
}

// hardware finds what kind of frames the interface gives.
func (l *Live) hardware() error {
	req, err := unix.NewIfreq(l.name)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(l.fd, unix.SIOCGIFHWADDR, req); err != nil {
		return os.NewSyscallError("hardware type", err)
	}
	switch kind := req.Uint16(); kind {
	case unix.ARPHRD_ETHER:
		l.link = packet.Ethernet
	case unix.ARPHRD_LOOPBACK:
		l.link, l.loopback = packet.Ethernet, true
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP:
		l.link = packet.Raw
	default:
		return fmt.Errorf("its hardware type %d is not known; capture with tcpdump and read the file", kind)
	}
	return nil
}

func (l *Live) attach(expr string) error {
	f, err := filter.Compile(expr, l.link, true)
	if err != nil || expr == "" {
		return err
	}
	raw, err := bpf.Assemble(f.Instructions)
	if err != nil {
		return err
	}
	program := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		program[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	err = unix.SetsockoptSockFprog(l.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
	return os.NewSyscallError("filter", err)
}

// Link returns the link type of the frames.
func (l *Live) Link() packet.LinkType { return l.link }

// Next implements [Source].
func (l *Live) Next() (*pcap.Packet, error) {
	for {
		if l.closed.Load() {
			l.release()
			return nil, io.EOF
		}
		f, ok := l.ring.next()
		if !ok {
			if err := l.wait(); err != nil {
				return nil, err
			}
			continue
		}
		// A loopback interface shows every frame on its way out and in again.
		if l.loopback && f.outgoing {
			continue
		}
		l.pkt = pcap.Packet{At: f.at, Data: f.data, Length: f.length, Link: l.link}
		l.stats.Packets++
		l.stats.Bytes += uint64(len(f.data))
		return &l.pkt, nil
	}
}

// wait waits for the next block of the ring.
func (l *Live) wait() error {
	fds := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}, {Fd: int32(l.wake), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, quiet)
	switch {
	case err == unix.EINTR, l.closed.Load():
		return nil
	case err != nil:
		return os.NewSyscallError("poll", err)
	case n == 0:
		return ErrQuiet
	case fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0:
		code, err := unix.GetsockoptInt(l.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && unix.Errno(code) != unix.ENETDOWN && code != 0 {
			return fmt.Errorf("capture: %s: %w", l.name, unix.Errno(code))
		}
		if code != 0 {
			l.stats.Down++
		}
		if _, err := net.InterfaceByIndex(l.index); err != nil {
			return fmt.Errorf("capture: %s: the interface is gone: %w", l.name, err)
		}
		return ErrQuiet // it may come up again, and then frames go on
	}
	return nil
}

// Stats implements [Source].
func (l *Live) Stats() Stats {
	if l.fd >= 0 { // reading the kernel's counters sets them to zero
		if s, err := unix.GetsockoptTpacketStatsV3(l.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			l.stats.Dropped += uint64(s.Drops)
			l.stats.Freezes += uint64(s.Freeze_q_cnt)
		}
	}
	return l.stats
}

// Close ends the capture: Next returns io.EOF, also one that is waiting in another
// goroutine. The ring, in which frames handed out lie, is freed by that call of Next.
func (l *Live) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Swap(true) || l.wake < 0 {
		return nil
	}
	_, err := unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	return err
}

// release frees everything, in the goroutine that reads.
func (l *Live) release() {
	l.Stats() // the last of the kernel's counters
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring.close()
	for _, fd := range []*int{&l.fd, &l.wake} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
}

// network16 is x in network byte order, as the kernel takes protocol numbers.
func network16(x uint16) uint16 {
	var b [2]byte
	b[0], b[1] = byte(x>>8), byte(x)
	return native.Uint16(b[:])
}
