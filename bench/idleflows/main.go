// Command idleflows writes a capture of many TCP connections that are opened and
// then stay open, silent, to its end: what a mirror port of a large network shows,
// and what a watcher must hold in little memory.
//
//	go run ./bench/idleflows --flows 1000000 | wardround replay --format json -
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	var s shape
	flag.IntVar(&s.flows, "flows", 1_000_000, "connections")
	flag.IntVar(&s.clients, "clients", 20_000, "hosts that open them, at most 50000 connections each")
	flag.IntVar(&s.servers, "servers", 60, "hosts they are opened to")
	flag.BoolVar(&s.talk, "talk", false, "let each carry one request and its answer, in six protocols in turn")
	flag.Parse()
	if s.flows < 1 || s.flows > 1<<24 || s.clients < 1 || s.clients > 1<<24 || s.flows/s.clients > 50_000 || s.servers < 1 || s.servers > 1<<20 {
		fmt.Fprintln(os.Stderr, "idleflows: 1 to 16777216 flows, at most 50000 for each client; 1 to 1048576 servers")
		os.Exit(2)
	}
	if err := generate(os.Stdout, s); err != nil {
		fmt.Fprintln(os.Stderr, "idleflows:", err)
		os.Exit(1)
	}
}
