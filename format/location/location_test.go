package location

import "testing"

func TestJudge(t *testing.T) {
	for p, want := range map[string]Kind{
		"weights.bin": Inside, "model.onnx.data": Inside, "shards/part-1.bin": Inside, "./w.bin": Inside, "a..b/w": Inside, "...": Outside, "100%.bin": Inside, "Gewichte ä.bin": Inside,
		"": Empty, "/etc/passwd": Outside, "../w.bin": Outside, "a/../../w": Outside, `..\w`: Outside, `a\..\..\w`: Outside, `\w`: Outside, `C:\w`: Outside, "c:w": Outside,
		"~/w": Outside, "~root/w": Outside, "${HOME}/w": Outside, "w\x00.bin": Outside, "file:///etc/passwd": Outside, "%2e%2e/w": Outside, "%2Fetc/passwd": Outside, ".. /w": Outside,
		"http://x/w": Remote, "s3://b/w": Remote, "gs://b/w": Remote, `\\host\share\w`: Remote, "//host/w": Remote,
		"*/_ORT_MEM_ADDR_/*": Memory, `a\b`: Odd, "NUL": Odd, "con.bin": Odd, "a\nb": Odd,
	} {
		if got, why := Judge(p); got != want {
			t.Errorf("%q: %v (%s), want %v", p, got, why, want)
		} else if (why == "") != (got == Inside) {
			t.Errorf("%q: no reason is told", p)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("../w")
	f.Fuzz(func(_ *testing.T, p string) { Judge(p) })
}
