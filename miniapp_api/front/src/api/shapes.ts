/** What crosses the wire, as the portal's OpenAPI document says it. */

export interface Portal { id: string; name: string; name_en: string; region_name?: string; demo: boolean; languages: string[] }

export interface Me {
  id: string; loa: number; name_masked: string | null; phone_masked: string; id_number_masked: string | null
  region: string; language: string; elder: boolean; portal: { id: string; name: string }; verified_at: string | null
}
export type WayName = 'wechat' | 'alipay' | 'zheliban' | 'ticket' | 'net_identity'
/** A way in: where its code can be had, and the page that hands it out where there is one. */
export interface SignInWay { method: 'sms' | WayName; platforms: ('h5' | 'wechat' | 'alipay')[]; login_url: string }
export interface Device { id: string; device: string; current: boolean; signed_in_at: string; seen_at: string; expires_at: string }
export interface DevicePage { sessions: Device[]; next_cursor: string | null }
/** `sms`: the phone of an account of mine that went into this one. */
export interface Account { method: WayName | 'sms'; linked_at: string }
export interface SignedIn { token: string; expires_at: string; resident: Me; earlier_account: boolean }

/** A way to prove more, and the level that it leads to. */
export interface WayOffered { code: string; label: string; text: string; face: boolean; at_counter: boolean }
export interface PurposeOffered { code: string; level: number; label: string; ways: WayOffered[] }
export interface ProofShown { level: number; level_label: string; way: string; way_label: string; place: string; at: string }
export interface MyProofs { loa: number; level_label: string; proofs: ProofShown[]; ahead: PurposeOffered[] }
/** One of my two accounts, before they become one. */
export interface AccountHeld {
  phone_masked: string; ways: WayName[]; cases: number; cases_open: number; papers: number; delegations: number; notices: number; language: string; elder: boolean
}
export interface Merge {
  state: 'none' | 'offered' | 'done'; id: string | null; level: number; needed: number; ready: boolean; expires_at: string | null; way_label: string
  ahead: PurposeOffered[]; mine: AccountHeld | null; earlier: AccountHeld | null; done_at: string | null; moved: { label: string; count: number }[]
}
export type Asked = 'name' | 'id_number' | 'card'
export interface Proving {
  id: string; purpose: string; way: string; level: number; state: 'open' | 'proven' | 'locked' | 'refused' | 'over'
  step: string; step_label: string; step_text: string; at_step: number; steps: number; asks: Asked[]; face: boolean
  attempts_left: number; expires_at: string; sample: string | null; consent: FaceConsent | null
}
/** What is to be agreed to before a platform looks at a face. */
export interface FaceConsent { purpose: string; version: number; title: string; text: string; basis: string }

export interface Limit { days: number; unit: 'working_day' | 'day'; label: string }
export interface ItemSummary {
  code: string; name: string; department: string; region: string; theme: string
  guide: 'full' | 'incomplete'; online: boolean; legal_limit: Limit | null; promised_limit: Limit | null
}
export interface ItemPage { items: ItemSummary[]; next_cursor: string | null; total: number }
export interface Theme { name: string; count: number }

export type FieldKind = 'text' | 'multiline' | 'number' | 'date' | 'choice' | 'choices' | 'phone' | 'checkbox'
export interface Condition { field: string; equals: string | boolean }
export interface FormField {
  code: string; label: string; kind: FieldKind; required: boolean; hint: string | null
  max_length: number | null; minimum: number | string | null; maximum: number | string | null
  options: { value: string; label: string }[]; show_if: Condition | null; prefill: string | null
}
export interface FormSection { title: string; fields: FormField[] }
export interface MaterialNeed { code: string; name: string; required: boolean; media: string[]; note: string | null; source: string | null; show_if?: Condition | null }
export interface Item extends ItemSummary {
  summary: string | null; who_can_apply: string[]; fee: string | null; materials: MaterialNeed[]; form: FormSection[]
  steps: { name: string; note: string | null }[]; results: string[]; basis: { title: string; clause: string | null }[]
  places: { name: string; address: string; hours: string | null; phone: string | null }[]
  questions: { question: string; answer: string }[]; channels: string[]; sample_figures: string[]; version: number | string
}

export type Answer = string | number | boolean | string[]
export type Answers = Record<string, Answer>
export interface Uploaded { file_id: string; name: string; media_type: string; size: number }
export interface CaseRef { case_no: string; status: string }

