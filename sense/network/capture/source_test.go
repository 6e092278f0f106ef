package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/wardround/wardround/format"
	"github.com/wardround/wardround/format/packet"
	"github.com/wardround/wardround/format/pcap"
	"github.com/wardround/wardround/sense/network/capture/filter"
)

func capture(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcap.NewWriter(&file, pcap.Header{Link: packet.Ethernet})
	for i, port := range []uint16{104, 2575, 104, 80} {
		p := packet.Packet{IPVersion: 4, Protocol: packet.UDP, DstPort: port, Payload: []byte("x")}
		if err := w.Write(int64(i)*1e9, p.Append(nil), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func seconds(t *testing.T, s Source) (at []int64) {
	t.Helper()
	for {
		p, err := s.Next()
		if err == io.EOF {
			return at
		}
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, p.At/1e9)
	}
}

func TestOpenFile(t *testing.T) {
	whole := capture(t)
	name := filepath.Join(t.TempDir(), "ward.pcap")
	if err := os.WriteFile(name, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	var s Source
	f, err := OpenFile(name, "port 104")
	if err != nil {
		t.Fatal(err)
	}
	s = f
	if got := seconds(t, s); len(got) != 2 || got[1] != 2 {
		t.Errorf("packets at %v", got)
	}
	if st := s.Stats(); st.Packets != 2 || st.Filtered != 1 || !errors.Is(st.Tail, format.ErrTruncated) {
		t.Errorf("%+v", st)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenFile(name, "port http"); !errors.As(err, new(*filter.Error)) {
		t.Errorf("a wrong filter: %v", err)
	}
	if _, err := OpenFile(name+".gone", ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(name, []byte("not a capture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(name, ""); !errors.Is(err, format.ErrMalformed) {
		t.Errorf("text: %v", err)
	}
}

func TestStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	defer func() { os.Stdin = stdin }()
	os.Stdin = r
	whole := capture(t)
	go func() { w.Write(whole); w.Close() }()
	f, err := OpenFile("-", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := seconds(t, f); len(got) != 4 {
		t.Errorf("packets at %v", got)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
