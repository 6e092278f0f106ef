package main

import "net"

// listenPrivate listens on a socket in the data directory, whose permissions
// decide who reaches it.
func listenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }
