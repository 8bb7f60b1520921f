"""Every sentence the command line can say, in Chinese and in English."""

from __future__ import annotations

from string import Formatter
from typing import Any, Literal, NamedTuple

Language = Literal["zh", "en"]


class Phrase(NamedTuple):
    """The same said in both languages; {names} stand in both alike."""

    zh: str
    en: str


class _Plural(Formatter):
    """Formats {n:file|files} as the word that goes with the number."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, several = format_spec.partition("|")
        if not bar:
            return format(value, format_spec)
        return one if value == 1 else several


class Say:
    """Says phrases in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, phrase: Phrase, **values: object) -> str:
        template = phrase.en if self.language == "en" else phrase.zh
        return _PLURAL.vformat(template, (), values)


_PLURAL = _Plural()

COLON = Phrase("：", ": ")
COMMA = Phrase("、", ", ")
SEMICOLON = Phrase("；", "; ")
STOP = Phrase("。", ". ")
ERROR = Phrase("错误：{text}", "Error: {text}")
NOTE = Phrase("提示：{text}", "Note: {text}")

# --- help ---------------------------------------------------------------------------------------

ABOUT = Phrase(
    "读中国政府工作报告：带出处的摘要与问答，报告没写的不会说。",
    "Reads Chinese government work reports: cited summaries and answers that never say more than the report.",
)
HELP_FOOTER = Phrase(
    "每条命令加 --help 可看用法。设置见 .env.example。",
    "Add --help to a command for its use. Settings are in .env.example.",
)
USAGE = Phrase("用法", "Usage")
COMMANDS = Phrase("命令", "Commands")
OPTIONS = Phrase("选项", "Options")
ARGUMENTS = Phrase("参数", "Arguments")
ARGUMENT = Phrase("参数", "")
HELP_HELP = Phrase("显示用法", "Show this help")
HELP_VERSION = Phrase("显示版本", "Show the version")

HELP_INGEST = Phrase("收入报告文件或整个文件夹", "Take in report files, or whole folders")
HELP_LIST = Phrase("列出已收入的报告", "List the reports on the shelf")
HELP_SHOW = Phrase("显示一份报告的概况或全文", "Show a report's facts or its text")
HELP_DELETE = Phrase("删除一份报告及其全部索引", "Delete a report and everything indexed from it")
HELP_SUMMARIZE = Phrase(
    "摘要：成效、不足、计划，逐条有出处", "Summarise: achievements, shortcomings, plans, each cited"
)
HELP_ASK = Phrase("向已收入的报告提问，答案附原文", "Ask the reports a question; answers quote them")
HELP_SEARCH = Phrase("搜索相关段落", "Search for passages")
HELP_DIGEST = Phrase(
    "书架动态：新报告、计划跟进、共有的不足", "What is new: reports, plans followed up, shared shortcomings"
)
HELP_DOCTOR = Phrase(
    "检查设置、模型与索引，说明怎么处理", "Check settings, model and indexes, and say what to do"
)
HELP_SERVE = Phrase("运行 Telegram 机器人", "Run the Telegram bot")
HELP_WORKER = Phrase(
    "运行后台 worker：替命令行和机器人收文件、出摘要和动态",
    "Run a worker: it takes in files and writes summaries and digests for the others",
)
HELP_JOBS = Phrase("看交给 worker 的任务，重试失败的", "See the work handed to workers; retry what failed")
HELP_REINDEX = Phrase("用已存原文重建两个索引", "Rebuild both indexes from the stored text")
HELP_EXPORT = Phrase(
    "把书架写成一个文件，用来备份或搬家", "Write a shelf to one file, to keep it or to move it"
)
HELP_IMPORT = Phrase(
    "收入 export 写的文件；重复导入不会改变什么",
    "Take in what export wrote; doing so twice changes nothing",
)

