package network

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/kind"
)

// Results are folded here, where they pass: what leaves is how many there were of
// which code and unit in a span, and how values spread where they are many enough.

const (
	// resultsSpan is how long a span is, in nanoseconds. Spans begin at whole ones.
	resultsSpan = int64(10 * time.Minute)
	// resultsTalks is how many pairs of senders and receivers are followed, and
	// resultsCodes how many codes and units of each.
	resultsTalks = 512
	resultsCodes = 256
	// resultsValues bounds the different values of one code; with more they are counted
	// with one digit less. resultsHeld bounds those of all.
	resultsValues = 160
	resultsHeld   = 200_000
	// resultsIdle is after how many spans without traffic a pair is forgotten, with
	// values that were too few to be told.
	resultsIdle = 144
	// resultsSize is about how large an observation may grow, in bytes of JSON.
	resultsSize = 10 << 10
)

// result is one result as it may be counted: nothing in it is of one patient but the
// number, which is rounded before it is kept.
type result struct {
	code, unit      string
	ucum            bool
	typ, status     string
	flags           [2]string
	reason          string
	missing, ranged bool
	number          float64
	isNumber        bool
}

// resultsTalk says who told whom.
type resultsTalk struct {
	client, server                                  wardround.Endpoint // of the client no port
	vlan                                            uint16
	protocol                                        string
	toClient                                        bool
	app, facility, receiving, receivingFacility, at string
}

// results folds the results of all connections.
type results struct {
	s     *Sensor
	m     map[resultsTalk]*resultsPair
	list  []*resultsPair // in the order in which they were seen
	due   int64          // end of the span
	held  int            // different values
	names resultNames
	lost  int64 // results for whose talk there is no room
}

type resultsPair struct {
	talk     resultsTalk
	flow     *wardround.Flow
	software string
	from     int64 // of the first since it was told
	messages int
	results  int
	others   int
	codes    map[resultKey]*resultCounts
	orders   map[string]int
	ages     map[string]int
	sexes    map[string]int
	idle     int
}

type resultKey struct {
	code, unit string
	ucum       bool
}

type resultCounts struct {
	n, missing, ranged, numbers int
	reasons, types              map[string]int
	statuses, flags             map[string]int
	values                      map[float64]int // also of spans before, as long as they were too few
	of                          int             // counts in values
	digits                      int
}

// resultsOf is what one message or body tells.
type resultsOf struct {
	results  []result
	orders   []string
	ages     []string
	sexes    []string
	software string
	others   int // results that there was no room for
}

func (r *resultsOf) reset() {
	clear(r.results)
	*r = resultsOf{results: r.results[:0], orders: r.orders[:0], ages: r.ages[:0], sexes: r.sexes[:0]}
}

func (r *resultsOf) any() bool { return len(r.results)+len(r.orders)+r.others > 0 }

// add counts what a message told.
func (r *results) add(c *Conn, talk resultsTalk, of *resultsOf, at int64) {
	if !of.any() {
		return
	}
	p := r.pair(c, talk, at)
	if p == nil {
		r.lost += int64(len(of.results))
		return
	}
	p.idle = 0
	p.messages++
	p.results += len(of.results) + of.others
	p.others += of.others
	p.software = cmp.Or(of.software, p.software)
	for i := range of.results {
		r.count(p, &of.results[i])
	}
	for _, x := range []struct {
		to   *map[string]int
		list []string
	}{{&p.orders, of.orders}, {&p.ages, of.ages}, {&p.sexes, of.sexes}} {
		for _, text := range x.list {
			tally(x.to, text)
		}
	}
}

// pair returns where a talk is counted; nil if there is no room.
func (r *results) pair(c *Conn, talk resultsTalk, at int64) *resultsPair {
	flow := *c.flow
	flow.Src.Port = 0
	talk.client, talk.server, talk.vlan = flow.Src, flow.Dst, flow.VLAN
	p := r.m[talk]
	if p == nil {
		if len(r.m) >= resultsTalks {
			return nil
		}
		p = &resultsPair{talk: talk, flow: &flow, codes: map[resultKey]*resultCounts{}}
		if r.m == nil {
			r.m = map[resultsTalk]*resultsPair{}
		}
		r.m[talk] = p
		r.list = append(r.list, p)
	}
	if p.messages == 0 {
		p.from = at
	}
	return p
}

// tally counts a text of a short list; beyond its bound it is other.
func tally(m *map[string]int, text string) {
	const most = 48
	if *m == nil {
		*m = map[string]int{}
	}
	if _, ok := (*m)[text]; !ok && len(*m) >= most {
		text = "other"
	}
	(*m)[text]++
}

func (r *results) count(p *resultsPair, x *result) {
	k := resultKey{x.code, x.unit, x.ucum}
	c := p.codes[k]
	if c == nil {
		if len(p.codes) >= resultsCodes {
			p.others++
			return
		}
		c = &resultCounts{digits: 3}
		p.codes[k] = c
	}
	c.n++
	if x.missing {
		c.missing++
	}
	if x.ranged {
		c.ranged++
	}
	tally(&c.types, x.typ)
	tally(&c.statuses, x.status)
	for _, f := range x.flags {
		if f != "" {
			tally(&c.flags, f)
		}
	}
	if x.reason != "" {
		tally(&c.reasons, x.reason)
	}
	if !x.isNumber {
		return
	}
	c.numbers++
	c.of++
	r.value(c, x.number)
}

