package savedmodel

import (
	"strings"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/format/location"
	"github.com/wardround/wardround/format/protobuf"
)

// python are the operators that call back into Python or write files.
var python = map[string]string{
	"PyFunc": "calls a Python function", "PyFuncStateless": "calls a Python function", "EagerPyFunc": "calls a Python function",
	"WriteFile": "writes a file", "DatasetToTFRecord": "writes a file", "ExperimentalDatasetToTFRecord": "writes a file",
	"CreateSummaryFileWriter": "writes files", "CreateSummaryDbWriter": "writes a database",
	"FileSystemSetConfiguration": "changes how files are found",
}

// files are the operators that read or list files that a path names.
var files = names(`ReadFile MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset WholeFileReader WholeFileReaderV2
	TextLineReader TextLineReaderV2 TextLineDataset FixedLengthRecordReader FixedLengthRecordReaderV2 FixedLengthRecordDataset
	FixedLengthRecordDatasetV2 TFRecordReader TFRecordReaderV2 TFRecordDataset TFRecordDatasetV2 LMDBReader LMDBDataset
	ExperimentalLMDBDataset SqlDataset ExperimentalSqlDataset CSVDataset CSVDatasetV2 ExperimentalCSVDataset LoadDataset
	SaveDataset SaveDatasetV2 SnapshotDataset SnapshotDatasetV2 SnapshotDatasetReader CacheDataset CacheDatasetV2 ImmutableConst DecodeProtoV2
	EncodeProto WriteFile InitializeTableFromTextFile InitializeTableFromTextFileV2 ReadVideo FilenameDataset`)

// ordinaryFiles read files that every model may have.
var ordinaryFiles = names(`InitializeTableFromTextFile InitializeTableFromTextFileV2 CacheDataset CacheDatasetV2`)

// reach are the operators that ask others or stop the process.
var reach = map[string]string{
	"RemoteCall": "calls another server", "Rpc": "calls a server", "TryRpc": "calls a server", "RpcCall": "calls a server", "RpcClient": "calls a server",
	"RpcServer": "opens a server", "RpcServerStart": "opens a server", "RpcServerRegister": "opens a server", "Abort": "ends the process",
	"DataServiceDataset": "asks a server", "DataServiceDatasetV2": "asks a server", "DataServiceDatasetV3": "asks a server", "DataServiceDatasetV4": "asks a server",
	"RegisterDataset": "asks a server", "RegisterDatasetV2": "asks a server", "DebugIdentity": "sends tensors to an address", "DebugIdentityV2": "sends tensors to an address",
	"DebugIdentityV3": "sends tensors to an address", "DebugNanCount": "sends tensors to an address", "DebugNumericSummary": "sends tensors to an address",
	"DebugNumericSummaryV2": "writes tensors to a folder", "TRTEngineOp": "runs a serialised engine", "XlaCustomCallV2": "calls native code by its name", "XlaCustomCall": "calls native code by its name",
	"XlaHostCompute": "calls the host by a name", "ConfigureDistributedTPU": "sets up devices",
}

// graph reads the fields of a GraphDef.
func (p *parser) graph(m *protobuf.Message) {
	switch m.Number() {
	case 1:
		p.node(m)
	case 2:
		m.Each(func(s *protobuf.Message) {
			if s.Number() == 1 {
				p.function(s)
			}
		})
	case 3, 4, 5:
	default:
		p.unknown(m, "graph")
	}
}

func (p *parser) function(m *protobuf.Message) {
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			s.Each(func(d *protobuf.Message) {
				if d.Number() == 1 {
					if name := d.Text(4096); len(p.functions) < p.lim.Names {
						p.functions[name] = true
					}
				}
			})
		case 3:
			p.node(s)
		}
	})
}