ARG_EXPORT = Phrase("要写的文件，如 shelf.zip", "the file to write, such as shelf.zip")
ARG_IMPORT = Phrase("export 写的文件", "a file that export wrote")
OPT_ALL = Phrase(
    "全部书架，连同聊天、订阅和用量记录", "every shelf, with what chats, subscriptions and usage leave behind"
)
ARG_PATHS = Phrase("文件或文件夹，可给多个", "files or folders")
ARG_TARGET = Phrase("报告文件的路径，或已收入报告的编号", "path of a report file, or id of a stored report")
ARG_ID = Phrase("报告编号，可只写开头几位", "a report's id, or the beginning of it")
ARG_QUESTION = Phrase("问题", "the question")
ARG_QUERY = Phrase("要找的内容", "what to look for")
OPT_WORKSPACE = Phrase("用哪个书架（默认 shared）", "which shelf (default: shared)")
OPT_JSON = Phrase("输出 JSON，每行一个对象", "print JSON, one object a line")
OPT_FORMAT = Phrase("text、md、html 或 json（默认 text）", "text, md, html or json (default: text)")
OPT_SINCE = Phrase(
    "从何时起：7d、2w、24h，或 2026-11-01 这样的日期、时间（默认 7d）",
    "from when: 7d, 2w, 24h, or a date or time such as 2026-11-01 (default: 7d)",
)
OPT_UNTIL = Phrase(
    "到何时为止，写法同上，不含该时刻（默认现在）",
    "to when, written alike, that moment left out (default: now)",
)
OPT_WATCH = Phrase(
    "只看谈到这个单位、地方或事项的内容，可多次使用",
    "only what speaks of this agency, place or topic; may be repeated",
)
OPT_TEXT = Phrase("只输出清理后的全文", "print the cleaned text alone")
OPT_RAW = Phrase("只输出清理前的原文", "print the text as it was read, before cleaning")
OPT_REPORT = Phrase("只看这一份报告", "look at this report only")
OPT_BATCH_ASK = Phrase(
    '逐行处理 JSONL 文件（{{"id","question","report"?}}），- 为标准输入',
    'answer a JSONL file ({{"id","question","report"?}}); - is stdin',
)
OPT_BATCH_SEARCH = Phrase(
    '逐行处理 JSONL 文件（{{"id","query","report"?}}），- 为标准输入',
    'search for a JSONL file ({{"id","query","report"?}}); - is stdin',
)
OPT_LOCAL = Phrase("不交给 worker，就在本进程里收入", "take them in here, not by workers")
OPT_PROCESSES = Phrase(
    "同时做几件事，各用一个进程（默认 1）", "how many jobs at once, each in a process of its own (default: 1)"
)
OPT_FAILED = Phrase("只列失败的", "list only what failed")
OPT_RETRY = Phrase(
    "重试一个失败的任务（编号可只写开头），all 为全部",
    "try a failed job again, by its id or the beginning of it; all: every one",
)
OPT_LIMIT = Phrase("最多列几个（默认 50）", "how many to list at most (default: 50)")
OPT_K = Phrase("最多几段（1-100，默认 10）", "passages at most (1-100, default 10)")

# --- wrong usage --------------------------------------------------------------------------------

SEE_HELP = Phrase("用法见 `{command} --help`。", "See `{command} --help`.")
NO_SUCH_COMMAND = Phrase("没有 {name} 这个命令", "there is no command {name}")
NO_SUCH_OPTION = Phrase("没有 {name} 这个选项", "there is no option {name}")
DID_YOU_MEAN = Phrase("是不是 {names}？", "Did you mean {names}? ")
MISSING_PARAMETER = Phrase("缺少{what}", "{what} is missing")
NO_VALUE = Phrase("选项 {name} 后面要有值", "option {name} needs a value")
EXTRA_ARGUMENTS = Phrase("多出的参数：{names}", "unexpected arguments: {names}")
BAD_CHOICE = Phrase("{name} 只能是 {choices}", "{name} can only be {choices}")
BAD_VALUE = Phrase("{name} 的值不对：{value}", "{name} cannot be {value}")
BAD_USAGE = Phrase("命令的写法不对（{detail}）", "wrong usage ({detail})")
QUOTE_HINT = Phrase("含空格的内容请加引号。", "Put what contains spaces in quotes. ")
BAD_K = Phrase("-k 要在 1 到 100 之间", "-k must be between 1 and 100")
BAD_TIME = Phrase("{name} 的时间看不懂：{value}", "{name}: {value} is not a time")
TIME_REMEDY = Phrase(
    "请写 7d、2w、24h，或 2026-11-01、2026-11-01T09:00。",
    "Write 7d, 2w, 24h, or 2026-11-01, 2026-11-01T09:00.",
)
NO_SPAN = Phrase(
    "--since 要早于 --until（不写就是现在）",
    "--since must lie before --until, which is now where it is not given",
)
NOTHING_WATCHED = Phrase("--watch 后面没有字词", "--watch names no word")
WATCH_REMEDY = Phrase(
    "请写单位、地方或主题，如 --watch 复议，或去掉 --watch。",
    "Name an agency, a place or a topic, or leave --watch out.",
)
BAD_WORKSPACE = Phrase("书架名 {name} 不可用", "{name} cannot be a shelf's name")
WORKSPACE_REMEDY = Phrase(
    "1-64 个字母、汉字、数字或 - _ .。", "Use 1-64 letters, digits, - _ or a full stop."
)
ONE_OF = Phrase("{names} 只能用一个", "only one of {names} can be used")
QUESTION_OR_BATCH = Phrase(
    "请给出一个{what}，或用 --batch 给出文件", "give either {what}, or a file with --batch"
)
THE_QUESTION = Phrase("问题", "a question")
THE_QUERY = Phrase("搜索内容", "a query")
REPORT_IN_BATCH = Phrase("--batch 不与 --report 同用", "--report does not go with --batch")
REPORT_IN_BATCH_REMEDY = Phrase('请在文件的每行写 "report"。', 'Write "report" in each line of the file.')
BATCH_UNREADABLE = Phrase("无法读取 {path}：{why}", "cannot read {path}: {why}")
CHECK_PATH = Phrase("请检查路径。", "Check the path.")

# --- settings -----------------------------------------------------------------------------------

