import { computed, reactive } from 'vue'
import { api } from '@/api/portal'
import type { Portal } from '@/api/shapes'
import { t } from '@/words'
import { preferences } from './preferences'
import { recall, remember } from './store'

const kept = recall<Portal>('portal')

/** Which portal this is; known from the last visit until it answers again. */
export const portal = reactive<Portal>(kept ?? { id: '', name: '', name_en: '', demo: false, languages: [] })

export const portalName = computed(() => (preferences.language === 'en' ? portal.name_en : portal.name) || t('app.name'))

export async function loadPortal(): Promise<void> {
  try {
    Object.assign(portal, await api.portal())
    remember('portal', portal)
  } catch {
    return // the pages themselves say that there is no network
  }
}
