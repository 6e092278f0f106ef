package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/api/client"
)

// tlsConfig says where the server's certificate comes from: from files, or from a
// certificate authority that speaks ACME (RFC 8555). Neither is set: no TLS.
type tlsConfig struct {
	Cert string `yaml:"cert"` // PEM, the server's own certificate first
	Key  string `yaml:"key"`
	// ACME are the names for which certificates are asked; the first is the public one.
	ACME []string `yaml:"acme"`
	// Email is where the authority writes to; Directory its address, "" for Let's Encrypt.
	Email     string `yaml:"email"`
	Directory string `yaml:"directory"`
	// Roots is PEM of what vouches for Directory itself, for an authority of the house.
	Roots string `yaml:"roots"`
}

func (c tlsConfig) on() bool { return c.Cert != "" || c.Key != "" || len(c.ACME) > 0 }

// certificates is how the server proves who it is.
type certificates struct {
	config *tls.Config
	names  []string // for which it can; what a browser may call it by
	pin    string   // of its key, "" for what an authority gives
}

// open reads the certificate, or prepares to ask for one. cache is the folder where
// those of an authority are kept. Errors: EInvalid, EForbidden (the key is open to others).
func (c tlsConfig) open(cache string, now func() time.Time) (*certificates, error) {
	const op = "tls"
	switch {
	case len(c.ACME) > 0 && (c.Cert != "" || c.Key != ""):
		return nil, wardround.Errorf(wardround.EInvalid, op, "a certificate from files, or from an authority with --acme-domain: not both")
	case len(c.ACME) > 0:
		return c.acme(cache)
	case c.Cert == "" || c.Key == "":
		return nil, wardround.Errorf(wardround.EInvalid, op, "--tls-cert and --tls-key belong together")
	}
	f := &certFiles{cert: c.Cert, key: c.Key, now: now}
	if err := f.load(); err != nil {
		return nil, err
	}
	leaf := f.current.Leaf
	if now().After(leaf.NotAfter) {
		return nil, wardround.Errorf(wardround.EInvalid, op, "the certificate in %s expired at %s", c.Cert, leaf.NotAfter.UTC().Format(time.DateTime))
	}
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return &certificates{
		config: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.get, NextProtos: []string{"h2", "http/1.1"}},
		names:  names, pin: client.Pin(leaf),
	}, nil
}

// acme lets an authority give the certificate. It proves that the name is ours on
// the port that is served itself (TLS-ALPN-01, RFC 8737), so that must be reachable
// as port 443 of each name.
func (c tlsConfig) acme(cache string) (*certificates, error) {
	const op = "tls"
	for _, d := range c.ACME {
		if net.ParseIP(d) != nil || !slices.Contains([]byte(d), '.') {
			return nil, wardround.Errorf(wardround.EInvalid, op, "--acme-domain %q: want a full name, as wardround.example.org", d)
		}
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(cache), HostPolicy: autocert.HostWhitelist(c.ACME...), Email: c.Email,
		Client: &acme.Client{DirectoryURL: cmp.Or(c.Directory, autocert.DefaultACMEDirectory), UserAgent: "wardround"},
	}
	if c.Roots != "" {
		h, err := trusting(c.Roots)
		if err != nil {
			return nil, err
		}
		m.Client.HTTPClient = h
	}
	t := m.TLSConfig() // with h2 and the protocol of the proof
	t.MinVersion = tls.VersionTLS12
	return &certificates{config: t, names: c.ACME}, nil
}

// trusting is a client that trusts the certificates in a PEM file alone.
func trusting(file string) (*http.Client, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, wardround.Wrap(wardround.EInvalid, "tls", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, wardround.Errorf(wardround.EInvalid, "tls", "%s holds no certificate; want PEM", file)
	}
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}}, nil
}

// certFiles is a certificate in files, read again when they are replaced, so that
// whatever renews it need not restart us.
type certFiles struct {
	cert, key string
	now       func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	changed time.Time // of the newer file
	looked  time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

func (f *certFiles) load() error {
	const op = "tls"
	changed, err := f.newest()
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	if st, err := os.Stat(f.key); err == nil && filepath.Separator == '/' && st.Mode().Perm()&0o007 != 0 {
		return wardround.Errorf(wardround.EForbidden, op, "others may read the key %s (mode %v); chmod 600 it", f.key, st.Mode().Perm())
	}
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, op, err)
	}
	if c.Leaf == nil {
		if c.Leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return wardround.Wrap(wardround.EInvalid, op, err)
		}
	}
	f.current, f.changed, f.looked = &c, changed, f.now()
	return nil
}

func (f *certFiles) newest() (time.Time, error) {
	a, err := os.Stat(f.cert)
	b, kerr := os.Stat(f.key)
	if err := errors.Join(err, kerr); err != nil {
		return time.Time{}, err
	}
	if a.ModTime().After(b.ModTime()) {
		return a.ModTime(), nil
	}
	return b.ModTime(), nil
}

// get returns the certificate in force. One that cannot be read, while it is being
// replaced, leaves the one before in force.
func (f *certFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now().Sub(f.looked) < lookEvery {
		return f.current, nil
	}
	f.looked = f.now()
	if changed, err := f.newest(); err == nil && !changed.Equal(f.changed) {
		_ = f.load() // half a pair: the next look finds the whole
	}
	return f.current, nil
}
