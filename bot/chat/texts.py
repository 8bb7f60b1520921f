"""Every sentence the bot says in a chat, in Chinese and in English."""

from __future__ import annotations

from bot.texts import Phrase

# --- commands, as Telegram lists them -----------------------------------------------------------

COMMANDS = {
    "start": Phrase("开始使用", "Begin"),
    "help": Phrase("怎么用", "How to use this"),
    "ask": Phrase("提问，答案附原文", "Ask the reports; answers quote them"),
    "summary": Phrase("摘要：成效、不足、计划", "Summary: achievements, shortcomings, plans"),
    "reports": Phrase("书架上的报告", "The reports on the shelf"),
    "search": Phrase("搜索段落", "Search for passages"),
    "digest": Phrase("最近有什么新报告", "What is new on the shelf"),
    "subscribe": Phrase("订阅：每周或每天告诉我新报告", "Be told what is new, weekly or daily"),
    "unsubscribe": Phrase("退订", "Be told no longer"),
    "delete": Phrase("删除一份报告", "Delete a report"),
    "new": Phrase("开始新的话题", "Begin a new conversation"),
    "cancel": Phrase("停止正在写的答案", "Stop the answer being written"),
    "settings": Phrase("语言等设置", "Language and other settings"),
    "usage": Phrase("用量", "What was used"),
}
ADMIN_COMMANDS = {
    "allow": Phrase("允许一个用户或群", "Allow a user or a group"),
    "deny": Phrase("不再允许", "Allow no longer"),
    "share": Phrase("把报告放到公共书架", "Put a report on everybody's shelf"),
}

# --- welcome ------------------------------------------------------------------------------------

WELCOME = Phrase(
    "您好！我读政府工作报告：摘要分成效、不足、计划，答案逐句附原文；报告没写的，我会直说没有。",
    "Hello! I read government work reports: summaries of achievements, shortcomings and plans, and answers that quote the text. What a report does not say, I do not say.",
)
WELCOME_EMPTY = Phrase(
    "先发一份报告文件给我吧（{kinds}），也可以一次发好几份。",
    "Begin by sending me a report file ({kinds}), or several at once.",
)
WELCOME_SHELF = Phrase(
    "书架上已有 {n} 份报告，直接提问就行，例如：",
    "There are {n} {n:report|reports} on the shelf. Just ask, for example:",
)
EXAMPLE_SHORTCOMINGS = Phrase("《{title}》有哪些不足？", "What shortcomings does 《{title}》 admit?")
EXAMPLE_PLANS = Phrase("下一步有什么计划？", "What is planned next?")
EXAMPLE_ACROSS = Phrase("哪些单位提到了人手不足？", "Which agencies mention a lack of staff?")
HELP = Phrase(
    "怎么用",
    "How to use this",
)
HELP_LINES = (
    Phrase(
        "直接发问题（群里用 /ask，或回复我、@我）",
        "Send a question (in groups: /ask, or reply to me or @ me)",
    ),
    Phrase(
        "发报告文件：收入本聊天的书架；附言写 /summary 就立刻出摘要",
        "Send a report file: it goes on this chat's shelf; with the caption /summary it is summarised at once",
    ),
    Phrase(
        "答案里的 [1] 是出处，点下面的按钮看上下文",
        "[1] in an answer is its source; the buttons below open it in its context",
    ),
    Phrase(
        "追问可以省略前面说过的；/new 从头开始",
        "Follow-ups may leave out what was said before; /new begins afresh",
    ),
    Phrase("改了问题，答案会跟着改", "Edit your question, and the answer is edited too"),
)
HELP_PRIVACY = Phrase(
    "每个聊天只看得到自己的书架和公共书架。", "Each chat sees its own shelf and the common one, and no other."
)
FILE_KINDS = Phrase("txt、md、html、docx、pdf", "txt, md, html, docx, pdf")

# --- access -------------------------------------------------------------------------------------