SETTING_WRONG = Phrase("设置不可用：{names}", "cannot use the setting {names}")
ENV_FILE_UNREADABLE = Phrase(
    "无法读取当前目录的 .env 文件", "cannot read the file .env in the current directory"
)
ENV_FILE_REMEDY = Phrase("请检查权限，并存为 UTF-8。", "Check its permissions and that it is UTF-8.")
KEY_MISSING = Phrase(
    "设置了 OPENAI_EMBEDDING_MODEL，却没有 OPENAI_API_KEY",
    "OPENAI_EMBEDDING_MODEL is set without OPENAI_API_KEY",
)
KEY_REMEDY = Phrase(
    "请填 OPENAI_API_KEY（自建服务填 OPENAI_BASE_URL），或去掉 OPENAI_EMBEDDING_MODEL 以使用本地模型。",
    "Set OPENAI_API_KEY (or OPENAI_BASE_URL for a server of your own), or unset it to use the local model.",
)
_A_URL = Phrase("请写完整的 http:// 或 https:// 网址", "write a full http:// or https:// address")
_A_SECRET = Phrase("请写成一行文字", "write it as one line of text")
_IDS = Phrase("请写用户或群的数字编号，以逗号分隔", "write numeric user or chat ids, separated by commas")
SETTING_REMEDIES = {
    "REPORTBOT_DATA_DIR": Phrase("请写一个文件夹的路径", "write a folder's path"),
    "REPORTBOT_LANGUAGE": Phrase("请写 zh 或 en", "write zh or en"),
    "REPORTBOT_TIMEZONE": Phrase("请写时区名，如 Asia/Shanghai", "write a zone's name such as Asia/Shanghai"),
    "REPORTBOT_DEBUG": Phrase("请写 1 或 0", "write 1 or 0"),
    "DATABASE_URL": Phrase(
        "请写数据库网址，如 postgresql+psycopg://…", "write a database address such as postgresql+psycopg://…"
    ),
    "CHROMA_URL": Phrase(
        "请写完整的 http:// 或 https:// 网址，令牌写作 ?token=…",
        "write a full http:// or https:// address, with a token as ?token=…",
    ),
    "CELERY_BROKER_URL": Phrase(
        "请写 redis:// 或 amqp:// 开头的网址", "write an address that begins with redis:// or amqp://"
    ),
    "OPENAI_API_KEY": _A_SECRET,
    "OPENAI_BASE_URL": _A_URL,
    "OPENAI_MODEL": _A_SECRET,
    "OPENAI_EMBEDDING_MODEL": _A_SECRET,
    "TELEGRAM_BOT_TOKEN": _A_SECRET,
    "TELEGRAM_API_URL": _A_URL,
    "TELEGRAM_ALLOWED_IDS": _IDS,
    "TELEGRAM_ADMIN_IDS": _IDS,
    "TELEGRAM_WEBHOOK_URL": Phrase("请写完整的 https:// 网址", "write a full https:// address"),
    "TELEGRAM_WEBHOOK_SECRET": _A_SECRET,
    "TELEGRAM_LISTEN": Phrase("请写 地址:端口，如 127.0.0.1:8443", "write host:port such as 127.0.0.1:8443"),
    "TELEGRAM_MESSAGE_INTERVAL": Phrase("请写 0 到 3600 的秒数", "write seconds from 0 to 3600"),
    "REPORTBOT_HEALTH_LISTEN": Phrase(
        "请写 地址:端口，如 127.0.0.1:9464", "write host:port such as 127.0.0.1:9464"
    ),
    "DIGEST_SCHEDULE": Phrase(
        "请写 mon 09:00 这样的星期与时间，每天用 daily", "write mon 09:00, or daily 09:00"
    ),
    "DAILY_TOKEN_BUDGET": Phrase("请写不小于 0 的整数", "write a whole number, 0 or more"),
}

# --- failures -----------------------------------------------------------------------------------

UNEXPECTED = Phrase("程序内部出错（{kind}）", "something went wrong inside the program ({kind})")
UNEXPECTED_REMEDY = Phrase(
    "已存的报告不受影响；设 REPORTBOT_DEBUG=1 再运行可看到详情。",
    "Stored reports are safe; run again with REPORTBOT_DEBUG=1 for the details.",
)
OS_ERRORS = {
    "EACCES": Phrase("没有权限", "permission denied"),
    "EPERM": Phrase("没有权限", "permission denied"),
    "ENOENT": Phrase("文件不存在", "no such file"),
    "ENOTDIR": Phrase("路径里有一段不是文件夹", "part of the path is not a folder"),
    "EISDIR": Phrase("这是文件夹", "it is a folder"),
    "ENOSPC": Phrase("磁盘已满", "the disk is full"),
    "EROFS": Phrase("磁盘只读", "the disk is read-only"),
    "ENAMETOOLONG": Phrase("路径太长", "the path is too long"),
}
SYSTEM_REMEDY = Phrase("请检查磁盘空间与权限。", "Check disk space and permissions.")
INTERRUPTED = Phrase("已中断；此前完成的都已保存。", "Interrupted; what was finished before is saved.")
WORDS_ALONE = Phrase(
    "本机没有可用的嵌入模型，只按字词搜索。设 OPENAI_EMBEDDING_MODEL 可按意思搜索。",
    "There is no embedding model here: searching by words alone. Set OPENAI_EMBEDDING_MODEL to search by meaning.",
)

# --- ingest, list, show, delete -------------------------------------------------------------------

