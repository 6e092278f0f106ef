// Package dicom holds the checks of image networks: whether strangers can read
// images or ask for them, whether somebody takes more of them than usual or has
// them sent somewhere new, and whether systems agree on how to exchange them.
package dicom
