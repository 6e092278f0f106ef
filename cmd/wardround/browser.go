package main

import (
	"os/exec"
	"runtime"
)

// browse opens an address in the user's browser. The address may hold a one-time
// link: it is handed to the program alone and stands in no log of ours.
func browse(url string) error {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", url)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		cmd = exec.Command("xdg-open", url)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // ends with the program that opens it, or with us
	return nil
}
