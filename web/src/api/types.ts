// The shapes of the API, base path /api/v1: snake_case JSON, times as RFC 3339 in UTC, "x?" may be absent.

export type Severity = "none" | "info" | "low" | "medium" | "high" | "critical";
export type State = "pass" | "fail" | "unknown";
export type AssetKind = "device" | "intermediary" | "service" | "model" | "unknown";
export type Concern = "security" | "privacy" | "interoperability";
export type Criticality = "unknown" | "administrative" | "monitoring" | "diagnostic" | "therapeutic" | "life-sustaining";
export type FindingState = "open" | "acknowledged" | "mitigated" | "accepted" | "false positive" | "fixed" | "reopened" | "claimed not affected";
export type Origin = "live" | "replay" | "simulated";
export type Tri = "yes" | "no" | "unknown";
export type Role =
  | "viewer" | "ward" | "clinical-engineering" | "security" | "product-security" | "data-protection" | "auditor" | "administrator" | "embargo";
// view: read what was judged; observe: raw observations; decide: acknowledge, assign; accept: accept, false positive, mitigated, reopen;
// inventory: edit assets, answer proposals; tune: checks on and off, thresholds, zones; evidence: export bundles; audit: the audit trail;
// settings: sensors, retention, notifications; people: accounts, all tokens; erase: personal text;
// embargo: vulnerabilities that are not public yet (given by name, by the role "embargo", never by another role)
export type Permission =
  | "view" | "observe" | "decide" | "accept" | "inventory" | "tune" | "evidence" | "audit" | "settings" | "people" | "erase" | "embargo";

// Every error: RFC 9457 application/problem+json. code: a wardround.Code, or unauthenticated, throttled, too_large, csrf, precondition, unavailable (501: not offered by this server).
export interface Problem {
  type?: string; title: string; status: number; detail: string; code: string; hint?: string; instance?: string;
  errors?: { location?: string; message: string; value?: unknown }[];
}

// Every list: ?limit (50, at most 500) &cursor &fields=a,b &sort=-severity,opened &format=json|csv|ndjson (or Accept). CSV and NDJSON stream all pages.
export interface Page<T> { items: T[]; next?: string; total: number; at: string; position: number }

// ---- session and sign-in ----
// GET /sign-in (public) → SignInMethods
export interface SignInMethods { first_run: boolean; password: boolean; passkey: boolean; oidc: { id: string; name: string }[]; origin: Origin; site: string }
// POST /sign-in/password {name,password}; POST /sign-in/totp {code}: six digits or a recovery code. Both set the cookie.
// POST /sign-in/passkey/begin {} → {publicKey}; POST /sign-in/passkey/finish CREDENTIAL → SignInStep
// GET /auth/oidc/{id}/start?to=/findings → 302; GET /auth/oidc/{id}/callback → 302 (outside /api/v1)
// GET /welcome/{token} → WelcomeLink; POST /welcome {token, name?, display?, password?} → SignInStep
export interface SignInStep { next: "done" | "totp" }
export interface WelcomeLink { purpose: "first-administrator" | "invitation" | "reset" | "demo"; name?: string; expires: string }
// GET /session → Session, or 401 "unauthenticated"; DELETE /session → 204
export interface Session {
  account: Account; permissions: Permission[]; org: string; site: string; site_name: string; origin: Origin; expires: string;
  via: "password" | "passkey" | "oidc" | "token" | "link"; server_time: string; version: string; setup?: boolean /* nothing is watched yet */;
}
export interface Account {
  id: string; name: string; display: string; email?: string; grants: Grant[]; language?: string; theme?: string; time_zone?: string;
  totp: boolean; passkeys: Passkey[]; has_password: boolean; oidc?: string; emergency?: boolean; disabled?: boolean; created: string;
  last_sign_in?: string; etag: string;
}
export interface Grant { role: Role; site: string /* "*" or its id */; product: string /* "*" or a product line: maker, model or product of the asset */ }
export interface Passkey { id: string; name: string; created: string; last_used?: string }
// GET, PATCH /me {display,email,language,theme,time_zone}; POST /me/password {old,new}; POST /me/totp/begin → TotpEnrolment; POST /me/totp/finish {code} → {recovery: string[]}
// DELETE /me/totp; POST /me/passkeys/begin → {publicKey}; POST /me/passkeys/finish?name= CREDENTIAL → Passkey; DELETE /me/passkeys/{id}; GET /me/sessions → Page<SessionRow>; DELETE /me/sessions/{id}
export interface TotpEnrolment { secret: string; uri: string; qr: string /* data:image/png;base64,… */ }
export interface SessionRow { id: string; account: string; via: string; created: string; last_seen: string; expires: string; address: string; agent: string; current: boolean }
// GET /people ?q → Page<Account>; GET /people/{id} → Account; POST /people {name,display,email?,grants,emergency?} → Invitation; PATCH /people/{id} If-Match {display?,email?,grants?,disabled?,emergency?}; DELETE /people/{id}
// POST /people/{id}/reset → Invitation; GET /people/{id}/sessions; DELETE /people/{id}/sessions and …/{session}
export interface Invitation { account: Account; link: string; expires: string }
// GET /tokens (own; all with "people") → Page<Token>; POST /tokens {name,permissions,expires} → Token with secret, once; DELETE /tokens/{id}
export interface Token { id: string; name: string; account: string; permissions: Permission[]; created: string; expires: string; last_used?: string; revoked?: string; secret?: string }
// GET /audit ?q,by,act,from,to → Page<AuditRow>, newest first
export interface AuditRow { index: number /* ledger leaf */; seq: number; at: string; act: string; by: string; role?: string; detail?: string; erased?: boolean;
  said?: { state?: FindingState; until?: string; scope?: string; to?: string; due?: string; text?: string } /* a decision, or to whom a finding was given, in parts */ }

