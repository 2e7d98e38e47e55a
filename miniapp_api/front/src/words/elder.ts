import type { en } from './en'
import type { zh } from './zh-CN'

/** Elder mode's wording where it differs: shorter, one instruction a sentence. What is missing here is said as usual. */
type Elder = Partial<Record<keyof typeof zh & keyof typeof en, string>>

export const elderZh = {
  'problem.detail': '内容还在。请过会儿再试。不行请到窗口。',
  'offline.detail': '请检查网络。再试一次。',
  'home.code_unverified': '{name} · 未实名', 'home.code_signed_out': '请先登录', 'home.no_todo': '没有要您办的事。',
  'search.hint': '想办什么？',
  'signin.lead': '请填手机号。', 'signin.earlier_text': '您用{way}确认过了。您以前就有账号。可以合成一个。不用再填证件。', 'merge.found_by': '已确认是您：{way}。一小时有效。', 'signin.phone_hint': '11 位数字', 'signin.phone_wrong': '请填满 11 位', 'signin.wait': '请等 {n} 秒', 'signin.sent': '短信已发到 {phone}。请填验证码。', 'signin.otp_wrong': '请填验证码', 'signin.privacy': '验证码不要告诉别人。',
  'verify.why': '先确认是您本人。只核对一次。', 'verify.name_hint': '照身份证填', 'verify.name_wrong': '请填姓名', 'verify.id_hint': '18 位', 'verify.id_wrong': '请填满 18 位', 'verify.kept': '号码加密保存。谁看过您能查。',
  'acting.code': '{name}的码', 'code.hint': '请把屏幕调亮。请给窗口扫。', 'code.wait': '没有网络。请等 {n} 秒。', 'code.looked': '{time} {counter}看了您的码', 'code.signed_out': '请先登录', 'code.signed_out_text': '不用报身份证号。',
  'consent.choose': '可以只给几项', 'consent.withdrawn': '{name}的授权已结束。不用答了。', 'consent.revoked': '这张码停用了。不用答了。', 'consent.for': '您代 {name} 答复。给的是对方的信息。', 'desk.for': '您代 {name} 确认。双方都能看到。', 'licences.lead': '点开一张。给窗口看。', 'licence.scan': '请给窗口扫',
  'ticket.entry_text': '先取号。快到了再去。', 'ticket.leave_text': '退了要重新排。', 'ticket.hint': '只在今天有效。快到您会通知您。',
  'apply.check_text': '请看一遍。错了点“修改”。', 'apply.promise': '请确认内容真实。', 'apply.done_text': '有进展会通知您。',
  'case.withdraw_ask': '要撤回吗？', 'case.withdraw_text': '撤回后就结束了。要办请重新提交。',
  'credential.lead': '领一次就行。没有网络也能用。', 'credential.hint': '请把屏幕调亮。{n} 秒后更新。', 'papers.lead': '打印出来。不带手机也能用。', 'papers.lose_text': '马上作废。不能恢复。可以重新领。', 'papers.desk': '带身份证。窗口也能打印。',
  'merge.found_text': '两个账号都是您的。可以合成一个。', 'merge.prove_text': '再核验一步。才能看到原来的账号。', 'merge.none_text': '没有要合并的。', 'merge.after_one': '办件和消息都在一起。', 'merge.after_ways': '两种登录方式都能用。', 'merge.after_choices': '设置按原来的账号。', 'merge.after_ends': '现在的码会失效。请用新的码。', 'merge.after_back': '合并后不能拆开。', 'merge.ask_text': '不能再拆开。会通知您。', 'merge.done_text': '不用重新登录。', 'mydata.name_text': '现在是 {name}。改了名字请在这里核对。', 'mydata.name_unknown_text': '可以请工作人员核对。有答复会通知您。',
  'loss.lead': '丢了请马上挂失。', 'loss.no_undo': '不能撤销。以后可以重新领。', 'loss.desk': '没有手机？带身份证到窗口。', 'visits.lead': '谁看过您。都在这里。', 'looks.not_me_text': '当时不是您？我们会核查。',
  'newborn.lead': '孩子还没有身份证号？在这里登记。', 'newborn.name_hint': '没取名可以不填。', 'newborn.picture_note': '平放。拍清楚。', 'newborn.after': '会有两个人核对。有结果会通知您。', 'newborn.ask_take_back': '取消吗？照片也会删。',
  'clock.paused': '现在不计时。', 'correct.lead': '“{item}”有几处要改。请改好提交。',
} satisfies Elder

