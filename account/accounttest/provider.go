package accounttest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Provider is an OpenID Connect provider on loopback that signs in whomever it is
// told, without asking: discovery, the authorization code flow with PKCE, and keys
// for four algorithms. Its mistakes can be chosen.
type Provider struct {
	// Issuer is its address.
	Issuer string
	// ClientID and ClientSecret are what it knows us by.
	ClientID, ClientSecret string
	// Now is its clock, time.Now if nil.
	Now func() time.Time

	srv  *httptest.Server
	rsa  *rsa.PrivateKey
	ec   *ecdsa.PrivateKey
	ed   ed25519.PrivateKey
	mu   sync.Mutex
	user map[string]any
	alg  string
	// mistake changes the header and the claims of a token before it is signed.
	mistake func(header, claims map[string]any)
	codes   map[string]grant
	down    bool
	tokens  int
}

// grant is what a code stands for.
type grant struct{ nonce, challenge, redirect string }

// rsaKey is drawn once: it takes longer than a test.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// NewProvider starts a provider for the length of a test.
func NewProvider(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{ClientID: "wardround", ClientSecret: "s3cret/of+the client", codes: map[string]grant{}, alg: "RS256"}
	var err error
	if p.rsa, err = rsaKey(); err != nil {
		t.Fatal(err)
	}
	if p.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, p.ed, err = ed25519.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.srv.Close)
	p.Issuer = p.srv.URL
	return p
}

// Be says who signs in from now on: claims of the ID token, "sub" at least.
func (p *Provider) Be(claims map[string]any) { p.set(func() { p.user = claims }) }

// SignWith chooses the algorithm: RS256, PS256, ES256, EdDSA, none, or HS256 with the
// RSA public key, in DER, or the client's secret ("HS256-secret") as the key.
func (p *Provider) SignWith(alg string) { p.set(func() { p.alg = alg }) }

// Mistake changes the header and the claims of each token before it is signed; nil
// makes them right again.
func (p *Provider) Mistake(mistake func(header, claims map[string]any)) {
	p.set(func() { p.mistake = mistake })
}

// Down makes the provider unavailable, or available again.
func (p *Provider) Down(down bool) { p.set(func() { p.down = down }) }

// Tokens returns how many it has given out.
func (p *Provider) Tokens() (n int) { p.set(func() { n = p.tokens }); return n }

func (p *Provider) set(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
}

// Visit goes where a browser was sent and returns the query it is sent back with.
func (p *Provider) Visit(t testing.TB, location string) url.Values {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(location)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("%s: %s", resp.Status, err)
	}
	return back.Query()
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token", "jwks_uri": p.Issuer + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "code_challenge_methods_supported": []string{"S256"},
		// It says it can do what must not be taken.
		"id_token_signing_alg_values_supported": []string{"RS256", "PS256", "ES256", "EdDSA", "HS256", "none"},
	})
}

var b64 = base64.RawURLEncoding

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := p.ec.PublicKey.Bytes()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	n, e := b64.EncodeToString(p.rsa.N.Bytes()), b64.EncodeToString(big.NewInt(int64(p.rsa.E)).Bytes())
	answer(w, map[string]any{"keys": []map[string]any{
		{"kty": "RSA", "use": "sig", "kid": "rsa", "n": n, "e": e},
		{"kty": "EC", "use": "sig", "kid": "ec", "crv": "P-256", "x": b64.EncodeToString(point[1:33]), "y": b64.EncodeToString(point[33:])},
		{"kty": "OKP", "use": "sig", "kid": "ed", "crv": "Ed25519", "x": b64.EncodeToString(p.ed.Public().(ed25519.PublicKey))},
	}})
}

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != p.ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("state") == "" {
		http.Error(w, "not a request this provider answers", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.set(func() { p.codes[code] = grant{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")} })
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.Issuer}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if ok {
		id, _ = url.QueryUnescape(id) // RFC 6749 §2.3.1
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := r.PostFormValue("code")
	g, known := p.codes[code]
	delete(p.codes, code)
	verifier := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	w.Header().Set("Content-Type", "application/json")
	switch {
	case id != p.ClientID || secret != p.ClientSecret:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client"}`)
		return
	case !known || g.challenge != b64.EncodeToString(verifier[:]) || g.redirect != r.PostFormValue("redirect_uri"):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	now := time.Now()
	if p.Now != nil {
		now = p.Now()
	}
	claims := map[string]any{"iss": p.Issuer, "aud": p.ClientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": g.nonce}
	maps.Copy(claims, p.user)
	p.tokens++
	answer(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": p.sign(claims)})
}

// sign makes a token by hand, so that it can be made wrong.
func (p *Provider) sign(claims map[string]any) string {
	alg := p.alg
	header := map[string]any{"alg": alg, "typ": "JWT", "kid": map[string]string{"ES256": "ec", "EdDSA": "ed"}[alg]}
	if header["kid"] == "" {
		header["kid"] = "rsa"
	}
	if alg == "HS256-secret" {
		header["alg"] = "HS256"
	}
	if p.mistake != nil {
		p.mistake(header, claims)
	}
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64.EncodeToString(h) + "." + b64.EncodeToString(c)
	sum := sha256.Sum256([]byte(text))
	var sig []byte
	switch alg {
	case "RS256":
		sig, _ = rsa.SignPKCS1v15(rand.Reader, p.rsa, crypto.SHA256, sum[:])
	case "PS256":
		sig, _ = rsa.SignPSS(rand.Reader, p.rsa, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case "ES256":
		r, s, _ := ecdsa.Sign(rand.Reader, p.ec, sum[:])
		sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case "EdDSA":
		sig = ed25519.Sign(p.ed, []byte(text))
	case "HS256", "HS256-secret":
		key := []byte(p.ClientSecret)
		if alg == "HS256" {
			key = publicDER(&p.rsa.PublicKey)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		sig = mac.Sum(nil)
	}
	return text + "." + b64.EncodeToString(sig)
}

func publicDER(key *rsa.PublicKey) []byte {
	b, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil
	}
	return b
}
