import { reactive } from 'vue'
import { recall, remember } from './store'

export type Language = 'zh-CN' | 'en'
type Theme = 'auto' | 'light' | 'dark'

function firstLanguage(): Language {
  // #ifdef H5
  const asked = new URLSearchParams(location.search).get('lang') // the tour's frame speaks the tour's language
  if (asked === 'zh-CN' || asked === 'en') return asked
  // #endif
  const kept = recall<Language>('language')
  if (kept === 'zh-CN' || kept === 'en') return kept
  return /^en/i.test(uni.getLocale?.() ?? '') ? 'en' : 'zh-CN'
}

/** How this person reads: language, elder version, theme. */
export const preferences = reactive({
  language: firstLanguage(),
  elder: recall<boolean>('elder') ?? false,
  theme: recall<Theme>('theme') ?? ('auto' as Theme),
})

/** Write the choice on the page itself, where the token sheet looks for it. */
export function applyPreferences(): void {
  // #ifdef H5
  const root = document.documentElement
  root.lang = preferences.language
  root.toggleAttribute('data-elder', preferences.elder)
  if (preferences.theme === 'auto') root.removeAttribute('data-theme')
  else root.setAttribute('data-theme', preferences.theme)
  // #endif
}

/** Change how this person reads and remember it on this device. */
export function prefer(change: Partial<{ language: Language; elder: boolean; theme: Theme }>): void {
  Object.assign(preferences, change)
  for (const [name, value] of Object.entries(change)) remember(name, value)
  applyPreferences()
}
