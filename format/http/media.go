package http

import "strings"

// MediaType splits a Content-Type or one member of Accept into its type, in lower
// case and without parameters, and the parameters (RFC 9110 §8.3.1).
func MediaType(value string) (mediaType, params string) {
	mediaType, params, _ = strings.Cut(value, ";")
	return asciiLower(trim(mediaType)), params
}

// Param returns a parameter of a media type, by its name in lower case.
func Param(params, name string) string {
	for params != "" {
		key, rest, ok := strings.Cut(params, "=")
		if !ok {
			return ""
		}
		if i := strings.LastIndexByte(key, ';'); i >= 0 { // a parameter without value before it
			key = key[i+1:]
		}
		var value string
		value, params = paramValue(trim(rest), ';')
		if equalFold(trim(key), name) {
			return value
		}
	}
	return ""
}

// A Product is one product of a User-Agent or Server field (RFC 9110 §10.1.5).
type Product struct{ Name, Version string }

// maxProducts is how many products of one field are read.
const maxProducts = 8

// Products reads the products of a User-Agent or Server field. Comments, which
// can hold anything, and words that are no product are left out.
func Products(value string) []Product {
	var products []Product
	depth := 0
	for i := 0; i < len(value) && len(products) < maxProducts; {
		switch c := value[i]; {
		case c == '(':
			depth++
			i++
		case c == ')':
			depth = max(depth-1, 0)
			i++
		case depth > 0 && c == '\\':
			i += 2
		case depth > 0 || blank(c):
			i++
		default:
			n := i
			for n < len(value) && !blank(value[n]) && value[n] != '(' {
				n++
			}
			name, version, _ := strings.Cut(value[i:n], "/")
			if isToken(name) && (version == "" || isToken(version)) {
				products = append(products, Product{name, version})
			}
			i = n
		}
	}
	return products
}

// ParseFields reads field lines that stand alone, such as the head of a part of
// a multipart body; at most limit of them are kept.
func ParseFields(text string, limit int) (Fields, Anomaly) {
	var h Head
	h.parse(text, limit)
	return h.Fields, h.Anomalies
}
