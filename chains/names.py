"""Tell whether a text names somebody: a person beside a title, or an organisation by its own name."""

from __future__ import annotations

import re

from store.simplify import simplify

# The 200 commonest surnames, without those that mostly open another word after a title (高度, 和, 时).
_SURNAME = (
    "欧阳|司马|上官|诸葛|司徒|夏侯|皇甫|尉迟|公孙|慕容"
    "|[王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易武乔贺赖龚文庞樊兰殷施陶洪翟颜倪严牛温"
    "芦季俞章鲁葛伍韦申尤毕聂焦柳邢路岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童甄项曲游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单柏宁柯阮桂闵解柴华车冉房边高马方金任白]"
)
_TITLE = "局长|厅长|主任|书记|区长|市长|县长|镇长|乡长|州长|省长|部长|处长|科长|股长|组长|队长|院长|校长|园长|所长|站长|会长|行长|董事长|经理|律师|法官|检察官|医生|医师|教授|专家|艺人|传承人|民警|警官|代表|师傅|委员|村民|居民|市民|教师|员工"
_AFTER_NAME = r"(?=[^\u4e00-\u9fff]|$|[任担带牵主出参为率挂兼同等作到在代亲已是被因于及和与获向就对先])"
_PERSON = re.compile(
    rf"(?:{_TITLE})[\s\u3000]{{0,2}}(?!高度|高效|高质|方面|方可|马上|任务|任组|金额|白天|解决|关于|关注|文明|万元|单位|许可|路段|管理|管辖|江河|武装)(?:{_SURNAME})[\u4e00-\u9fff]{{1,2}}?{_AFTER_NAME}"
    rf"|(?<![\u4e00-\u9fff])(?:{_SURNAME})[\u4e00-\u9fff]{{1,2}}(?:同志|先生|女士|{_TITLE})"
    rf"|(?:由|叫|名为|姓名[:：])(?:{_SURNAME})[\u4e00-\u9fff]{{1,2}}?{_AFTER_NAME}"
)
_NAME_ALONE = re.compile(
    rf"^(?:{_TITLE})[\s\u3000]{{0,2}}|^(?:由|叫|名为|姓名[:：])|(?:同志|先生|女士|{_TITLE})$"
)
_ORGANISATION = re.compile(
    r"(?P<name>[\u4e00-\u9fff（）()“”]{2,}?)(?:(?:律师|会计师)?事务所|(?:有限|股份|责任)*公司|集团|厂|银行|医院|学院|大学|学校|中学|小学|幼儿园|协会|商会|研究院|研究所|合作社|检验所|检测所|检测站|餐厅|饭店|酒店|商行|超市|药店|药房|门市部|工作室|中心)"
)
# What tells the kind of an organisation, or stands before its name, but is no name.
_NO_NAME = re.compile(
    r"第三方|专业|社会|检测|检验|监测|鉴定|评估|运营|物业|服务|保险|环保|建筑|施工|房地产|开发|企业|企事业|本地|当地|外地|相关|有关|国有|民营|私营|大型|中小|中|小|聘请|外聘|委托|选聘|续聘|由|与|和|及|向|对|的|一|二|两|三|四|五|六|七|八|九|十|几|多|各|全|某|该|这|那|家|名|个|所|等|类|些|其|律师|会计师"
    r"|法律顾问|担任|法律|顾问|培训|中介|代理|公立|民办|公办|基层|省|市|区|县|级|以及|包括|新建|新增|组建"
)


def persons_of(text: str) -> list[str]:
    """Give the people a text names beside a title, each by surname and given name, in Simplified script."""
    return [_NAME_ALONE.sub("", match[0]) for match in _PERSON.finditer(simplify(text))]


def names_person(text: str) -> bool:
    """Tell whether a text gives a person's name, by a common surname beside a title."""
    return bool(_PERSON.search(simplify(text)))


def names_organisation(text: str) -> bool:
    """Tell whether a text gives a company, firm or institution by a name of its own."""
    return any(_NO_NAME.sub("", match["name"]) for match in _ORGANISATION.finditer(simplify(text)))
