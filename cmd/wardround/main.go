// Command wardround makes the rounds of a connected-medical-device ecosystem: it
// watches real medical traffic, judges it, and keeps evidence that an auditor can
// verify offline.
//
// Exit status: 0 clean, 1 findings at or over the threshold asked for, 2 bad input
// or usage, 3 internal error, 4 cannot tell (knowledge or coverage is missing).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/wardround/wardround"
)

// The exit codes; scripts depend on them.
const (
	exitClean      = 0
	exitFindings   = 1
	exitUsage      = 2
	exitInternal   = 3
	exitCannotTell = 4
)

// globals are the flags of every command.
type globals struct {
	Data   string `placeholder:"DIR" help:"Data directory. Default: the user's state directory."`
	Config string `placeholder:"FILE" type:"existingfile" help:"Start-up settings as strict YAML; see docs/reference/configuration.md."`
	Format string `enum:"table,json,sarif,junit,cyclonedx,markdown" default:"table" help:"Output: table for people, json with one object per line for programs; sbom check and gate write sarif, junit, cyclonedx, too, gate also markdown."`
	Quiet  bool   `short:"q" help:"Only results and errors: no progress, no hints."`
	Server string `placeholder:"URL" help:"Do it on this server instead of in a data directory; else WARDROUND_SERVER."`
	Token  string `placeholder:"@FILE" help:"Who you are to the server: the file that holds an API token; else WARDROUND_TOKEN."`
	CACert string `name:"cacert" placeholder:"FILE" help:"Certificates, PEM, that may vouch for the server instead of the system's."`
	Pin    string `placeholder:"sha256:HEX" help:"The key of the server's certificate, as serve prints it; then nobody else need vouch for it."`
}

// cli is the whole command line. A command is one struct in one file.
type cli struct {
	globals

	Demo       demoCmd       `cmd:"" help:"Run the whole thing on a simulated ward."`
	Serve      serveCmd      `cmd:"" help:"Watch interfaces and files, judge, keep evidence."`
	Replay     replayCmd     `cmd:"" help:"Judge capture files offline, in a temporary store."`
	Coverage   coverageCmd   `cmd:"" help:"Show what is looked at, and where nobody is looking."`
	Asset      assetCmd      `cmd:"" help:"The inventory: list, show, import, answer its open questions."`
	Finding    findingCmd    `cmd:"" help:"Findings: list, show, acknowledge, assign, accept, declare false, reopen."`
	Check      checkCmd      `cmd:"" help:"The checks: list, explain."`
	Account    accountCmd    `cmd:"" help:"People: list, invite, let in again who is locked out."`
	Token_     tokenCmd      `cmd:"" name:"token" help:"API tokens: create, list, revoke."`
	Evidence   evidenceCmd   `cmd:"" help:"Evidence: export a bundle, verify one offline."`
	Backup     backupCmd     `cmd:"" help:"Write a backup, also while serving; it is recorded in the ledger."`
	Restore    restoreCmd    `cmd:"" help:"Make a data directory from a backup, or go back behind an upgrade."`
	Feed       feedCmd       `cmd:"" help:"Knowledge: take advisories, catalogues and scores in; show how old they are."`
	SBOM       sbomCmd       `cmd:"" name:"sbom" help:"Bills of materials: match with what is known."`
	Release    releaseCmd    `cmd:"" help:"Products in their versions: list, show, say, import, declare, evidence, retire."`
	Affected   affectedCmd   `cmd:"" help:"Ask what a vulnerability hits, or where a package is: affected, not affected, cannot tell."`
	Gate       gateCmd       `cmd:"" help:"Let a bill of materials pass by a policy, or not; for builds."`
	VEX        vexCmd        `cmd:"" name:"vex" help:"Exploitability statements: apply, explain; draft, approve and publish our own."`
	Model      modelCmd      `cmd:"" help:"AI models: what their files hold, who signed them, their plans, how they behave."`
	Exchange   exchangeCmd   `cmd:"" help:"Between hospital and maker: signed bundles of counts, or of releases and their documents."`
	CSAF       csafCmd       `cmd:"" name:"csaf" help:"Security advisories in CSAF: validate, draft, publish."`
	CVSS       cvssCmd       `cmd:"" name:"cvss" help:"Score CVSS vectors."`
	PURL       purlCmd       `cmd:"" name:"purl" help:"Take package URLs apart."`
	SSVC       ssvcCmd       `cmd:"" name:"ssvc" help:"Decide by SSVC's tables: how urgent is it?"`
	Sim        simCmd        `cmd:"" help:"The simulated ward: list scenarios, write captures."`
	Validate   validateCmd   `cmd:"" help:"Run the embedded fixtures and vectors on this installation."`
	Version    versionCmd    `cmd:"" help:"Print the version or the bill of materials; compare versions of others."`
	Completion completionCmd `cmd:"" help:"Print a completion script for a shell."`
	Capture    captureCmd    `cmd:"" hidden:"" help:"The capture process of serve: no keys, no files, no privileges."`
}