STRANGER = Phrase(
    "抱歉，这个机器人只对获准的用户开放。请把您的编号 {user} 交给管理员。",
    "Sorry, this bot is open to those who were given access. Please give your id {user} to its administrator.",
)
STRANGER_GROUP = Phrase(
    "抱歉，本群或您还没有获准使用。请把群编号 {chat} 或您的编号 {user} 交给管理员。",
    "Sorry, neither this group nor you were given access. Please give the group's id {chat} or your id {user} to the administrator.",
)
NOT_INVITED = Phrase(
    "把我加进群的人还没有获准使用，我先退出了。请联系管理员，群编号 {chat}。",
    "Whoever added me has no access, so I am leaving. Please ask the administrator; this group's id is {chat}.",
)
ADMINS_ONLY = Phrase("这个命令只有管理员能用。", "Only administrators can use this.")
WHOM = Phrase(
    "请写编号，例如 /{command} 123456789；也可以回复对方的消息。",
    "Give an id, such as /{command} 123456789, or reply to a message of theirs.",
)
ALLOWED = Phrase("已允许 {id}。撤销：/deny {id}", "{id} is allowed. To undo: /deny {id}")
DENIED = Phrase("已不再允许 {id}。撤销：/allow {id}", "{id} is no longer allowed. To undo: /allow {id}")
DENY_ADMIN = Phrase(
    "{id} 是管理员，请在 TELEGRAM_ADMIN_IDS 里改。",
    "{id} is an administrator: change TELEGRAM_ADMIN_IDS instead.",
)
NOW_ALLOWED = Phrase(
    "管理员已允许您使用。发 /start 开始。", "You have been given access. Send /start to begin."
)
GROUP_HELLO = Phrase(
    "大家好！在群里用 /ask 提问，或回复我；发来的报告文件请附言 /summary 或 @{name}。",
    "Hello all! Ask with /ask, or reply to me; send report files with the caption /summary or @{name}.",
)

# --- asking -------------------------------------------------------------------------------------

ASK_WHAT = Phrase(
    "请把问题写在后面：/ask 2024年办结了多少件行政复议案件？",
    "Write the question after it: /ask How many cases were closed in 2024?",
)
LOOKING = Phrase("正在查阅…", "Looking …")
STOP = Phrase("⏹ 停止", "⏹ Stop")
STOPPED = Phrase("已停止。", "Stopped.")
NOTHING_TO_STOP = Phrase("现在没有正在写的答案。", "Nothing is being written now.")
TOO_MANY = Phrase(
    "问得太快了：每分钟最多 {limit} 个问题，请 {wait} 秒后再问。",
    "That is fast: at most {limit} questions a minute. Please ask again in {wait} seconds.",
)
RELATED_BELOW = Phrase(
    "（另有 {n} 处相关原文，展开可见。）", "(Open the box below for {n} related {n:passage|passages}.)"
)
STANDS_IN = Phrase("原文出处：{where}", "From: {where}")
ONLY_THIS = Phrase("🔍 只问这份报告", "🔍 Ask this report only")
ONLY_THIS_NOW = Phrase(
    "接下来只问《{title}》。发 /new 恢复问全部报告。",
    "From now on questions go to 《{title}》 only. /new asks all reports again.",
)
FOCUSED = Phrase(
    "（只查《{title}》；/new 恢复查全部）", "(Only 《{title}》 was searched; /new asks all again.)"
)
FOCUS_GONE = Phrase(
    "之前指定的报告已不在书架上，已恢复问全部报告。",
    "The report fixed before is no longer on the shelf; all are asked again.",
)
UNDERSTOOD_AS = Phrase("理解为：{question}", "Understood as: {question}")
WELCOME_BACK = Phrase(
    "不客气。直接发问题，或发报告文件给我；/help 看用法。",
    "You are welcome. Send me a question or a report file; /help says how.",
)
THANKS = Phrase("谢谢，已记下。", "Thank you, noted.")
NEW = Phrase(
    "好，从头开始：之前的问答不再参考，问题面向全部报告。",
    "A new conversation: what was said before no longer counts, and all reports are asked.",
)
MAYBE_TWICE = Phrase(
    "（上一次发送时中断，这条可能重复。）", "(The last attempt was cut off: this may be a repetition.)"
)
GAVE_UP = Phrase(
    "抱歉，处理您的消息时几次中断，这条没有办成。请重发或换个说法：{text}",
    "Sorry, work on your message was cut off several times and was not finished. Please send it again or put it differently: {text}",
)
FAILED = Phrase("抱歉，这条没有办成：{why}", "Sorry, this could not be done: {why}")

