package dicom

import (
	"fmt"
	"strings"
	"testing"
)

// notes is a watcher that writes down what it is told.
type notes struct{ lines []string }

func (w *notes) add(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *notes) AssociateRequest(s Side, a *AssociateRQ) { w.add("%v asks %s", s, a.Called) }
func (w *notes) AssociateAccept(s Side, a *AssociateAC)  { w.add("%v accepts", s) }
func (w *notes) AssociateReject(s Side, r Reject)        { w.add("%v refuses %s", s, r.ReasonText()) }
func (w *notes) ReleaseRequest(s Side)                   { w.add("%v releases", s) }
func (w *notes) ReleaseResponse(s Side)                  { w.add("%v agrees", s) }
func (w *notes) Abort(s Side, a Abort)                   { w.add("%v aborts", s) }
func (w *notes) Malformed(s Side, err error)             { w.add("%v malformed %v", s, err) }
func (w *notes) OperationBegin(o *Operation) {
	o.Tally = len(w.lines)
	w.add("begin %s", line(o))
}
func (w *notes) OperationResponse(o *Operation) {
	w.add("response %v %v", o.Response.Field, o.Response.Status.Class())
}
func (w *notes) Element(s Side, o *Operation, e *Element) {
	w.add("%v sends %s %s for %s", s, e.Tag.Keyword(), e.Bytes(), line(o))
}
func (w *notes) DataSetEnd(s Side, o *Operation, d DataSetEnd) { w.add("%v sent %d", s, d.Length) }
func (w *notes) OperationEnd(o *Operation) {
	if o.Tally == nil {
		w.add("an end without a begin")
	}
	w.add("end %s answered=%v pending=%d cancelled=%v data=%d/%d %v", line(o), o.Answered, o.Pending, o.Cancelled, o.RequestData, o.ResponseData, o.Response.Status)
}

func line(o *Operation) string {
	if o == nil {
		return "nothing known"
	}
	return fmt.Sprintf("%v %s %d", o.Invoker, o.Request.Field.Service(), o.Request.MessageID)
}

// talk drives both ends of a conversation.
type talk struct {
	*notes
	c *Conversation
	t *testing.T
}

func newTalk(t *testing.T, limits Limits) *talk {
	w := &notes{}
	return &talk{notes: w, t: t, c: NewConversation(&Config{Limits: limits, Want: NewTagSet(PatientID)}, w)}
}

func (k *talk) says(s Side, b []byte) {
	k.t.Helper()
	if err := k.c.Decoder(s).Feed(b); err != nil {
		k.t.Error(err)
	}
}

func (k *talk) sends(s Side, c Command, dataSet []byte) {
	k.t.Helper()
	c.DataSet = dataSet != nil
	k.says(s, AppendMessage(nil, 100, 1, &c, dataSet))
}

func (k *talk) expect(want string) {
	k.t.Helper()
	if err := k.c.Close(); err != nil {
		k.add("close %v", err)
	}
	if got := strings.Join(k.lines, "\n"); got != strings.TrimSpace(want) {
		k.t.Errorf("got\n%s\n\nwant\n%s", got, strings.TrimSpace(want))
	}
}

func patient(id string) []byte {
	return AppendText(nil, Syntax{Implicit: true}, PatientID, LO, id)
}

func TestAQueryIsJoinedWithItsMatches(t *testing.T) {
	k := newTalk(t, Limits{})
	k.says(Requestor, fullRequest().Append(nil))
	k.says(Acceptor, fullAcceptance().Append(nil))
	k.sends(Requestor, Command{Field: CFindRQ, MessageID: 7}, patient("*"))
	k.sends(Acceptor, Command{Field: CFindRSP, RespondingTo: 7, Status: StatusPending}, patient("1"))
	k.sends(Acceptor, Command{Field: CFindRSP, RespondingTo: 7, Status: StatusPending}, patient("22"))
	k.sends(Requestor, Command{Field: CCancelRQ, RespondingTo: 7}, nil)
	k.sends(Acceptor, Command{Field: CFindRSP, RespondingTo: 7, Status: StatusCancel}, nil)
	k.says(Requestor, AppendReleaseRQ(nil))
	k.says(Acceptor, AppendReleaseRP(nil))
	k.expect(`
requestor asks PACS
acceptor accepts
begin requestor C-FIND 7
requestor sends PatientID * for requestor C-FIND 7
requestor sent 10
response C-FIND-RSP pending
acceptor sends PatientID 1 for requestor C-FIND 7
acceptor sent 10
response C-FIND-RSP pending
acceptor sends PatientID 22 for requestor C-FIND 7
acceptor sent 10
response C-FIND-RSP cancel
end requestor C-FIND 7 answered=true pending=2 cancelled=true data=10/20 65024
requestor releases
acceptor agrees
`)
}

