package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"path/filepath"
	"strings"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/internal/durable"
)

// checkpointConfig says where signed checkpoints go, at least daily: off this
// machine, so that a ledger that was rolled back or rewritten is noticed.
type checkpointConfig struct {
	// File is a path elsewhere, on a share or a removable medium.
	File string `yaml:"file"`
	// Webhook is a URL that is sent the checkpoint as text/plain.
	Webhook string     `yaml:"webhook"`
	Mail    mailConfig `yaml:"mail"`
}

// mailConfig is a mail server that takes mail from this machine without a
// password.
type mailConfig struct {
	Server string   `yaml:"server"` // host:port
	From   string   `yaml:"from"`
	To     []string `yaml:"to"`
}

// deliverFor bounds one delivery.
const deliverFor = 30 * time.Second

// deliver sends a checkpoint to wherever the configuration says. One way that
// fails does not keep the others from being tried.
func (c checkpointConfig) deliver(ctx context.Context, s wardround.Scope, signed []byte) error {
	ctx, cancel := context.WithTimeout(ctx, deliverFor)
	defer cancel()
	var errs []error
	if c.File != "" {
		if err := durable.Replace(filepath.Dir(c.File), filepath.Base(c.File), signed); err != nil {
			errs = append(errs, fmt.Errorf("file %s: %w", c.File, err))
		}
	}
	if c.Webhook != "" {
		if err := post(ctx, c.Webhook, signed); err != nil {
			errs = append(errs, fmt.Errorf("webhook: %w", err))
		}
	}
	if c.Mail.Server != "" {
		if err := c.Mail.send(ctx, s, signed); err != nil {
			errs = append(errs, fmt.Errorf("mail: %w", err))
		}
	}
	return errors.Join(errs...)
}

func post(ctx context.Context, url string, body []byte) error {
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	rq.Header.Set("Content-Type", "text/plain; charset=utf-8")
	rs, err := http.DefaultClient.Do(rq)
	if err != nil {
		return err
	}
	defer rs.Body.Close()
	if rs.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", rs.Status)
	}
	return nil
}

func (m mailConfig) send(ctx context.Context, s wardround.Scope, signed []byte) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return err
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if err := c.Mail(m.From); err != nil {
		return err
	}
	for _, to := range m.To {
		if err := c.Rcpt(to); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(signed), "\n", "\r\n")
	_, err = fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: Wardround checkpoint %s/%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s",
		m.From, strings.Join(m.To, ", "), s.Org, s.Site, text)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	return c.Quit()
}
