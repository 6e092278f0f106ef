package jinja

import (
	"io"
	"strconv"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/jsonstream"
)

// Config is what can run of the configuration files beside a language model:
// tokenizer_config.json, chat_template.json, processor_config.json, config.json.
type Config struct {
	Templates map[string]*Report // by name: "chat_template", "chat_template.tool_use"
	Remote    []string           // classes outside the library that auto_map asks to be fetched and run
	Issues    []issue.Issue
}

// ReadConfig reads such a file of at most 64 MiB. The error is of the reading
// only; what is no JSON is an issue.
func ReadConfig(r io.Reader, lim Limits) (*Config, error) {
	c := &Config{Templates: map[string]*Report{}}
	var list issue.List
	w := &watched{r: r}
	d := jsonstream.New(w, jsonstream.Limits{Bytes: 64 << 20, Depth: 64, Text: 16 << 20})
	d.Notice = func(n jsonstream.Notice) {
		if n.Code == jsonstream.DuplicateName {
			list.Add("config.duplicate-key", issue.Unreadable, n.Pointer, n.Offset, "The name %s stands twice: readers take the first or the last.", n.Detail)
		}
	}
	if d.Object() {
		for d.Next() {
			switch string(d.Name()) {
			case "chat_template":
				c.templates(d, lim, &list)
			case "auto_map":
				c.remote(d, &list)
			case "trust_remote_code":
				at := d.Offset()
				if d.Peek() == jsonstream.True {
					list.Add("config.trust-remote-code", issue.Unknown, "trust_remote_code", at, "The configuration asks that code from the model's repository is run.")
				}
				d.Skip()
			}
		}
	}
	if err := d.End(); err != nil && w.err == nil {
		list.Add("config.bad-json", issue.Unreadable, "", d.Offset(), "The configuration is no JSON: %v.", err)
	}
	c.Issues = append(list.Issues(), c.Issues...)
	return c, w.err
}

func (c *Config) templates(d *jsonstream.Reader, lim Limits, list *issue.List) {
	one := func(name string, src string) {
		if _, there := c.Templates[name]; there {
			name += "#" + strconv.Itoa(len(c.Templates))
		}
		if len(c.Templates) > 100 {
			return
		}
		rep := Analyse(name, src, lim)
		c.Templates[name] = rep
		c.Issues = append(c.Issues, rep.Issues...)
	}
	switch at := d.Offset(); d.Peek() {
	case jsonstream.String:
		one("chat_template", d.Text())
	case jsonstream.Null:
		d.Skip()
	case jsonstream.Object: // name: template
		d.Object()
		for d.Next() {
			name := string(d.Name())
			one("chat_template."+name, d.Text())
		}
	case jsonstream.Array: // {name, template}
		d.Array()
		for d.Next() {
			name, src := "", ""
			if d.Object() {
				for d.Next() {
					switch string(d.Name()) {
					case "name":
						name = d.Text()
					case "template":
						src = d.Text()
					}
				}
			}
			one("chat_template."+name, src)
		}
	default:
		list.Add("config.bad-template", issue.Unreadable, "chat_template", at, "The chat template is neither a text nor a list of them.")
		d.Skip()
	}
}

func (c *Config) remote(d *jsonstream.Reader, list *issue.List) {
	add := func(name string, at int64) {
		if name == "" {
			return
		}
		if len(c.Remote) < 1000 {
			c.Remote = append(c.Remote, name)
		}
		list.Add("config.remote-code", issue.Unknown, name, at, "The configuration names the class %q in the model's own code, which is run when the reader trusts the repository.", name)
	}
	if !d.Object() {
		return
	}
	for d.Next() {
		at := d.Offset()
		switch d.Peek() {
		case jsonstream.String:
			add(d.Text(), at)
		case jsonstream.Array:
			d.Array()
			for d.Next() {
				if d.Peek() == jsonstream.String {
					add(d.Text(), at)
				}
			}
		}
	}
}

type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