// app is what commands share: streams, clock, output.
type app struct {
	*cli
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	model          *kong.Application
}

func main() {
	boundGarbage()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	exited, code := false, 0
	kctx, err := a.parse(args,
		kong.Name("wardround"),
		kong.Description("Makes the rounds of connected medical devices: watches, judges, and can prove it.\n\nFirst steps:  wardround demo    |    wardround replay capture.pcap    |    wardround check list"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(n int) { exited, code = true, n }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ShortUsageOnError(),
		kong.Vars{"user": currentUser()},
		kong.KindMapper(reflect.String, kong.MapperFunc(asTyped)),
		kong.Help(help),
	)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintln(stderr, "wardround:", err)
		fmt.Fprintln(stderr, "Try:", meant(err), "--help")
		return exitUsage
	}
	if err := errors.Join(a.localOnly(kctx.Command()), a.formatOf(kctx.Command())); err != nil {
		return a.exit(err)
	}
	return a.exit(kctx.Run(a))
}

// asTyped takes an argument as it was typed. kong's own way makes U+FFFD of every byte
// that is not UTF-8, and the file of that name is then not found.
func asTyped(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().IsEOL() {
		return errors.New("a value is missing")
	}
	t, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(fmt.Sprint(t.Value))
	return nil
}

// meant is the command that was being read when a command line turned out wrong.
func meant(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if n := parse.Context.Selected(); n != nil {
			return n.FullPath()
		}
	}
	return "wardround"
}

// help prints kong's help and then the command's examples.
func help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	if n := ctx.Selected(); n != nil {
		if ex := examples[n.FullPath()]; ex != "" {
			fmt.Fprintf(ctx.Stdout, "\nExamples:\n%s\n", ex)
		}
	} else {
		fmt.Fprintf(ctx.Stdout, "\nExamples:\n%s\n", examples["wardround"])
	}
	return nil
}

// status is an exit code that is a result, not an error.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// exit maps an error to its exit code, once, and prints it.
func (a *app) exit(err error) int {
	var s status
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &s):
		return int(s)
	case unread(err):
		return exitClean // the reader of our output has gone; it had enough
	}
	fmt.Fprintln(a.stderr, "wardround:", printable(strings.ReplaceAll(wording(err), "\n", "; "))) // joined errors
	switch wardround.ErrorCode(err) {
	case wardround.EInvalid, wardround.ENotFound, wardround.EConflict, wardround.EForbidden, wardround.EIntegrity:
		return exitUsage
	case wardround.ECannotTell:
		return exitCannotTell
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return exitUsage
	}
	return exitInternal
}

// wording returns an error's text for people: without the name of our function.
func wording(err error) string {
	text := err.Error()
	for {
		var e *wardround.Error
		if !errors.As(err, &e) {
			return text
		}
		if e.Op != "" {
			text = strings.Replace(text, e.Op+": ", "", 1)
		}
		err = e.Err
	}
}

// unread reports whether our own output could not be written because nobody reads
// it any more. A server or a socket that is gone is another matter.
func unread(err error) bool {
	var p *fs.PathError
	return errors.As(err, &p) && p.Path == os.Stdout.Name() && errors.Is(p.Err, syscall.EPIPE)
}

// data returns the data directory: --data, or the user's state directory.
func (a *app) data() (string, error) {
	if a.Data != "" {
		return a.Data, nil
	}
	if dir := os.Getenv("WARDROUND_DATA"); dir != "" {
		return dir, nil
	}
	if runtime.GOOS == "linux" {
		if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "wardround"), nil
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return "", wardround.Errorf(wardround.EInvalid, "data", "no home directory; say --data DIR: %w", err)
		}
		return filepath.Join(home, ".local", "state", "wardround"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", wardround.Errorf(wardround.EInvalid, "data", "no state directory; say --data DIR: %w", err)
	}
	return filepath.Join(dir, "wardround"), nil
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// note prints a hint for people; quiet and json leave it out.
func (a *app) note(format string, args ...any) {
	if !a.Quiet {
		fmt.Fprintf(a.stderr, strings.TrimRight(format, "\n")+"\n", args...)
	}
}