STATUSES = {
    "added": Phrase("收入", "added"),
    "unchanged": Phrase("未变", "unchanged"),
    "replaced": Phrase("更新", "replaced"),
}
INGESTED = Phrase(
    "{status}  {id}  {title}（{chars:,} 字，{passages:,} 段）",
    "{status}  {id}  {title} ({chars:,} {chars:character|characters}, {passages:,} {passages:passage|passages})",
)
REPLACED = Phrase("{old} → {id}", "{old} → {id}")
INGEST_TOTAL = Phrase("共 {total} 个文件：{counts}", "{total} {total:file|files}: {counts}")
COUNTS = {
    "added": Phrase("收入 {n}", "{n} added"),
    "replaced": Phrase("更新 {n}", "{n} replaced"),
    "unchanged": Phrase("未变 {n}", "{n} unchanged"),
    "failed": Phrase("失败 {n}", "{n} failed"),
}
SKIPPED = Phrase(
    "{folder}：跳过 {n} 个不支持的文件（{suffixes}）",
    "{folder}: skipped {n} {n:file|files} of other kinds ({suffixes})",
)
NO_SUFFIX = Phrase("无扩展名", "no suffix")
NOTHING_READABLE = Phrase(
    "{folder}：没有可读的报告文件", "{folder}: there is no report file that can be read"
)
READABLE_KINDS = Phrase("支持 {suffixes}。", "Supported: {suffixes}.")
FOLDER_UNREADABLE = Phrase("{folder}：无法打开文件夹（{why}）", "{folder}: cannot open the folder ({why})")
READING = Phrase("读取", "Reading")
REINDEXING = Phrase("重建索引", "Rebuilding")
SHELF_EMPTY = Phrase(
    "书架 {workspace} 上还没有报告。用 `reportbot ingest 文件或文件夹` 收入。",
    "There is no report on the shelf {workspace} yet. Take some in with `reportbot ingest PATH`.",
)
DELETED = Phrase(
    "已删除 {id}  {title}：原文与 {passages} 段索引（字词、向量）均已清除，核对无残留。",
    "Deleted {id}  {title}: its text and {passages} {passages:passage|passages} are gone from the word index and the vectors, as checked.",
)
GENRES = {
    "annual_report": Phrase("年度报告", "annual report"),
    "work_report": Phrase("工作报告", "work report"),
    "notice": Phrase("通知公告", "notice"),
    "plan": Phrase("工作计划", "plan"),
    "other": Phrase("其他", "other"),
}
PUBLISHED = Phrase("{date} 发布", "published {date}")
CHARS = Phrase("{n:,} 字", "{n:,} {n:character|characters}")
PASSAGES = Phrase("{n} 段", "{n} {n:passage|passages}")
ID = Phrase("编号", "Id")
SOURCE = Phrase("来源", "Source")
SECTIONS = Phrase("章节", "Sections")

# --- workers ----------------------------------------------------------------------------------------

NO_BROKER = Phrase("还没有设置 CELERY_BROKER_URL", "CELERY_BROKER_URL is not set")
NO_BROKER_REMEDY = Phrase(
    "请写 Redis 或 RabbitMQ 的网址，如 redis://localhost:6379/0；不设时各命令自己干活，不需要 worker。",
    "Write the address of Redis or RabbitMQ, such as redis://localhost:6379/0; without it every command does its work itself and needs no worker.",
)
BROKER_AWAY = Phrase("CELERY_BROKER_URL 指向的服务连不上（{kind}）", "the broker cannot be reached ({kind})")
BROKER_REMEDY = Phrase(
    "请检查 CELERY_BROKER_URL，并确认 Redis 或 RabbitMQ 在运行。",
    "Check CELERY_BROKER_URL, and that Redis or RabbitMQ is running.",
)
WORKER_READY = Phrase(
    "worker {name} 在等任务（{n} 个进程）。按 Ctrl+C 停止。",
    "Worker {name} waits for work ({n} {n:process|processes}). Ctrl+C stops it.",
)
WORKER_STOPPED = Phrase("worker 已停止。", "The worker has stopped.")
CONTENT_GONE = Phrase("任务的文件已不在数据库里", "the job's file is no longer in the database")
CONTENT_GONE_REMEDY = Phrase("请重新收入或重发这个文件。", "Take the file in, or send it, once more.")
TOOK_TOO_LONG = Phrase("处理超时，已停下", "it took too long and was stopped")
TOOK_TOO_LONG_REMEDY = Phrase("请拆分文件后再试。", "Split the file and try again.")
NO_WORKER_YET = Phrase(
    "已排队 {n} 个文件，但没有 worker 在运行：请运行 `reportbot worker`，或用 --local 在本进程里收入。",
    "{n} {n:file waits|files wait}, but no worker is running: start `reportbot worker`, or use --local to take them in here.",
)
STOPPED_QUEUEING = Phrase(
    "已停止排队。还有 {n} 个文件在 worker 手里，会继续收入；再运行一次同样的命令，从停下的地方接着做。",
    "No more files are queued. {n} {n:is|are} with the workers and will be taken in; run the same command again to go on from here.",
)
QUEUED_BY_ITSELF = Phrase(
    "{why}。任务已存好，恢复后 worker 会自己找到。",
    "{why}. The work is kept; workers find it when the broker is back.",
)
JOB_STATES = {
    "queued": Phrase("排队", "queued"),
    "working": Phrase("处理中", "at work"),
    "done": Phrase("完成", "done"),
    "failed": Phrase("失败", "failed"),
}
JOB_ROW = Phrase(
    "{id}  {state}  {subject}（书架 {workspace}，第 {attempts} 次，{at}）",
    "{id}  {state}  {subject} (shelf {workspace}, attempt {attempts}, {at})",
)
JOB_SUMMARY = Phrase("摘要", "a summary")
JOB_DIGEST = Phrase("书架动态", "a digest")
JOB_COUNT = Phrase("{state} {n}", "{n} {state}")
JOB_TOTAL = Phrase("任务：{counts}；worker：{workers}。", "Jobs: {counts}; workers: {workers}.")
NO_JOBS = Phrase("没有", "none")
JOBS_RETRIED = Phrase("已重新排队 {n} 个任务。", "{n} {n:job is|jobs are} queued again.")
JOB_NOT_RETRIED = Phrase(
    "{id}  {subject}：文件已不在原处，也没有留底，请重新提供（{why}）",
    "{id}  {subject}: the file is no longer there and was not kept; provide it again ({why})",
)
NOTHING_FAILED = Phrase("没有失败的任务。", "Nothing has failed.")
CHECK_BROKER = Phrase("worker", "workers")
BROKER_NOT_SET = Phrase(
    "没有设置 CELERY_BROKER_URL，工作都在各进程里做",
    "CELERY_BROKER_URL is not set: every process does its work itself",
)
WORKERS_ALIVE = Phrase("{n} 个 worker 在运行；{counts}", "{n} {n:worker runs|workers run}; {counts}")
NO_WORKERS = Phrase("没有 worker 在运行；{counts}", "no worker runs; {counts}")
NO_WORKERS_REMEDY = Phrase("请运行 `reportbot worker`。", "Start `reportbot worker`.")
SOME_FAILED_JOBS = Phrase("有 {n} 个文件没有收入", "{n} {n:file was|files were} not taken in")
SOME_FAILED_JOBS_REMEDY = Phrase(
    "`reportbot jobs --failed` 列出原因，改好后用 `reportbot jobs --retry all` 重试。",
    "`reportbot jobs --failed` says why; once mended, `reportbot jobs --retry all` tries again.",
)

