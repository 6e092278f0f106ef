// Package filename takes from a file's name the one part that says what the file
// is without saying whose it is.
package filename

import "strings"

// maxExtension is the longest ending that counts as an extension, in bytes.
const maxExtension = 8

// Extension returns what follows the last dot of the last element of a path, in
// lower case and without the dot: "bin". Elements are divided by / or \. It is
// "" if there is none, if it is longer than 8 bytes, or if it holds anything but
// ASCII letters and digits. People also put names and numbers behind a dot: a
// caller that stores extensions keeps a list of those it expects.
func Extension(path string) string {
	if i := strings.LastIndexAny(path, `/\`); i >= 0 {
		path = path[i+1:]
	}
	i := strings.LastIndexByte(path, '.')
	if i < 0 || len(path)-i-1 > maxExtension {
		return ""
	}
	ext := strings.ToLower(path[i+1:])
	for j := range len(ext) {
		if c := ext[j]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return ext
}
