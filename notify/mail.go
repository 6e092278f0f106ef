package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// mail carries one message over SMTP (RFC 5321), under TLS if the server offers it.
func (c Channel) mail(ctx context.Context, m Message, now time.Time) error {
	host, _, err := net.SplitHostPort(c.Server)
	if err != nil {
		return permanent{err}
	}
	text, err := c.letter(m, now)
	if err != nil {
		return permanent{err}
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.Server)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	s, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if ok, _ := s.Extension("STARTTLS"); ok {
		if err := s.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return fmt.Errorf("TLS with the mail server: %w", err)
		}
	} else if c.Require || c.Password != "" && !loopback(host) {
		return permanent{errors.New("the mail server offers no TLS, and neither a password nor what requires TLS goes there readable")}
	}
	if c.User != "" {
		if err := s.Auth(smtp.PlainAuth("", c.User, c.Password, host)); err != nil {
			return refusal(err)
		}
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return permanent{err}
	}
	if err := s.Mail(from.Address); err != nil {
		return refusal(err)
	}
	for _, to := range c.Addresses {
		a, err := mail.ParseAddress(to)
		if err != nil {
			return permanent{err}
		}
		if err := s.Rcpt(a.Address); err != nil {
			return refusal(err)
		}
	}
	w, err := s.Data()
	if err != nil {
		return refusal(err)
	}
	_, err = w.Write(text)
	if err := errors.Join(err, w.Close()); err != nil {
		return refusal(err)
	}
	_ = s.Quit() // it has taken the letter
	return nil
}

// refusal tells answers that stay (5xx) from those that pass (4xx).
func refusal(err error) error {
	var p *textproto.Error
	if errors.As(err, &p) && p.Code/100 == 5 {
		return permanent{err}
	}
	return err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// letter writes the mail (RFC 5322): its headers hold nothing that was not encoded.
func (c Channel) letter(m Message, now time.Time) ([]byte, error) {
	lines := m.text()
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, err
	}
	var to []string
	for _, a := range c.Addresses {
		p, err := mail.ParseAddress(a)
		if err != nil {
			return nil, err
		}
		to = append(to, p.String())
	}
	header("From", from.String())
	header("To", strings.Join(to, ", "))
	header("Subject", mime.QEncoding.Encode("utf-8", clip("Wardround: "+strings.Join(strings.Fields(lines[0]), " "), 200)))
	header("Date", now.Format(time.RFC1123Z))
	header("Message-ID", "<"+m.ID+"@wardround>")
	header("Auto-Submitted", "auto-generated") // RFC 3834: no answers from absence
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	if _, err := q.Write([]byte(strings.Join(lines, "\r\n\r\n") + "\r\n")); err != nil {
		return nil, err
	}
	return b.Bytes(), q.Close()
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