// value keeps a number with few digits.
func (r *results) value(c *resultCounts, x float64) {
	x = rounded(x, c.digits)
	if c.values[x] == 0 && (len(c.values) >= resultsValues || r.held >= resultsHeld) {
		if c.digits > 1 {
			c.digits--
			coarse := map[float64]int{}
			for v, n := range c.values {
				coarse[rounded(v, c.digits)] += n
			}
			r.held += len(coarse) - len(c.values)
			c.values = coarse
			r.value(c, x)
			return
		}
		c.of-- // how it spreads is told of the others
		return
	}
	if c.values == nil {
		c.values = map[float64]int{}
	}
	if c.values[x] == 0 {
		r.held++
	}
	c.values[x]++
}

// rounded is x to so many significant digits.
func rounded(x float64, digits int) float64 {
	var buf [32]byte
	y, err := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], x, 'e', digits-1, 64)), 64)
	if err != nil || y == 0 {
		return 0
	}
	return y
}

// tick follows packet time: when a span is over, it is told.
func (r *results) tick(at int64) {
	if at < r.due {
		return
	}
	if r.due != 0 {
		r.flush(r.due)
	}
	r.due = at - at%resultsSpan + resultsSpan
}

// flush tells what was counted up to a time.
func (r *results) flush(at int64) {
	kept := r.list[:0]
	for _, p := range r.list {
		if p.messages > 0 {
			r.tell(p, at)
		}
		if p.idle++; p.idle > resultsIdle {
			for _, c := range p.codes {
				r.held -= len(c.values)
			}
			delete(r.m, p.talk)
			continue
		}
		kept = append(kept, p)
	}
	clear(r.list[len(kept):])
	r.list = kept
}

// tell emits one span of a pair, in as many observations as it takes.
func (r *results) tell(p *resultsPair, at int64) {
	t := &p.talk
	head := kind.ResultsWindowV1{
		Protocol: t.protocol, FromServer: t.toClient, SendingApp: t.app, SendingFacility: t.facility,
		ReceivingApp: t.receiving, ReceivingFacility: t.receivingFacility, Host: t.at, Software: p.software, From: unix(p.from), To: unix(max(at, p.from)),
	}
	first := head
	out := &first
	out.Messages, out.Results, out.CodesOther = p.messages, p.results, p.others
	out.Orders, out.Ages, out.Sexes = counts(p.orders), counts(p.ages), counts(p.sexes)
	size := 600 + 40*(len(out.Orders)+len(out.Ages)+len(out.Sexes))
	keys := slices.SortedFunc(maps.Keys(p.codes), func(a, b resultKey) int {
		return cmp.Or(cmp.Compare(p.codes[b].n, p.codes[a].n), cmp.Compare(a.code, b.code), cmp.Compare(a.unit, b.unit), compareBool(a.ucum, b.ucum))
	})
	for _, k := range keys {
		c := p.codes[k]
		if c.n == 0 {
			continue // values alone, of before
		}
		x := r.told(k, c)
		more := 160 + len(x.Code) + len(x.Unit) + 32*(len(x.Reasons)+len(x.Types)+len(x.Statuses)+len(x.Flags)) + 14*len(x.Values)
		if size+more > resultsSize {
			r.s.emit(p.flow, max(at, p.from), out)
			next := head // what was emitted is not changed
			out, size = &next, 600
		}
		out.Codes = append(out.Codes, x)
		size += more
		if c.of == 0 {
			delete(p.codes, k)
			continue
		}
		*c = resultCounts{values: c.values, of: c.of, digits: c.digits}
	}
	r.s.emit(p.flow, max(at, p.from), out)
	p.messages, p.results, p.others, p.orders, p.ages, p.sexes = 0, 0, 0, nil, nil, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// told is one code as it leaves; values that leave are forgotten here.
func (r *results) told(k resultKey, c *resultCounts) kind.ResultCodeV1 {
	x := kind.ResultCodeV1{
		Code: k.code, Unit: k.unit, UCUM: k.ucum, Results: c.n, Missing: c.missing, Ranged: c.ranged, Numbers: c.numbers,
		Reasons: counts(c.reasons), Types: counts(c.types), Statuses: counts(c.statuses), Flags: counts(c.flags),
	}
	if c.of < kind.FewestResults {
		return x
	}
	for _, v := range slices.Sorted(maps.Keys(c.values)) {
		x.Values, x.ValueCounts = append(x.Values, v), append(x.ValueCounts, c.values[v])
	}
	r.held -= len(c.values)
	c.values, c.of, c.digits = nil, 0, 3
	return x
}

// counts lists texts, most frequent first.
func counts(m map[string]int) []kind.ResultCountV1 {
	var out []kind.ResultCountV1
	for text, n := range m {
		out = append(out, kind.ResultCountV1{Text: text, Count: n})
	}
	slices.SortFunc(out, func(a, b kind.ResultCountV1) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// decade is the band of ten years of somebody born at a date, at a time; "" if that is
// no age.
func decade(year, month, day int, at time.Time) string {
	age := at.Year() - year
	if month > 0 && (int(at.Month()) < month || int(at.Month()) == month && at.Day() < day) {
		age--
	}
	switch {
	case age < 0 || age > 130:
		return ""
	case age >= 90:
		return "90+"
	}
	low := age / 10 * 10
	return strconv.Itoa(low) + "-" + strconv.Itoa(low+9)
}

// plainNumber reads a decimal number without exponent, as types NM (v2.5.1 §2.A.47) and
// decimal write it; ok is false for any other text.
func plainNumber(b []byte) (x float64, ok bool) {
	if len(b) == 0 || len(b) > 32 {
		return 0, false
	}
	for i, c := range b {
		if !digit(c) && c != '.' && (c != '-' && c != '+' || i > 0) {
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(string(b), 64)
	return x, err == nil && !math.IsInf(x, 0)
}
