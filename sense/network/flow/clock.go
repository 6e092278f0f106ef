package flow

import "time"

// How far a time stamp may differ from those before it without being doubted.
const (
	jumpBack  = int64(10 * time.Second)
	jumpAhead = int64(time.Minute)
)

// clock derives from capture times a time that never goes back. A time stamp far
// from its predecessor is only believed when the next one agrees with it, so that one
// broken time stamp moves nothing.
type clock struct {
	now     int64 // the table's clock, ns
	high    int64 // capture time that corresponds to now
	doubt   int64 // a far time stamp not yet confirmed
	doubted bool
	started bool

	back   uint64 // believed jumps back
	broken uint64 // time stamps not confirmed
}

// step takes the next capture time.
func (c *clock) step(at int64) {
	if !c.started {
		c.started, c.now, c.high = true, at, at
		return
	}
	d := at - c.high
	if 0 <= d && d <= jumpAhead && !c.doubted {
		c.now += d
		c.high = at
		return
	}
	c.far(at)
}

func (c *clock) far(at int64) {
	if d := at - c.high; d > jumpAhead || d < -jumpBack {
		ahead := c.doubt > c.high
		if !c.doubted || at < c.doubt-jumpBack || !ahead && at > c.doubt+jumpAhead {
			if c.doubted {
				c.broken++
			}
			c.doubted, c.doubt = true, at
			return
		}
		// The second far time stamp agrees with the first.
		c.doubted = false
		if ahead {
			c.now += c.doubt - c.high
		} else {
			c.back++
		}
		c.high = c.doubt
		if at-c.high > jumpAhead { // a sparse capture: doubt the new one in turn
			c.doubted, c.doubt = true, at
			return
		}
	} else if c.doubted {
		c.broken++
		c.doubted = false
	}
	if at > c.high {
		c.now += at - c.high
		c.high = at
	}
}