# --- passages -----------------------------------------------------------------------------------

PREVIOUS = Phrase("◀ 上一段", "◀ Previous")
NEXT = Phrase("下一段 ▶", "Next ▶")
PASSAGE_OF = Phrase("第 {n} 段，共 {total} 段", "Passage {n} of {total}")
EXPIRED = Phrase("这些按钮已失效，请重新提问。", "These buttons no longer work; please ask again.")
GONE = Phrase("这份报告已不在书架上。", "This report is no longer on the shelf.")
REPLACED_TEXT = Phrase(
    "报告已更新，找不到原来的位置。", "The report has changed; that place is no longer there."
)

# --- summaries ----------------------------------------------------------------------------------

WHICH_SUMMARY = Phrase("要哪一份的摘要？", "Which report shall I summarise?")
SOURCES_BELOW = Phrase(
    "引文较多，没有列出：按部分的按钮，或取 HTML、Markdown 全文。",
    "There are too many quotes to show here: see the buttons of the parts, or take the HTML or Markdown file.",
)
AND_MORE = Phrase("另有 {n} 条，点下面的按钮看全。", "{n} more: see the buttons below.")
AS_HTML = Phrase("📄 HTML", "📄 HTML")
AS_MARKDOWN = Phrase("📝 Markdown", "📝 Markdown")
ASK_ABOUT = Phrase("💬 就此提问", "💬 Ask about it")
SUMMARY_FILE = Phrase("《{title}》摘要", "Summary of 《{title}》")
SUMMARISE = Phrase("📋 摘要", "📋 Summary")

# --- library ------------------------------------------------------------------------------------

