package api

import (
	"time"

	"github.com/wardround/wardround"
)

// Interfaces are the network interfaces that could be watched.
type Interfaces struct {
	Items      []Interface `json:"items"`
	MayCapture bool        `json:"may_capture" doc:"Whether the program has the right to capture."`
	Hint       string      `json:"hint,omitempty" doc:"What to do if it has not."`
}

// Interface is one of them.
type Interface struct {
	Name      string   `json:"name"`
	Up        bool     `json:"up"`
	Addresses []string `json:"addresses"`
}

// NewSensor asks to watch an interface.
type NewSensor struct {
	Interface string `json:"interface" minLength:"1" maxLength:"64"`
	Filter    string `json:"filter,omitempty" maxLength:"1000" doc:"What to capture, in tcpdump's words."`
	Name      string `json:"name,omitempty" maxLength:"64"`
}

// Captured says what a capture file had.
type Captured struct {
	Input        string `json:"input"`
	Packets      int64  `json:"packets"`
	Observations int64  `json:"observations"`
}

// Notification is one message that was sent, or could not be.
type Notification struct {
	ID       string             `json:"id"`
	Case     string             `json:"case,omitempty"`
	Title    string             `json:"title"`
	Severity wardround.Severity `json:"severity"`
	At       time.Time          `json:"at"`
	Route    string             `json:"route"`
	Channel  string             `json:"channel"`
	State    string             `json:"state" enum:"sent,failed,waiting"`
	Error    string             `json:"error,omitempty"`
	Attempts int                `json:"attempts"`
}
