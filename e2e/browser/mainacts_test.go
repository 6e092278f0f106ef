package browser

import (
	"regexp"
	"strings"
	"testing"
)

var secondPerson = regexp.MustCompile(`as (\S+), password (\S+)`)

// TestMainActs does what each page is for, on one simulated ward, as a person with a
// mouse does. The API is asked afterwards whether it is so.
func TestMainActs(t *testing.T) {
	s := ownDemo(t)
	first := in(t, s)
	judged(first)

	t.Run("two people accept", func(t *testing.T) {
		b := in(t, s)
		id := eval[string](b, `fetch("/api/v1/findings?limit=500").then(r => r.json()).then(p => p.items.find(f => f.two_people && f.state === "open")?.id ?? "")`)
		if id == "" {
			t.Fatal("no finding needs two people")
		}
		accept := func(b *tab) {
			b.visit("/findings/" + id)
			b.text("At the bedside")
			if eval[bool](b, named("button", "Agree")+" !== undefined") {
				b.push("Agree")
			} else {
				b.press("Accept until …")
			}
			eval[bool](b, `(() => { const i = document.querySelector("input[type=date]"); if (!i || i.value) return true;
				const d = new Date(Date.now() + 20 * 86400e3).toISOString().slice(0, 10);
				Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(i, d); i.dispatchEvent(new Event("input", {bubbles: true})); return true })()`)
			b.fill("Why", "planned with the maker; the ward watches it")
		}
		accept(b)
		b.push("Propose to accept until")
		b.text("You cannot agree with yourself")
		state := `fetch("/api/v1/findings/` + id + `").then(r => r.json()).then(f => f.state)`
		if got := eval[string](b, state); got != "open" {
			t.Fatalf("one person alone made it %s", got)
		}
		m := secondPerson.FindStringSubmatch(s.all())
		if m == nil {
			t.Fatalf("the demo names no second person:\n%s", s.output())
		}
		other := open(t, s.base)
		other.visit("/sign-in")
		other.text("Sign in with a passkey")
		other.password(m[1], strings.TrimSpace(m[2]))
		other.until("being in", `location.pathname === "/"`)
		accept(other)
		other.push("Accept until")
		other.until("its being accepted", `document.body.innerText.includes("accepted")`)
		got := eval[struct {
			State    string
			Decision struct{ By []struct{ Name string } }
		}](other, `fetch("/api/v1/findings/`+id+`").then(r => r.json())`)
		if got.State != "accepted" || len(got.Decision.By) != 2 {
			t.Errorf("after two people: %+v", got)
		}
	})

	t.Run("findings in bulk", func(t *testing.T) {
		b := in(t, s)
		b.visit("/findings?fold=no&severity=medium&check=hl7.cleartext")
		b.settled()
		b.visit("/findings?check=hl7.cleartext")
		b.text("HL7 messages cross the network readable")
		total := eval[int](b, `fetch("/api/v1/findings?check=hl7.cleartext").then(r => r.json()).then(p => p.total)`)
		if total < 2 {
			t.Fatalf("%d findings", total)
		}
		if eval[bool](b, `document.querySelector("input[type=checkbox]:checked") !== null && `+named("label", "Fold into cases")+` !== undefined`) {
			b.press("Fold into cases")
		}
		b.until("a row for each", `document.querySelectorAll("tbody tr:not(.wr-table-pad)").length >= `+itoa(total))
		eval[bool](b, `([...document.querySelectorAll("tbody tr input[type=checkbox]")].slice(0, 2).forEach(x => x.click()), true)`)
		b.push("Acknowledge")
		b.until("the box", `document.querySelector("dialog[open]")`)
		eval[bool](b, `([...document.querySelectorAll("dialog[open] button")].find(x => x.innerText.startsWith("Acknowledge")).click(), true)`)
		b.until("two being acknowledged", `window.acked_ === 2 || (fetch("/api/v1/findings?check=hl7.cleartext&state=acknowledged").then(r => r.json()).then(p => window.acked_ = p.total), false)`)
	})

	t.Run("proposals by key", func(t *testing.T) {
		b := in(t, s)
		open := `fetch("/api/v1/proposals?state=open&limit=1").then(r => r.json()).then(p => p.total)`
		before := eval[int](b, open)
		b.visit("/proposals")
		b.text("open questions")
		b.settled()
		b.keys("n")
		b.visit("/assets") // leaving the page sends what waited to be taken back
		b.text("Assets")
		b.until("one question less", `window.left_ === `+itoa(before-1)+` || (`+open+`.then(n => window.left_ = n), false)`)
	})

	t.Run("an asset is renamed and that is undone", func(t *testing.T) {
		b := in(t, s)
		asset := eval[struct{ ID, Name string }](b, `fetch("/api/v1/assets?q=pacs&limit=1").then(r => r.json()).then(p => p.items[0])`)
		b.visit("/assets/" + asset.ID)
		b.text("What is known of it")
		b.press("Say Name")
		b.has("main input:not([type=checkbox])")
		eval[bool](b, `(document.querySelector("main form input, dialog[open] input").focus(), document.querySelector("main form input, dialog[open] input").select(), true)`)
		b.keys("Image archive")
		b.push("Save")
		b.until("the new name", `document.querySelector("h1").innerText.includes("Image archive")`)
		b.push("Undo")
		b.until("the old name", `document.querySelector("h1").innerText.includes(`+quote(asset.Name)+`)`)
	})

	t.Run("a check is switched off and on", func(t *testing.T) {
		b := in(t, s)
		b.visit("/checks/ssh.legacy")
		b.push("Switch off …")
		b.fill("Reason", "the vendor replaces it on Friday")
		b.accessible("check-off")
		eval[bool](b, `([...document.querySelectorAll("dialog[open] button")].find(x => x.innerText.startsWith("Switch off")).click(), true)`)
		b.text("Switched off by")
		if off := eval[string](b, `fetch("/api/v1/checks/ssh.legacy").then(r => r.json()).then(c => c.off?.reason ?? "")`); !strings.Contains(off, "Friday") {
			t.Errorf("off: %q", off)
		}
		b.push("Switch on")
		b.fill("Reason", "it was replaced")
		eval[bool](b, `([...document.querySelectorAll("dialog[open] button")].find(x => x.innerText.startsWith("Switch on")).click(), true)`)
		b.gone("Switched off by")
	})

	t.Run("live observations wait while paused", func(t *testing.T) {
		b := in(t, s)
		b.visit("/live")
		b.has("tbody tr")
		b.push("Pause")
		b.text("Paused")
		rows := eval[int](b, `document.querySelectorAll("tbody tr").length`)
		b.until("new ones waiting", `/\d+ new observations? waits?/.test(document.body.innerText) || document.body.innerText.includes("Paused. New observations wait.")`)
		if n := eval[int](b, `document.querySelectorAll("tbody tr").length`); n != rows {
			t.Errorf("%d rows became %d while paused", rows, n)
		}
		b.push("Go on")
		b.gone("Paused")
	})

	t.Run("somebody is invited", func(t *testing.T) {
		b := in(t, s)
		b.visit("/settings/people")
		b.push("Invite somebody")
		b.fill("Name", "nora")
		b.fill("How others see", "Nora Lind")
		b.accessible("invite")
		b.push("Make the link")
		b.until("the link", `/\/welcome#\S+/.test([...document.querySelectorAll("input, code")].map(e => e.value ?? e.textContent).join(" ") + document.body.innerText)`)
		link := eval[string](b, `([...document.querySelectorAll("input, code, a")].map(e => e.value || e.href || e.textContent).join(" ") + " " + document.body.innerText).match(/http\S+\/welcome#[\w-]+/)[0]`)
		guest := open(t, s.base)
		guest.visit(link)
		guest.text("Choose a password to begin")
		guest.fill("Password", passphrase)
		guest.fill("Password again", passphrase)
		guest.push("Begin")
		guest.at("/")
		guest.text("Now")
		if status := eval[int](guest, `fetch("/api/v1/people").then(r => r.status)`); status != 403 {
			t.Errorf("a guest reads the accounts: %d", status)
		}
	})
}