# --- summaries, answers, hits -----------------------------------------------------------------------

PARTS = {
    "achievements": Phrase("主要成效", "Achievements"),
    "shortcomings": Phrase("存在不足", "Shortcomings"),
    "plans": Phrase("下步计划", "Plans"),
    "other": Phrase("其他", "Other"),
}
MISSING_PART = {
    "achievements": Phrase("报告未载明成效。", "The report states no achievements."),
    "shortcomings": Phrase("报告未载明不足。", "The report states no shortcomings."),
    "plans": Phrase("报告未载明下步计划。", "The report states no plans."),
}
QUOTES = Phrase("原文出处", "Sources")
QUOTES_SHOWN = Phrase(
    "原话已全在正文里的，只列出处。", "Of what is quoted whole above only the place is given."
)
QUOTED = Phrase("“{quote}”", "“{quote}”")
PAGE = Phrase("第 {page} 页", "page {page}")
DROPPED = Phrase(
    "另有 {n} 条模型所写的内容因原文不支持而删去。",
    "{n} {n:claim|claims} written by the model {n:was|were} taken out: the text does not carry {n:it|them}.",
)
MADE_BY_EXTRACTION = Phrase(
    "各条均摘自报告原文，方括号数字是出处。",
    "Every point is taken from the report's own words; the bracketed numbers are its sources.",
)
MADE_BY_MODEL = Phrase(
    "由模型 {model} 撰写，已逐条与原文核对；方括号数字是出处。",
    "Written by the model {model} and checked against the text; the bracketed numbers are its sources.",
)
BACK = Phrase("回到正文", "back to the text")
NOT_A_TARGET = Phrase(
    "{target}：没有这个文件，也不是报告编号", "{target}: no such file, and not a report's id"
)
TARGET_REMEDY = Phrase(
    "请检查路径，或用 `reportbot list` 查看编号。", "Check the path, or see the ids with `reportbot list`."
)
NOTHING_FOUND = Phrase("没有找到相关段落。", "No passage was found.")

# --- batch --------------------------------------------------------------------------------------------

LINE_NOT_JSON = Phrase("第 {line} 行不是 JSON 对象", "line {line} is not a JSON object")
LINE_NOT_UTF8 = Phrase("第 {line} 行不是 UTF-8 文字", "line {line} is not UTF-8")
LINE_WITHOUT = Phrase('第 {line} 行没有可用的 "{field}"', 'line {line} has no usable "{field}"')
LINE_REPORT = Phrase('第 {line} 行的 "report" 要是报告编号', '"report" in line {line} must be a report\'s id')
BATCH_FAILED = Phrase(
    '{total} 行中有 {failed} 行未完成，原因见各行的 "error"。',
    '{failed} of {total} {total:line|lines} failed; {failed:it|each} says why in "error".',
)

# --- doctor ---------------------------------------------------------------------------------------------

