package dicom

// Negotiation is what the two ends of an association agreed on. Both decoders
// of a connection share one: the request stands in one direction, the answer in
// the other, and data in both.
type Negotiation struct {
	contexts []Context
}

// Context is a presentation context: what may be said, and how it is written.
type Context struct {
	ID             uint8
	AbstractSyntax string // "" when the request was not seen
	TransferSyntax string // the one agreed on, or the only one offered; "" when not known
	Answered       bool   // an A-ASSOCIATE-AC had this context
	Result         ContextResult
}

// Accepted reports whether the context may be used.
func (c Context) Accepted() bool { return c.Answered && c.Result == ContextAccepted }

// Context returns the context with the given id.
func (n *Negotiation) Context(id uint8) (Context, bool) {
	for i := range n.contexts {
		if n.contexts[i].ID == id {
			return n.contexts[i], true
		}
	}
	return Context{ID: id}, false
}

// Contexts returns the contexts in the order they were offered. The slice is
// valid until the next A-ASSOCIATE PDU.
func (n *Negotiation) Contexts() []Context { return n.contexts }

// maxContexts is how many odd ids one byte has (PS3.8 §9.3.2.2).
const maxContexts = 128

func (n *Negotiation) request(a *AssociateRQ) {
	n.contexts = make([]Context, 0, min(len(a.Contexts), maxContexts))
	for _, o := range a.Contexts {
		if _, known := n.Context(o.ID); known || len(n.contexts) == maxContexts {
			continue
		}
		c := Context{ID: o.ID, AbstractSyntax: o.AbstractSyntax}
		if len(o.TransferSyntaxes) == 1 {
			c.TransferSyntax = o.TransferSyntaxes[0]
		}
		n.contexts = append(n.contexts, c)
	}
}

func (n *Negotiation) accept(a *AssociateAC) {
	for _, answer := range a.Contexts {
		c := n.find(answer.ID)
		if c == nil {
			continue
		}
		c.Answered, c.Result = true, answer.Result
		if answer.Result == ContextAccepted {
			c.TransferSyntax = answer.TransferSyntax
		}
	}
}

// find returns the context with the given id, made if need be; nil when there
// are too many.
func (n *Negotiation) find(id uint8) *Context {
	for i := range n.contexts {
		if n.contexts[i].ID == id {
			return &n.contexts[i]
		}
	}
	if len(n.contexts) == maxContexts {
		return nil
	}
	n.contexts = append(n.contexts, Context{ID: id})
	return &n.contexts[len(n.contexts)-1]
}

// syntax returns how data sets of the context are written, and whether that is
// only a guess.
func (n *Negotiation) syntax(id uint8) (s Syntax, guess bool) {
	c, _ := n.Context(id)
	if c.TransferSyntax == "" {
		return Syntax{Implicit: true}, true
	}
	s, _ = SyntaxOf(c.TransferSyntax)
	return s, false
}
