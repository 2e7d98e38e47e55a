// Puts the WeChat build through WeChat's own WXML and WXSS compilers; a broken template fails here, not in review.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { wxmlToJs, wxssToJs } = createRequire(import.meta.url)('miniprogram-compiler')
const root = join(dirname(fileURLToPath(import.meta.url)), '../dist/build/mp-weixin')
const options = { maxBuffer: 64 * 1024 * 1024 }
const app = JSON.parse(readFileSync(join(root, 'app.json'), 'utf8'))

const missing = app.pages.filter((page) => !existsSync(join(root, `${page}.wxml`)))
if (missing.length > 0) throw new Error(`pages without a template: ${missing.join(', ')}`)
const templates = wxmlToJs(root, options)
const styles = wxssToJs(root, options)
const files = readdirSync(root, { recursive: true }).map(String)
const bytes = files.reduce((sum, name) => sum + (/\.(js|json|wxml|wxss|wxs)$/.test(name) ? readFileSync(join(root, name)).length : 0), 0)
const limit = 2 * 1024 * 1024 // WeChat: one package is at most 2 MB
if (bytes > limit) throw new Error(`the package has ${bytes} bytes, WeChat takes ${limit}`)
console.log(`WeChat's compilers took ${app.pages.length} pages: ${templates.length} + ${styles.length} characters; package ${Math.round(bytes / 1024)} kB`)