func (p *parser) node(m *protobuf.Message) {
	at := m.Offset()
	var name, op string
	m.Each(func(s *protobuf.Message) {
		switch s.Number() {
		case 1:
			name = s.Text(maxText)
			p.where = name
		case 2:
			op = s.Text(4096)
		case 5:
			p.attribute(s, name)
		}
	})
	if m.Err() != nil {
		return
	}
	if o := p.ops[op]; o != nil {
		o.Count++
		return
	}
	if len(p.ops) >= p.lim.Names {
		p.issues.Add("savedmodel.too-many-operators", issue.Unreadable, op, at, "The graphs use more than %d different operators.", p.lim.Names)
		return
	}
	p.ops[op] = &Operator{Name: op, Count: 1, Node: issue.Clip(name, 200), At: at}
}

// attribute looks for texts that are paths: in constants and in texts.
func (p *parser) attribute(m *protobuf.Message, node string) {
	m.Each(func(s *protobuf.Message) {
		if s.Number() != 2 || s.Type() != protobuf.Bytes {
			return
		}
		s.Each(func(v *protobuf.Message) {
			switch {
			case v.Number() == 2 && v.Type() == protobuf.Bytes:
				p.text(v, node)
			case v.Number() == 8 && v.Type() == protobuf.Bytes: // tensor
				v.Each(func(t *protobuf.Message) {
					if t.Number() == 8 && t.Type() == protobuf.Bytes {
						p.text(t, node)
					}
				})
			}
		})
	})
}

func (p *parser) text(m *protobuf.Message, node string) {
	at := m.Offset()
	off, n := m.Span()
	if m.Err() != nil || n < 3 || n > 4096 || len(p.paths) >= 1000 {
		return
	}
	b := m.Content(off, n, 4096)
	s := string(b)
	if !strings.ContainsAny(s, "/\\") || strings.HasPrefix(s, "/device:") || strings.HasPrefix(s, "/job:") || strings.Contains(s, "\n") {
		return
	}
	if kind, why := location.Judge(s); kind == location.Outside || kind == location.Remote {
		p.paths = append(p.paths, path{s, why, node, at})
	}
}

func (p *parser) judge(op Operator) {
	switch what := reach[op.Name]; {
	case python[op.Name] != "":
		p.issues.Add("savedmodel.dangerous-operator", issue.Malicious, op.Node, op.At, "The graph uses %s (%d times), which %s: a model has no need of it.", op.Name, op.Count, python[op.Name])
	case what != "":
		p.issues.Add("savedmodel.reaching-operator", issue.Unknown, op.Node, op.At, "The graph uses %s (%d times), which %s.", op.Name, op.Count, what)
	case files[op.Name] && !ordinaryFiles[op.Name]:
		p.issues.Add("savedmodel.file-operator", issue.Unknown, op.Node, op.At, "The graph uses %s (%d times), which reads files.", op.Name, op.Count)
	case operators[op.Name] || p.functions[op.Name]:
	case strings.HasPrefix(op.Name, "_"):
		p.issues.Add("savedmodel.internal-operator", issue.Note, op.Node, op.At, "The graph uses %s, an operator that TensorFlow makes for itself.", issue.Clip(op.Name, 100))
	case op.Name == "":
		p.issues.Add("savedmodel.no-operator", issue.Unreadable, op.Node, op.At, "A node has no operator.")
	default:
		p.issues.Add("savedmodel.custom-operator", issue.Unknown, op.Node, op.At, "The graph uses %q, which TensorFlow does not register: only a library beside the model knows what it does.", issue.Clip(op.Name, 100))
	}
}

// OperatorLevel says how grave an operator of TensorFlow is and what it does, for
// formats that carry TensorFlow's operators under another roof. known is false
// for what TensorFlow does not register.
func OperatorLevel(name string) (level issue.Level, what string, known bool) {
	switch {
	case python[name] != "":
		return issue.Malicious, python[name], true
	case reach[name] != "":
		return issue.Unknown, reach[name], true
	case files[name] && !ordinaryFiles[name]:
		return issue.Unknown, "reads files", true
	}
	return issue.Note, "", operators[name]
}