CHECK_PYTHON = Phrase("Python", "Python")
CHECK_SETTINGS = Phrase("设置", "settings")
CHECK_DATA_DIR = Phrase("数据目录", "data directory")
CHECK_SHELF = Phrase("书架", "shelf")
ALL_SHELVES = Phrase("全部书架", "all shelves")
CHECK_EMBEDDING = Phrase("嵌入模型", "embedding model")
CHECK_TOKENS = Phrase("分词词表", "token vocabulary")
CHECK_ENGINE = Phrase("引擎", "engine")
SETTINGS_FINE = Phrase("语言 {language}，时区 {timezone}", "language {language}, time zone {timezone}")
WRITABLE = Phrase("{path} 可写", "{path} can be written")
NOT_WRITABLE = Phrase("{path} 不可写（{why}）", "{path} cannot be written ({why})")
DATA_DIR_REMEDY = Phrase(
    "请修改权限，或把 REPORTBOT_DATA_DIR 指向别处。", "Change its permissions, or set REPORTBOT_DATA_DIR."
)
THIS_SHELF = Phrase("书架（{workspace}）", "shelf ({workspace})")
SHELF_HOLDS = Phrase("{n} 份报告", "{n} {n:report|reports}")
KEPT_IN = Phrase("{database}；向量在 {vectors}", "{database}; vectors in {vectors}")
CHECK_STORES = Phrase("存放处", "where things are")
EMBEDDING_WORKS = Phrase(
    "{name} 可用（{dimensions} 维）", "{name} works ({dimensions} {dimensions:dimension|dimensions})"
)
EMBEDDING_NONE = Phrase("没有可用的模型，只按字词搜索", "none: searching by words alone")
EMBEDDING_REMEDY = Phrase(
    "设 OPENAI_EMBEDDING_MODEL 可按意思搜索。", "Set OPENAI_EMBEDDING_MODEL to search by meaning."
)
TOKENS_WORK = Phrase("o200k_base 已在本机，无需下载", "o200k_base is here, nothing to download")
ENGINE_EXTRACTIVE = Phrase("摘录引擎，不需要模型与密钥", "extractive: needs no model and no key")
ENGINE_WRITES = Phrase("{name} 撰写，逐句与原文核对", "{name} writes, every claim is checked")
ENGINE_FAILS = Phrase("{why}；改由原文直接摘取", "{why}; working from the text itself")
ALL_WELL = Phrase("一切正常。", "All is well.")
SOME_WARNINGS = Phrase("可以使用，有 {n} 处提醒。", "Ready for use, with {n} {n:warning|warnings}.")
SOME_BROKEN = Phrase("有 {n} 处需要处理。", "{n} {n:thing needs|things need} attention.")
REINDEXED = Phrase(
    "已重建索引：{reports} 份报告。", "Both indexes are rebuilt: {reports} {reports:report|reports}."
)
EXPORTED = Phrase("已导出 {n} 份报告到 {file}。", "{n} {n:report|reports} written to {file}.")
IMPORTING = Phrase("导入", "Importing")
IMPORTED = Phrase("已导入 {n} 份报告，{m} 份原来就有。", "{n} {n:report|reports} taken in, {m} already here.")

# --- serve ------------------------------------------------------------------------------------------------

NO_TOKEN = Phrase("还没有设置 TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN is not set")
NO_TOKEN_REMEDY = Phrase(
    "在 Telegram 里向 @BotFather 发 /newbot 领取，写进 .env。",
    "Get one from @BotFather in Telegram with /newbot and put it into .env.",
)
BAD_TOKEN = Phrase("Telegram 不认这个 TELEGRAM_BOT_TOKEN", "Telegram does not accept TELEGRAM_BOT_TOKEN")
BAD_TOKEN_REMEDY = Phrase(
    "请从 @BotFather 重新复制（形如 123456:ABC…）；自建 Bot API 服务器请检查 TELEGRAM_API_URL。",
    "Copy it anew from @BotFather (it looks like 123456:ABC…); with a Bot API server of your own check TELEGRAM_API_URL.",
)
NO_NETWORK = Phrase(
    "连不上 Telegram（{kind}），{wait} 秒后再试。网络受限时请设 HTTPS_PROXY 或 TELEGRAM_API_URL。",
    "Telegram cannot be reached ({kind}); trying again in {wait} s. Behind a block set HTTPS_PROXY or TELEGRAM_API_URL.",
)
SERVING = Phrase(
    "@{name} 已上线，可以提问了。按 Ctrl+C 停止。", "@{name} is online and takes questions. Ctrl+C stops it."
)
PRIVACY_MODE = Phrase(
    "群隐私模式开着：在群里只收得到命令和对机器人的回复。要让 @机器人 也能提问，请向 @BotFather 发 /setprivacy 选 Disable，再把机器人重新加进群。",
    "Group privacy is on: in groups only commands and replies to the bot arrive. For @mentions to arrive too, send /setprivacy to @BotFather, choose Disable, and add the bot to the group again.",
)
LIMITS_APART = Phrase(
    "CELERY_BROKER_URL 不是 Redis：Telegram 的限速由每个进程各自遵守。若同时运行多个 `reportbot serve`，请用 redis:// 的 CELERY_BROKER_URL。",
    "CELERY_BROKER_URL names no Redis: each process keeps to Telegram's limits by itself. To run several `reportbot serve` side by side, set a CELERY_BROKER_URL that begins with redis://.",
)
STOPPING = Phrase(
    "正在停止：手上的答案写完就走，没写完的下次启动接着答。",
    "Stopping: what is at work finishes, the rest is answered at the next start.",
)
SECOND_POLLER = Phrase(
    "另有一个进程在用同一个机器人令牌收消息（409）。请停掉其中一个；若忘了在哪里，向 @BotFather 发 /revoke 换令牌。本进程会一直重试。",
    "Another process receives with the same bot token (409). Stop one of the two; if you cannot find it, get a new token from @BotFather with /revoke. This one keeps trying.",
)
POLLING_FAILS = Phrase(
    "收不到 Telegram 的消息（{kind}），会一直重试。", "Telegram's updates do not come ({kind}); trying on."
)

