// Package hl7 holds the checks of HL7 version 2 interfaces: whether strangers can
// read or send messages, whether messages are built as receivers expect, and
// whether they are answered, in time and with yes.
package hl7
