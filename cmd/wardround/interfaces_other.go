//go:build !linux

package main

// mayCapture reports whether this program may open an interface, and what to do if
// it may not.
func mayCapture() (bool, string) {
	return false, "Live capture works on Linux. Here, pipe it in: tcpdump -i en0 -U -w - | wardround serve --read -"
}
