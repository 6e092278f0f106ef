package api

import (
	"context"
	"time"

	"github.com/wardround/wardround/account"
	"github.com/wardround/wardround/board"
)

var auditRoutes = []Route{
	{Method: GET, Path: "/api/v1/audit", ID: "list-audit", Tag: "audit", Summary: "What people and the program did, newest first",
		Doc:   "Each row is a leaf of the ledger: GET /evidence/entries/{index}/proof proves it.",
		Needs: account.Audit, Whole: true, register: list((*Server).listAudit)},
}

type auditInput struct {
	ListQuery
	Q    string    `query:"q" maxLength:"200" doc:"Words that all occur in act, who or detail."`
	By   string    `query:"by" maxLength:"200" doc:"Name of an account."`
	Act  string    `query:"act" maxLength:"100"`
	From time.Time `query:"from" doc:"Site time, included."`
	To   time.Time `query:"to" doc:"Site time, not included."`
}

func (s *Server) listAudit(_ context.Context, in *auditInput) (RowsFunc[board.AuditRow], error) {
	if s.opt.Board == nil {
		return nil, missing("the audit trail")
	}
	return func(_ context.Context, cursor string, limit int) (Rows[board.AuditRow], error) {
		p, err := s.opt.Board.Audit(board.AuditQuery{
			List: board.List{Sort: in.Sort, Cursor: cursor, Limit: limit},
			Q:    in.Q, By: in.By, Act: in.Act, From: in.From, To: in.To,
		})
		return Rows[board.AuditRow](p), err
	}, nil
}
