import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FormField, FormSection, MaterialNeed } from '@/api/shapes'
import { anchor, answersOf, asked, complaints, fileWord, limitOf, materialComplaints, neededPapers, shown, startAll, targetOf, typedOf } from '@/form/form'

function field(code: string, more: Partial<FormField> = {}): FormField {
  return { code, label: code, kind: 'text', required: true, hint: null, max_length: null, minimum: null, maximum: null, options: [], show_if: null, prefill: null, ...more }
}
const kinds = [{ value: 'person', label: '个人' }, { value: 'firm', label: '企业' }]
const sections: FormSection[] = [
  { title: '一', fields: [field('who', { kind: 'choice', options: kinds }), field('firm', { show_if: { field: 'who', equals: 'firm' }, max_length: 4 }), field('branch', { show_if: { field: 'firm', equals: '甲' } })] },
  { title: '二', fields: [field('people', { kind: 'number', minimum: 1, maximum: 9 }), field('born', { kind: 'date', maximum: 'today' }), field('agree', { kind: 'checkbox' }), field('tags', { kind: 'choices', options: kinds, required: false })] },
]
const papers: MaterialNeed[] = [
  { code: 'licence', name: '执照', required: true, media: ['pdf'], note: null, source: null, show_if: { field: 'who', equals: 'firm' } },
  { code: 'photo', name: '照片', required: true, media: ['jpeg'], note: null, source: null },
]
const fill = (more: object) => ({ ...startAll(sections), ...more })

test('a question depends on another, and a hidden one hides what depends on it', () => {
  const [, firm, branch] = sections[0]!.fields as [FormField, FormField, FormField]
  assert.equal(asked(firm, sections, fill({ who: 'person' })), false)
  assert.equal(asked(firm, sections, fill({ who: 'firm' })), true)
  assert.equal(asked(branch, sections, fill({ who: 'person', firm: '甲' })), false)
  assert.equal(asked(branch, sections, fill({ who: 'firm', firm: '甲' })), true)
})

test('papers depend on answers too', () => {
  assert.deepEqual(neededPapers(papers, sections, fill({ who: 'person' })).map(({ code }) => code), ['photo'])
  assert.equal(neededPapers(papers, sections, fill({ who: 'firm' })).length, 2)
})

test('complaints name the field and the reason, in the order of the page', () => {
  assert.deepEqual(complaints(sections[0]!, sections, fill({})).map(({ target, word }) => [target, word]), [['field:who', 'form.choose']])
  assert.deepEqual(complaints(sections[0]!, sections, fill({ who: 'firm', firm: '一二三四五' }))[0]!.word, 'form.too_long')
  const wrong = complaints(sections[1]!, sections, fill({ people: '12', born: '2999-01-01', agree: false }))
  assert.deepEqual(wrong.map(({ word }) => word), ['form.too_large', 'form.too_late', 'form.tick'])
  assert.deepEqual(complaints(sections[1]!, sections, fill({ people: '3', born: '2000-02-29', agree: true })), [])
})

test('answers leave out what was not asked or not answered, and carry their types', () => {
  const typed = fill({ who: 'person', firm: '旧', people: ' 3 ', born: '2000-01-01', agree: true })
  assert.deepEqual(answersOf(sections, typed), { who: 'person', people: 3, born: '2000-01-01', agree: true })
})

test('what is known is filled in, what was typed before stays', () => {
  const one: FormSection[] = [{ title: '', fields: [field('name', { prefill: '王秀兰' }), field('phone')] }]
  assert.deepEqual(startAll(one, { phone: '1' }), { name: '王秀兰', phone: '1' })
})

test('the portal may name a field in several ways', () => {
  assert.equal(targetOf('answers.people', sections, papers), 'field:people')
  assert.equal(targetOf('/answers/people', sections, papers), 'field:people')
  assert.equal(targetOf('field:people', sections, papers), 'field:people')
  assert.equal(targetOf('materials.photo', sections, papers), 'material:photo')
  assert.equal(targetOf('item', sections, papers), '')
  assert.equal(anchor('field:people'), 'at-field-people')
})

test('papers: required ones, kinds and sizes', () => {
  assert.deepEqual(materialComplaints(papers, { photo: {} }).map(({ target }) => target), ['material:licence'])
  assert.equal(fileWord('a.JPG', 1, ['jpeg']), null)
  assert.equal(fileWord('a.docx', 1, ['pdf']), 'form.file_kind')
  assert.equal(fileWord('a.pdf', 30 * 1024 * 1024, ['pdf']), 'form.file_large')
})

test('today is the legal day in Shanghai', () => {
  assert.equal(limitOf('today', Date.parse('2026-11-22T17:00:00Z')), '2026-11-23')
  assert.equal(limitOf('2020-01-01'), '2020-01-01')
})

test('answers are read back in words', () => {
  assert.equal(shown(sections[0]!.fields[0]!, 'firm', '是', '否'), '企业')
  assert.equal(shown(sections[1]!.fields[3]!, ['firm', 'person'], '是', '否'), '企业、个人')
  assert.equal(shown(sections[1]!.fields[2]!, true, '是', '否'), '是')
  assert.deepEqual(typedOf(sections[1]!.fields[3]!, ['firm']), ['firm'])
  assert.equal(typedOf(sections[1]!.fields[0]!, 3), '3')
})
