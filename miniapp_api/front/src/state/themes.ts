/** Themes are data of the portal; English names and pictures for the national lists' names are ours. */
import { preferences } from './preferences'

const NAMES: Record<string, string> = {
  生育收养: 'Birth and adoption', 户籍办理: 'Family register', 民族宗教: 'Ethnic and religious affairs', 教育科研: 'Education and research',
  入伍服役: 'Military service', 就业创业: 'Work and starting up', 设立变更: 'Starting or changing a business', 准营准办: 'Business permits',
  抵押质押: 'Mortgages and pledges', 职业资格: 'Professional qualifications', 行政缴费: 'Fees and payments', 婚姻登记: 'Marriage',
  优待抚恤: 'Benefits', 规划建设: 'Building', 住房保障: 'Housing', 社会保障: 'Social security',
  证件办理: 'Certificates and cards', 交通出行: 'Getting around', 旅游观光: 'Tourism', 出境入境: 'Leaving and entering', 消费维权: 'Consumer rights',
  公共安全: 'Public safety', 司法公证: 'Justice and notaries', 知识产权: 'Intellectual property', 环保绿化: 'Environment', 文化体育: 'Culture and sports',
  公用事业: 'Water, power, gas', 医疗卫生: 'Health', 离职退休: 'Leaving work, retiring', 死亡殡葬: 'After a death', 其他: 'Other',
  资质认证: 'Certification', 年检年审: 'Yearly checks', 税收财务: 'Tax and finance', 人力资源: 'Staff', 投资审批: 'Investment approval',
  融资信贷: 'Loans', 商务贸易: 'Trade', 招标拍卖: 'Tenders and auctions', 海关口岸: 'Customs', 涉外服务: 'Foreign affairs', 农林牧渔: 'Farming and fishing',
  国土和规划建设: 'Land and building', 交通运输: 'Transport', 应对气候变化: 'Climate', 水务气象: 'Water and weather', 科技创新: 'Science',
  文体教育: 'Culture and education', 质量技术: 'Quality', 检验检疫: 'Inspection', 安全生产: 'Safety at work', 公安消防: 'Police and fire', 法人注销: 'Closing a business', 档案文物: 'Archives and relics',
}

const PICTURES: [RegExp, string][] = [
  [/生育|婚姻|收养|抚恤|殡葬/, 'i-heart'],
  [/户籍|证件|资质|职业/, 'i-card'],
  [/教育|科研|文化|文体|科技/, 'i-book'],
  [/就业|人力|离职|设立|准营|法人/, 'i-bag'],
  [/住房|规划|建设|国土|公用/, 'i-house'],
  [/交通|旅游|出境|海关/, 'i-car'],
  [/社会|医疗|卫生|检疫/, 'i-shield'],
  [/税|缴费|融资|抵押|商务|投资/, 'i-coin'],
  [/环保|农林|水务|气候/, 'i-leaf'],
]

export function themeName(name: string): string {
  return preferences.language === 'en' ? (NAMES[name] ?? name) : name
}

export function themeIcon(name: string): string {
  return PICTURES.find(([pattern]) => pattern.test(name))?.[1] ?? 'i-file'
}