SHELF_EMPTY = Phrase(
    "书架上还没有报告。把报告文件发给我就会收入。",
    "There is no report on the shelf yet. Send me a report file and it goes there.",
)
SHELF = Phrase("书架：{n} 份报告", "The shelf: {n} {n:report|reports}")
COMMON = Phrase("公共", "common")
PAGE_OF = Phrase("第 {page} 页，共 {pages} 页", "Page {page} of {pages}")
NO_SUCH_REPORT = Phrase("没有找到“{name}”。书架上的报告：", "“{name}” was not found. On the shelf:")
SEVERAL = Phrase("“{name}”对应好几份，请选一份：", "“{name}” fits several; please choose:")
QUEUED_FILE = Phrase("⏳ {name}：排队中…", "⏳ {name}: waiting for its turn …")
READING_FILE = Phrase("⏳ {name}：正在读取…", "⏳ {name}: reading …")
TAKEN_IN = Phrase("✅ {name}：已收入《{title}》\n{facts}", "✅ {name}: took in 《{title}》\n{facts}")
UNCHANGED = Phrase(
    "✅ {name}：《{title}》已在书架上，内容未变", "✅ {name}: 《{title}》 is on the shelf already, unchanged"
)
REPLACED = Phrase(
    "♻️ {name}：已用新内容替换《{title}》\n{facts}",
    "♻️ {name}: 《{title}》 is replaced by the new text\n{facts}",
)
REFUSED = Phrase("❌ {name}：{why}", "❌ {name}: {why}")
WARNED = Phrase("⚠️ {text}", "⚠️ {text}")
TOO_BIG = Phrase(
    "文件超过 {mb} MB，Telegram 不让机器人下载。请拆分，或由管理员用命令行收入。",
    "The file is larger than {mb} MB, and Telegram lets no bot download it. Split it, or have an administrator take it in on the command line.",
)
NOT_DOWNLOADED = Phrase(
    "文件没有下载成功，请重发。", "The file could not be downloaded; please send it again."
)
DELETE_WHICH = Phrase("要删除哪一份？", "Which report shall I delete?")
DELETE_SURE = Phrase(
    "删除《{title}》（{facts}）？原文和索引都会清除；之后重新发文件可再收入。",
    "Delete 《{title}》 ({facts})? Its text and index entries go; send the file again to have it back.",
)
DELETE_YES = Phrase("🗑 删除", "🗑 Delete")
DELETE_NO = Phrase("保留", "Keep it")
DELETED = Phrase(
    "已删除《{title}》：原文与 {passages} 段索引均已清除。",
    "Deleted 《{title}》: its text and {passages} {passages:passage|passages} are gone.",
)
NOT_YOURS = Phrase("要由提出删除的人来确认。", "Whoever asked for the deletion must confirm it.")
KEPT = Phrase("好，没有删除。", "Kept.")
SHARED_BY_ADMINS = Phrase(
    "公共书架上的报告只有管理员能删除。", "Only administrators can delete from the common shelf."
)
SHARE_WHICH = Phrase("要把哪一份放到公共书架？", "Which report goes on everybody's shelf?")
SHARED = Phrase(
    "《{title}》已放到公共书架，获准的用户都能看到。撤销：/delete {id}",
    "《{title}》 is now on everybody's shelf. To undo: /delete {id}",
)
SHARED_ALREADY = Phrase("《{title}》已在公共书架上。", "《{title}》 is on the common shelf already.")
SEARCH_WHAT = Phrase(
    "请把要找的内容写在后面：/search 先安置后拆迁", "Write what to look for after it: /search mediation"
)
FOUND = Phrase("“{query}”的相关段落", "Passages on “{query}”")

# --- pasted texts and what cannot be read -------------------------------------------------------

PASTED = Phrase(
    "这段文字有 {n} 字，像是一份报告。怎么处理？",
    "This text has {n} characters and looks like a report. What shall I do with it?",
)
PASTE_SUMMARY = Phrase("📋 出摘要", "📋 Summarise")
PASTE_STORE = Phrase("📥 收入书架", "📥 Put on the shelf")
PASTE_ASK = Phrase("❓ 当作问题", "❓ It is a question")
ON_SHELF = Phrase("它已在书架上，内容未变。", "It is on the shelf already, unchanged.")
CANNOT_READ = Phrase(
    "我只读文字和报告文件（{kinds}）。图片和扫描件请先转成带文字的 PDF；语音请打成文字。",
    "I read text and report files ({kinds}). Turn pictures and scans into a PDF with text first; type out what you said.",
)
NO_SUCH_COMMAND = Phrase("没有 {name} 这个命令，/help 看用法。", "There is no {name}; see /help.")

# --- settings and usage -------------------------------------------------------------------------

