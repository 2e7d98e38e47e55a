import { defineConfig, type Plugin as VitePlugin } from 'vite'
import * as uniPlugin from '@dcloudio/vite-plugin-uni'

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

// Residents' phones are old: no newer syntax than the mini-program base library and Chrome 69 WebViews run.
export default defineConfig({
  plugins: [weChatRoles, uni()],
  build: { target: 'es2018', assetsInlineLimit: 0 },
})