// What is told in words takes ?language=de (else the account's, else Accept-Language): /overview, /cases, /findings, /assets and below, /proposals, /search.
// ---- overview ----
// GET /overview
export interface Overview {
  at: string; now: CaseLine[] /* worst first, at most 8; a critical stays although acknowledged */; more: number;
  counts: Record<string, number> /* live findings by severity, without accepted and false positive */;
  changes: Change[] /* last 24 h of site time, newest first, at most 30 */; changes_more: number;
  sensors: Sensor[]; coverage: Matrix; learning_until?: string; proposals: number;
}
export interface CaseLine {
  id: string; finding?: string /* if it has just one */; title: string; severity: Severity; check: string; concern: Concern;
  where: string /* "ICU 2 · 12 assets" */; ward?: string; zone?: string; role?: string; criticality: Criticality; assets: number; findings: number;
  state: "open" | "closed"; acknowledged: boolean; opened: string; last: string; stale?: boolean; bedside: string /* one sentence */; language: string;
}
// A change is a message and its values; the page words it. kind: asset.new, asset.changed, asset.quiet, finding.opened, finding.fixed,
// finding.reopened, finding.decided, acceptance.ends, sensor.lost, sensor.back, content.changed, case.opened
export interface Change {
  id: string; kind: string; at: string; count: number; severity?: Severity; title?: string; name?: string; asset?: string; finding?: string;
  case?: string; zone?: string; ward?: string; field?: string; from?: string; to?: string; by?: string; href: string;
  language?: string /* of the title */;
}
export interface Sensor {
  id: string; input?: string; interface?: string; state: "watching" | "quiet" | "lost" | "ended" | "blind"; since: string; last: string;
  packets_per_s: number; bytes_per_s: number; observations_per_s: number; drops: number; parse_failures: number; gap_bytes: number;
  rate: (number | null)[] /* observations/s by minute, oldest first, at most 60; null is a gap */; removable?: boolean; detail?: string;
}
// GET /coverage → Matrix. Every number opens /assets?kind=&concern=&status=failing|passing|unknown|unwatched
export interface Matrix { rows: { kind: AssetKind; assets: number; cells: Cell[] }[]; unclassified: number }
export interface Cell {
  concern: Concern; worst: Severity; failing: number; passing: number; unknown: number; unwatched: number; checks_fresh: number; checks_applicable: number;
}

// ---- assets ----
// GET /assets ?q,kind,zone,ward,role,criticality,maker,concern,status,severity (worst at least),new_since,remote,merged,protocol; sort: name,last,first,criticality,severity
// GET /assets/{id}: an alias answers with what it was merged into; ETag. PATCH /assets/{id} If-Match {set: {name: "…", "" takes back}, reason?} → Asset
// POST /assets/{id}/merge {other, reason?} → AssetEdit; POST /assets/{id}/split {other?: alias, identifiers?: {type,value}[], reason?} → AssetEdit
export interface Asset {
  id: string; name: string; scope: { org: string; site: string }; kind: AssetKind; kind_reason?: string; zone?: string;
  attributes?: Record<string, Attribute>; identifiers?: Identifier[]; aliases?: string[]; merged_into?: string; criticality: Criticality;
  criticality_reason?: string; use: string; speaks?: string[]; gateway?: string; gateway_name?: string; release?: string; first: string; last: string; remote?: boolean;
  status: { concern: Concern; state: "failing" | "passing" | "unknown" | "unwatched"; worst: Severity; checks_fresh: number; checks_applicable: number }[];
  worst: Severity; findings: number; links: number; proposals: number; role?: string; ward?: string; etag: string;
  language?: string /* of the reasons */; english?: string[] /* kind_reason, criticality_reason, attributes.NAME: reasons nobody has translated */;
}
export interface AssetEdit { asset: Asset; undo?: Statement[] /* POST /statements takes it back */ }
export interface Attribute { value: string; source: string; reason?: string; at: string; confidence: number }
export interface Identifier { type: string; value: string; source: string; first: string; last: string; confidence: number }
// GET /assets/{id}/links → Page<Link>; /assets/{id}/verdicts → Page<Verdict>; /assets/{id}/days?days=30 → {items: VerdictDays[]}; /assets/{id}/timeline?before= → Page<Event>
export interface Link {
  id: string; scope: { org: string; site: string }; client: string; client_name: string; server: string; server_name: string; protocol: string; port: number;
  encrypted: Tri; authenticated: Tri; data: string; first: string; last: string; observations: number; worst: Severity; findings: number;
}
export interface Verdict {
  check: string; check_title: string; concern: Concern; subject: string; item?: string; item_name?: string; state: State; severity?: Severity; why?: string;
  facts?: Record<string, unknown>; at: string; until?: string; since: string; check_version: number; seq: number; knowledge: number; origin: Origin; fresh: boolean;
}
export interface VerdictDays { check: string; check_title: string; item?: string; days: { day: string; state: State | "none" }[] }
export interface Event {
  at: string; kind: "observation" | "verdict" | "finding" | "person" | "identifier" | "attribute"; title: string; detail?: string; severity?: Severity;
  state?: State; seq?: number; check?: string; finding?: string; by?: string;
}
// GET /links ?protocol,encrypted,zone,asset → Page<Link>; GET /map → Graph
export interface Graph {
  at: string; position: number; zones: { id: string; name: string; assets: number }[];
  nodes: { id: string; name: string; kind: AssetKind; role?: string; ward?: string; zone: string; criticality: Criticality; worst: Severity; first: string; last: string; remote?: boolean }[];
  links: { id: string; a: string /* client */; b: string /* server */; protocol: string; encrypted: Tri; data: string; worst: Severity; first: string; last: string }[];
}
// POST /statements {statements: Statement[], preview?: boolean} → {changes: {asset?: string, name: string, text: string}[]}: imports, undo, the command line
export interface Statement {
  act: "accept" | "reject" | "set" | "identify" | "merge" | "split"; proposal?: string; asset?: string; other?: string;
  match?: { type: string; value: string }[]; set?: Record<string, string>; source?: string;
}

