package api

import (
	"context"
	"net/http"
	"time"

	"github.com/wardround/wardround"
	"github.com/wardround/wardround/account"
)

var noticeRoutes = []Route{
	{Method: GET, Path: "/api/v1/notifications", ID: "list-notifications", Tag: "settings", Summary: "What was sent, newest first",
		Needs: account.Settings, Whole: true, Errors: []int{501}, register: list((*Server).listNotifications)},
	{Method: POST, Path: "/api/v1/notifications/test", ID: "test-notification", Tag: "settings", Summary: "Send a test over one route",
		Needs: account.Settings, Whole: true, Status: http.StatusNoContent, Errors: []int{404, 501}, register: handle((*Server).testNotification)},
}

// Notification is one message that was sent, or could not be.
type Notification struct {
	ID       string             `json:"id"`
	Type     string             `json:"type" enum:"notice,escalation,work-order"`
	Case     string             `json:"case,omitempty"`
	Title    string             `json:"title"`
	Severity wardround.Severity `json:"severity"`
	At       time.Time          `json:"at"`
	Route    string             `json:"route"`
	Channel  string             `json:"channel"`
	State    string             `json:"state" enum:"sent,failed,waiting"`
	Error    string             `json:"error,omitempty"`
	Attempts int                `json:"attempts"`
}

type notificationsInput struct{ ListQuery }

func (s *Server) listNotifications(ctx context.Context, _ *notificationsInput) (RowsFunc[Notification], error) {
	if s.opt.Control.Notifications == nil {
		return nil, missing("the list of notifications")
	}
	all, err := s.opt.Control.Notifications(ctx)
	if err != nil {
		return nil, err
	}
	return short(s, all), nil
}

type testNotificationInput struct {
	Body struct {
		Route string `json:"route" minLength:"1" maxLength:"100"`
	}
}

func (s *Server) testNotification(ctx context.Context, in *testNotificationInput) (*struct{}, error) {
	if s.opt.Control.TestNotification == nil {
		return nil, missing("sending a test")
	}
	if err := s.acted(ctx, "notification-tested", in.Body.Route); err != nil {
		return nil, err
	}
	return nil, s.opt.Control.TestNotification(ctx, in.Body.Route)
}
