import { defineConfig, type Plugin as VitePlugin } from 'vite'
import * as uniPlugin from '@dcloudio/vite-plugin-uni'
import { shellWorker } from './tools/shell'

type Plugin = typeof uniPlugin.default
const outer = uniPlugin.default as unknown as Plugin & { default?: Plugin }
const uni = outer.default ?? outer

/** WeChat reads aria-role where browsers and Alipay read role; the pages write role only. */
const weChatRoles: VitePlugin = {
  name: 'wechat-roles',
  enforce: 'pre',
  transform(code, id) {
    if (process.env.UNI_PLATFORM !== 'mp-weixin' || !id.endsWith('.vue')) return null
    return code.replace(/(\s:?)role="/g, '$1aria-role="')
  },
}

/** uni-app's own style sheet fetches a picture from its maker; nothing here may come from elsewhere. */
const ownOnly: VitePlugin = {
  name: 'own-only',
  enforce: 'post',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue
      file.source = String(file.source).replace(/url\((["']?)https?:[^)]*\1\)/g, 'none')
    }
  },
}

// Residents' phones are old: no newer syntax than the mini-program base library and Chrome 69 WebViews run.
export default defineConfig({
  plugins: [weChatRoles, uni(), ownOnly, shellWorker],
  build: { target: 'es2018', assetsInlineLimit: 0 },
})