// ---- findings ----
// GET /findings ?q,state (comma list),live (default true),severity (at least),check,concern,asset,zone,ward,role,criticality,kind,case,assignee ("me"),overdue,stale,opened_since; sort: -severity,-criticality,opened
export interface Finding {
  id: string; scope: { org: string; site: string }; check: string; subject: string /* KIND:ID */; item?: string; item_name?: string /* names for ids */; case: string;
  state: FindingState; severity: Severity; why?: string; title: string; facts?: Record<string, unknown>; opened: string; last_seen: string; fixed?: string;
  fixed_by?: string; stale?: boolean; seq: number; origin: Origin; decision?: Decision; proposed?: Decision; assignment?: Assignment; concern: Concern;
  asset?: string; asset_name: string; kind?: AssetKind; role?: string; ward?: string; zone?: string; criticality: Criticality; due?: string; overdue?: boolean;
  due_by?: "terms" | "assignment" /* the house's terms by severity, or agreed with whom it was given to */;
  language?: string /* of the title */; english?: string[] /* names of texts nobody has translated: why */;
  two_people: boolean /* accepting or declaring false needs two */; etag: string;
}
export interface Decision { state: FindingState; by: { name: string; role: string }[]; reason: string; at: string; until?: string; severity: Severity; scope?: "finding" | "asset" }
export interface Assignment { to: string; by: string; at: string; due?: string; note?: string }
// GET /findings/{id}?language=de → FindingDetail; ETag
export interface FindingDetail extends Finding {
  facts_told?: Record<string, unknown> /* those of facts that are words, in the language asked for */;
  voice: Voice; asset_card?: Asset; case_line: CaseLine; links: Link[]; controls: { id: string; title: string; clauses: string[] }[]; history: Transition[];
  decisions: AuditRow[]; related: Finding[]; observations: ObservationRow[] /* what it rests on, newest first, at most 20, while the log keeps them */;
  leaf?: number /* its newest evidence */; may: ("acknowledge" | "accept" | "false positive" | "mitigated" | "confirm claim" | "reopen" | "assign")[]; max_until?: string;
}
export interface Voice {
  language: string; title: string; where: string; at_the_bedside: string; do: { ward: string; clinical_engineering: string; security: string }; dont: string;
  why_we_say_so: string; wrong_if: string; evidence: string; reviewed: boolean; review?: string;
}
export interface Transition { from: State; to: State; at: string; seq: number; reason: string; leaf?: number }
// POST /findings/{id}/decision If-Match {state: acknowledged|accepted|false positive|mitigated|reopened, until?, reason, scope?, role?} → Finding.
// The role in which one speaks is that of the grants; role chooses among several of one's own.
// Two people: the first leaves "proposed"; another, one of the two clinical-engineering, decides.
// POST /findings/{id}/assignment If-Match {to (account name; "" takes back), due?, note?} → Finding
// POST /findings/bulk {ids (at most 500), act, until?, reason?, to?, due?} → Bulk. What needs two people is refused, each by name.
export interface Bulk { done: string[]; refused: { id: string; problem: Problem }[] }
// GET /cases ?state,severity,check,zone,q → Page<CaseLine>; GET /cases/{id} → CaseDetail
export interface CaseDetail extends CaseLine { items: Finding[]; next?: string; total: number }
// GET, POST /views; DELETE /views/{id}
export interface View { id: string; name: string; page: string; query: string; shared: boolean; mine: boolean }

// ---- observations ----
// GET /observations ?kind,sensor,asset,q → Page<ObservationRow>, newest first; GET /observations/{seq} → ObservationRow
export interface ObservationRow {
  seq: number; kind: string; title: string; sensor: string; at: string; logged: string; count: number; transport?: string; src?: string; src_port?: number;
  dst?: string; dst_port?: number; src_asset?: string; src_name?: string; dst_asset?: string; dst_name?: string; summary: string /* a line of plain fields */;
  fields?: Record<string, unknown> /* personal text as {"present": true} */; personal?: string[] /* names of the fields that are personal */;
}
// GET /events?topics=live,findings,assets,overview,sensors&kind=&sensor=&asset= : text/event-stream; id: is the log position.
export interface EventHello { at: string; position: number; origin: Origin }
export interface EventTick { at: string; position: number; per_s: number; lag_ms: number; rates: { sensor: string; kind: string; n: number }[] } // each second
export interface EventLive { items: ObservationRow[]; left_out: number } // at most 4 a second of at most 50; topic live, permission observe
export interface EventChanged { findings?: string[]; cases?: string[]; assets?: string[]; proposals?: string[]; counts: Record<string, number> } // at most 1 a second; more than 100 ids are left out
export interface EventBye { reason: string } // the server closes: session ended, shutting down. retry: 2000. Coming back gives hello and one changed.
// At most 8 streams a session and 250 in all: 429 or 503.

