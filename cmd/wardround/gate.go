package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/format/attest"
	"github.com/wardround/wardround/format/document"
	"github.com/wardround/wardround/gate"
)

// gateCmd lets a bill of materials pass, or not.
type gateCmd struct {
	File   string `arg:"" help:"CycloneDX or SPDX; or a policy that names its document (sbom:)."`
	Policy string `placeholder:"FILE" help:"What may pass: YAML with conditions in CEL; see docs/reference/gate.md. Default: nothing known to be exploited, nothing of high severity that a fixed version is known for."`
	knownFlags
	VEX     []string `name:"vex" placeholder:"FILE" help:"Exploitability statements, besides those of the policy. Can be given again."`
	Base    string   `placeholder:"FILE" help:"An earlier bill of materials: only what is new against it is judged."`
	Attest  string   `placeholder:"FILE" help:"Write a signed in-toto statement of the verdict here; needs --sign-key."`
	SignKey string   `placeholder:"FILE" help:"The key that signs: Ed25519 or ECDSA P-256, PEM."`
	Summary string   `placeholder:"FILE" help:"Also append a Markdown summary here; GitHub: \"$GITHUB_STEP_SUMMARY\"."`
}

func (c *gateCmd) Run(a *app) error {
	garbageFloor.Store(buildFloor)
	policy, digest, err := c.policy()
	if err != nil {
		return err
	}
	if (c.Attest == "") != (c.SignKey == "") {
		return wardround.Errorf(wardround.EInvalid, "gate", "--attest and --sign-key go together")
	}
	var key *attest.Key
	if c.SignKey != "" {
		b, err := os.ReadFile(c.SignKey)
		if err != nil {
			return wardround.Wrap(wardround.EInvalid, "gate", err)
		}
		if key, err = attest.ReadKey(b); err != nil {
			return wardround.Wrap(wardround.EInvalid, "gate", err)
		}
	}
	doc, sum, err := a.readSBOM(c.File)
	if err != nil {
		return err
	}
	opt := gate.Options{Now: a.now(), Name: filepath.Base(c.File), Digest: sum}
	if c.Base != "" {
		if opt.Base, _, err = a.readSBOM(c.Base); err != nil {
			return err
		}
	}
	if files := append(append([]string{}, policy.VEX...), c.VEX...); len(files) > 0 {
		if opt.Claims, err = a.statements(files); err != nil {
			return err
		}
	}
	res, err := a.look(c.knownFlags, doc, opt)
	if err != nil {
		return err
	}
	v, err := policy.Judge(res)
	if err != nil {
		return err
	}
	if err := a.result(res, v); err != nil {
		return err
	}
	if err := c.leave(a, res, v, key, digest); err != nil {
		return err
	}
	switch v.Outcome {
	case gate.Refused:
		return status(exitFindings)
	case gate.Unsure:
		return status(exitCannotTell)
	}
	return nil
}

// policy reads the policy, and the document's name from it if FILE is one.
func (c *gateCmd) policy() (*gate.Policy, string, error) {
	text := []byte(gate.Default)
	dir := ""
	if c.Policy == "" && c.File != "-" {
		b, err := os.ReadFile(c.File)
		if err != nil {
			return nil, "", wardround.Wrap(wardround.EInvalid, "gate", err)
		}
		if document.Detect(b) == document.Unknown && bytes.Contains(b, []byte("policy:")) {
			c.Policy, c.File = c.File, ""
		}
	}
	if c.Policy != "" {
		b, err := os.ReadFile(c.Policy)
		if err != nil {
			return nil, "", wardround.Wrap(wardround.EInvalid, "gate", err)
		}
		text, dir = b, filepath.Dir(c.Policy)
	}
	p, err := gate.ReadPolicy(bytes.NewReader(text))
	if err != nil {
		return nil, "", err
	}
	at := func(name string) string {
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	for i := range p.VEX {
		p.VEX[i] = at(p.VEX[i])
	}
	if c.File == "" {
		if p.SBOM == "" {
			return nil, "", wardround.Errorf(wardround.EInvalid, "gate", "%s is a policy and names no document; add sbom: FILE, or say: wardround gate FILE --policy %s", c.Policy, c.Policy)
		}
		c.File = at(p.SBOM)
	}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(filepath.Base(c.Policy), filepath.Ext(c.Policy))
	}
	h := sha256.Sum256(text)
	return p, "sha256:" + hex.EncodeToString(h[:]), nil
}

// leave writes what stays: the signed statement and the summary.
func (c *gateCmd) leave(a *app, res *gate.Result, v *gate.Verdict, key *attest.Key, policy string) error {
	if c.Summary != "" {
		f, err := os.OpenFile(c.Summary, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return wardround.Wrap(wardround.EForbidden, "gate", err)
		}
		defer f.Close()
		if err := gate.WriteMarkdown(f, res, v); err != nil {
			return wardround.Wrap(wardround.EFull, "gate", err)
		}
	}
	if key == nil {
		return nil
	}
	tool, _ := versionOf()
	b, err := gate.Attest(a.ctx, key, res, v, "wardround@"+tool, policy)
	if err != nil {
		return err
	}
	return wardround.Wrap(wardround.EForbidden, "gate", os.WriteFile(c.Attest, append(b, '\n'), 0o644))
}
