// Package capture opens sources of network frames: capture files, standard input,
// and on Linux a network interface.
//
//	src, err := capture.OpenLive(capture.Options{Interface: "mirror0", Filter: "not port 22"})
//	…
//	err = capture.Unprivilege(capture.Nobody)
//	for {
//		p, err := src.Next()
//		switch {
//		case err == capture.ErrQuiet: // nothing came for a moment
//			table.Advance(time.Now().UnixNano())
//		case err == io.EOF: // closed
//			…
//
// A live source is a packet socket with a memory-mapped ring (AF_PACKET,
// TPACKET_V3): frames are read where the kernel wrote them, without a system call or
// a copy each. Opening it needs root or the capability CAP_NET_RAW:
//
//	setcap cap_net_raw=ep wardround
//
// After opening, nothing privileged is needed any more, and [Unprivilege] gives up
// every privilege of the process for good. What the kernel could not deliver because the
// ring was full is counted in [Stats].
//
// On other systems capture with what they have and pipe it in, as in
// "tcpdump -i en0 -U -w - | wardround replay -".
package capture