// ---- checks and proposals ----
// GET /checks → Page<Check>; GET /checks/{id}?language= → CheckDetail; PUT /checks/{id}/off {reason}; DELETE /checks/{id}/off?reason=; PUT /checks/{id}/thresholds {thresholds, reason}
export interface Check {
  id: string; version: number; title: string; doc: string; concern: Concern; applies: string; speaks?: string[]; stage: string; severity: Severity; fresh: string;
  novelty?: boolean; controls: string[]; watch: string[]; off?: { by: string; at: string; reason: string }; thresholds?: Record<string, number> /* in force */; defaults?: Record<string, number>; last_run?: string;
  runs: number; cost_us: number /* mean of a batch */; verdicts: Record<string, number>; findings: number; paused_until?: string; failure?: string;
}
export interface CheckDetail extends Check {
  language: string; say: { bedside: string; ward: string; engineering: string; security: string; dont: string; why: string; wrong: string };
  fixtures: { name: "hit" | "miss"; text: string }[]; control_details: { id: string; title: string; clauses: string[] }[];
}
// GET /proposals?state=open → Page<Proposal>; POST /proposals/{id}/answer {accept: boolean} → Proposal
export interface Proposal {
  id: string; kind: "merge" | "split" | "kind" | "role" | "criticality" | "attribute" | "baseline" | "release"; asset?: string; asset_name?: string; other?: string;
  other_name?: string; field?: string; value?: string; reason: string; at: string; state: "open" | "accepted" | "rejected"; by?: string;
  members?: { check: string; set: string; member: string; first: string }[] /* baseline: what was learned, at most 200 */; members_total?: number;
  language?: string /* of the reason */; english?: string[] /* reason, by: nobody has translated them */;
}

// ---- evidence ----
// GET /evidence → Ledger; GET /evidence/entries ?kind,from,to → Page<Entry>, newest first; GET /evidence/entries/{index} → Entry; GET /evidence/entries/{index}/proof → Proof
export interface Ledger {
  size: number; root: string /* hex */; keys: { name: string; verifier: string; fingerprint: string }[]; checkpoint?: { at: string; size: number; root: string; signed: string };
  growth: { day: string; size: number }[]; by_kind: Record<string, number>;
}
export interface Entry { index: number; kind: string; reason: string; at: string; seq: number; leaf: string; payload?: unknown; canonical?: string; salt?: string; erased: boolean }
// Steps from the leaf up (RFC 6962 §2.1.1): node = SHA-256(0x01 ‖ left ‖ right). The page computes each itself.
export interface Proof { index: number; size: number; leaf: string; steps: { side: "left" | "right"; hash: string; node: string }[]; root: string; checkpoint?: string }
// POST /evidence/export {from?, to?} → application/zip; POST /evidence/verify BODY zip, header X-Verifier-Key optional → Verification; at most 256 MiB
export interface Verification { result: "verified" | "self-consistent only" | "failed"; entries: number; total: number; problems: string[]; signed_by?: string; at?: string; trusted: string /* what vouches for it */; ledger?: string }
// GET /search?q=&limit=20 → {items: Hit[]}
export interface Hit { kind: "asset" | "identifier" | "finding" | "case" | "check" | "page" | "zone"; id: string; title: string; detail?: string; href: string; severity?: Severity; language?: string /* of a title that a check gave */ }

