package main

import (
	"context"
	"net"
	"os"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api"
)

// interfaces lists what could be watched, loopback last: nobody's devices are there.
func interfaces(context.Context) (api.Interfaces, error) {
	list, err := net.Interfaces()
	if err != nil {
		return api.Interfaces{}, wardround.Wrap(wardround.EInternal, "interfaces", err)
	}
	out := api.Interfaces{Items: []api.Interface{}}
	for _, own := range []bool{false, true} {
		for _, i := range list {
			if i.Flags&net.FlagLoopback != 0 != own {
				continue
			}
			x := api.Interface{Name: i.Name, Up: i.Flags&net.FlagUp != 0, Addresses: []string{}}
			addrs, err := i.Addrs()
			if err != nil {
				continue // it went away meanwhile
			}
			for _, a := range addrs {
				x.Addresses = append(x.Addresses, a.String())
			}
			out.Items = append(out.Items, x)
		}
	}
	out.MayCapture, out.Hint = mayCapture()
	return out, nil
}

// program is this program's file, or its name if that cannot be found.
func program() string {
	self, err := os.Executable()
	if err != nil {
		return "wardround"
	}
	return self
}
