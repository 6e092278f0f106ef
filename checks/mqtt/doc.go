// Package mqtt holds the checks of message brokers: whether strangers can read
// what passes through them, connect to them, or speak in a device's place.
package mqtt