// ---- portfolio: releases and what they are made of ----
// A server without a portfolio answers empty lists. Who may see some product lines only sees their releases, exposures, documents, counts.
// GET /releases ?q,maker,product,support,sbom=yes|no,severity (at least) → Page<ReleaseRow>; sort: name,maker,product,version,severity,instances,components,support_ends
// GET /releases/{id} → ReleaseDetail; ETag. POST /releases ReleaseSaid → ReleaseDetail (201; what is there already is said anew). PUT /releases/{id} If-Match ReleaseSaid → ReleaseDetail
export type SupportStage = "" | "development" | "supported" | "limited support" | "end of support"; // IMDRF N70; "" is not known
export interface Release {
  id: string; org: string; maker: string; product: string; version: string; kind: AssetKind; udi_di?: string; basic_udi_di?: string; gtin?: string;
  models?: string[]; names?: string[]; stage: string; support?: SupportStage /* as said */; limited_support?: string; support_ends?: string;
  end_of_life?: string; released?: string; retired?: string; declared?: Record<string, string>; sbom?: string /* its document */; source?: string; at?: string;
}
export interface ReleaseRow extends Release {
  name: string; support_now: SupportStage /* by its dates */; has_sbom: boolean; components: number; unidentified: number /* nothing can be asked about them */;
  instances: number; exposures: Exposed; worst: Severity;
}
// Vulnerabilities by what is said: of those that affect, how many by severity; of how many it cannot be told; and what authors claim not to affect.
export interface Exposed { affected: number; critical: number; high: number; medium: number; low: number; info: number; exploited: number; unknown: number; claimed: number; not_affected: number }
export interface ReleaseDetail extends ReleaseRow {
  documents: PortfolioDocument[]; qualities: Quality[]; stages: { stage: SupportStage; from?: string; until?: string }[] /* in order of time */;
  may: ("edit" | "upload")[]; etag: string;
}
export interface Quality { profile: string /* ntia-minimum, fda-524b, cra-annex-i, integrity */; rule: string; state: State; said: string; count?: number; of?: number }
export interface ReleaseSaid {
  maker: string; product: string; version: string; kind?: AssetKind; udi_di?: string; basic_udi_di?: string; gtin?: string; models?: string[]; called?: string[] /* names */;
  stage?: string; support?: SupportStage; limited_support?: string; support_ends?: string; end_of_life?: string; released?: string; retired?: string;
  declared?: Record<string, string>; clear?: string[] /* JSON names of fields to empty */; reason?: string;
}
// GET /releases/{id}/components ?parent (row; absent or -1: what stands at the top),q (search in all; then without parent) → Page<Component>
export interface Component {
  row: number /* in the bill of materials: parent=; -1: another release, whose bill of materials is linked */; release: string /* whose it stands in */; ref?: string;
  parent: number /* -1: at the top */; children: number /* directly below */; below: number /* all below */;
  type?: string; group?: string; name: string; version?: string; purl?: string; cpes?: string[]; supplier?: string; label: string /* purl, else name@version */;
  path: string /* names from the product to it, in answers to a search */; identified: boolean; excluded?: boolean /* not shipped */; flags?: string[] /* excluded, optional, external, no identity */;
  exposed: Exposed /* its own */; rolled: Exposed /* its own and all below, each vulnerability once */; vulnerabilities?: string[] /* its own that affect, at most 50 */;
}
// GET /releases/{id}/exposures ?q,state=fail|unknown|pass (comma list),severity,exploited,claimed=true|false,component → Page<Exposure>, the most urgent first
// GET /assets/{id}/exposures: of an asset that is no instance of a known release; else those of its release
export interface Exposure {
  subject: string /* release:ID or asset:ID */; subject_name: string; vulnerability: string; aliases?: string[]; title?: string; state: State; why?: string;
  places?: Place[] /* at most 8 of count */; count?: number; fixed?: string[]; advisories?: string[]; severity: Severity; rating?: string; score: number /* -1: none */;
  exploited?: boolean; due_kev?: string; epss: number /* -1: not known */; confidence: number; claim?: Claim; embargoed?: boolean; changed?: string; fact?: string;
  finding?: string /* id of the finding, if there is one */; priority: Priority;
}
export interface Place { component: string; path: string /* names from the product down: "pump > linux image > openssl" */; fixed?: string; why?: string }
export interface Claim {
  document?: string; statement?: string; status: string /* not_affected, affected, fixed, under_investigation */; justification?: string; note?: string;
  author?: string; trust?: string; at?: string; expires?: string; conflicts?: string[];
}
export interface Priority { decision: string /* SSVC deployer: immediate, out-of-cycle, scheduled, defer */; timeline?: string /* BOD 26-04 */; due?: string; why: string /* one sentence */; assumed?: string[] /* not known, counted as the worst */ }
// GET /releases/{id}/instances → Page<Instance>
export interface Instance { asset: string; name: string; role?: string; ward?: string; zone?: string; criticality: Criticality; worst: Severity; findings: number; last: string }

// ---- portfolio: documents ----
// POST /releases/{id}/sbom ?name= BODY CycloneDX or SPDX, at most 512 MiB, not compressed → PortfolioDocument (201), when it is judged; 422 with the position of what cannot be read
// POST /documents ?kind=sbom|vex|knowledge|build&name=&maker=&product=&version=&release= &feed= &report= &tool= BODY → PortfolioDocument
// GET /documents ?kind,release,q,problem,current (not replaced; default all) → Page<PortfolioDocument>, newest first; GET /documents/{id}; GET /documents/{id}/content: the bytes
export interface PortfolioDocument {
  id: string; org: string; kind: "sbom" | "knowledge" | "vex" | "mds2" | "build" | "exchange" | "model-card" | "model-plan" | "model-reference" | "model-acceptance" | "model-artefact" | "model-diff"; release?: string; release_name?: string; name: string; format: string;
  blob: { digest: string; size: number; type: string }; source?: string; author?: string; signer?: string; trust?: string; parts?: number; issued?: string; at: string;
  seq: number; problem?: string; replaced?: string;
}