export const elderEn: Record<keyof typeof elderZh, string> = {
  'problem.detail': 'Your answers are kept. Try again soon. Or come to the counter.',
  'offline.detail': 'Check your connection. Then try again.',
  'home.code_unverified': '{name} · not checked yet', 'home.code_signed_out': 'Sign in first', 'home.no_todo': 'Nothing to do now.',
  'search.hint': 'What is it?',
  'signin.lead': 'Enter your mobile number.', 'signin.earlier_text': 'Shown by {way}. You had an account before. You can make them one. No need to enter your ID.', 'merge.found_by': 'We know it is you ({way}). For one hour.', 'signin.phone_hint': '11 digits', 'signin.phone_wrong': 'Enter all 11 digits', 'signin.wait': 'Wait {n} s', 'signin.sent': 'Code sent to {phone}. Enter it below.', 'signin.otp_wrong': 'Enter the code', 'signin.privacy': 'Tell nobody the code.',
  'verify.why': 'We check that it is you. Once only.', 'verify.name_hint': 'As on your card', 'verify.name_wrong': 'Enter your name', 'verify.id_hint': '18 characters', 'verify.id_wrong': 'Enter all 18 characters', 'verify.kept': 'Your number is encrypted. You see who looked.',
  'acting.code': 'For {name}', 'code.hint': 'Turn your screen bright. Let the counter scan it.', 'code.wait': 'No network. Wait {n} s.', 'code.looked': '{time}: {counter} saw your code', 'code.signed_out': 'Sign in first', 'code.signed_out_text': 'You need not say your ID number.',
  'consent.choose': 'You may leave some out', 'consent.withdrawn': 'The delegation of {name} has ended. Nothing was shared.', 'consent.revoked': 'This code was taken back. Nothing was shared.', 'consent.for': 'You answer for {name}. Their information is shared.', 'desk.for': 'You confirm this for {name}. Both of you see it.', 'licences.lead': 'Open one. Show it.', 'licence.scan': 'Let the counter scan it',
  'ticket.entry_text': 'Take a number. Go later.', 'ticket.leave_text': 'You lose your place.', 'ticket.hint': 'Valid today only. We tell you when it is time.',
  'apply.check_text': 'Read it through. Press Change to correct.', 'apply.promise': 'Make sure it is true.', 'apply.done_text': 'We will tell you the news.',
  'case.withdraw_ask': 'Withdraw it?', 'case.withdraw_text': 'It ends here. To apply, start again.',
  'credential.lead': 'Get it once. It works without a network.', 'credential.hint': 'Turn your screen bright. It changes in {n} s.', 'papers.lead': 'Print it. Leave the phone at home.', 'papers.lose_text': 'It stops working now. You cannot undo it. You can order another.', 'papers.desk': 'Bring your ID card. A counter prints it too.',
  'merge.found_text': 'Both accounts are yours. You can make them one.', 'merge.prove_text': 'One more check. Then you see your earlier account.', 'merge.none_text': 'There is nothing to merge.', 'merge.after_one': 'Applications and messages are in one place.', 'merge.after_ways': 'Both ways to sign in still work.', 'merge.after_choices': 'Settings are as in your earlier account.', 'merge.after_ends': 'Your code now ends. Please use the new one.', 'merge.after_back': 'It cannot be taken apart.', 'merge.ask_text': 'It cannot be taken apart. You will be told.', 'merge.done_text': 'No need to sign in again.', 'mydata.name_text': 'Now: {name}. Changed your name? Check it here.', 'mydata.name_unknown_text': 'You can ask staff to check. You will be told.',
  'loss.lead': 'Report it now.', 'loss.no_undo': 'You cannot undo it. You can order again later.', 'loss.desk': 'No phone? Bring your ID card to a counter.', 'visits.lead': 'Who looked. It is all here.', 'looks.not_me_text': 'It was not you? We will check.',
  'newborn.lead': 'No ID number yet? Register the child here.', 'newborn.name_hint': 'You may leave it empty.', 'newborn.picture_note': 'Lay it flat. Take a sharp picture.', 'newborn.after': 'Two people look at it. You will be told.', 'newborn.ask_take_back': 'Take it back? The picture goes too.',
  'clock.paused': 'The clock is stopped now.', 'correct.lead': 'Correct some things in "{item}". Then send it.',
}
