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

// Handler takes records by POST: NDJSON, one JSON object a line, as
// application/x-ndjson or application/json. Who may post is for whoever mounts it, at
// /api/v1/inference.
//
// The answer comes when the records are durable:
//
//	200 {"rows": 998, "refused": {"too late": 1}, "unreadable": 1, "problems": ["line 7: …"]}
//	400 nothing in the body is a record
//	413 the body is larger than 16 MiB, or has more than 100,000 records; send less at once
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
	input, position, text, ok := h.take(w, r)
	if !ok {
		return
	}
	defer func() { <-h.slots }()
	added, a, status := h.fold(input, position, text)
	text.release()
	if status != http.StatusOK {
		reply(w, status, a)
		return
	}
	if h.durable(w, r, added) {
		a.Rows, a.Refused, a.Repeated = added.Rows, added.Refused, added.Repeated
		reply(w, http.StatusOK, a)
	}
}

// fold makes records of a body and folds them. The records live no longer than this.
func (h *Handler) fold(input string, position uint64, text *taken) (added Added, a answer, status int) {
	h.folder.intake.parse.Lock()
	defer h.folder.intake.parse.Unlock()
	b := Batch{Input: input, Position: position}
	all := lines(text.bytes, MaxRecords, func(n int, line []byte) {
		rec, err := ReadRecord(line)
		if err != nil {
			b.Unreadable++
			if len(a.Problems) < maxProblems {
				a.Problems = append(a.Problems, fmt.Sprintf("line %d: %v", n, err))
			}
			return
		}
		b.Records = append(b.Records, rec)
	})
	if !all {
		return added, answer{Error: tooMany}, http.StatusRequestEntityTooLarge
	}
	a.Unreadable = b.Unreadable
	if len(b.Records) == 0 {
		if b.Unreadable > 0 {
			h.folder.Add(Batch{Unreadable: b.Unreadable})
		}
		a.Error = "nothing in the body is a record: want one JSON object a line"
		return added, a, http.StatusBadRequest
	}
	return h.folder.Add(b), a, http.StatusOK
}

var tooMany = fmt.Sprintf("the body has more than %d records, or parts of them; send less at once", MaxRecords)

// taken is a body that was read whole.
type taken struct {
	body
	bytes []byte
}

func (t *taken) release() {
	t.bytes = nil
	t.body.release()
}

// take reads a request's body, if there is room for it; the caller releases it, and
// gives the slot back if ok. A slot is for whoever has sent everything: somebody who sends slowly
// keeps nobody out.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) (input string, position uint64, text *taken, ok bool) {
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
	in := &h.folder.intake
	defer in.reading.Add(-1)
	if in.reading.Add(1) > maxReading {
		h.busy(w)
		return
	}
	text = &taken{body: body{r: http.MaxBytesReader(w, r.Body, h.limit), in: in}}
	var err error
	text.bytes, err = io.ReadAll(text)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		reply(w, http.StatusRequestEntityTooLarge, answer{Error: fmt.Sprintf("the body is larger than %d bytes; send less at once", h.limit)})
	case errors.Is(err, errFull):
		h.busy(w)
	case err != nil:
		reply(w, http.StatusBadRequest, answer{Error: "the body was cut"})
	default:
		select {
		case h.slots <- struct{}{}:
			return input, position, text, true
		default:
			h.busy(w)
		}
	}
	text.release()
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

// durable waits until what was added is kept; if it is not, the client is told.
func (h *Handler) durable(w http.ResponseWriter, r *http.Request, added Added) bool {
	ctx, stop := context.WithTimeout(r.Context(), time.Minute)
	defer stop()
	select { // Run commits soon; more portions share one commit
	case h.folder.now <- struct{}{}:
	default:
	}
	if err := h.folder.Wait(ctx, added.Ticket); err != nil {
		w.Header().Set("Retry-After", "10")
		reply(w, http.StatusServiceUnavailable, answer{Error: "the records were read and could not be made durable; send the same again, under the same position"})
		return false
	}
	return true
}

func reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a)
}

// lines calls fn with each line that is not empty, and its number from 1; it ends, with
// false, where there are more than most.
func lines(body []byte, most int, fn func(n int, line []byte)) bool {
	sc := bufio.NewScanner(bytes.NewReader(body))
	sc.Buffer(make([]byte, 0, 64<<10), len(body)+1)
	for n, full := 1, 0; sc.Scan(); n++ {
		if line := bytes.TrimSpace(sc.Bytes()); len(line) > 0 {
			if full++; full > most {
				return false
			}
			fn(n, line)
		}
	}
	return true
}