// ---- portfolio: vulnerabilities ----
// GET /vulnerabilities ?q,severity (at least),exploited=true,state=affected|unknown|claimed|not_affected,since (came here then or later),decision → Page<VulnerabilityRow>, the most urgent first
export interface VulnerabilityRow {
  id: string; aliases?: string[]; title?: string; severity: Severity; score: number; rating?: string; exploited?: boolean; due_kev?: string; epss: number;
  published?: string; changed?: string; since?: string /* first failing here */; releases: number; assets: number /* affected */; unknown: number; claimed: number; not_affected: number;
  embargoed?: boolean; priority: Priority;
}
// GET /vulnerabilities/{id} (any of its ids) ?limit → VulnerabilityDetail; ETag
export interface VulnerabilityDetail extends VulnerabilityRow {
  withdrawn?: boolean; cwes?: string[]; percentile?: number; ssvc?: Record<string, string>;
  ratings: { system: string; vector?: string; text?: string; score?: number; by?: string }[];
  kev?: { cve: string; vendor?: string; product?: string; name?: string; added?: string; due?: string; ransomware?: boolean; action?: string; notes?: string };
  records: AdvisoryRef[]; touches: Affected; findings: string[] /* at most 100 */; embargo?: Embargo; may: "embargo"[]; etag: string;
}
export interface AdvisoryRef { id: string; feed: string; document?: string; title?: string; url?: string; digest?: string; published?: string; modified?: string; withdrawn?: string }
export interface Embargo { vulnerability: string; ids?: string[]; title?: string; reason: string; until?: string; people: string[] /* account names; none: all who have the permission */; by?: string; at?: string }
// PUT /vulnerabilities/{id}/embargo {reason, until?, people} (permission embargo, whole site) → Embargo; DELETE /vulnerabilities/{id}/embargo ?reason= lifts it.
// GET /advisories/{id} ?feed → AdvisoryPage: an advisory's id, or the name of the document it stands in
export interface AdvisoryPage {
  id: string; records: (AdvisoryRef & { details?: string; aliases?: string[]; related?: string[]; affected: { name: string; status?: string; versions?: string[]; unread?: string /* what could not be read as versions */ }[]; references: { kind?: string; url: string }[]; ratings: { system: string; vector?: string; text?: string; score?: number; by?: string }[]; vulnerability: string })[];
}

// ---- portfolio: questions ----
// GET /portfolio/affected ?q=CVE-…|purl range|name range &in=package range &limit= → Affected
export interface Affected {
  vulnerability?: string; title?: string; affected: AffectedList; not_affected: AffectedList; cannot_tell: AffectedList; share: Share; knowledge?: string /* when the newest came */;
}
export interface AffectedList { subjects: number; assets: number; reasons?: Tally[]; wards?: Tally[]; products?: Tally[]; rows: AffectedRow[] }
export interface Tally { name: string; n: number }
export interface AffectedRow {
  subject: string; name: string; state: State; why: string; places?: Place[]; count?: number; fixed?: string[]; claim?: Claim; assets?: AffectedAt[]; instances: number;
}
export interface AffectedAt { asset: string; name: string; role?: string; ward?: string; zone?: string; criticality: Criticality }
export interface Share { releases: number; with_sbom: number; assets: number; seen: number; components: number; unidentified: number }
// GET /portfolio/news ?since= (default: last Monday, 00:00 of the site) &limit → News
export interface News { since: string; items: NewsRow[]; more: number; share: Share }
export interface NewsRow { vulnerability: string; title?: string; since: string; subjects: number; assets: number; severity: Severity; exploited?: boolean; names: string[] /* of releases and assets, at most 8 */ }
// GET /portfolio/metrics → Metrics. Durations in seconds.
export interface Metrics {
  verdict: Spread /* advisory → verdict */; patch: Spread /* identified → patched */; open: number /* without a patch */; deployed: Spread /* patched → deployed, by instance */;
  instances: number; patched: number; patched_percent: number /* -1: none had to be */; share: Share; feeds: Feed[];
}
export interface Spread { n: number; p50: number; p90: number; max: number }
// GET /portfolio/support ?months=12 → Support
export interface Support { until: string; ending: SupportRow[]; unknown: SupportRow[]; share: Share }
export interface SupportRow { release: string; name: string; maker: string; product: string; version: string; stage: SupportStage; ends?: string; instances: number }

// ---- portfolio: knowledge and statements ----
// GET /feeds → Page<Feed>
export interface Feed { name: string; kind: string; records: number; newest: string; at: string; age_s: number /* since it came; -1: never */; ecosystems?: string[]; trust?: string; missing?: number /* components of this ecosystem that no feed speaks of */ }
// GET /vex ?q,outcome → Page<VexRow>; GET /vex/{document}/diagnostics → Page<Diagnosis>
export interface VexRow extends PortfolioDocument { statements: number; applied: number; overruled: number; expired: number; nothing: number; conflicts: number }
export interface Diagnosis {
  document: string; name: string; author: string; trust?: string; statement: string; vulnerability: string; status: string; products: string[];
  outcome: "applied" | "overruled" | "expired" | "nothing"; matched: number; decides: number; expires?: string;
  near?: { field: string; says: string; has: string; detail: string }; where?: string; conflicts?: string[]; said: string;
}

