// Package prompt looks for planted instructions in what a language model is given, and
// for what must not leave in what it gives.
//
//	Set      patterns, each with an id, the ATLAS technique it is a mark of, and where it comes from
//	Prompt   which patterns a prompt holds, also under a disguise
//	Reply    which marks a reply holds: secrets, the service's own instructions, canaries
//
// Patterns find what people wrote before, in the words that they used. Somebody who
// words it otherwise is not found: a pattern that is not there proves nothing. So that notes of
// patients are left alone, a pattern wants the words of somebody who speaks to a
// machine, and gives way where those of somebody who speaks of a patient follow. What no
// letter speaks of is the talk itself (this conversation, what stood before my question, whoever
// asked before me) and the program that reads it.
//
// A text is looked through as it is, and then as what it may hide: compatibility
// forms and letters of other scripts that look alike, invisible characters, accents, letters
// spaced out, digits for letters, base64, hexadecimal, percent encoding, rot13. No text
// is kept and none is in an error: what comes out are ids.
package prompt
