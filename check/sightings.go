package check

import "time"

// Sightings remember, for the items of one subject, when each was last seen
// wrong. Old and new ways are mostly used side by side for a while, so one sound
// sight beside wrong ones passes nothing. It is meant to be a check's [State] or a
// part of it.
type Sightings struct {
	Last map[string]int64 `json:"last,omitempty"` // by item, Unix seconds
}

// maxSightings bounds the items remembered of one subject, so that they fit a state.
const maxSightings = 64

// Note remembers that item was seen wrong.
func (s *Sightings) Note(item string, at time.Time) {
	last, ok := s.Last[item]
	if !ok && len(s.Last) >= maxSightings {
		return
	}
	if s.Last == nil {
		s.Last = map[string]int64{}
	}
	s.Last[item] = max(last, at.Unix())
}

// Known reports whether item was seen wrong and is not over.
func (s *Sightings) Known(item string) bool {
	_, ok := s.Last[item]
	return ok
}

// Over reports whether item was seen wrong, but not for longer than quiet. It is
// forgotten then.
func (s *Sightings) Over(item string, at time.Time, quiet time.Duration) bool {
	last, ok := s.Last[item]
	if !ok || at.Sub(time.Unix(last, 0)) <= quiet {
		return false
	}
	delete(s.Last, item)
	return true
}