// ---- AI models ----
export type ArtefactVerdict = "inert" | "safe" | "unknown" | "malicious" | "unreadable" | "none";
export type SignatureAnswer = "verified" | "failed" | "unsigned" | "unknown" | "none";
// GET /models ?q,state,artefact,signature,asset → Page<ModelRow>; GET /models/{key} → ModelDetail
export interface ModelRow {
  key: string; name: string; service?: string; maker?: string; product?: string; version?: string; before?: string; changed?: string; asset?: string; asset_name?: string;
  release?: string; release_name?: string; sources: ModelSource[]; first: string; last?: string; labels?: string; off?: string; passing: number; failing: number; unknown: number;
  needed?: number; artefact: ArtefactVerdict; signature: SignatureAnswer; worst: Severity; findings: number;
}
export interface ModelSource { name: string; type?: string; asset?: string; software?: string; last: string }
export interface ModelDetail extends ModelRow { judgements: ModelJudgement[]; series: ModelSeries[]; documents: ModelDocument[]; lines: ModelLine[]; versions: ModelVersion[] }
export interface ModelVersion { id: string; release?: string; name: string; version: string; current: boolean }
// GET /models/versions ?q → Page<ModelVersionRow>
export interface ModelVersionRow {
  id: string; name: string; maker?: string; product?: string; version?: string; model?: string; current: boolean; release?: string; artefact: ArtefactVerdict; signature: SignatureAnswer;
  card: boolean; plan: boolean; reference: boolean; weights: boolean;
}
export interface ModelJudgement {
  topic: string; item?: string; state: State; why?: string; facts?: Record<string, unknown>; severity?: Severity; from?: string; to?: string; at: string; evidence?: string;
  n?: number; needed?: number; test?: string; statistic?: number; p?: number; p_low?: number; p_high?: number; effect?: number; limit?: number; shift?: string;
  item_told?: string; facts_told?: Record<string, unknown>; language: string; english?: string[];
}
// GET /models/{key}/performance ?score,metric,point → ModelPerformance
export interface ModelPerformance {
  scores: string[]; score: string; metric: string; point?: string; level: number; choices: FigureChoice[]; spans: PerformanceSpan[]; whole?: PerformanceSpan; reference?: PerformanceSpan; groups: PerformanceGroup[];
  estimates: PerformanceEstimate[]; guesses: PerformanceGuess[]; limits: PerformanceLimit[]; points: OperatingPoint[]; reliability: ReliabilityBin[]; benefit: BenefitPoint[]; operating: OperatingSpot[]; problems: string[];
}
export interface FigureChoice { metric: string; point?: string }
export interface PerformanceSpan { from?: string; to?: string; came?: string; units: number; cases: number; others: number; figures: PerformanceFigure[] }
export interface PerformanceFigure { metric: string; point?: string; value: number; low: number; high: number }
export interface PerformanceGroup { group: string; minimum: number; enough: boolean; whole: PerformanceSpan; spans: PerformanceSpan[] }
export interface PerformanceEstimate { group?: string; to: string; n?: number; value: number; low: number; high: number }
export interface PerformanceGuess { name: string; value: number; low: number; high: number; realised: number }
export interface PerformanceLimit { by: "plan" | "maker" | "card"; at_least?: number; at_most?: number }
export interface OperatingPoint { name?: string; threshold: number }
export interface ReliabilityBin { from: number; to: number; n: number; says: number; is: number; low: number; high: number }
export interface BenefitPoint { threshold: number; model: number; all: number }
export interface OperatingSpot { threshold: number; sensitivity: PerformanceFigure; specificity: PerformanceFigure; flagged: number }
export interface ModelSeries { topic: string; item?: string; points: ModelPoint[] }
export interface ModelPoint { from?: string; to: string; state: State; n?: number; value?: number; p?: number; low?: number; high?: number; effect?: number }
export interface ModelDocument { kind: string; part?: string; version?: string; file?: string; format?: string; digest: string; signer?: string; trust?: string; problem?: string; at: string }
export interface ModelLine { part?: string; schema?: string; recent: ModelWindow[]; pending?: ModelWindow[] }
export interface ModelWindow { digest: string; version?: string; from: string; to: string; rows: number; units?: number }
// GET /models/{key}/heat ?topic → ModelHeat
export interface ModelHeat { times: ModelSpan[]; rows: ModelHeatRow[]; more: number }
export interface ModelSpan { from?: string; to: string }
export interface ModelHeatRow { topic: string; item: string; column: string; group?: string; part?: string; state: State; cells: ModelHeatCell[] }
export interface ModelHeatCell { time: number; state: State; value?: number; effect?: number; p?: number; low?: number; high?: number; n?: number }
// GET /models/{key}/columns/{column} ?group,part,window,from,to,windows → ModelColumn
export interface ModelColumn {
  model: string; column: string; group?: string; part?: string; unit?: string; type: "number" | "category" | "bool" | "time"; role?: string; groups: string[];
  reference?: Distribution; reference_group?: string; now?: Distribution; distance?: DistributionDistance;
}
export interface Distribution {
  from?: string; to?: string; windows: number; n: number; units?: number; missing: number; invalid: number; infinite: number; exact: boolean; mean?: number; sd?: number; min?: number; max?: number;
  rank_error?: number; quantiles?: DistributionQuantile[]; cdf?: DistributionShare[]; bins?: DistributionBin[]; values?: DistributionCategory[]; others?: DistributionCategory;
}
export interface DistributionQuantile { q: number; value: number; low: number; high: number }
export interface DistributionShare { x: number; share: number; low: number; high: number }
export interface DistributionBin { from: number; to: number; share: number; low: number; high: number }
export interface DistributionCategory { text: string; share: number; low: number; high: number }
export interface DistributionDistance { name: "ks" | "total-variation"; value: number; low: number; high: number }
// GET /models/{key}/timeline → Page<ModelEvent>
export interface ModelEvent {
  at: string; until?: string; lane: "devices" | "inputs" | "outputs" | "release" | "security" | "people"; kind: string; said: string; language: string; state?: State; severity: Severity;
  topic?: string; item?: string; item_told?: string; source?: string; before?: string; after?: string; digest?: string; finding?: string; asset?: string; release?: string;
}
// GET /models/{key}/documents/{digest} → ModelDocumentContent
export interface ModelDocumentContent { kind: "card" | "plan" | "scan" | "diff" | "reference" | "acceptance"; digest: string; card?: ModelCard; plan?: unknown; scan?: ModelScan; diff?: unknown; reference?: ModelReference }
export interface ModelCard {
  format: string; maker?: string; name: string; version?: string; description?: string; licences?: string[]; task?: string; approach?: string; architecture?: string; inputs?: string[]; outputs?: string[];
  users?: string[]; use_cases?: string[]; limitations?: string[]; risks?: string[]; datasets?: ModelDataset[]; claims?: ModelClaim[]; lost?: string[];
}
export interface ModelDataset { name: string; use?: string; rows?: string; units?: string; text?: string }
export interface ModelClaim { metric: string; slice?: string; operating_point?: string; value: number; low?: number; high?: number; level?: number; units?: number }
export interface ModelScan { path: string; verdict: "inert" | "safe" | "unknown" | "malicious" | "unreadable"; format: string; bytes: number; sha256?: string; hits?: ScanHit[]; calls?: ScanCall[]; trail?: ScanStep[]; parts?: ScanPart[]; explained?: ScanRule[] }
export interface ScanRule { id: string; language?: string; title: string; means?: string; do?: string; dont?: string; wrong?: string; atlas?: string[]; cwe?: string[] }
export interface ScanHit { rule: string; level: string; part?: string; where?: string; offset: number; text: string }
export interface ScanCall { part?: string; full: string; class: string; called: boolean; how?: string; args?: string; why?: string; language?: string; offset: number }
export interface ScanStep { part?: string; offset: number; op: string; arg?: string; note?: string }
export interface ScanPart { path: string; format: string; verdict: string; bytes: number }
export interface ModelReference { from?: string; to?: string; rows: number; units?: number; schema?: string; columns: ReferenceColumn[] }
export interface ReferenceColumn { name: string; group?: string; unit?: string; type: string; role?: string; n: number }
// GET /models/compare ?a,b (ids of ModelVersionRow) → ModelComparison
export interface ModelComparison {
  a: ModelVersionRow; b: ModelVersionRow; changes: ModelChange[]; verdict: "inside" | "outside" | "unknown"; planned: boolean; unseen: string[]; rollback?: string;
  columns: ColumnDistance[]; columns_known: boolean; weights?: WeightsDiff; problems: string[]; cards_known: boolean; cards: CardChange[]; metrics: MetricRow[];
}
export interface WeightsDiff {
  formats?: string[]; tensors: number; same: number; moved: number; retyped: number; added: number; removed: number; values: number; changed: number; changes: TensorChange[]; more: number;
  files_same: number; files_changed: string[]; files_added: string[]; files_removed: string[]; unread: string[];
}
export interface TensorChange { name: string; kind: "values" | "shape" | "type" | "added" | "removed"; from?: string; to?: string; count?: number; moved?: TensorMove }
export interface TensorMove { changed: number; max: number; mean: number; relative: number; cosine: number; odd?: number }
export interface ModelChange { what: string; item?: string; from?: string; to?: string; verdict: "inside" | "outside" | "unknown"; clause?: string; why: string; english?: string[] }
export interface CardChange { field: string; from: string[]; to: string[] }
export interface MetricRow { metric: string; group?: string; point?: string; source: "measured" | "claimed" | "reference"; a?: MetricSide; b?: MetricSide; apart: boolean }
export interface MetricSide { value: number; low?: number; high?: number; units?: number }
export interface ColumnDistance { column: string; group?: string; unit?: string; type: string; a: number; b: number; distance?: DistributionDistance }