export type Light = 'none' | 'green' | 'yellow' | 'red' | 'overdue'
export interface Next { who: string; what: string; by: string | null; provisional: boolean }
export interface CaseSummary {
  case_no: string; item_code: string; item_name: string; status: string; status_label: string
  submitted_at: string; updated_at: string; next: Next | null; light: Light; todo: number; to_review: boolean
}
export interface CasePage { cases: CaseSummary[]; next_cursor: string | null }
export interface TodoItem { target: string; label: string; reason: string }
export interface Todo { kind: 'correct' | 'review'; title: string; due: string | null; items: TodoItem[] }
export interface Clock {
  state: 'not_started' | 'running' | 'paused' | 'stopped'; accepted_on: string | null
  legal_due: string | null; promised_due: string | null; legal_days: number | null; promised_days: number | null
  unit?: Limit['unit']; used_days: number | null
  provisional: boolean; legal_provisional: boolean; promised_provisional: boolean; paused: boolean; explanation: string[]
}
export interface CaseMaterial { code: string; name: string; file_id: string; file_name: string; media_type: string; size: number }
export interface Case {
  case_no: string; item: { code: string; name: string; department: string; version: number }; status: string; status_label: string
  version: number; for_whom?: string | null; submitted_at: string | null; next: Next | null; light: Light
  timeline: { at: string; event: string; label: string; actor: string; note: string; document_no: string | null }[]
  ahead: string[]; documents: { document_no: string; kind: string; title: string; issued_on: string; served_at: string | null }[]
  clock: Clock; todo: Todo[]; answers: { code: string; label: string; value: Answer; shown: string }[]
  materials: CaseMaterial[]; actions: string[]
  result: { outcome: string; text: string } | null; review: { grade: number; comment: string | null } | null
}

export interface Notice {
  id: string; at: string; category: string; title: string; body: string
  link: string | null; read_at: string | null; subject: string
}
export interface NoticePage { notices: Notice[]; next_cursor: string | null; unread: number }
export interface WayWorded { channel: string; label: string; text: string; at?: string | null }
export interface NoticeDetail extends Notice {
  why: { because: string; ways: WayWorded[]; left_out: WayWorded[]; held: string | null; end: string | null }
}
export type NoticeWay = 'sms' | 'live' | 'wechat' | 'oa' | 'alipay' | 'webpush' | 'email'
export type Ways = Record<NoticeWay, boolean>
export interface QuietHours { starts: string; ends: string }
export interface DepartmentChoice { name: string; stopped: boolean }
export interface NoticePreferences { service: Ways; information: Ways; offered: NoticeWay[]; quiet: QuietHours | null; departments: DepartmentChoice[] }
/** Whether a text message is one of ours; `known` false does not mean that it is a fraud. */
export interface MessageChecked { known: boolean; portal: string; category: string | null; day: string | null; message: string }

export interface PushSubscription { endpoint: string; keys: { p256dh: string; auth: string } }
/** A kind of card of WeChat or Alipay, and how many of them may still come. */
export interface NoticeCard { channel: 'wechat' | 'alipay'; template: string; event: string; kind: 'once' | 'long'; left: number }

export interface CodeKey {
  handle: string; key: string; step_seconds: number; valid_from: string; valid_until: string; server_time: string
}
export interface Consent {
  state: 'pending' | 'allowed' | 'refused' | 'expired' | 'withdrawn' | 'revoked'; fields: { code: string; label: string; reason?: string }[]; granted: string[]; expires_at: string
}
export interface Visit {
  id: string; at: string; place: string; counter: string; staff_no: string; purpose: string; purpose_label: string
  scene: string; outcome: string; outcome_label: string; fields: string[]; consent: Consent | null
  card_in_hand: boolean; for_whom: string | null; portrait: string | null
}
export interface HallLine { business: string; name: string; waiting: number; green: number; first: string | null; about: string }
export interface HallOffered { code: string; name: string; address: string; is_open: boolean; numbers_until: string | null; by_app: boolean; lines: HallLine[] }
export interface QueueTicket {
  id: string; hall: string; hall_name: string; hall_address: string; number: string; business: string; business_name: string
  state: 'waiting' | 'called' | 'serving' | 'done' | 'skipped' | 'cancelled' | 'closed'; state_label: string
  ahead: number; about: string; counter: number | null; counter_name: string | null; wanted_counter_name: string | null
  green: string | null; green_name: string | null; calls: number; arrived_at: string; called_at: string | null
}
export interface NamedCode { code: string; name: string }
export interface Delegation {
  id: string; kind: string; kind_label: string; side: 'principal' | 'delegate'; state: 'proposed' | 'active' | 'ended'; state_label: string
  ended_as: string | null; in_force: boolean; principal_masked: string; delegate_masked: string; relation: string; relation_label: string
  organisation: { uscc: string; name: string } | null
  scope: { all_items: boolean; items: NamedCode[]; all_purposes: boolean; purposes: NamedCode[]; text: string }
  case_no: string | null; first_day: string; last_day: string; by_counter: boolean; answer_until: string | null
  proposed_at: string; active_at: string | null; ended_at: string | null
  actions: ('accept' | 'refuse' | 'take_back' | 'withdraw' | 'renounce' | 'add_number')[]
}
export interface DelegationPage { delegations: Delegation[]; next_cursor: string | null }
export interface NewDelegation {
  kind: 'relative' | 'organisation'; side: 'principal' | 'delegate'; other: { name: string; phone: string }; relation?: string; organisation_id?: string
  scope: { all_items?: boolean; items?: string[]; all_purposes?: boolean; purposes?: string[] }; last_day: string
}
/** A child without a number yet, as a guardian has said it, and how it stands. */
export interface Newborn {
  id: string; state: 'asked' | 'recorded' | 'done' | 'refused' | 'taken_back' | 'expired'; state_label: string; next_text: string
  relation: NewNewborn['relation']; relation_label: string; child_masked: string; born: string; certificate_masked: string; reason: string | null
  asked_at: string; delegation_id: string | null; actions: 'take_back'[]
}
export interface NewbornPage { newborns: Newborn[]; next_cursor: string | null }
export interface NewNewborn { relation: 'mother' | 'father' | 'other'; name: string; born: string; certificate_no: string; file_id: string }
export interface Organisation { id: string; uscc: string; name: string }
export interface DelegationChoices { relations: NamedCode[]; purposes: NamedCode[]; longest_days: number }
export interface DelegatedAct { id: string; at: string; what: string; text: string }
export interface VisitPage { visits: Visit[]; next_cursor: string | null }

