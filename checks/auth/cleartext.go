package auth

import (
	"context"
	"strconv"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/check"
	"github.com/wardround/wardround/kind"
)

var _ = check.Register(check.Check{
	ID:      "auth.cleartext-credentials",
	Version: 1,
	Title:   "Passwords cross the network readable",
	Doc: "Somebody logged in to this listener and the password, passcode or token crossed the network in a form that anybody on the way can read and use again. " +
		"Who has it can do what its owner can: read patient data, change a device's settings or its firmware; and passwords are used in more than one place. " +
		"Switch the listener to TLS (HTTPS, MQTT over TLS, DICOM TLS, FTPS) or SSH in place of Telnet and FTP, then change the passwords that were used, because they may be known already. The maker says which of these a device supports. " +
		"It is wrong where the connection leaves the host only inside a tunnel and the sensor looks at the inside. It passes when the same listener speaks TLS and no readable password was seen for an hour; the passwords still need to be changed.",
	Concern:  wardround.Security,
	Applies:  wardround.AnyKind,
	Speaks:   []string{"http", "fhir", "dicomweb", "mqtt", "dicom", "ftp", "telnet"},
	Side:     check.AsServer,
	Stage:    wardround.Operate,
	Severity: wardround.Medium,
	Controls: []string{"credential-protection"},
	Watch: []kind.Name{
		kind.HTTPTransaction, kind.FHIRInteraction, kind.DICOMwebRequest, kind.MQTTSession, kind.DICOMAssociation,
		kind.FTPLogin, kind.TelnetLogin, kind.Flow,
	},
	Fresh:        7 * 24 * time.Hour,
	Group:        check.BySite,
	StateVersion: 1,
	Say: check.Say{
		Bedside:     "No change in anyone's care is known. Whoever listens between {client} and {asset} can log in to {asset} as the same user; whether anybody has is unknown.",
		Ward:        "If you log in to {asset} yourself, ask for a new password, and don't use the old one anywhere else.",
		Engineering: "Ask the maker of {asset} how to switch its login to an encrypted form, and plan it with those who use it: clients that are not changed can't log in any more.",
		Security:    "See who logs in to {asset} there ({item}). Change these passwords once the listener is encrypted, and look for other places where they are used.",
		Dont:        "Don't block the listener because of this: a device that can't log in may stop sending.",
		Why:         "{client} sent {asset} a secret that can be read: {item}.",
		Wrong:       "the sensor looks inside a tunnel that is encrypted on the network.",
	},
	Run: cleartext,
})

// listeners are the logins that were readable at one asset, by item.
type listeners struct {
	Readable map[string]readable `json:"readable"`
}

// readable is when a login was last readable (Unix seconds), on which port, and
// from how far away at worst.
type readable struct {
	Last  int64              `json:"last"`
	Port  string             `json:"port"`
	Reach wardround.Exposure `json:"reach"`
}

const (
	// maxListeners bounds what is remembered of one asset.
	maxListeners = 32
	// readableFor is how long no readable login must be seen before TLS on the same
	// port counts as the answer: while a listener is moved, both are used.
	readableFor = time.Hour
)

// cleartext fails a login mechanism at a listener whose secrets are readable. It
// passes one that gave nothing away, and one where TLS is spoken instead.
func cleartext(_ context.Context, p *check.Pass) error {
	said := map[string]bool{}
	for o := range p.Seen() {
		if o.Flow == nil || o.Dst == "" {
			continue
		}
		port := strconv.Itoa(int(o.Flow.Dst.Port)) + "/" + o.Flow.Transport
		if encrypted(o) {
			answered(p, o, port)
		}
		c, ok := o.Fields.(kind.Credentials)
		if !ok {
			continue
		}
		mechanism, open := c.Credentials()
		if mechanism == "" {
			continue
		}
		item := mechanism + " on " + port
		s := check.StateOf[listeners](p, "", o.Dst)
		was, known := s.Readable[item]
		if !open {
			if key := string(o.Dst) + item; !known && !said[key] {
				said[key] = true
				p.Pass(wardround.AssetSubject(o.Dst), item, nil)
			}
			continue
		}
		if !known && len(s.Readable) >= maxListeners {
			continue
		}
		if s.Readable == nil {
			s.Readable = map[string]readable{}
		}
		// The farthest client counts from then on, so that the severity doesn't change
		// with each login.
		now := readable{Last: o.At.Unix(), Port: port, Reach: max(was.Reach, p.Exposure(o.Src, o.Dst))}
		s.Readable[item] = now
		if key := string(o.Dst) + item; !said[key] || now.Reach != was.Reach {
			said[key] = true
			p.Fail(wardround.AssetSubject(o.Dst), item, wardround.Facts{
				"mechanism": mechanism, "client": p.Name(o.Src),
			}, check.Exposed(now.Reach))
		}
	}
	return nil
}

// encrypted reports whether the observation shows that a listener speaks TLS.
func encrypted(o *check.Seen) bool {
	switch f := o.Fields.(type) {
	case *kind.FlowV1:
		return f.Protocol == "tls" && f.Established
	case *kind.FTPLoginV1:
		return f.Encrypted
	}
	return false
}

// answered passes what was readable on the port and no longer is.
func answered(p *check.Pass, o *check.Seen, port string) {
	s := check.StateOf[listeners](p, "", o.Dst)
	for item, r := range s.Readable {
		if r.Port == port && o.At.Sub(time.Unix(r.Last, 0)) > readableFor {
			p.Pass(wardround.AssetSubject(o.Dst), item, wardround.Facts{"encrypted": true})
			delete(s.Readable, item)
		}
	}
}
