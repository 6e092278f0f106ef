// Package e2e tests the whole product as a user has it: one binary, real peers on
// a network made for the test, captures as they come, and what an attacker sends.
// It holds no product code.
//
// What the binary prints is read by its documented JSON alone, never through the
// product's own types, so that a script's author and this package stand on the
// same ground. Peers (Orthanc, dcmtk, mosquitto, HL7 and SDC stacks, tshark) are
// asked for through testkit.Need: absent on a laptop they are skipped, absent in
// CI they are failures. Each is bounded in time and ended by its process id.
package e2e