func TestARetrievalBringsOperationsOfTheOtherSide(t *testing.T) {
	k := newTalk(t, Limits{})
	k.sends(Requestor, Command{Field: CGetRQ, MessageID: 1}, patient("1"))
	k.sends(Acceptor, Command{Field: CStoreRQ, MessageID: 1}, patient("1"))
	k.sends(Requestor, Command{Field: CStoreRSP, RespondingTo: 1}, nil)
	k.sends(Acceptor, Command{Field: CGetRSP, RespondingTo: 1, Status: 0xB000, Completed: 1}, patient("1"))
	k.expect(`
begin requestor C-GET 1
requestor sends PatientID 1 for requestor C-GET 1
requestor sent 10
begin acceptor C-STORE 1
acceptor sends PatientID 1 for acceptor C-STORE 1
acceptor sent 10
response C-STORE-RSP success
end acceptor C-STORE 1 answered=true pending=0 cancelled=false data=10/0 0
response C-GET-RSP warning
acceptor sends PatientID 1 for requestor C-GET 1
acceptor sent 10
end requestor C-GET 1 answered=true pending=0 cancelled=false data=10/10 45056
`)
}

func TestOperationsWithoutAnAnswer(t *testing.T) {
	k := newTalk(t, Limits{Operation: 2})
	for id := range uint16(3) { // one too many
		k.sends(Requestor, Command{Field: CEchoRQ, MessageID: id}, nil)
	}
	k.sends(Requestor, Command{Field: CEchoRQ, MessageID: 2}, nil)      // the same id again
	k.sends(Acceptor, Command{Field: CMoveRSP, RespondingTo: 1}, nil)   // another answer to it
	k.sends(Acceptor, Command{Field: CEchoRSP, RespondingTo: 999}, nil) // the request was not seen
	k.says(Acceptor, AppendPData(nil, 1, false, true, patient("3")))    // nor was the command
	k.says(Requestor, Abort{}.Append(nil))
	k.expect(`
begin requestor C-ECHO 0
begin requestor C-ECHO 1
end requestor C-ECHO 0 answered=false pending=0 cancelled=false data=0/0 0
begin requestor C-ECHO 2
end requestor C-ECHO 2 answered=false pending=0 cancelled=false data=0/0 0
begin requestor C-ECHO 2
end requestor C-ECHO 1 answered=false pending=0 cancelled=false data=0/0 0
begin requestor C-MOVE 1
response C-MOVE-RSP success
end requestor C-MOVE 1 answered=true pending=0 cancelled=false data=0/0 0
begin requestor C-ECHO 999
response C-ECHO-RSP success
end requestor C-ECHO 999 answered=true pending=0 cancelled=false data=0/0 0
acceptor sends PatientID 3 for nothing known
acceptor sent 10
end requestor C-ECHO 2 answered=false pending=0 cancelled=false data=0/0 0
requestor aborts
`)
}

func TestAnAnnouncedDataSetThatNeverCame(t *testing.T) {
	k := newTalk(t, Limits{})
	k.sends(Requestor, Command{Field: NGetRQ, MessageID: 1}, nil)
	rsp := Command{Field: NGetRSP, RespondingTo: 1, DataSet: true}
	k.says(Acceptor, AppendPData(nil, 1, true, true, rsp.Append(nil)))
	k.sends(Requestor, Command{Field: NGetRQ, MessageID: 2}, nil)
	k.sends(Acceptor, Command{Field: NGetRSP, RespondingTo: 2}, nil)
	k.expect(`
begin requestor N-GET 1
response N-GET-RSP success
begin requestor N-GET 2
end requestor N-GET 1 answered=true pending=0 cancelled=false data=0/0 0
response N-GET-RSP success
end requestor N-GET 2 answered=true pending=0 cancelled=false data=0/0 0
`)
}
