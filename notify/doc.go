// Package notify tells people what the pipeline found worth telling: at most one
// notice per case and step of severity (the pipeline sees to that), sent over the
// routes that people set up, by ward, role, severity and hour; again over another
// route when nobody took it up; and an outward heartbeat, so that silence is noticed
// by somebody else.
//
// A notice is no patient alarm and says so. It names what the case says in its first
// line and a link; it carries no personal field, and nothing of what a device sent.
//
//	n := notify.New(notify.Options{Outbox: box, Case: board.Line, Now: time.Now})
//	n.Configure(cfg)
//	go n.Run(ctx)
//	n.Notice(notice) // never blocks
package notify
