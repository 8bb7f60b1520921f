"""Wrong usage, wrong input and wrong settings: one line that says what to do, and the right exit code."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import texts
from bot.failures import attempt, run_guarded
from bot.output import Output
from bot.services import build_services
from bot.settings import NAMES, Settings, load_settings
from bot.texts import Phrase, Say
from store.errors import AppError, UsageError
from tests.bot.conftest import Cli

SAY = Say("zh")
ROOT = Path(__file__).parents[2]

WRONG_USAGE = [
    (["foo"], "没有 foo 这个命令"),
    (["summarise", "x"], "是不是 summarize"),
    (["list", "--nope"], "没有 --nope 这个选项"),
    (["list", "--jsn"], "是不是 --json"),
    (["list", "x"], "多出的参数：x"),
    (["ask"], "请给出一个问题"),
    (["ask", "  "], "请给出一个问题"),
    (["ask", "问", "题"], "含空格的内容请加引号"),
    (["ask", "问", "--batch", "x"], "请给出一个问题"),
    (["ask", "--batch", "x", "--report", "y"], "--batch 不与 --report 同用"),
    (["search"], "请给出一个搜索内容"),
    (["search", "x", "-k", "0"], "-k 要在 1 到 100 之间"),
    (["search", "x", "-k", "ten"], "-k 要在 1 到 100 之间"),
    (["search", "x", "-k"], "选项 -k 后面要有值"),
    (["summarize"], "缺少参数 PATH_OR_ID"),
    (["summarize", "x", "--format", "pdf"], "--format 只能是 text、md、html、json"),
    (["show", "x", "--text", "--raw"], "只能用一个"),
    (["list", "--workspace", "a b"], "书架名 'a b' 不可用"),
    (["list", "--workspace", ""], "书架名 '' 不可用"),
    (["list", "--workspace", "a/../b"], "不可用"),
    (["list", "--workspace", "x" * 65], "不可用"),
    (["ask", "--batch", "nowhere.jsonl"], "无法读取 nowhere.jsonl：文件不存在"),
]
WRONG_INPUT = [
    (["summarize", "nowhere.txt"], "nowhere.txt：文件不存在"),
    (["summarize", "nowhere"], "没有这个文件，也不是报告编号"),
    (["summarize", "abcdef"], "没有编号为 abcdef 的报告"),
    (["summarize", "."], "这是文件夹"),
    (["ingest", "nowhere.txt"], "nowhere.txt：文件不存在"),
    (["ingest", "a\0b"], "文件不存在"),
    (["show", "zz"], "没有编号为 zz 的报告"),
    (["show", ""], "没有编号为 的报告"),
    (["delete", "zz"], "没有编号为 zz 的报告"),
    (["ask", "问", "--report", "zz"], "没有编号为 zz 的报告"),
]
WRONG_SETTINGS = [
    ("REPORTBOT_LANGUAGE", "fr"),
    ("REPORTBOT_TIMEZONE", "Mars/Olympus"),
    ("REPORTBOT_TIMEZONE", "../etc"),
    ("REPORTBOT_DEBUG", "maybe"),
    ("DATABASE_URL", "hunter2"),
    ("CHROMA_URL", "localhost:8000"),
    ("OPENAI_BASE_URL", "api.example.com/v1"),
    ("TELEGRAM_API_URL", "ftp://x"),
    ("TELEGRAM_ALLOWED_IDS", "1,bob"),
    ("TELEGRAM_ADMIN_IDS", "1;2"),
    ("TELEGRAM_WEBHOOK_URL", "http://insecure.example"),
    ("TELEGRAM_LISTEN", "8443"),
    ("TELEGRAM_LISTEN", "host:99999"),
    ("TELEGRAM_MESSAGE_INTERVAL", "-1"),
    ("TELEGRAM_MESSAGE_INTERVAL", "nan"),
    ("DIGEST_SCHEDULE", "monday at nine"),
    ("DIGEST_SCHEDULE", "mon 25:00"),
    ("DAILY_TOKEN_BUDGET", "lots"),
]


@pytest.mark.parametrize(("args", "said"), WRONG_USAGE, ids=lambda value: " ".join(value)[:30])
def test_wrong_usage_is_one_line_and_exit_2(cli: Cli, args: list[str], said: str) -> None:
    outcome = cli(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert_one_line(outcome.err, said)


@pytest.mark.parametrize(("args", "said"), WRONG_INPUT, ids=lambda value: " ".join(value)[:30])
def test_wrong_input_is_one_line_and_exit_1(cli: Cli, args: list[str], said: str) -> None:
    outcome = cli(*args)
    assert (outcome.code, outcome.out) == (1, "")
    assert_one_line(outcome.err.removesuffix("共 1 个文件：失败 1\n"), said)


@pytest.mark.parametrize(("name", "value"), WRONG_SETTINGS)
def test_a_wrong_setting_is_named_with_its_remedy(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    outcome = cli("list")
    assert (outcome.code, outcome.out) == (2, "")
    assert_one_line(outcome.err, name)
    assert texts.SETTING_REMEDIES[name].zh in outcome.err
    if name == "DATABASE_URL":
        assert value not in outcome.err


def test_an_ambiguous_beginning_of_an_id_names_the_candidates(cli: Cli, tmp_path: Path) -> None:
    from tests.bot.samples import RIVERSIDE

    by_digit: dict[str, list[str]] = {}
    for number in range(100, 117):  # 17 ids, 16 first digits
        path = tmp_path / f"{number}.txt"
        path.write_text(RIVERSIDE.replace("1260", str(number)), encoding="utf-8")
        report_id = cli("ingest", "--json", path).record["report"]["id"]
        by_digit.setdefault(report_id[0], []).append(report_id)
    digit, ids = next((digit, ids) for digit, ids in by_digit.items() if len(ids) > 1)
    outcome = cli("delete", digit)
    assert outcome.code == 1
    assert all(report_id in outcome.err for report_id in ids)
    assert len(cli("list", "--json").records) == 17


def test_usage_is_told_in_english_too(cli: Cli) -> None:
    assert cli("search", "x", "-k", "0", language="en").err == (
        "Error: -k must be between 1 and 100. See `reportbot search --help`.\n"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_has_its_help(cli: Cli, language: texts.Language) -> None:
    from bot.cli import ENTRIES

    for name, entry in ENTRIES.items():
        outcome = cli(name, "--help", language=language)
        assert outcome.code == 0
        assert getattr(entry.phrase, language) in outcome.out
        assert f"reportbot {name}" in outcome.out
        assert getattr(entry.phrase, language) in cli("--help", language=language).out


# --- settings -----------------------------------------------------------------------------------

CONTRACT = [
    "REPORTBOT_DATA_DIR",
    "REPORTBOT_LANGUAGE",
    "REPORTBOT_TIMEZONE",
    "DATABASE_URL",
    "CHROMA_URL",
    "CELERY_BROKER_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "OPENAI_EMBEDDING_MODEL",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_API_URL",
    "TELEGRAM_ALLOWED_IDS",
    "TELEGRAM_ADMIN_IDS",
    "TELEGRAM_WEBHOOK_URL",
    "TELEGRAM_WEBHOOK_SECRET",
    "TELEGRAM_LISTEN",
    "TELEGRAM_MESSAGE_INTERVAL",
    "DIGEST_SCHEDULE",
    "DAILY_TOKEN_BUDGET",
]


def test_settings_the_example_file_and_the_remedies_name_the_same_variables() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    examples = [line.split("=")[0] for line in lines if line and not line.startswith("#")]
    assert (
        sorted(examples) == sorted(NAMES) == sorted([*CONTRACT, "REPORTBOT_DEBUG", "REPORTBOT_HEALTH_LISTEN"])
    )
    assert set(texts.SETTING_REMEDIES) == set(NAMES)
    for line, before in zip(lines[1:], lines, strict=False):
        assert line.startswith("#") or not line or before.startswith("# "), f"{line} has no comment"


def test_the_example_file_as_it_is_gives_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORTBOT_DATA_DIR")
    defaults = load_settings(SAY)
    Path(".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_settings(SAY) == defaults
    assert (defaults.data_dir, defaults.language, defaults.timezone) == (Path("data"), "zh", "Asia/Shanghai")
    assert (defaults.telegram_message_interval_s, defaults.daily_token_budget) == (1.0, 200_000)


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("REPORTBOT_LANGUAGE=en\nTELEGRAM_ADMIN_IDS=1, -1002\n", encoding="utf-8")
    assert load_settings(SAY).language == "en"
    assert load_settings(SAY).telegram_admin_ids == (1, -1002)
    monkeypatch.setenv("REPORTBOT_LANGUAGE", "zh")
    assert load_settings(SAY).language == "zh"


def test_an_env_file_that_is_not_text_is_said_so(cli: Cli) -> None:
    Path(".env").write_bytes(b"\xff\xfe\x00X=1")
    outcome = cli("list")
    assert outcome.code == 2
    assert_one_line(outcome.err, ".env")


def test_keys_never_show(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hunter2@host/db")
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://me:hunter2@host")
    assert "hunter2" not in repr(load_settings(SAY))


def test_an_endpoint_model_without_a_key_is_wrong_unless_the_server_is_ones_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_EMBEDDING_MODEL", "m3")
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        _ = build_services(Settings(), SAY).embedding
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    model = build_services(Settings(), SAY).embedding
    assert model is not None
    assert model.name == "m3"


# --- failures -----------------------------------------------------------------------------------


def raising(error: BaseException) -> Callable[[], int]:
    def action() -> int:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (AppError("坏了", hint="修一修。"), 1, "错误：坏了。修一修。\n"),
        (UsageError("不对", hint="改"), 2, "错误：不对。改。\n"),
        (OSError(errno.ENOSPC, "No space left", "/x"), 1, "错误：/x：磁盘已满。请检查磁盘空间与权限。\n"),
        (KeyboardInterrupt(), 130, "已中断；此前完成的都已保存。\n"),
        (BrokenPipeError(), 1, ""),
    ],
)
def test_what_is_raised_becomes_a_line_and_a_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    assert run_guarded(raising(error), Output(SAY), SAY) == code
    assert capsys.readouterr() == ("", said)


def test_a_defect_shows_its_kind_and_not_what_it_carried(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_guarded(raising(ZeroDivisionError("key hunter2")), Output(SAY), SAY) == 1
    err = capsys.readouterr().err
    assert_one_line(err, "ZeroDivisionError")
    assert "hunter2" not in err


def test_an_error_of_many_lines_is_told_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    run_guarded(raising(AppError("一\n二\x1b[31m三")), Output(SAY), SAY)
    assert capsys.readouterr().err.startswith("错误：一 二 [31m三。")


def test_one_failure_of_many_is_given_back() -> None:
    assert attempt(lambda: 5, SAY) == 5
    assert isinstance(attempt(raising(ValueError("x")), SAY), AppError)


# --- texts --------------------------------------------------------------------------------------


def phrases() -> list[tuple[str, Phrase]]:
    found: list[tuple[str, Phrase]] = []
    for name, value in vars(texts).items():
        if isinstance(value, Phrase):
            found.append((name, value))
        elif isinstance(value, dict) and name.isupper():
            found += [(f"{name}.{key}", phrase) for key, phrase in value.items()]
    return found


def test_both_languages_fill_in_the_same_values() -> None:
    from string import Formatter

    for name, phrase in phrases():
        zh, en = ({field for _, field, _, _ in Formatter().parse(text) if field} for text in phrase)
        assert zh == en, name


@pytest.mark.parametrize(
    ("phrase", "values", "one", "several"),
    [
        (texts.INGEST_TOTAL, {"total": 1, "counts": "-"}, "1 file: -", "2 files: -"),
        (texts.SHELF_HOLDS, {"n": 1}, "1 report", "2 reports"),
        (texts.PASSAGES, {"n": 1}, "1 passage", "2 passages"),
        (texts.SOME_BROKEN, {"n": 1}, "1 thing needs attention.", "2 things need attention."),
        (texts.SOME_WARNINGS, {"n": 1}, "Ready for use, with 1 warning.", "Ready for use, with 2 warnings."),
        (
            texts.DROPPED,
            {"n": 1},
            "1 claim written by the model was taken out: the text does not carry it.",
            "2 claims written by the model were taken out: the text does not carry them.",
        ),
    ],
)
def test_english_counts_one_thing_and_several(
    phrase: Phrase, values: dict[str, object], one: str, several: str
) -> None:
    assert Say("en")(phrase, **values) == one
    assert (
        Say("en")(phrase, **{name: 2 if value == 1 else value for name, value in values.items()}) == several
    )


def test_no_english_phrase_has_a_count_before_a_bare_plural() -> None:
    plural = r"\{\w+(?::,)?\} (?:file|report|passage|claim|line|warning|thing|character|dimension)s\b"
    assert [name for name, phrase in phrases() if re.search(plural, phrase.en)] == []


def test_every_phrase_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))
    for name, _ in phrases():
        assert len(code.split(name.split(".")[0])) > 2, name


def assert_one_line(err: str, said: str) -> None:
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    assert said in err
    assert err.startswith("错误：")
    assert err.endswith("。\n")
