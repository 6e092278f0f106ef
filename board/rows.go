package board

import (
	"time"

	"github.com/wardround/wardround"
)

// Finding is a finding with what is read beside it.
type Finding struct {
	*wardround.Finding
	ItemName    string                `json:"item_name,omitempty"` // the item with names for ids
	Concern     wardround.Concern     `json:"concern"`
	Asset       wardround.AssetID     `json:"asset,omitempty"` // of a link, its server
	AssetName   string                `json:"asset_name"`
	Kind        wardround.AssetKind   `json:"kind,omitempty"`
	Role        string                `json:"role,omitempty"`
	Ward        string                `json:"ward,omitempty"`
	Zone        wardround.ZoneID      `json:"zone,omitempty"`
	Criticality wardround.Criticality `json:"criticality"`
	Due         time.Time             `json:"due,omitzero"`
	DueBy       string                `json:"due_by,omitempty" enum:"terms,assignment" doc:"Whose date due is: the house's terms by severity, or one agreed with whom it was given to."`
	Overdue     bool                  `json:"overdue,omitempty"`
	// TwoPeople: accepting it, or declaring it false, needs two people.
	TwoPeople bool `json:"two_people"`
	// ETag changes with what people decide by, not with each time it is seen again.
	ETag     string   `json:"etag"`
	Language string   `json:"language,omitempty" doc:"Of the title."`
	English  []string `json:"english,omitempty" doc:"Names of texts that are told in English: nobody has translated them."`
}

// FindingQuery filters findings; zero fields let everything pass.
type FindingQuery struct {
	List
	Q           string // words that all must occur in title, check, asset or item
	States      []wardround.FindingState
	Fixed       bool               // also fixed ones; States that name fixed do as well
	Severity    wardround.Severity // this or worse
	Check       string
	Concern     wardround.Concern
	Asset       wardround.AssetID // of a link, either end
	Subject     wardround.Subject
	Zone        wardround.ZoneID
	Ward        string
	Role        string
	Criticality *wardround.Criticality
	Kind        *wardround.AssetKind
	Case        string
	Assignee    string
	Overdue     *bool
	Stale       *bool
	OpenedSince time.Time
}

// CaseLine is a case as one line: what, how grave, where, and what it can mean at
// the bedside.
type CaseLine struct {
	ID           string                `json:"id"`
	Finding      string                `json:"finding,omitempty"` // if it has just one live finding
	Title        string                `json:"title"`
	Severity     wardround.Severity    `json:"severity"`
	Check        string                `json:"check"`
	Concern      wardround.Concern     `json:"concern"`
	Where        string                `json:"where"` // "ICU 2 · 12 assets"
	Ward         string                `json:"ward,omitempty"`
	Zone         wardround.ZoneID      `json:"zone,omitempty"`
	Role         string                `json:"role,omitempty"`
	Criticality  wardround.Criticality `json:"criticality"` // the highest of its assets
	Assets       int                   `json:"assets"`
	Findings     int                   `json:"findings"` // that ask for attention
	State        string                `json:"state"`    // "open" or "closed"
	Acknowledged bool                  `json:"acknowledged"`
	Opened       time.Time             `json:"opened"`
	Last         time.Time             `json:"last"`
	Stale        bool                  `json:"stale,omitempty"` // nothing of it was seen again of late
	Bedside      string                `json:"bedside"`
	Language     string                `json:"language"`
}

// CaseQuery filters cases; zero fields let everything pass.
type CaseQuery struct {
	List
	Q        string
	State    string // "open", "closed"
	Severity wardround.Severity
	Check    string
	Zone     wardround.ZoneID
	Language string
}

// Status is how well an asset is looked at in one concern, and what was seen.
type Status struct {
	Concern    wardround.Concern  `json:"concern"`
	State      string             `json:"state"` // "failing", "passing", "unknown", "unwatched"
	Worst      wardround.Severity `json:"worst"`
	Fresh      int                `json:"checks_fresh"`
	Applicable int                `json:"checks_applicable"`
}

