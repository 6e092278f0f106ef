package feed

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

// TestTUFClient: the client of the TUF project itself takes a bundle that is served as
// it lies.
func TestTUFClient(t *testing.T) {
	k, err := NewMirrorKeys(time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	f := bundle(t, k, time.Now(), member{"kev.json", kevDoc}, member{"go.json", osvOne})
	s := httptest.NewServer(http.FileServerFS(f))
	defer s.Close()
	cfg, err := config.New(s.URL, k.Root)
	if err != nil {
		t.Fatal(err)
	}
	cfg.RemoteTargetsURL, cfg.PrefixTargetsWithHash, cfg.DisableLocalCache = s.URL+"/targets", false, true
	up, err := updater.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := up.Refresh(); err != nil {
		t.Fatal(err)
	}
	targets := up.GetTopLevelTargets()
	if len(targets) != 2 {
		t.Fatalf("%d targets", len(targets))
	}
	for name, info := range targets {
		if _, b, err := up.DownloadTarget(info, "", ""); err != nil || int64(len(b)) != info.Length {
			t.Errorf("%s: %v", name, err)
		}
	}
}