// ---- settings ----
// Secrets are written and not read: a mask comes in their place, which, sent back, keeps them for where they went before.
// GET /settings/{name} → Setting; PUT /settings/{name} If-Match {value, reason}. Names: zones (Zone[]), site ({name, language, time_zone}), retention ({observations_days}),
// notifications, work-orders, sign-in ({password, oidc: [], idle_minutes, absolute_hours})
export interface Setting { name: string; value: unknown; etag: string; by?: string; at?: string; reason?: string }
export interface Zone { id: string; name: string; prefixes?: string[]; update?: boolean }
// GET /sensors → Page<Sensor>; GET /interfaces → Interfaces; POST /sensors {interface, filter?, name?}; DELETE /sensors/{id}; GET /grants → Page<never>: nothing active exists yet
export interface Interfaces { items: { name: string; up: boolean; addresses: string[] }[]; may_capture: boolean; hint?: string }
// POST /captures?name= BODY pcap or pcapng, at most 4 GiB → Captured; POST /simulation → {url}: the simulated ward as a process with a data directory of its own
export interface Captured { input: string; packets: number; observations: number }
// GET /findings/{id}/work-order (decide) → WorkOrderWays; POST {due?, note?} → WorkOrdered
export interface WorkOrderWays { webhook: boolean; link: boolean }
export interface WorkOrdered { id: string; link?: string; sent: boolean }
// GET /notifications → Page<Notification>; POST /notifications/test {route}
export interface Notification { id: string; type: "notice" | "escalation" | "work-order"; case?: string; title: string; severity: Severity; at: string; route: string; channel: string; state: "sent" | "failed" | "waiting"; error?: string; attempts: number }
// GET /about → About; GET /about/sbom: CycloneDX; GET /openapi.json; GET /healthz; GET /metrics
export interface About {
  version: string; commit: string; go: string; origin: Origin; data_dir: string; started: string;
  modules: { name: string; version: string; licence?: string }[]; third_party: { name: string; source: string; licence: string; digest: string }[];
}
