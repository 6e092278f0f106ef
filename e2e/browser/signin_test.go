package browser

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/wardround/wardround/account/accounttest"
)

const passphrase = "a round of the ward at night"

// fresh gives a service with an empty data directory and its first administrator,
// anna, signed in.
func fresh(t *testing.T) (*server, *tab) {
	t.Helper()
	chromium(t)
	s, stop := run(t, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
	t.Cleanup(stop)
	b := open(t, s.base)
	b.visit(s.link)
	b.text("Make the first account")
	b.fill("Name", "anna")
	b.fill("How others see you", "Anna Maier")
	b.fill("Password", passphrase)
	b.fill("Password again", passphrase)
	b.press("Make the account")
	b.at("/start")
	return s, b
}

// signOut ends the session as a person does.
func (b *tab) signOut() {
	b.Helper()
	b.press("Account of")
	b.press("Sign out")
	b.at("/sign-in")
}

func (b *tab) password(name, word string) {
	b.Helper()
	b.fill("Name", name)
	b.fill("Password", word)
	b.press("Sign in")
}

// TestFirstStart: from nothing to the first finding: the one-time link, a capture
// that is read in the page, and what it holds.
func TestFirstStart(t *testing.T) {
	s, b := fresh(t)
	if strings.Contains(eval[string](b, "location.href"), "#") {
		t.Error("the link's secret stays in the address")
	}
	b.text("What shall Wardround look at?")
	b.accessible("start")
	b.shot("start-light-desk")
	file := filepath.Join(t.TempDir(), "monday.pcap")
	out, err := exec.Command(build(t), "sim", "capture", file, "--hours", "0.4", "--scenario", "mqtt-anonymous").CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	b.press("Read a capture")
	b.has("input[type=file]")
	b.run(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
	b.press("Read it")
	b.text("packets were read")
	b.press("To the overview")
	b.at("/")
	b.text("HL7 messages cross the network readable")
	b.shot("first-finding")
	b.press("HL7 messages cross the network readable")
	b.text("Findings of this case")
	b.visit("/findings/" + b.finding("check=hl7.cleartext"))
	b.text("At the bedside")

	// The link worked once.
	again := open(t, s.base)
	again.visit(s.link)
	again.text("leads nowhere any more")
	again.accessible("welcome-ended")
}

// TestPasswordAndSecondStep: a wrong password and a wrong name say the same; with an
// authenticator app the password alone opens nothing.
func TestPasswordAndSecondStep(t *testing.T) {
	_, b := fresh(t)
	b.visit("/me")
	b.press("Set up a second step")
	b.text("type this into the app")
	secret := strings.ReplaceAll(eval[string](b, `[...document.querySelectorAll("code, .wr-mono, [data-secret]")].map(e => e.textContent.replace(/\s/g, "")).find(t => /^[A-Z2-7]{16,}$/.test(t)) ?? ""`), " ", "")
	if secret == "" {
		t.Fatal("the page shows no secret")
	}
	code := func() string {
		c, err := totp.GenerateCode(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	b.accessible("second-step")
	used := code()
	b.fill("The six digits", used)
	b.press("Switch it on")
	b.text("On: a code is asked")
	b.press("I have kept them")
	b.signOut()
	b.text("Sign in with a passkey")
	b.accessible("sign-in")
	b.shot("sign-in-light-desk")

	b.password("anna", "not the password at all")
	b.text("That did not match")
	b.password("nobody", passphrase)
	b.text("That did not match")
	b.password("anna", passphrase)
	b.text("One more step")
	if status := eval[int](b, `fetch("/api/v1/overview").then(r => r.status)`); status != 401 {
		t.Errorf("half signed in reads the overview: %d", status)
	}
	b.accessible("code")
	b.fill("Code of your authenticator app", used) // each code once; six digits send themselves
	b.text("That did not match")
	for used == code() { // the next one comes within half a minute
		time.Sleep(time.Second)
	}
	b.fill("Code of your authenticator app", code())
	b.until("being in", `!location.pathname.startsWith("/sign-in")`)
	if status := eval[int](b, `fetch("/api/v1/overview").then(r => r.status)`); status != 200 {
		t.Errorf("signed in: %d", status)
	}
}

// TestPasskey: a passkey is made and signs in, in the browser's own authenticator.
func TestPasskey(t *testing.T) {
	_, b := fresh(t)
	if err := call(b, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if err := call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}); err != nil {
		t.Fatal(err)
	}
	b.visit("/me")
	b.fill("Name for a new passkey", "my laptop")
	b.press("Add a passkey")
	b.text("my laptop")
	b.signOut()
	b.press("Sign in with a passkey")
	b.until("being in", `!location.pathname.startsWith("/sign-in")`)
	if via := eval[string](b, `fetch("/api/v1/session").then(r => r.json()).then(s => s.via)`); via != "passkey" {
		t.Errorf("signed in by %q", via)
	}
}

// TestSignInOfTheHouse: through an OpenID Connect provider, back to the page that was
// asked for, with the role that the provider's group gives.
func TestSignInOfTheHouse(t *testing.T) {
	_, b := fresh(t)
	p := accounttest.NewProvider(t)
	p.Be(map[string]any{"sub": "u-17", "name": "Bo Berg", "preferred_username": "bo", "email": "bo@example.org", "email_verified": true, "groups": []string{"clin-eng"}})
	policy, err := json.Marshal(map[string]any{
		"password": true, "idle_minutes": 30, "absolute_hours": 12,
		"oidc": []any{map[string]any{
			"id": "house", "name": "St. Example", "issuer": p.Issuer, "client_id": p.ClientID, "client_secret": p.ClientSecret, "provision": true, "claim": "groups",
			"roles": []any{map[string]any{"value": "clin-eng", "role": "clinical-engineering", "site": "*", "product": "*"}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if status := eval[int](b, `fetch("/api/v1/settings/sign-in").then(r => fetch("/api/v1/settings/sign-in", {method: "PUT", headers: {"Content-Type": "application/json", "If-Match": r.headers.get("ETag")}, body: JSON.stringify({value: `+string(policy)+`, reason: "the house has one"})})).then(r => r.status)`); status != 200 {
		t.Fatalf("the setting was answered %d", status)
	}
	b.signOut()
	b.visit("/assets")
	b.at("/sign-in")
	b.press("Sign in with St. Example")
	b.at("/assets")
	session := eval[struct {
		Via     string
		Account struct {
			Display string
			Grants  []struct{ Role string }
		}
	}](b, `fetch("/api/v1/session").then(r => r.json())`)
	if session.Via != "oidc" || session.Account.Display != "Bo Berg" || len(session.Account.Grants) != 1 || session.Account.Grants[0].Role != "clinical-engineering" {
		t.Errorf("session %+v", session)
	}
}
