package pipeline

import "time"

// clock is the site's clock: the wall clock, kept from going back, because the log
// and everything judged from it know one direction of time only. When the wall
// clock is set back, the site's goes on at half its speed until the two meet, so
// that wake-ups still come and evidence still decays.
type clock struct {
	wall func() time.Time
	site time.Time // as last read
	seen time.Time // the wall clock then
	back time.Duration
}

// peek returns the site's time, and by how much the wall clock was set back since
// the last call of read; less than a second does not count.
func (c *clock) peek() (site time.Time, back time.Duration) {
	wall := c.wall()
	last := c.seen
	c.seen = wall
	// Without their monotonic readings: what counts is what the clock shows.
	if d := last.Round(0).Sub(wall.Round(0)); d >= time.Second {
		c.back = max(c.back, d)
	}
	site = wall.Round(0)
	if site.Before(c.site) {
		var passed time.Duration
		if !last.IsZero() {
			passed = max(0, wall.Sub(last))
		}
		site = c.site.Add(passed / 2)
	}
	c.site = site
	return site, c.back
}

// read is peek, and takes note of what it returns.
func (c *clock) read() (site time.Time, back time.Duration) {
	site, back = c.peek()
	c.back = 0
	return site, back
}
