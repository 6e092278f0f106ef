package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/wardround/wardround/format/nvd"
	"github.com/wardround/wardround/knowledge"
)

// Of the NVD's API 2.0 (nvd.nist.gov/developers/vulnerabilities).
const (
	nvdPage    = 2000                 // the most that it gives
	nvdWindow  = 120 * 24 * time.Hour // of modification that may be asked for
	nvdOverlap = 10 * time.Minute     // what was being written when we asked last
	nvdTime    = "2006-01-02T15:04:05.000Z"
)

// nvd pulls all the first time, and then what was modified since, in windows.
func (x *pulling) nvd(ctx context.Context) ([]*Batch, error) {
	now := x.opt.Now().UTC()
	since := x.st.Since
	if since.After(now) {
		since = time.Time{} // our clock was wrong then, or is now: only all is sure
	}
	b := &Batch{Feed: x.s.Name, Kind: "nvd", Trust: "unsigned", Complete: since.IsZero()}
	server := now // the earlier of both clocks
	asked := 0
	window := func(q url.Values) error {
		for start := 0; ; {
			if asked++; asked > 1 {
				if err := x.opt.Sleep(ctx, x.s.Pause); err != nil {
					return err
				}
			}
			q.Set("startIndex", strconv.Itoa(start))
			q.Set("resultsPerPage", strconv.Itoa(nvdPage))
			page, err := x.nvdPage(ctx, q, b, start)
			if err != nil {
				return err
			}
			if !page.At.IsZero() && page.At.Before(server) {
				server = page.At
			}
			if start += page.Results; start >= page.Total {
				return nil
			}
		}
	}
	if since.IsZero() {
		if err := window(url.Values{}); err != nil {
			return nil, err
		}
	}
	for from := since.Add(-nvdOverlap); !since.IsZero() && from.Before(now); from = from.Add(nvdWindow) {
		to := from.Add(nvdWindow)
		if to.After(now) {
			to = now
		}
		if err := window(url.Values{"lastModStartDate": {from.Format(nvdTime)}, "lastModEndDate": {to.Format(nvdTime)}}); err != nil {
			return nil, err
		}
	}
	x.st.Since = server
	if len(b.Rows) == 0 {
		return nil, nil
	}
	return []*Batch{b}, nil
}

func (x *pulling) nvdPage(ctx context.Context, q url.Values, b *Batch, start int) (*nvd.Page, error) {
	u, err := url.Parse(x.s.URL)
	if err != nil {
		return nil, err
	}
	all := u.Query()
	for k, v := range q {
		all[k] = v
	}
	u.RawQuery = all.Encode()
	doc, _, err := x.document(ctx, u.String(), Mark{})
	if err != nil {
		return nil, x.fault(u.String(), err)
	}
	page, err := nvd.Read(bytes.NewReader(doc))
	if err != nil {
		return nil, x.fault(u.String(), err)
	}
	switch {
	case page.Start != start:
		err = fmt.Errorf("the page begins at %d, asked was %d", page.Start, start)
	case len(page.Records) != page.Results:
		err = fmt.Errorf("the page says %d results and has %d", page.Results, len(page.Records))
	case page.Results == 0 && start < page.Total:
		err = fmt.Errorf("the page is empty, and %d of %d are still to come", page.Total-start, page.Total)
	case page.Total > x.opt.Limits.orDefault().Rows || len(b.Rows)+page.Results > x.opt.Limits.orDefault().Rows:
		err = errors.New("more records than are read")
	}
	if err != nil {
		return nil, x.fault(u.String(), err)
	}
	digest := sum(doc)
	for _, r := range page.Records {
		b.Rows = append(b.Rows, knowledge.Entry{Record: r, Digest: digest})
		if r.Modified.After(b.Newest) {
			b.Newest = r.Modified
		}
	}
	b.Documents++
	return page, nil
}