SETTINGS = Phrase("设置", "Settings")
LANGUAGE_IS = Phrase("语言：{language}", "Language: {language}")
LANGUAGES = {
    "auto": Phrase("随 Telegram", "as in Telegram"),
    "zh": Phrase("中文", "中文 (Chinese)"),
    "en": Phrase("English（英文）", "English"),
}
FOCUS_IS = Phrase("提问范围：{scope}", "Questions go to: {scope}")
ASK_ALL = Phrase("恢复问全部报告", "Ask all reports again")
ALL_REPORTS = Phrase("全部 {n} 份报告", "all {n} {n:report|reports}")
ENGINE_IS = Phrase("答案来自：{engine}", "Answers come from: {engine}")
EXTRACTIVE = Phrase("原文摘录（不用模型）", "the reports' own words (no model)")
WRITTEN = Phrase("{model}，逐句与原文核对", "{model}, every sentence checked against the text")
USAGE_HERE = Phrase(
    "本聊天今天：{questions} 个问题，用 {tokens:,} 个词元（上限 {limit:,}）。",
    "This chat today: {questions} {questions:question|questions}, {tokens:,} of {limit:,} tokens.",
)
USAGE_ALL = Phrase("最近 7 天", "The last 7 days")
USAGE_ROW = Phrase(
    "{who}：问题 {questions}，未找到 {refusals}，失败 {failures}，文件 {uploads}，词元 {tokens:,}",
    "{who}: {questions} asked, {refusals} not found, {failures} failed, {uploads} files, {tokens:,} tokens",
)
USAGE_NONE = Phrase("还没有用量。", "Nothing was used yet.")

# --- digests ------------------------------------------------------------------------------------

DIGEST = Phrase("📬 书架动态", "📬 What is new on the shelf")
DIGEST_SPAN = Phrase("{since} 至 {until}（{zone}）", "{since} to {until} ({zone})")
DIGEST_COUNTS = Phrase("{counts}。", "{counts}.")
DIGEST_ADDED = Phrase("新增 {n} 份", "{n} {n:report|reports} added")
DIGEST_REPLACED = Phrase("更新 {n} 份", "{n} replaced")
DIGEST_GONE = Phrase("移除 {n} 份", "{n} removed")
DIGEST_QUIET = Phrase(
    "📬 {since} 至 {until}（{zone}），书架没有变化。",
    "📬 {since} to {until} ({zone}): nothing has changed on the shelf.",
)
DIGEST_QUIET_WATCHED = Phrase(
    "📬 {since} 至 {until}（{zone}），没有与关注的“{watch}”有关的变化。",
    "📬 {since} to {until} ({zone}): nothing has changed about what you watch ({watch}).",
)
DIGEST_WATCHED = Phrase("只列与关注的“{watch}”有关的内容。", "Only what concerns {watch}, as you asked.")
DIGEST_UPDATED = Phrase("（更新）", " (replaced)")
DIGEST_ADMITS = Phrase("不足 {n} 条", "{n} {n:shortcoming|shortcomings}")
DIGEST_PLANS = Phrase("计划 {n} 条", "{n} {n:plan|plans}")
DIGEST_REQUIRES = Phrase("要求 {n} 条", "{n} {n:requirement|requirements}")
DIGEST_SHORTCOMING = Phrase("不足：{text}", "Shortcoming: {text}")
DIGEST_MORE_REPORTS = Phrase(
    "另有 {n} 份报告，按下面的按钮逐份看。", "{n} more {n:report|reports}: see the buttons below."
)
DIGEST_MORE = Phrase("另有 {n} 项，见“跟进与对照”。", "{n} more: see “Followed and compared”.")
DIGEST_REMOVED = Phrase("已移除", "Removed")
DIGEST_FOLLOWED = Phrase("计划跟进", "Plans followed up")
DIGEST_REPEATED = Phrase("一再出现的不足", "Shortcomings admitted again")
DIGEST_SHARED = Phrase("几家共有的不足", "Shortcomings that agencies share")
DIGEST_SERIES = Phrase("历年指标", "Indicators over the years")
DIGEST_VERDICT_COUNT = Phrase("{verdict} {n}", "{n} {verdict}")
DIGEST_PLAN = Phrase("{agency}，{planned_in}的计划", "{agency}: planned in {planned_in}")
DIGEST_RESULT = Phrase("{result_year}年：{text}", "{result_year}: {text}")
DIGEST_NO_RESULT = Phrase(
    "{result_year}年：《{title}》全文没有找到它的结果", "{result_year}: nothing on it found in 《{title}》"
)
DIGEST_AGAIN = Phrase("；来年计划里又写了：{text}", "; next year's plans say: {text}")
DIGEST_NEAREST = Phrase("；最接近的一句：{text}", "; the nearest passage: {text}")
DIGEST_REPEATED_BY = Phrase(
    "{agency}，{earlier}年与{later}年都提到：{text}", "{agency}, in {earlier} and again in {later}: {text}"
)
DIGEST_SHARED_BY = Phrase("{topic}：{agencies}", "{topic}: {agencies}")
DIGEST_SHARED_BY_MORE = Phrase("{topic}：{agencies}等 {n} 家", "{topic}: {agencies} and others, {n} in all")
DIGEST_POINT_OF = Phrase("{year}年 {shown}", "{year}: {shown}")
DIGEST_LATE = Phrase("（本期原定 {at} 发出，因故迟到。）", "(This was due at {at} and comes late.)")
DIGEST_FOLDED = Phrase(
    "（原定 {at} 的一期没有发出，内容并入本期。）",
    "(The digest due at {at} was not sent; this one covers its time.)",
)
DIGEST_FOLDED_MANY = Phrase(
    "（原定 {at} 起的 {n} 期没有发出，内容并入本期。）",
    "({n} digests due from {at} on were not sent; this one covers their time.)",
)
DIGEST_UNCERTAIN = Phrase(
    "（{at} 的上一期发出时连接中断，可能没有送到；按“再看上一期”可补看。）",
    "(The connection broke while the last digest, of {at}, was leaving: it may not have arrived. The button below shows it again.)",
)
DIGEST_AGAIN = Phrase("🔁 再看上一期", "🔁 The last one again")
DIGEST_EACH = Phrase("📄 逐份看（{n}）", "📄 Report by report ({n})")
DIGEST_ACROSS = Phrase("🔎 跟进与对照", "🔎 Followed and compared")
DIGEST_WHICH = Phrase("看哪一份？", "Which report?")
DIGEST_FILE = Phrase("书架动态，{until}", "What is new on the shelf, {until}")
DIGEST_CHART = Phrase(
    "历年指标，见 {until} 的书架动态", "Indicators over the years, with the digest of {until}"
)
DIGEST_OVER = Phrase(
    "其中的报告已删除，或这期太久了；发 /digest 看现在的。",
    "One of its reports was deleted, or it is too old; /digest shows what is new now.",
)
DIGEST_OFTEN = Phrase(
    "请写天数，例如 /digest 30（最近 30 天）。",
    "Give a number of days, such as /digest 30 (the last 30 days).",
)