# --- doctor on the bot --------------------------------------------------------------------------------------

CHECK_BOT = Phrase("Telegram", "Telegram")
BOT_NOT_SET = Phrase(
    "没有设置 TELEGRAM_BOT_TOKEN，不运行机器人", "TELEGRAM_BOT_TOKEN is not set: no bot is run"
)
BOT_WORKS = Phrase("@{name} 可用", "@{name} works")
DIGESTS_SENT = Phrase(
    "定期动态：已送 {sent} 期，{uncertain} 期送没送到不清楚，{failed} 期没有送成",
    "scheduled digests: {sent} sent, {uncertain} with an unknown outcome, {failed} failed",
)
DIGESTS_REMEDY = Phrase(
    "没送成的内容会并入该聊天的下一期；原因在日志里（例如机器人在群里没有发言权）。",
    "What failed is covered by the chat's next digest; the log says why (no right to write in a group, say).",
)
BOT_UNREACHABLE = Phrase("连不上 {url}（{kind}）", "cannot reach {url} ({kind})")
NETWORK_REMEDY = Phrase(
    "网络受限时请设 HTTPS_PROXY，或用 TELEGRAM_API_URL 指向自建 Bot API 服务器或反向代理。",
    "Behind a block set HTTPS_PROXY, or point TELEGRAM_API_URL at a Bot API server or proxy of your own.",
)
PRIVACY_IS_ON = Phrase(
    "群隐私模式开着：群里 @ 机器人的话收不到", "group privacy is on: @mentions in groups do not arrive"
)
PRIVACY_REMEDY = Phrase(
    "向 @BotFather 发 /setprivacy 选 Disable，再把机器人重新加进群；只用命令和回复则不必改。",
    "Send /setprivacy to @BotFather, choose Disable and add the bot to the group again; commands and replies work as it is.",
)
NO_ADMINS = Phrase("没有设置 TELEGRAM_ADMIN_IDS", "TELEGRAM_ADMIN_IDS is not set")
NO_ADMINS_REMEDY = Phrase(
    "填上您自己的编号（给机器人发任意消息，它会告诉您编号）。",
    "Put your own id there: send the bot any message, and it tells you.",
)
HOOK_ELSEWHERE = Phrase(
    "这个令牌设有网络回调 {url}，serve 启动时会撤掉它",
    "a webhook is set for this token ({url}); serve will take it off",
)
HOOK_REMEDY = Phrase(
    "若另有服务在用，请换一个机器人；若就是本服务，请设 TELEGRAM_WEBHOOK_URL。",
    "If another service uses it, take another bot; if it is this one, set TELEGRAM_WEBHOOK_URL.",
)
POLLED_ELSEWHERE = Phrase("另有一个进程正在用这个令牌收消息", "another process is receiving with this token")
POLLED_REMEDY = Phrase(
    "若是您自己的 `reportbot serve`，一切正常；否则请停掉其中一个，或向 @BotFather 发 /revoke 换令牌。",
    "If that is your own `reportbot serve`, all is well; else stop one of the two, or get a new token with /revoke.",
)

# --- digest ---------------------------------------------------------------------------------------------

