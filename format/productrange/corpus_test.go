package productrange

import (
	"archive/zip"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/wardround/wardround/internal/testkit"
)

// A branch is one product of CISA's documents with the text of its versions.
type branch struct {
	document, product, vendor, name, full, text string
	isRange                                     bool // product_version_range, not product_version
}

var corpus = sync.OnceValues(func() ([]branch, error) {
	z, err := zip.OpenReader(corpusPath)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var out []branch
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		var d struct {
			Document struct {
				Tracking struct {
					ID string `json:"id"`
				} `json:"tracking"`
			} `json:"document"`
			Tree struct {
				Branches []node `json:"branches"`
			} `json:"product_tree"`
		}
		if err := json.Unmarshal(b, &d); err != nil {
			continue // the ROLIE feed
		}
		for _, n := range d.Tree.Branches {
			n.walk(branch{document: strings.TrimSpace(d.Document.Tracking.ID)}, &out)
		}
	}
	return out, nil
})

var corpusPath string

func branches(t testing.TB) []branch {
	t.Helper()
	corpusPath = testkit.Data(t, "advisories/cisa-csaf.zip")
	b, err := corpus()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type node struct {
	Category string `json:"category"`
	Name     string `json:"name"`
	Product  *struct {
		ID   string `json:"product_id"`
		Name string `json:"name"`
	} `json:"product"`
	Branches []node `json:"branches"`
}

func (n node) walk(b branch, out *[]branch) {
	switch n.Category {
	case "vendor":
		b.vendor = n.Name
	case "product_name", "product_family":
		b.name = strings.TrimSpace(b.name + " " + n.Name)
	case "product_version", "product_version_range":
		b.text, b.isRange = n.Name, n.Category == "product_version_range"
		if n.Product != nil {
			b.product, b.full = n.Product.ID, n.Product.Name
			*out = append(*out, b)
		}
	}
	for _, c := range n.Branches {
		c.walk(b, out)
	}
}
