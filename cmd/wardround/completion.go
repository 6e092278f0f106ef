package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCmd prints a script that completes commands and flags. It is made
// from the command line's own model, so that it can't fall behind.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (c *completionCmd) Run(a *app) error {
	words := map[string][]string{}
	walk(a.model.Node, "", words)
	paths := make([]string, 0, len(words))
	for p := range words {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	switch c.Shell {
	case "fish":
		for _, p := range paths {
			cond := "__fish_use_subcommand"
			if p != "" {
				cond = "__fish_seen_subcommand_from " + p[strings.LastIndex(p, " ")+1:]
			}
			for _, w := range words[p] {
				if flag, ok := strings.CutPrefix(w, "--"); ok {
					fmt.Fprintf(a.stdout, "complete -c wardround -n '%s' -l %s\n", cond, flag)
				} else {
					fmt.Fprintf(a.stdout, "complete -c wardround -f -n '%s' -a %s\n", cond, w)
				}
			}
		}
		return nil
	case "zsh":
		fmt.Fprintln(a.stdout, "#compdef wardround\nautoload -U +X bashcompinit && bashcompinit")
	}
	fmt.Fprintln(a.stdout, `_wardround() {
  local cur path w i
  cur="${COMP_WORDS[COMP_CWORD]}"; path=""
  for ((i=1; i<COMP_CWORD; i++)); do
    w="${COMP_WORDS[i]}"
    case "$w" in -*) ;; *) path="${path:+$path }$w" ;; esac
  done
  case "$path" in`)
	for i := len(paths) - 1; i >= 0; i-- {
		p := paths[i]
		pattern := `"` + p + `"*`
		if p == "" {
			pattern = "*"
		}
		fmt.Fprintf(a.stdout, "    %s) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")) ;;\n", pattern, strings.Join(words[p], " "))
	}
	fmt.Fprintln(a.stdout, `  esac
  [ ${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o filenames -F _wardround wardround`)
	return nil
}

// walk lists, for each command path, what may follow.
func walk(n *kong.Node, path string, words map[string][]string) {
	for _, c := range n.Children {
		if c.Hidden {
			continue
		}
		words[path] = append(words[path], c.Name)
		walk(c, strings.TrimSpace(path+" "+c.Name), words)
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			words[path] = append(words[path], "--"+f.Name)
		}
	}
}
