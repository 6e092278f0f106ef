package artefact

import (
	"errors"
	"slices"
	"strings"

	"github.com/wardround/wardround/format/archive"
	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/pattern"
)

var (
	_ = register("zip", func(it *item) bool {
		return (it.role != tensor && archive.LooksZip(it.r, it.size) || localHead(it)) && !isShard(it)
	}, scanZip)
	_ = register("tar", func(it *item) bool { return archive.LooksTar(it.head) }, scanTar)
	_ = register("7z", func(it *item) bool { return archive.LooksSevenZip(it.head) }, scanSeven)
	_ = registerStreams()
)

func localHead(it *item) bool {
	return strings.HasPrefix(string(it.head[:min(4, len(it.head))]), "PK\x03\x04")
}

// walked closes the finding of a container: its issues, and an error that was none
// of the container's.
func walked(s *scanner, it *item, f *finding, issues []issue.Issue, err error) *finding {
	if errors.Is(err, archive.ErrNotThis) {
		return nil
	}
	f.whole = true
	f.issues(it.path, issues)
	if err != nil && s.ctx.Err() == nil {
		f.hit(it.path, issue.Issue{Rule: "artefact.read", Level: issue.Unreadable, Offset: -1, Text: "a member could not be unpacked: " + err.Error()})
	}
	return f
}

// What a torch archive's members are (torch/serialization.py, caffe2/serialize): the
// program data.pkl (and constants.pkl of TorchScript) refers to data/0, data/1 …,
// which are the tensors' bytes. What has another name there is a file like others.
var (
	torchProgram = pattern.Of(`^(?:[^/]+/)?(?:data|constants|traced_inputs)\.pkl$`)
	torchTensor  = pattern.Of(`^(?:[^/]+/)?(?:data|constants|traced_inputs|tensors|xl_model_weights|\.data)/[0-9]+(?:\.storage)?$`)
)

func scanZip(s *scanner, it *item) *finding {
	f := &finding{format: "zip"}
	kind := zipKind(archive.ZipNames(it.r, it.size))
	isTorch := kind == torchZip || kind == torchScript
	issues, err := archive.Zip(it.r, it.size, s.budget, func(m *archive.Member) error {
		r := plain
		switch {
		case torchProgram().MatchString(m.Name):
			r = torch
		case isTorch && torchTensor().MatchString(m.Name) && !slices.Contains(codeNames, ext(m.Name)):
			r = tensor
		case kind == torchScript && torchSource().MatchString(m.Name):
			r = script
		case kind == torchExport && exportGraph().MatchString(m.Name):
			r = graph
		case kind == torchExport && exportTensor().MatchString(m.Name):
			r = tensor
		}
		return s.inside(it, m, r, f)
	})
	if f = walked(s, it, f, issues, err); f != nil {
		f.format = kind
	}
	return f
}

// torchSource is a source file of a TorchScript archive.
var torchSource = pattern.Of(`^(?:[^/]+/)?code/.+\.py$`)

const (
	torchZip    = "torch zip"
	torchScript = "TorchScript archive"
)

// zipKind calls an archive by what it holds.
func zipKind(names []string) string {
	has := func(match func(string) bool) bool { return slices.ContainsFunc(names, match) }
	is := func(name string) func(string) bool { return func(n string) bool { return n == name } }
	switch {
	case has(exportGraph().MatchString): // it may hold torch zips
		return torchExport
	case has(torchProgram().MatchString) && has(torchSource().MatchString):
		return torchScript
	case has(torchProgram().MatchString):
		return torchZip
	case has(func(n string) bool { return ext(n) == ".npy" }) && !has(func(n string) bool { return ext(n) != ".npy" }):
		return "npz"
	case has(is("model.weights.h5")) && has(is("config.json")):
		return "Keras archive"
	case has(is("schema.json")):
		return "skops archive"
	}
	return "zip"
}

func scanTar(s *scanner, it *item) *finding {
	f := &finding{format: "tar"}
	// Torch's oldest form is a tar of "sys_info", "pickle", "storages" and "tensors"
	// (torch.serialization._legacy_load): pickles whose persistent ids are tensors.
	issues, err := archive.Tar(it.r, it.size, s.budget, func(m *archive.Member) error {
		r := plain
		switch strings.TrimPrefix(m.Name, "./") {
		case "pickle", "tensors", "storages":
			r = torch
		}
		return s.inside(it, m, r, f)
	})
	return walked(s, it, f, issues, err)
}

func scanSeven(s *scanner, it *item) *finding {
	f := &finding{format: "7z"}
	issues, err := archive.SevenZip(it.r, it.size, s.budget, func(m *archive.Member) error { return s.inside(it, m, plain, f) })
	return walked(s, it, f, issues, err)
}

// registerStreams registers the compressed formats. joblib, pandas and plain habit
// pack pickles with each of them.
func registerStreams() bool {
	for _, st := range archive.Streams {
		weak := st.Name == "zlib" || st.Name == "lzma"
		looks := func(it *item) bool { return st.Looks(it.head) && !(weak && it.role == tensor) }
		register(st.Name, looks, func(s *scanner, it *item) *finding {
			f := &finding{format: st.Name}
			issues, err := st.Unpack(it.r, it.size, s.budget, func(m *archive.Member) error { return s.inside(it, m, it.role, f) })
			f = walked(s, it, f, issues, err)
			if f != nil && weak && issue.Worst(issues) >= issue.Unreadable {
				f.doubt = true
			}
			return f
		})
	}
	return true
}