// Asset is an asset with what is read beside it.
type Asset struct {
	*wardround.Asset
	Name        string             `json:"name"`
	GatewayName string             `json:"gateway_name,omitempty"`
	Status      []Status           `json:"status"` // in the order of wardround.Concerns
	Worst       wardround.Severity `json:"worst"`  // of the findings that ask for attention
	Findings    int                `json:"findings"`
	Links       int                `json:"links"`
	Proposals   int                `json:"proposals"`
	Role        string             `json:"role,omitempty"`
	Ward        string             `json:"ward,omitempty"`
	ETag        string             `json:"etag"`
	Language    string             `json:"language,omitempty" doc:"Of the reasons."`
	English     []string           `json:"english,omitempty" doc:"Names of reasons that are told in English, those of attributes as attributes.NAME: nobody has translated them."`
}

// AssetQuery filters assets; zero fields let everything pass but what was merged
// into others and public peers.
type AssetQuery struct {
	List
	Q           string
	Kind        *wardround.AssetKind
	Zone        wardround.ZoneID
	Ward        string
	Role        string
	Criticality *wardround.Criticality
	Maker       string
	Concern     wardround.Concern // with Status: in this concern; "" in any
	Status      string
	Severity    wardround.Severity // its worst finding is this or worse
	NewSince    time.Time
	Remote      bool // also public peers
	Merged      bool // only what was merged into others
	Protocol    string
}

// Link is a link with the names of its ends and its findings.
type Link struct {
	*wardround.Link
	Client     wardround.AssetID  `json:"client"` // as merged
	Server     wardround.AssetID  `json:"server"`
	ClientName string             `json:"client_name"`
	ServerName string             `json:"server_name"`
	Worst      wardround.Severity `json:"worst"`
	Findings   int                `json:"findings"`
}

// LinkQuery filters links; zero fields let everything pass.
type LinkQuery struct {
	List
	Q         string
	Protocol  string
	Encrypted *wardround.Tri
	Zone      wardround.ZoneID  // of either end
	Asset     wardround.AssetID // as either end, under any of its ids
}

// Proposal is an open question with the names of what it is about.
type Proposal struct {
	*wardround.Proposal
	AssetName string `json:"asset_name,omitempty"`
	OtherName string `json:"other_name,omitempty"`

	Language string   `json:"language,omitempty" doc:"Of the reason."`
	English  []string `json:"english,omitempty" doc:"Names of texts that are told in English: nobody has translated them."`
}

// ProposalQuery filters proposals.
type ProposalQuery struct {
	List
	State string // "open", "accepted", "rejected"; "" all
	Asset wardround.AssetID
	Kind  string
}

// Change is something that is different since yesterday: a message and its values.
type Change struct {
	ID       string             `json:"id"`
	Kind     string             `json:"kind"`
	At       time.Time          `json:"at"`
	Count    int                `json:"count"`
	Severity wardround.Severity `json:"severity,omitempty"`
	Title    string             `json:"title,omitempty"`
	Name     string             `json:"name,omitempty"`
	Asset    wardround.AssetID  `json:"asset,omitempty"`
	Finding  string             `json:"finding,omitempty"`
	Case     string             `json:"case,omitempty"`
	Zone     wardround.ZoneID   `json:"zone,omitempty"`
	Ward     string             `json:"ward,omitempty"`
	Field    string             `json:"field,omitempty"`
	From     string             `json:"from,omitempty"`
	To       string             `json:"to,omitempty"`
	By       string             `json:"by,omitempty"`
	Href     string             `json:"href"`
	Language string             `json:"language,omitempty" doc:"Of the title."`

	check string // whose title it is
}

