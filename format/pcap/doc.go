// Package pcap reads and writes capture files: pcap in all its byte orders and
// resolutions, and pcapng with any number of sections and interfaces, either of
// them compressed with gzip.
//
//	r, err := pcap.NewReader(file, pcap.Limits{})
//	for {
//		pkt, err := r.Next() // pkt.Data is valid until the next call
//		if err == io.EOF {
//			break
//		}
//		…
//	}
//	if err := r.Tail(); err != nil { … } // the file ends inside a packet
//
// A Reader takes any [io.Reader], reads no further ahead than one Read returns, so
// that it follows a pipe, and uses memory bounded by [Limits] whatever the file says.
// A file that ends inside a record, as after a full disk or a killed
// capture, is not an error: what was whole is read, and [Reader.Tail] tells where
// it broke off. A record that cannot be is an error, after which nothing more is read,
// because neither format has marks to find the next record by.
//
// Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
package pcap
