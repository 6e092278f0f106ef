package kind

import (
	"time"

	"github.com/wardround/wardround"
)

// The kinds Wardround writes about itself and its people. All of them are facts
// of the log like any other, so that a replay repeats them. Who did something and
// why, in their words, is personal text: staff are people too.
const (
	SensorStatus    Name = "sensor.status"
	Wake            Name = "check.wake"
	CheckFailed     Name = "check.failed"
	ContentChanged  Name = "content.changed"
	FindingDecided  Name = "finding.decided"
	FindingAssigned Name = "finding.assigned"
	InventorySaid   Name = "inventory.said"
	LogGap          Name = "log.gap"
	OperatorActed   Name = "operator.acted"
)

// SensorStatusV1 is what a sensor counts of itself since its last status; a
// network sensor tells it every minute of capture time and at its end.
type SensorStatusV1 struct {
	From          time.Time `json:"from"`
	Packets       int64     `json:"packets"`
	Bytes         int64     `json:"bytes"`
	Flows         int64     `json:"flows"`
	ParseFailures int64     `json:"parse_failures,omitempty"`
	// KernelDrops were lost before the sensor saw them, QueueDrops shed by us,
	// LimitDrops left aside because a limit was reached.
	KernelDrops int64  `json:"kernel_drops,omitempty"`
	QueueDrops  int64  `json:"queue_drops,omitempty"`
	LimitDrops  int64  `json:"limit_drops,omitempty"`
	GapBytes    int64  `json:"gap_bytes,omitempty"` // missing in streams
	Blind       int64  `json:"blind_ms,omitempty"`  // nothing could be captured for so long
	Truncated   bool   `json:"truncated,omitempty"` // the input ended inside a packet
	ClockBack   int64  `json:"clock_back_ms,omitempty"`
	End         bool   `json:"end,omitempty"` // the sensor stopped
	Detail      string `json:"detail,omitempty"`
}

// WakeV1 is a wake-up that a check asked for and that is now due.
type WakeV1 struct {
	Check string    `json:"check"`
	Key   string    `json:"key"`
	Due   time.Time `json:"due"`
}

// CheckFailedV1 says that a check panicked, overran its time or returned too
// much; its output of that batch was discarded and it is paused.
type CheckFailedV1 struct {
	Check  string    `json:"check"`
	Cause  string    `json:"cause"` // "panic", "overrun", "too many verdicts", "state", "error"; "full": not paused, but what is new has no room
	Detail string    `json:"detail,omitempty"`
	From   uint64    `json:"from"` // log positions of the lost batch
	To     uint64    `json:"to"`
	Until  time.Time `json:"paused_until"`
}

// ContentChangedV1 is a new version of a setting: zones, a threshold, a check
// switched off, an adopted baseline.
type ContentChangedV1 struct {
	Name   string       `json:"name"`
	Value  string       `json:"value"` // JSON; "" removes
	By     PersonalText `json:"by"`
	Reason PersonalText `json:"reason,omitempty"`
}

// FindingDecidedV1 is what one person said of one finding.
type FindingDecidedV1 struct {
	Finding string                 `json:"finding"`
	State   wardround.FindingState `json:"state"`
	Until   time.Time              `json:"until,omitzero"`
	By      PersonalText           `json:"by"`
	Role    string                 `json:"role"`
	Reason  PersonalText           `json:"reason"`
	// Scope is how far a false positive reaches; "" is the finding alone.
	Scope wardround.DecisionScope `json:"scope,omitempty"`
}

// FindingAssignedV1 gives one finding to one person; an empty To takes it back.
type FindingAssignedV1 struct {
	Finding string       `json:"finding"`
	To      PersonalText `json:"to"` // an account's name
	Due     time.Time    `json:"due,omitzero"`
	By      PersonalText `json:"by"`
	Role    string       `json:"role"`
	Note    PersonalText `json:"note,omitempty"`
}

// InventorySaidV1 is what a person, or an import, said of one asset or proposal.
// Act is "accept", "reject", "set", "identify", "merge" or "split".
type InventorySaidV1 struct {
	Act      string            `json:"act"`
	Proposal string            `json:"proposal,omitempty"`
	Asset    wardround.AssetID `json:"asset,omitempty"`
	Other    wardround.AssetID `json:"other,omitempty"`
	// Match finds the asset by identifiers when Asset is empty; it is created if
	// none carries them.
	Match  []SaidID          `json:"match,omitempty"`
	Set    map[string]string `json:"set,omitempty"` // attributes, "kind", "criticality", "zone", "gateway"
	By     PersonalText      `json:"by"`
	Source string            `json:"source,omitempty"`
	Reason PersonalText      `json:"reason,omitempty"`
}

// SaidID is an identifier as a person said it.
type SaidID struct {
	Type  IDType `json:"type"`
	Value string `json:"value"`
}

// LogGapV1 says that part of the log is missing and that someone accepted it.
type LogGapV1 struct {
	After  uint64       `json:"after"` // last good position
	Reason PersonalText `json:"reason"`
	By     PersonalText `json:"by"`
}

// OperatorActedV1 is an act on Wardround itself: backup, restore, export, start,
// stop, upgrade.
type OperatorActedV1 struct {
	Act    string       `json:"act"`
	By     PersonalText `json:"by"`
	Detail PersonalText `json:"detail,omitempty"`
}

var (
	_ = Register[SensorStatusV1](Schema{Name: SensorStatus, Version: 1, Doc: "What a sensor counted of itself: packets, losses, gaps."})
	_ = Register[WakeV1](Schema{Name: Wake, Version: 1, Doc: "A wake-up asked for by a check, due now."})
	_ = Register[CheckFailedV1](Schema{Name: CheckFailed, Version: 1, Doc: "A check failed and is paused; its output of the batch is lost."})
	_ = Register[ContentChangedV1](Schema{Name: ContentChanged, Version: 1, Doc: "A new version of a setting that can change verdicts."})
	_ = Register[FindingDecidedV1](Schema{Name: FindingDecided, Version: 1, Doc: "What one person decided about one finding."})
	_ = Register[FindingAssignedV1](Schema{Name: FindingAssigned, Version: 1, Doc: "One finding was given to one person, or taken back."})
	_ = Register[InventorySaidV1](Schema{Name: InventorySaid, Version: 1, Doc: "What a person or an import said of an asset."})
	_ = Register[LogGapV1](Schema{Name: LogGap, Version: 1, Doc: "A part of the log is missing; a person accepted it."})
	_ = Register[OperatorActedV1](Schema{Name: OperatorActed, Version: 1, Doc: "An act on Wardround itself."})
)
