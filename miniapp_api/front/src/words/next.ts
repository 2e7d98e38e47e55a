import { t } from '.'

/** Who acts next and what they do, in one line; what nobody does any more stands alone. */
export function nextWords({ who, what }: { who: string; what: string }): string {
  return who ? t('case.next', { who, what }) : what.charAt(0).toUpperCase() + what.slice(1)
}
