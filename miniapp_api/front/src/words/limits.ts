import type { Limit } from '@/api/shapes'
import { preferences } from '@/state/preferences'
import { t } from '.'

/** A time limit in words; the portal's own label where it is in the reader's language. */
export function limitWords(limit: Limit | null): string {
  if (!limit) return t('item.no_limit')
  if (limit.days === 0) return t('item.same_day')
  if (preferences.language !== 'en' && limit.label) return limit.label
  return t(limit.unit === 'working_day' ? 'item.working_days' : 'item.days', { n: limit.days })
}
