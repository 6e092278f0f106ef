package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"

	"go.yaml.in/yaml/v4"

	"github.com/wardround/wardround"
)

// config is what the configuration file may say: start-up matters only. Unknown
// keys are errors.
type config struct {
	Org    string `yaml:"org"`
	Site   string `yaml:"site"`
	Name   string `yaml:"name"` // of the site, for people
	Listen string `yaml:"listen"`
	// URL is the address that browsers use, Hosts further names that requests may be for.
	URL       string          `yaml:"url"`
	Hosts     []string        `yaml:"hosts"`
	TLS       tlsConfig       `yaml:"tls"`
	Sensors   []sensorConfig  `yaml:"sensors"`
	Zones     []zoneConfig    `yaml:"zones"`
	Learn     string          `yaml:"learn"`
	Retention retentionConfig `yaml:"retention"`
	// Checkpoints say where signed checkpoints are sent, at least daily.
	Checkpoints checkpointConfig `yaml:"checkpoints"`
	// Feeds are providers from which knowledge is pulled.
	Feeds []feedConfig `yaml:"feeds"`
	// Inference are the sources of what AI models were asked and answered.
	Inference []inferenceConfig `yaml:"inference"`
}

type sensorConfig struct {
	Name      string `yaml:"name" json:"name"`
	Interface string `yaml:"interface" json:"interface"`
	Filter    string `yaml:"filter" json:"filter,omitempty"`
}

type zoneConfig struct {
	ID       string   `yaml:"id" json:"id"`
	Name     string   `yaml:"name" json:"name"`
	Prefixes []string `yaml:"prefixes" json:"prefixes,omitempty"`
	Update   bool     `yaml:"update" json:"update,omitempty"`
}

type retentionConfig struct {
	Days      int   `yaml:"days"`
	Megabytes int64 `yaml:"megabytes"`
}

func (a *app) config() (*config, error) {
	c := &config{}
	if a.Config == "" {
		return c, nil
	}
	return c, readYAML(a.Config, c)
}

func readYAML(file string, into any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return wardround.Wrap(wardround.EInvalid, "config", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return wardround.Errorf(wardround.EInvalid, "config", "%s: %w", file, err)
	}
	return nil
}

// zones returns the zones of a file with the key "zones", else those of the
// configuration file, as content; "" for none.
func (a *app) zones(file string) (string, error) {
	c, err := a.config()
	if err != nil {
		return "", err
	}
	if file != "" {
		var only struct {
			Zones []zoneConfig `yaml:"zones"`
		}
		if err := readYAML(file, &only); err != nil {
			return "", err
		}
		c.Zones = only.Zones
	}
	return zonesContent(c.Zones)
}

func zonesContent(zones []zoneConfig) (string, error) {
	if len(zones) == 0 {
		return "", nil
	}
	for _, z := range zones {
		if z.ID == "" {
			return "", wardround.Errorf(wardround.EInvalid, "config", "a zone has no id")
		}
		for _, p := range z.Prefixes {
			if _, err := netip.ParsePrefix(p); err != nil {
				return "", wardround.Errorf(wardround.EInvalid, "config", "zone %s: %w", z.ID, err)
			}
		}
	}
	b, err := json.Marshal(zones)
	return string(b), wardround.Wrap(wardround.EInternal, "config", err)
}