DIGEST = Phrase("书架动态", "What is new on the shelf")
DIGEST_SPAN = Phrase("{since} 至 {until}（{zone}）", "{since} to {until} ({zone})")
DIGEST_COUNTS = {
    "added": Phrase("新增 {n} 份", "{n} added"),
    "replaced": Phrase("更新 {n} 份", "{n} replaced"),
    "gone": Phrase("移除 {n} 份", "{n} removed"),
}
DIGEST_GONE = Phrase("已移除：{names}。", "Removed: {names}.")
DIGEST_QUIET = Phrase(
    "{since} 至 {until}（{zone}），书架上没有变化。",
    "Nothing changed on the shelf from {since} to {until} ({zone}).",
)
DIGEST_QUIET_WATCHED = Phrase(
    "{since} 至 {until}（{zone}），没有与关注词有关的变化。",
    "From {since} to {until} ({zone}) nothing changed that concerns the words watched.",
)
DIGEST_REPLACED = Phrase("{title}（更新）", "{title} (replaced)")
DIGEST_POINTS = Phrase("要点", "What matters")
DIGEST_REQUIREMENTS = Phrase("其他要求", "Further requirements")
DIGEST_PARTS = {
    "points": DIGEST_POINTS,
    "shortcomings": PARTS["shortcomings"],
    "plans": PARTS["plans"],
    "followed": Phrase("计划跟进", "Plans followed up"),
    "repeated": Phrase("一再出现的不足", "Shortcomings admitted again"),
    "shared": Phrase("几家共有的不足", "Shortcomings that agencies share"),
    "series": Phrase("历年指标", "Indicators over the years"),
}
DIGEST_COUNTED = {
    "achievements": Phrase("成效 {n} 项", "{n} {n:achievement|achievements}"),
    "shortcomings": Phrase("不足 {n} 项", "{n} {n:shortcoming|shortcomings}"),
    "plans": Phrase("计划 {n} 项", "{n} {n:plan|plans}"),
    "requirements": Phrase("要求 {n} 项", "{n} {n:requirement|requirements}"),
}
DIGEST_MORE = Phrase("另有{counts}：{command}", "Not shown: {counts}: {command}")
DIGEST_HOLDS = Phrase("载有{counts}：{command}", "It holds {counts}: {command}")
DIGEST_HOLDS_NOTHING = Phrase(
    "报告没有成文的成效、不足或计划。", "The report states neither achievements nor shortcomings nor plans."
)
VERDICTS = {
    "kept": Phrase("已有结果", "result found"),
    "partly": Phrase("未全部完成", "not fully done"),
    "changed": Phrase("未达计划数字", "short of the planned figure"),
    "not_mentioned": Phrase("未见结果", "no result found"),
}
PLANNED_IN = Phrase("{year}年报告", "the {year} report")
PLANNED_IN_WORK_REPORT = Phrase("{year}年政府工作报告", "the government work report of {year}")
DIGEST_PAIR = Phrase(
    "{agency}：{planned_in}的计划，{result_year}年的结果",
    "{agency}: plans of {planned_in}, results of {result_year}",
)
DIGEST_FOLLOWED = Phrase(
    "{agency}{planned_in}的计划：{plan}{result_year}年的结果（{verdict}）：{result}",
    "{agency}, planned in {planned_in}: {plan} Told of {result_year} ({verdict}): {result}",
)
DIGEST_NO_RESULT = Phrase(
    "《{title}》全文没有找到它的结果，也没有相近的话。",
    "Nothing on it was found anywhere in “{title}”, nor anything near it.",
)
DIGEST_AGAIN = Phrase(
    "《{title}》全文没有找到它的结果，来年计划里又写了：{text}",
    "Nothing on it was found anywhere in “{title}”; next year's plans say: {text}",
)
DIGEST_NEAREST = Phrase(
    "《{title}》全文没有找到它的结果。最接近的一句：{text}",
    "Nothing on it was found anywhere in “{title}”. The nearest passage: {text}",
)
DIGEST_REPEATED = Phrase(
    "{agency}：{earlier_year}年：{earlier}{later_year}年：{later}",
    "{agency}: {earlier_year}: {earlier} {later_year}: {later}",
)
DIGEST_TWO_YEARS = Phrase(
    "{earlier_year}年：{earlier}{later_year}年：{later}", "{earlier_year}: {earlier} {later_year}: {later}"
)
DIGEST_SHARED = Phrase("{topic}（{n} 家）", "{topic} ({n} agencies)")
DIGEST_SAID_BY = Phrase("{agency}：{text}", "{agency}: {text}")
DIGEST_POINT_OF = Phrase("{year}年{shown}", "{year}: {shown}")
DIGEST_STEP = Phrase("{earlier}→{later}年：{formula}", "{earlier}→{later}: {formula}")
DIGEST_STEP_IN_POINTS = Phrase(
    "{earlier}→{later}年：{formula}个百分点", "{earlier}→{later}: {formula} percentage points"
)
DIGEST_IN_UNIT = Phrase("（以{unit}计）", " (in {unit})")
DIGEST_COMPUTED = Phrase(
    "历年变化由程序按所列算式算出。", "Changes over the years are computed with the formulas shown."
)
DIGEST_BY_MODEL = Phrase(
    "要点由模型 {model} 改写并已逐条与原文核对，其余摘自报告原文；方括号数字是出处。",
    "What matters was worded by the model {model} and checked against the text, all else is the reports' own words; the bracketed numbers are the sources.",
)
DIGEST_UNCHECKED = Phrase(
    "另有 {n} 条没有通过与原文的核对，未列。",
    "{n} {n:point|points} left out: {n:it does|they do} not pass the check against the text.",
)
DIGEST_CHART = Phrase("历年指标图", "Chart of the indicators over the years")

# --- the chart of a digest ------------------------------------------------------------------------------

CHART_TITLE = Phrase("历年指标对照", "Indicators over the years")
CHART_UNIT = Phrase("单位：{unit}", "unit: {unit}")
CHART_NO_FIGURE = Phrase("未载明", "no figure")
CHART_BASE = Phrase(
    "数值照录各年报告；纵轴以 0 为基线。", "Values as the reports print them; the axis has its baseline at 0."
)
CHART_BASES = Phrase(
    "数值照录各年报告；各图纵轴都以 0 为基线，刻度各异，图与图之间不能比高低。",
    "Values as the reports print them; every axis has its baseline at 0 and a scale of its own: heights do not compare between panels.",
)
CHART_GAPS = Phrase(
    "未载明：在已收入的报告中没有找到这一年的数字，线在此断开。",
    "No figure: none was found for that year in the reports on the shelf; the line breaks there.",
)
CHART_MISSING = Phrase("{mark}：字体里没有的字。", "{mark}: a character the font does not have.")
CHART_MORE = Phrase("另有 {n} 项指标没有画出。", "{n} more {n:indicator is|indicators are} not drawn.")