export interface Licence {
  id: string; kind: string; name: string; number: string; issuer: string; issued_on: string; expires_on: string | null
  status: 'valid' | 'expired' | 'revoked'; status_label: string; source: string
}
export interface Licences { licences: Licence[]; complete: boolean }
export interface LicenceFace extends Licence { holder: string; lines: { label: string; value: string }[]; watermark: string }

export type LookKind = 'scan' | 'offline' | 'case' | 'other'
export interface Look {
  id: string; at: string; kind: LookKind; what: string; place: string; staff_no: string; purpose: string; basis: string
  fields: string[]; outcome: string; outcome_label: string; refused: boolean; consent: Consent | null; case_no: string | null; disputed: boolean
}
export interface LookPage { looks: Look[]; next_cursor: string | null }

export type Lost = 'phone' | 'paper' | 'all'
export type LossReason = 'lost' | 'stolen' | 'misused'
export interface LossReported { sessions: number; codes: number; credentials: number }

export type Tier = 'T0' | 'T1'
export interface Credential {
  id: string; tier: Tier | 'T2'; tier_label: string; form: 'paper' | 'phone'; state: 'valid' | 'suspended' | 'revoked' | 'expired'
  state_label: string; issued_at: string; expires_at: string; ended_at: string | null
}
export interface IssuedCredential extends Credential { text: string; name: string }
export interface NewCredential { tier: Tier; form: 'paper' | 'phone'; device_key?: { x: string; y: string } }

/** An application that a counter filled in and that waits for this person's word. */
export interface FilledApplication {
  id: string; at: string; case_no: string; item_name: string; department: string; place: string; counter: string
  staff_no: string; expires_at: string; for_whom: string | null; delegation: string | null; answers: { label: string; value: string }[]; materials: { label: string; value: string }[]
}
export interface FilledApplications { applications: FilledApplication[] }

/** One purpose in words and what I said to it. */
export interface ConsentText {
  code: string; kind: 'notice' | 'law' | 'consent' | 'refusable'; title: string; text: string; basis: string; stops: string; version: number
  since: string; word: 'yes' | 'no' | null; said_version: number | null; said_at: string | null; asks: boolean
}
export interface Consents { purposes: ConsentText[]; asks: number }

/** A copy of everything held about me. */
export interface Copy { id: string; state: 'asked' | 'ready' | 'over'; asked_at: string; ready_at: string | null; expires_at: string | null }

export interface Closing {
  asked_at: string | null; due_at: string | null; days: number; open_cases: { case_no: string; item_name: string }[]
  categories: { code: string; title: string; erased: string[]; kept: string[]; why_kept: string }[]
}

export interface Correction {
  id: string; category: string; category_title: string; said: string; wanted_name: string; files: Uploaded[]; state: 'open' | 'done' | 'refused'; asked_at: string; answer: string
  answered_at: string | null
}
export interface Corrections { corrections: Correction[]; categories: { code: string; title: string }[] }