# --- subscriptions --------------------------------------------------------------------------------

SUBSCRIBED = Phrase("已订阅书架动态：{when}（{zone}）", "You get what is new on the shelf {when} ({zone})")
NOT_SUBSCRIBED = Phrase(
    "没有订阅书架动态。发 /subscribe 订阅。", "No digest is subscribed. /subscribe begins one."
)
NEXT_RUN = Phrase("下一期：{at}", "Next: {at}")
COVERS_SINCE = Phrase("从 {at} 以来的变化说起", "It will begin where the last one ended, {at}")
WATCHING = Phrase("只关注：{watch}", "Watching only: {watch}")
WATCHING_ALL = Phrase("关注：全部报告", "Watching: all reports")
SUBSCRIBE_HOW = Phrase(
    "改时间也可直接写：/subscribe 周一 9:30。只看某些话题或单位：/subscribe 关注 违建，映川区城管局",
    "You can also write the time: /subscribe mon 09:30. To watch topics or agencies only: /subscribe watch parking, Yingchuan District",
)
BAD_SCHEDULE = Phrase(
    "没看懂“{text}”。请写星期和时间，例如 /subscribe 周一 9:30、/subscribe 每天 18:00；换时区写 /subscribe 时区 Europe/Berlin。",
    "“{text}” is not clear. Give a day and a time, such as /subscribe mon 09:30 or /subscribe daily 18:00; for another zone /subscribe zone Europe/Berlin.",
)
BAD_ZONE = Phrase(
    "没有“{text}”这个时区。请写城市所在的时区名，例如 /subscribe 时区 Europe/Berlin。",
    "There is no time zone “{text}”. Write its name, such as /subscribe zone Europe/Berlin.",
)
WATCH_WHAT = Phrase(
    "请写要关注的话题或单位，用逗号隔开，例如 /subscribe 关注 违建，映川区城管局",
    "Write topics or agencies with commas between, such as /subscribe watch parking, Yingchuan District",
)
WATCH_TOO_MANY = Phrase(
    "最多关注 {n} 项，每项不超过 {chars} 个字；请先按按钮去掉几项。",
    "At most {n} things can be watched, of {chars} characters each; remove some with the buttons first.",
)
GROUP_ADMINS_ONLY = Phrase(
    "群里的订阅只有群管理员能改。", "Only admins of this group can change its subscription."
)
UNSUBSCRIBED = Phrase(
    "已退订，不再定时发送；/digest 随时可看。",
    "Nothing more will be sent on its own; /digest shows it any time.",
)
RESUBSCRIBE = Phrase("↩ 恢复订阅", "↩ Subscribe again")
UNSUBSCRIBE = Phrase("退订", "Unsubscribe")
UNWATCH = Phrase("✕ {word}", "✕ {word}")
PICK_DAY = Phrase("哪一天？", "Which day?")
PICK_HOUR = Phrase(
    "几点？（要精确到分，写 /subscribe 周一 9:30）", "At what hour? (For minutes write /subscribe mon 09:30)"
)
PICK_ZONE = Phrase(
    "哪个时区？（其他的写 /subscribe 时区 Europe/Berlin）",
    "Which zone? (For others write /subscribe zone Europe/Berlin)",
)
BACK_TO = Phrase("◀ 返回", "◀ Back")
DIGEST_SETTING = Phrase("书架动态：{when}（{zone}），下一期 {at}", "Digest: {when} ({zone}), next {at}")
NO_DIGEST_SETTING = Phrase("书架动态：未订阅（/subscribe）", "Digest: not subscribed (/subscribe)")
DAYS = {
    "mon": Phrase("周一", "Mon"),
    "tue": Phrase("周二", "Tue"),
    "wed": Phrase("周三", "Wed"),
    "thu": Phrase("周四", "Thu"),
    "fri": Phrase("周五", "Fri"),
    "sat": Phrase("周六", "Sat"),
    "sun": Phrase("周日", "Sun"),
    "daily": Phrase("每天", "Daily"),
}
EVERY_WEEK = Phrase("每{day} {clock}", "every {day} at {clock}")
EVERY_DAY = Phrase("每天 {clock}", "every day at {clock}")
MOMENT = Phrase("{month}月{day}日 {weekday} {clock}", "{weekday} {date} {clock}")
MOMENT_WITH_YEAR = Phrase("{year}年{month}月{day}日 {weekday} {clock}", "{weekday} {date} {clock}")
ZONES = {
    "Asia/Shanghai": Phrase("北京时间", "Beijing time"),
    "Asia/Hong_Kong": Phrase("香港时间", "Hong Kong time"),
    "Asia/Taipei": Phrase("台北时间", "Taipei time"),
    "Asia/Urumqi": Phrase("乌鲁木齐时间", "Urumqi time"),
    "Asia/Singapore": Phrase("新加坡时间", "Singapore time"),
    "Asia/Tokyo": Phrase("东京时间", "Tokyo time"),
    "Europe/London": Phrase("伦敦时间", "London time"),
    "Europe/Berlin": Phrase("柏林时间", "Berlin time"),
    "America/New_York": Phrase("纽约时间", "New York time"),
    "America/Los_Angeles": Phrase("洛杉矶时间", "Los Angeles time"),
    "Australia/Sydney": Phrase("悉尼时间", "Sydney time"),
    "UTC": Phrase("世界协调时", "UTC"),
}
