import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { prefer } from '@/state/preferences'
import { t } from '@/words'
import { dayWords, daysUntil, dueWords, timeWords } from '@/words/dates'
import { elderEn, elderZh } from '@/words/elder'
import { en } from '@/words/en'
import { zh } from '@/words/zh-CN'

declare const YIMA_ROOT: string
const source = `${YIMA_ROOT}/miniapp_api/front/src`

function sources(): string[] {
  return readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => /\.(vue|ts)$/.test(name) && !/words\/(zh-CN|en|elder)\.ts$/.test(name))
    .map((name) => readFileSync(`${source}/${name}`, 'utf8'))
}

test('both languages have the same words, none empty, with the same placeholders', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort())
  for (const [key, text] of Object.entries(zh)) {
    const other = en[key as keyof typeof zh]
    assert.ok(text.trim() && (other.trim() || key === 'comma'), key)
    const places = (one: string) => (one.match(/\{\w+\}/g) ?? []).sort()
    assert.deepEqual(places(text), places(other), key)
  }
})

test('elder words are known ones, shorter, with the same placeholders, one short instruction a sentence', () => {
  assert.ok(Object.keys(elderZh).length >= 25)
  for (const [elder, normal, longest] of [[elderZh, zh, 14], [elderEn, en, 45]] as [Record<string, string>, Record<string, string>, number][]) {
    for (const [key, text] of Object.entries(elder)) {
      const usual = normal[key]
      assert.ok(usual, `unknown: ${key}`)
      assert.ok(text.trim() && text.length < usual.length, `not shorter: ${key}`)
      const places = (one: string) => (one.match(/\{\w+\}/g) ?? []).sort()
      assert.deepEqual(places(text), places(usual), key)
      for (const sentence of text.replace(/\{\w+\}/g, '').split(/[。？]|[.?] /)) {
        assert.ok(sentence.length <= longest && !/[，；;]/.test(sentence), `too long a sentence: ${key}`)
      }
    }
  }
})

test('elder mode speaks its own words, and the usual ones where it has none', () => {
  prefer({ elder: true })
  assert.equal(t('signin.wait', { n: 9 }), '请等 9 秒')
  assert.equal(t('signin.enter'), '登录')
  prefer({ language: 'en' })
  assert.equal(t('signin.wait', { n: 9 }), 'Wait 9 s')
  prefer({ elder: false, language: 'zh-CN' })
  assert.equal(t('signin.wait', { n: 9 }), '9 秒后可重新获取')
})

test('every word is used, and every used word exists', () => {
  const all = sources().join('\n')
  for (const [, key] of all.matchAll(/\bt\('([a-z_]+(?:\.\w+)?)'/g)) assert.ok(key! in zh, `missing: ${key}`)
  const stems = [...all.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)].map(([, stem]) => stem!)
  for (const key of Object.keys(zh)) {
    assert.ok(all.includes(`'${key}'`) || stems.some((stem) => key.startsWith(stem)), `unused: ${key}`)
  }
})

test('no machine words in sentences to residents', () => {
  for (const [key, text] of Object.entries(zh)) assert.doesNotMatch(text, /系统|后台|异常|接口|服务器/, key)
})

test('no page speaks with words of its own', () => {
  for (const text of sources()) {
    const template = /<template>([\s\S]*)<\/template>/.exec(text)?.[1] ?? ''
    assert.doesNotMatch(template.replace(/简体中文|<!--[\s\S]*?-->/g, '').replace(/\{\{[^}]*\}\}/g, ''), /[\u4e00-\u9fff]/)
  }
})

test('placeholders are filled, unknown ones stay', () => {
  assert.equal(t('apply.step', { n: 2, of: 5 }), '第 2 步，共 5 步')
  assert.equal(t('apply.step', { n: 2 }), '第 2 步，共 {of} 步')
})

test('days carry their weekday and are legal days of Shanghai', () => {
  const now = Date.parse('2026-11-22T17:00:00Z') // already the 23rd in Shanghai
  assert.equal(dayWords('2026-11-24', now), '11月24日 周二')
  assert.equal(dayWords('2027-01-04', now), '2027年1月4日 周一')
  assert.equal(dueWords('2026-11-23', now), '今天')
  assert.equal(dueWords('2026-11-24', now), '明天 11月24日 周二')
  assert.equal(daysUntil('2026-11-22', now), -1)
  assert.equal(timeWords('2026-11-22T16:58:30Z', now), '1 分钟前')
  assert.equal(timeWords('2026-11-22T02:42:00Z', now), '11月22日 周日 10:42')
  prefer({ language: 'en' })
  assert.equal(dayWords('2026-11-24', now), 'Tue 24 Nov')
  prefer({ language: 'zh-CN' })
})