// Sensor is one sensor: what it sees, and whether it sees.
type Sensor struct {
	ID            string     `json:"id"`
	Input         string     `json:"input,omitempty"`
	Interface     string     `json:"interface,omitempty"`
	State         string     `json:"state"` // "watching", "quiet", "lost", "ended", "blind"
	Since         time.Time  `json:"since"`
	Last          time.Time  `json:"last"`
	Packets       float64    `json:"packets_per_s"`
	Bytes         float64    `json:"bytes_per_s"`
	Observations  float64    `json:"observations_per_s"`
	Drops         int64      `json:"drops"` // in the last hour, as the three below
	ParseFailures int64      `json:"parse_failures"`
	GapBytes      int64      `json:"gap_bytes"`
	Rate          []*float64 `json:"rate"` // observations/s by minute, oldest first; nil is a gap
	Removable     bool       `json:"removable,omitempty"`
	Detail        string     `json:"detail,omitempty"`
}

// AuditRow is what a person or the program did, as the ledger has it.
type AuditRow struct {
	Index  uint64    `json:"index"`
	Seq    uint64    `json:"seq"`
	At     time.Time `json:"at"`
	Act    string    `json:"act"`
	By     string    `json:"by"`
	Role   string    `json:"role,omitempty"`
	Detail string    `json:"detail,omitempty"`
	Erased bool      `json:"erased,omitempty"`
	// Said is what was decided of a finding, or who got it, in parts: a page words it.
	Said *Said `json:"said,omitempty" list:"-"`
	// About is the finding, asset, proposal or setting it is about.
	About string `json:"-"`
}

// Said is what a person said of a finding: a decision, or to whom it was given.
type Said struct {
	State wardround.FindingState  `json:"state,omitempty"` // of a decision
	Until time.Time               `json:"until,omitzero"`
	Scope wardround.DecisionScope `json:"scope,omitempty"`
	To    string                  `json:"to,omitempty"` // whom it was given to; "" takes it back
	Due   time.Time               `json:"due,omitzero"`
	Text  string                  `json:"text,omitempty"` // in the person's own words
}

// AuditQuery filters audit rows, newest first.
type AuditQuery struct {
	List
	Q, By, Act string
	About      string
	From, To   time.Time
}

// Hit is something that a search found.
type Hit struct {
	Kind     string             `json:"kind"`
	ID       string             `json:"id"`
	Title    string             `json:"title"`
	Detail   string             `json:"detail,omitempty"`
	Href     string             `json:"href"`
	Severity wardround.Severity `json:"severity,omitempty"`
	Language string             `json:"language,omitempty" doc:"Of a title that a check gave."`
}

// Graph is the site as nodes and edges, for the map.
type Graph struct {
	At       time.Time   `json:"at"`
	Position uint64      `json:"position"`
	Zones    []GraphZone `json:"zones"`
	Nodes    []GraphNode `json:"nodes"`
	Links    []GraphLink `json:"links"`

	encoded encoded
}

// GraphZone is a region of the map.
type GraphZone struct {
	ID     wardround.ZoneID `json:"id"`
	Name   string           `json:"name"`
	Assets int              `json:"assets"`
}

// GraphNode is an asset on the map.
type GraphNode struct {
	ID          wardround.AssetID     `json:"id"`
	Name        string                `json:"name"`
	Kind        wardround.AssetKind   `json:"kind"`
	Role        string                `json:"role,omitempty"`
	Ward        string                `json:"ward,omitempty"`
	Zone        wardround.ZoneID      `json:"zone"`
	Criticality wardround.Criticality `json:"criticality"`
	Worst       wardround.Severity    `json:"worst"`
	First       time.Time             `json:"first"`
	Last        time.Time             `json:"last"`
	Remote      bool                  `json:"remote,omitempty"`
}

// GraphLink is a link on the map.
type GraphLink struct {
	ID        wardround.LinkID    `json:"id"`
	Client    wardround.AssetID   `json:"a"`
	Server    wardround.AssetID   `json:"b"`
	Protocol  string              `json:"protocol"`
	Encrypted wardround.Tri       `json:"encrypted"`
	Data      wardround.DataClass `json:"data"`
	Worst     wardround.Severity  `json:"worst"`
	First     time.Time           `json:"first"`
	Last      time.Time           `json:"last"`
}

// CheckTally is what one check said of the site so far.
type CheckTally struct {
	Pass, Fail, Unknown int // current verdicts
	Findings            int // live
}
