import { preferences } from '@/state/preferences'
import { t } from '.'

const DAY = 86_400_000
const SHANGHAI = 8 * 3_600_000 // legal days are dates of Asia/Shanghai, which has no summer time

const WEEKDAYS_ZH = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const WEEKDAYS_EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS_EN = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The legal day of an instant, as if its clock face were UTC. */
function face(instant: string | number): Date {
  return new Date(new Date(instant).getTime() + SHANGHAI)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function worded(day: Date, now: number): string {
  const year = day.getUTCFullYear() === face(now).getUTCFullYear() ? null : day.getUTCFullYear()
  const [month, date, weekday] = [day.getUTCMonth(), day.getUTCDate(), day.getUTCDay()]
  if (preferences.language === 'en') {
    return `${WEEKDAYS_EN[weekday]} ${date} ${MONTHS_EN[month]}${year === null ? '' : ` ${year}`}`
  }
  return `${year === null ? '' : `${year}年`}${month + 1}月${date}日 ${WEEKDAYS_ZH[weekday]}`
}

/** A legal day (YYYY-MM-DD) with its weekday: 11月24日 周二. */
export function dayWords(day: string, now = Date.now()): string {
  return worded(new Date(`${day}T00:00:00Z`), now)
}

/** The legal day of an instant, with its weekday and without the clock. */
export function dateWords(instant: string | number, now = Date.now()): string {
  return worded(face(instant), now)
}

/** How far a legal day is, in words: 今天, 明天 with its date, or the date. */
export function dueWords(day: string, now = Date.now()): string {
  const distance = daysUntil(day, now)
  if (distance === 0) return t('date.today')
  if (distance === 1) return `${t('date.tomorrow')} ${dayWords(day, now)}`
  return dayWords(day, now)
}

/** Calendar days from today to a legal day; negative when it has passed. */
export function daysUntil(day: string, now = Date.now()): number {
  const today = Math.floor(face(now).getTime() / DAY)
  return Math.floor(new Date(`${day}T00:00:00Z`).getTime() / DAY) - today
}

/** An instant: relative under an hour, then with the clock time. */
export function timeWords(instant: string, now = Date.now()): string {
  const minutes = Math.floor((now - new Date(instant).getTime()) / 60_000)
  if (minutes >= 0 && minutes < 1) return t('date.just_now')
  if (minutes >= 1 && minutes < 60) return t('date.minutes_ago', { n: minutes })
  return `${worded(face(instant), now)} ${clockWords(instant)}`
}

/** Only the clock time, 10:42. */
export function clockWords(instant: string): string {
  const at = face(instant)
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** The clock time to the second, 10:42:07: what a screenshot cannot keep up with. */
export function secondWords(instant: number): string {
  const at = face(instant)
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}
