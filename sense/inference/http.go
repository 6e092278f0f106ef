package inference

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Bounds of what is taken over HTTP.
const (
	MaxBody     = 16 << 20 // bytes of a request
	maxAtOnce   = 32       // requests that are read or wait to be durable
	maxProblems = 10       // lines that an answer tells
)

// Handler takes records by POST: NDJSON, one JSON object a line, as
// application/x-ndjson or application/json. Who may post is for whoever mounts it, at
// /api/v1/inference.
//
// The answer comes when the records are durable:
//
//	200 {"rows": 998, "refused": {"too late": 1}, "unreadable": 1, "problems": ["line 7: …"]}
//	400 nothing in the body is a record
//	413 the body is larger than 16 MiB; send less at once
//	429 with Retry-After: too much at once; send the same again
//	503 with Retry-After: the disk did not take it
//
// A client that may have to send again names what it sends: the header
// Wardround-Input says which stream, Wardround-Position the how many-th portion, from
// 1. What came before is answered with "repeated": true and not counted again.
type Handler struct {
	folder *Folder
	slots  chan struct{}
	limit  int64
}

// NewHandler returns a handler that folds into f.
func NewHandler(f *Folder) *Handler {
	return &Handler{folder: f, slots: make(chan struct{}, maxAtOnce), limit: MaxBody}
}

// answer is the body of a response.
type answer struct {
	Rows       int            `json:"rows"`
	Refused    map[string]int `json:"refused,omitempty"`
	Unreadable int64          `json:"unreadable,omitempty"`
	Problems   []string       `json:"problems,omitempty"`
	Repeated   bool           `json:"repeated,omitempty"`
	Error      string         `json:"error,omitempty"`
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	input, position, body, ok := h.take(w, r)
	if !ok {
		return
	}
	defer func() { <-h.slots }()
	b := Batch{Input: input, Position: position}
	var problems []string
	lines(body, func(n int, line []byte) {
		rec, err := ReadRecord(line)
		if err != nil {
			b.Unreadable++
			if len(problems) < maxProblems {
				problems = append(problems, fmt.Sprintf("line %d: %v", n, err))
			}
			return
		}
		b.Records = append(b.Records, rec)
	})
	if len(b.Records) == 0 {
		if b.Unreadable > 0 {
			h.folder.Add(Batch{Unreadable: b.Unreadable})
		}
		reply(w, http.StatusBadRequest, answer{Error: "nothing in the body is a record: want one JSON object a line", Unreadable: b.Unreadable, Problems: problems})
		return
	}
	added, ok := h.durable(w, r, b)
	if ok {
		reply(w, http.StatusOK, answer{Rows: added.Rows, Refused: added.Refused, Unreadable: b.Unreadable, Problems: problems, Repeated: added.Repeated})
	}
}

// take reads a request's body, if there is room for it; the caller gives the slot back
// if ok.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) (input string, position uint64, body []byte, ok bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		reply(w, http.StatusMethodNotAllowed, answer{Error: "records are posted"})
		return
	}
	if input = r.Header.Get("Wardround-Input"); len(input) > maxName {
		reply(w, http.StatusBadRequest, answer{Error: fmt.Sprintf("Wardround-Input is longer than %d bytes", maxName)})
		return
	}
	if p := r.Header.Get("Wardround-Position"); p != "" || input != "" {
		var err error
		if position, err = strconv.ParseUint(p, 10, 63); err != nil || position == 0 || input == "" {
			reply(w, http.StatusBadRequest, answer{Error: "Wardround-Input and Wardround-Position belong together; the position is a number from 1"})
			return
		}
		input = "http:" + input
	}
	select {
	case h.slots <- struct{}{}:
	default:
		h.busy(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		reply(w, http.StatusRequestEntityTooLarge, answer{Error: fmt.Sprintf("the body is larger than %d bytes; send less at once", h.limit)})
	case err != nil:
		reply(w, http.StatusBadRequest, answer{Error: "the body was cut"})
	default:
		return input, position, body, true
	}
	<-h.slots
	return "", 0, nil, false
}

// busy turns a request away, and counts it.
func (h *Handler) busy(w http.ResponseWriter) {
	h.folder.mu.Lock()
	h.folder.counts.Busy++
	h.folder.mu.Unlock()
	w.Header().Set("Retry-After", "1")
	reply(w, http.StatusTooManyRequests, answer{Error: "too much at once: send the same again in a second"})
}

// durable folds a batch and waits until it is kept.
func (h *Handler) durable(w http.ResponseWriter, r *http.Request, b Batch) (Added, bool) {
	added := h.folder.Add(b)
	ctx, stop := context.WithTimeout(r.Context(), time.Minute)
	defer stop()
	select { // Run commits soon; more portions share one commit
	case h.folder.now <- struct{}{}:
	default:
	}
	if err := h.folder.Wait(ctx, added.Ticket); err != nil {
		w.Header().Set("Retry-After", "10")
		reply(w, http.StatusServiceUnavailable, answer{Error: "the records were read and could not be made durable; send the same again, under the same position"})
		return added, false
	}
	return added, true
}

func reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a)
}

// lines calls fn with each line that is not empty, and its number from 1.
func lines(body []byte, fn func(n int, line []byte)) {
	sc := bufio.NewScanner(bytes.NewReader(body))
	sc.Buffer(make([]byte, 0, 64<<10), len(body)+1)
	for n := 1; sc.Scan(); n++ {
		if line := bytes.TrimSpace(sc.Bytes()); len(line) > 0 {
			fn(n, line)
		}
	}
}
