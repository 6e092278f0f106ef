package filename

import "testing"

func TestExtension(t *testing.T) {
	for path, want := range map[string]string{
		"":                               "",
		"firmware":                       "",
		"pump/fw-4.2.BIN":                "bin",
		`C:\drug.library\latest`:         "",
		`C:\drugs\library.XML`:           "xml",
		"release.tar.gz":                 "gz",
		"dir.d/":                         "",
		"ends with a dot.":               "",
		"report.Anna Example 1950-01-02": "",
		"MEIER.ANNA_1950":                "",
		"a.nine9999x":                    "",
		".bashrc":                        "bashrc",
		"x.é":                            "",
	} {
		if got := Extension(path); got != want {
			t.Errorf("Extension(%q) = %q, want %q", path, got, want)
		}
	}
}
