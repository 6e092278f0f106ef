package main

import (
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// parse reads the command line into a.cli. Building the tree of all commands takes
// longer than most of them run in a build, so that first only those are built whose
// names stand among the arguments; what that cannot read, or what is about the whole
// tree (help, completion), is read with all of them. A line that the smaller tree takes
// means the same in the whole one: a word that names a command is in both.
func (a *app) parse(args []string, options ...kong.Option) (*kong.Context, error) {
	if !slices.ContainsFunc(args, func(s string) bool { return s == "-h" || s == "--help" || s == "completion" }) {
		a.cli = new(cli)
		if few := a.cli.commands(func(name string) bool { return slices.Contains(args, name) }); len(few) > 0 {
			parser, err := kong.New(&a.cli.globals, append(few, options...)...)
			if err == nil {
				if kctx, err := parser.Parse(args); err == nil {
					return kctx, nil
				}
			}
		}
	}
	a.cli = new(cli)
	parser, err := kong.New(a.cli, options...)
	if err != nil {
		return nil, err
	}
	a.model = parser.Model
	return parser.Parse(args)
}

// commands are the top commands whose names are wanted, as options of a tree that holds
// only those.
func (c *cli) commands(wanted func(name string) bool) []kong.Option {
	var out []kong.Option
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if _, ok := f.Tag.Lookup("cmd"); !ok {
			continue
		}
		name := f.Tag.Get("name")
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		if wanted(name) {
			out = append(out, kong.DynamicCommand(name, f.Tag.Get("help"), "", v.Field(i).Addr().Interface(), string(f.Tag)))
		}
	}
	return out
}
