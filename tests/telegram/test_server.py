"""The server under its own rules, through plain HTTP and through python-telegram-bot."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
import telegram
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.telegram import Group, Message, TelegramServer, User, allow_loopback

TOKEN = "123456:TEST"  # noqa: S105 - it opens nothing


class Api:
    """Calls as a bot makes them; `says` is the description of a refusal."""

    def __init__(self, server: TelegramServer, client: httpx.Client) -> None:
        self.server = server
        self.client = client

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.post(
            f"{self.server.url}/bot{TOKEN}/{method}", json=params
        ).json()
        return answer

    def result(self, method: str, **params: Any) -> Any:
        answer = self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    def refusal(self, method: str, **params: Any) -> tuple[int, str]:
        answer = self.call(method, **params)
        assert not answer["ok"], answer
        return answer["error_code"], answer["description"]

    def updates(self) -> list[dict[str, Any]]:
        """Fetch and confirm everything waiting."""
        found: list[dict[str, Any]] = self.result("getUpdates")
        if found:
            self.result("getUpdates", offset=found[-1]["update_id"] + 1)
        return found


@pytest.fixture
def server(no_network: None) -> Iterator[TelegramServer]:
    allow_loopback()
    with TelegramServer(TOKEN) as running:
        yield running


@pytest.fixture
def api(server: TelegramServer) -> Iterator[Api]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield Api(server, client)


@pytest.fixture
def user(server: TelegramServer) -> User:
    return server.user(1001, "李主任", started=True)


@pytest.fixture
def group(server: TelegramServer, user: User) -> Group:
    return server.group(-1001, "法治办", [user])


def buttons(*texts: str, data: str = "x") -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data}] for text in texts]}


# -- addresses and parameters ------------------------------------------------------------------


def test_only_its_own_token_and_known_methods_are_served(server: TelegramServer, api: Api) -> None:
    assert api.result("getMe")["username"] == "report_test_bot"
    assert api.result("GETME")["id"] == 123456
    assert api.refusal("sendTelepathy") == (404, "Not Found")
    other = api.client.get(f"{server.url}/bot999:OTHER/getMe")
    assert (other.status_code, other.json()["description"]) == (401, "Unauthorized")
    assert api.client.get(f"{server.url}/nowhere").status_code == 404


def test_parameters_come_as_query_form_json_or_multipart(
    server: TelegramServer, api: Api, user: User
) -> None:
    url = f"{server.url}/bot{TOKEN}/sendMessage"
    api.client.get(url, params={"chat_id": 1001, "text": "问"})
    api.client.post(url, data={"chat_id": 1001, "text": "表", "reply_markup": '{"inline_keyboard": []}'})
    api.client.post(url, json={"chat_id": 1001, "text": "典"})
    api.client.post(url, data={"chat_id": "1001", "text": "部"}, files={"unused": b"x"})
    assert [m.text for m in server.messages(user)] == ["问", "表", "典", "部"]
    assert api.client.post(url, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400


# -- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("<b>一</b><strong>二</strong>", "一二", ["bold", "bold"]),
        ("<i>a</i><em>b</em><u>c</u><ins>d</ins>", "abcd", ["italic", "italic", "underline", "underline"]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", ["strikethrough"] * 3),
        ('<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>', "ab", ["spoiler", "spoiler"]),
        ('<a href="https://gov.cn/?a=1&amp;b=2">网</a>', "网", ["text_link"]),
        ("<code>x</code><pre>y</pre>", "xy", ["code", "pre"]),
        ('<pre><code class="language-python">y</code></pre>', "y", ["pre"]),
        ("<blockquote>引</blockquote>", "引", ["blockquote"]),
        ("<blockquote expandable>引</blockquote>", "引", ["expandable_blockquote"]),
        ("<blockquote><b>引</b></blockquote>", "引", ["blockquote", "bold"]),
        ('<tg-emoji emoji-id="5">👍</tg-emoji>', "👍", ["custom_emoji"]),
        ("1 &lt; 2 &amp;&amp; &quot;3&quot; &#65;&#x42;", '1 < 2 && "3" AB', []),
        ("AT&T > x", "AT&T > x", []),
        ("  \n<b> 粗 </b>\n ", "粗", ["bold"]),
        ("<b></b>空", "空", []),
        ("用 /help 看", "用 /help 看", ["bot_command"]),
        ("<code>/help</code>", "/help", ["code"]),
        ("见/help 与 /help看", "见/help 与 /help看", []),
    ],
)
def test_html_is_read_as_telegram_reads_it(
    server: TelegramServer, api: Api, user: User, html: str, text: str, kinds: list[str]
) -> None:
    api.result("sendMessage", chat_id=1001, text=html, parse_mode="HTML")
    (message,) = server.messages(user)
    assert (message.text, message.html) == (text, html)
    assert [entity["type"] for entity in message.entities] == kinds
    assert server.violations == []


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("报告<br>", 'Unsupported start tag "br" at byte offset 6'),
        ("<p>x</p>", 'Unsupported start tag "p"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler"'),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "blockquote entities can't be nested"),
        ('<a href="x', 'Empty attribute name in the tag "a"'),
    ],
)
def test_broken_html_is_refused(api: Api, user: User, html: str, complaint: str) -> None:
    code, description = api.refusal("sendMessage", chat_id=1001, text=html, parse_mode="HTML")
    assert code == 400
    assert description.startswith("Bad Request: can't parse entities: ")
    assert complaint in description


def test_entity_offsets_count_utf16_units(server: TelegramServer, api: Api, user: User) -> None:
    api.result("sendMessage", chat_id=1001, text=" 👍<b>好</b>", parse_mode="HTML")
    assert server.messages(user)[0].entities == [{"type": "bold", "offset": 2, "length": 1}]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "message text is empty"),
        (" \n ", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        ("字" * 4097, "message is too long"),
        ("👍" * 2049, "message is too long"),
    ],
)
def test_length_is_counted_after_parsing(api: Api, user: User, text: str, error: str) -> None:
    refusal = api.refusal("sendMessage", chat_id=1001, text=text, parse_mode="HTML")
    assert refusal == (400, f"Bad Request: {error}")


def test_a_text_of_just_4096_units_goes_through(api: Api, user: User) -> None:
    api.result("sendMessage", chat_id=1001, text=f"<b>{'字' * 4094}👍</b>", parse_mode="HTML")


def test_what_telegram_would_silently_spoil_is_a_violation(
    server: TelegramServer, api: Api, user: User
) -> None:
    for html in ("<i>x</i> " * 101, "a&nbsp;b", "<b><code>x</code></b>"):
        api.result("sendMessage", chat_id=1001, text=html, parse_mode="HTML")
    assert len(server.messages(user)[0].entities) == 100
    assert server.messages(user)[1].text == "a&nbsp;b"
    assert [v.split(": ", 1)[1][:30] for v in server.violations] == [
        "101 entities, those after 100 ",
        "&nbsp; is shown as it is writt",
        "code inside bold is not allowe",
    ]


# -- keyboards, replies, edits -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "error"),
    [
        (buttons("好", data="字" * 22), "BUTTON_DATA_INVALID"),
        (buttons("好", data=""), "BUTTON_DATA_INVALID"),
        (buttons(*"x" * 101), "reply markup is too long"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 9]}, "reply markup is too long"),
        ({"inline_keyboard": [[{"text": "x"}]]}, "Text buttons are unallowed in the inline keyboard"),
        ({"inline_keyboard": [[{"text": "x", "url": "gov.cn"}]]}, "BUTTON_URL_INVALID"),
    ],
)
def test_keyboards_are_checked(api: Api, user: User, markup: dict[str, Any], error: str) -> None:
    refusal = api.refusal("sendMessage", chat_id=1001, text="x", reply_markup=markup)
    assert refusal == (400, f"Bad Request: {error}")


def test_an_edit_must_change_something(server: TelegramServer, api: Api, user: User) -> None:
    sent = api.result(
        "sendMessage", chat_id=1001, text="<b>一</b>", parse_mode="HTML", reply_markup=buttons("好")
    )
    same = {
        "chat_id": 1001,
        "message_id": sent["message_id"],
        "text": "<strong>一</strong>",
        "parse_mode": "HTML",
    }
    code, error = api.refusal("editMessageText", **same, reply_markup=buttons("好"))
    assert (code, error.split(":")[1]) == (400, " message is not modified")
    api.result("editMessageText", **same)
    (message,) = server.messages(user)
    assert message.buttons == []  # an edit without a keyboard takes it away
    api.result("editMessageText", **same | {"text": "二"})
    assert (message.text, message.edits) == ("二", ["一", "一"])
    api.result(
        "editMessageReplyMarkup", chat_id=1001, message_id=message.message_id, reply_markup=buttons("甲")
    )
    assert (message.text, message.buttons) == ("二", [[("甲", "x")]])


def test_only_standing_messages_of_its_own_are_edited(server: TelegramServer, api: Api, user: User) -> None:
    theirs = server.say(user, "我的")
    assert api.refusal("editMessageText", chat_id=1001, message_id=99, text="x")[1].endswith("edit not found")
    assert api.refusal("editMessageText", chat_id=1001, message_id=theirs, text="x")[1].endswith("be edited")
    sent = api.result("sendMessage", chat_id=1001, text="x")["message_id"]
    assert api.result("deleteMessage", chat_id=1001, message_id=sent) is True
    assert server.messages(user)[0].deleted
    assert api.refusal("editMessageText", chat_id=1001, message_id=sent, text="y")[1].endswith(
        "edit not found"
    )
    assert api.refusal("deleteMessage", chat_id=1001, message_id=sent)[1].endswith("delete not found")


def test_replies_need_their_message(server: TelegramServer, api: Api, user: User) -> None:
    question = server.say(user, "问")
    api.result("sendMessage", chat_id=1001, text="答", reply_parameters={"message_id": question})
    lost = {"message_id": 999}
    refusal = api.refusal("sendMessage", chat_id=1001, text="x", reply_parameters=lost)
    assert refusal == (400, "Bad Request: message to be replied not found")
    lost["allow_sending_without_reply"] = True
    api.result("sendMessage", chat_id=1001, text="x", reply_parameters=lost)
    assert [m.reply_to for m in server.messages(user)] == [question, None]


# -- who can be written to ---------------------------------------------------------------------


def test_the_bot_cannot_write_first(server: TelegramServer, api: Api) -> None:
    stranger, colleague = server.user(1, "生人"), server.user(2, "同事")
    server.say(colleague, "大家好", chat=server.group(-7, "办", [colleague]))
    assert api.refusal("sendMessage", chat_id=1, text="x") == (400, "Bad Request: chat not found")
    refusal = api.refusal("sendMessage", chat_id=2, text="x")
    assert refusal == (403, "Forbidden: bot can't initiate conversation with a user")
    server.say(stranger, "/start")
    api.result("sendMessage", chat_id=1, text="x")


def test_a_block_is_told_and_obeyed(server: TelegramServer, api: Api, user: User) -> None:
    server.block(user)
    refusal = api.refusal("sendMessage", chat_id=1001, text="x")
    assert refusal == (403, "Forbidden: bot was blocked by the user")
    server.say(user, "/start")
    api.result("sendMessage", chat_id=1001, text="x")
    told = [u["my_chat_member"]["new_chat_member"]["status"] for u in api.updates() if "my_chat_member" in u]
    assert told == ["kicked", "member"]


def test_joining_and_leaving_groups(server: TelegramServer, api: Api, user: User, group: Group) -> None:
    server.remove_from_group(user, group)
    server.say(user, "/ask")
    assert api.refusal("sendMessage", chat_id=-1001, text="x")[0] == 403
    server.say(user, "/ask", chat=group)
    server.add_to_group(user, group)
    api.result("sendMessage", chat_id=-1001, text="x")
    api.result("leaveChat", chat_id=-1001)
    assert "not a member" in api.refusal("sendMessage", chat_id=-1001, text="x")[1]
    kinds = [next(k for k in u if k != "update_id") for u in api.updates()]
    assert kinds == ["my_chat_member", "message", "my_chat_member", "message", "my_chat_member"]


def test_members_have_their_standing(server: TelegramServer, api: Api, user: User, group: Group) -> None:
    clerk, stranger = server.user(2, "小王"), server.user(3, "生人")
    server.join(clerk, group)

    def status(who: int) -> str:
        return str(api.result("getChatMember", chat_id=-1001, user_id=who)["status"])

    statuses = [status(who) for who in (user.id, clerk.id, stranger.id, server.bot.id)]
    assert statuses == ["creator", "member", "left", "member"]
    server.promote_bot(user, group)
    admins = [a["user"]["id"] for a in api.result("getChatAdministrators", chat_id=-1001)]
    assert admins == [user.id, server.bot.id]
    assert "no administrators" in api.refusal("getChatAdministrators", chat_id=1001)[1]
    assert "chat_member" not in {k for u in api.updates() for k in u}  # opt-in


# -- what the bot may see in groups ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("你们好", False),
        ("@report_test_bot 在吗", False),
        ("/ask 法治", True),
        ("/ask@report_test_bot 法治", True),
        ("/ask@REPORT_test_bot", True),
        ("/ask@other_bot", False),
        ("请用 /ask", False),
        ("/ask报告", False),
    ],
)
def test_privacy_mode(
    server: TelegramServer, api: Api, user: User, group: Group, text: str, seen: bool
) -> None:
    server.say(user, text, chat=group)
    assert bool(api.updates()) is seen
    server.world.can_read_all_group_messages = True
    server.say(user, text, chat=group)
    assert api.updates()


def test_replies_to_the_bot_pass_privacy_mode(
    server: TelegramServer, api: Api, user: User, group: Group
) -> None:
    answer = api.result("sendMessage", chat_id=-1001, text="答")["message_id"]
    server.say(user, "为什么", chat=group, reply_to=answer)
    (update,) = api.updates()
    assert update["message"]["reply_to_message"]["from"]["id"] == server.bot.id
    assert update["message"]["message_thread_id"] == answer
    code, error = api.refusal("sendMessage", chat_id=-1001, text="x", message_thread_id=answer)
    assert (code, error) == (400, "Bad Request: message thread not found")


def test_a_bare_command_goes_to_the_bot_that_spoke_last(
    server: TelegramServer, api: Api, user: User, group: Group
) -> None:
    other = server.user(77, "别的", username="other_bot", is_bot=True)
    theirs = server.say(other, "我也在", chat=group)
    server.say(user, "/ask", chat=group)
    server.say(user, "/ask@report_test_bot", chat=group, reply_to=theirs)
    assert api.updates() == []
    api.result("sendMessage", chat_id=-1001, text="我说")
    server.say(user, "/ask", chat=group)
    assert len(api.updates()) == 1


def test_forum_topics(server: TelegramServer, api: Api, user: User, group: Group) -> None:
    topic = server.topic(user, group, "年报")
    server.say(user, "/ask", chat=group, thread_id=topic)
    message = api.updates()[-1]["message"]
    assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
    assert message["reply_to_message"]["forum_topic_created"]["name"] == "年报"
    api.result("sendMessage", chat_id=-1001, text="x", message_thread_id=topic)
    assert server.messages(group)[0].thread_id == topic
    assert "thread not found" in api.refusal("sendMessage", chat_id=-1001, text="x", message_thread_id=1)[1]


# -- updates -----------------------------------------------------------------------------------


def test_confirmed_updates_are_gone(server: TelegramServer, api: Api, user: User) -> None:
    for text in "甲乙丙":
        server.say(user, text)
    first, second, _ = api.result("getUpdates")
    assert [u["message"]["text"] for u in api.result("getUpdates", limit=2)] == ["甲", "乙"]
    left = api.result("getUpdates", offset=second["update_id"] + 1)
    assert [u["message"]["text"] for u in left] == ["丙"]
    assert [u["message"]["text"] for u in api.result("getUpdates", offset=first["update_id"])] == ["丙"]
    server.redeliver(first["update_id"])
    again = api.result("getUpdates", offset=second["update_id"] + 1)
    assert [u["message"]["text"] for u in again] == ["甲", "丙"]
    assert len(api.result("getUpdates", offset=-1)) == 1
    assert api.updates()[0]["message"]["text"] == "丙"


def test_a_long_poll_ends_with_the_update(server: TelegramServer, api: Api, user: User) -> None:
    found: list[Any] = []
    poller = threading.Thread(target=lambda: found.append(api.result("getUpdates", timeout=8)))
    poller.start()
    server.wait_for(lambda: server.calls_of("getUpdates"))
    started = time.monotonic()
    server.say(user, "来了")
    poller.join(8)
    assert time.monotonic() - started < 3
    assert found[0][0]["message"]["text"] == "来了"


def test_a_second_poll_ends_the_first(server: TelegramServer, api: Api) -> None:
    found: list[tuple[int, str]] = []
    poller = threading.Thread(target=lambda: found.append(api.refusal("getUpdates", timeout=8)))
    poller.start()
    server.wait_for(lambda: server._gateway.poll)
    assert api.result("getUpdates") == []
    poller.join(8)
    assert found[0][0] == 409
    assert "terminated by other getUpdates" in found[0][1]
    server.conflict = True
    assert api.refusal("getUpdates")[0] == 409


def test_updates_wanted_are_kept_between_polls(server: TelegramServer, api: Api, user: User) -> None:
    api.result("getUpdates", allowed_updates=["callback_query"])
    api.result("getUpdates")
    server.say(user, "无人听")
    assert api.updates() == []
    api.result("getUpdates", allowed_updates=[])
    server.say(user, "有人听")
    server.edit(user, server.say(user, "错"), "对")
    server.raw_update({"poll_answer": {}})
    kinds = [next(k for k in u if k != "update_id") for u in api.updates()]
    assert kinds == ["message", "message", "edited_message", "poll_answer"]


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        taken: list[tuple[str, str]] = self.server.taken  # type: ignore[attr-defined]
        taken.append((str(self.headers["X-Telegram-Bot-Api-Secret-Token"]), body))
        self.send_response(500 if len(taken) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_a_webhook_gets_each_update_until_it_takes_it(server: TelegramServer, api: Api, user: User) -> None:
    taken: list[tuple[str, str]] = []
    with HTTPServer(("127.0.0.1", 0), Hook) as hook:
        hook.taken = taken  # type: ignore[attr-defined]
        thread = threading.Thread(target=hook.serve_forever, args=(0.01,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{hook.server_address[1]}/hook"
            api.result("setWebhook", url=url, secret_token="s3")  # noqa: S106
            assert "webhook is active" in api.refusal("getUpdates")[1]
            server.say(user, "甲")
            server.say(user, "乙")
            server.wait_for(lambda: not server.pending_updates())
        finally:
            hook.shutdown()
            thread.join()
    assert [secret for secret, _ in taken] == ["s3"] * 3
    assert taken[0] == taken[1]
    assert "500" in api.result("getWebhookInfo")["last_error_message"]
    api.result("deleteWebhook")
    assert api.result("getWebhookInfo")["url"] == ""
    assert "HTTPS" in api.refusal("setWebhook", url="http://gov.cn/hook")[1]


# -- buttons, files, drafts, profile -----------------------------------------------------------


def test_a_press_is_answered_once(server: TelegramServer, api: Api, user: User) -> None:
    api.result("sendMessage", chat_id=1001, text="选", reply_markup=buttons("好", data="ok:1"))
    query = server.press(user, server.wait_message(user, "选"), "好")
    (update,) = api.updates()
    assert (update["callback_query"]["id"], update["callback_query"]["data"]) == (query, "ok:1")
    assert server.unanswered == [query]
    api.result("answerCallbackQuery", callback_query_id=query, text="收到")
    assert server.callback_answers[query].text == "收到"
    assert "query is too old" in api.refusal("answerCallbackQuery", callback_query_id=query)[1]
    assert server.violations == [f"callback query {query} was answered twice"]
    server.world.callback_lifetime_s = 0.0
    late = server.press(user, server.messages(user)[0], "ok:1")
    assert "query is too old" in api.refusal("answerCallbackQuery", callback_query_id=late)[1]
    forged = server.press_raw(user, user, 12345, "rm:9")
    query = api.updates()[-1]["callback_query"]
    assert (query["id"], query["message"]["date"]) == (forged, 0)
    with pytest.raises(AssertionError, match="no button"):
        server.press(user, server.messages(user)[0], "没有")


def test_files_go_both_ways(server: TelegramServer, api: Api, user: User) -> None:
    server.send_document(user, "报告.txt", "全文".encode(), caption="/add 年报", media_group_id="g1")
    message = api.updates()[0]["message"]
    assert (message["caption"], message["media_group_id"]) == ("/add 年报", "g1")
    assert message["document"]["file_name"] == "报告.txt"
    path = api.result("getFile", file_id=message["document"]["file_id"])["file_path"]
    content = api.client.get(f"{server.url}/file/bot{TOKEN}/{path}").content
    assert content.decode() == "全文"
    assert api.client.get(f"{server.url}/file/bot{TOKEN}/documents/none").status_code == 404
    server.send_document(user, "b.txt", b"x", claimed_size=20 * 1024 * 1024 + 1)
    big = api.updates()[0]["message"]["document"]["file_id"]
    assert api.refusal("getFile", file_id=big) == (400, "Bad Request: file is too big")

    url = f"{server.url}/bot{TOKEN}/sendDocument"
    form = {"chat_id": 1001, "document": "attach://f", "caption": "<b>附</b>", "parse_mode": "HTML"}
    api.client.post(url, data=form, files={"f": ("摘要.md", b"# x")})
    (sent,) = server.messages(user)
    assert (sent.document, sent.text) == (("摘要.md", b"# x"), "附")
    refused = api.client.post(url, data=form | {"caption": "字" * 1025}, files={"f": ("a", b"x")}).json()
    assert refused["description"] == "Bad Request: message caption is too long"
    refused = api.client.post(url, data=form, files={"f": ("a", b"")}).json()
    assert refused["description"] == "Bad Request: file must be non-empty"


def test_stickers_voices_and_photos_arrive(server: TelegramServer, api: Api, user: User) -> None:
    server.sticker(user)
    server.voice(user)
    server.photo(user, caption="图")
    kinds = [{"sticker", "voice", "photo"} & set(u["message"]) for u in api.updates()]
    assert kinds == [{"sticker"}, {"voice"}, {"photo"}]


def test_drafts_are_for_private_chats_and_new_servers(
    server: TelegramServer, api: Api, user: User, group: Group
) -> None:
    draft = {"draft_id": 7, "text": "<b>写</b>", "parse_mode": "HTML"}
    api.result("sendMessageDraft", chat_id=1001, **draft)
    assert [(d.draft_id, d.text) for d in server.drafts(user)] == [(7, "写")]
    assert api.refusal("sendMessageDraft", chat_id=-1001, **draft)[0] == 400
    assert api.refusal("sendMessageDraft", chat_id=1001, draft_id=0, text="x")[0] == 400
    server.faults.refuse_drafts = True
    assert api.refusal("sendMessageDraft", chat_id=1001, **draft) == (404, "Not Found")


def test_actions_and_reactions_are_checked(server: TelegramServer, api: Api, user: User) -> None:
    api.result("sendChatAction", chat_id=1001, action="typing")
    assert api.refusal("sendChatAction", chat_id=1001, action="thinking")[0] == 400
    assert server.actions(user) == ["typing"]
    said = {"chat_id": 1001, "message_id": server.say(user, "好")}
    api.result("setMessageReaction", **said, reaction=[{"type": "emoji", "emoji": "👀"}])
    assert server.history(user)[0].reactions == ["👀"]
    refusal = api.refusal("setMessageReaction", **said, reaction=[{"type": "emoji", "emoji": "✅"}])
    assert refusal == (400, "Bad Request: REACTION_INVALID")


@pytest.mark.parametrize(
    ("commands", "language", "error"),
    [
        ([{"command": "Ask", "description": "问"}], "", "BOT_COMMAND_INVALID"),
        ([{"command": "a" * 33, "description": "问"}], "", "BOT_COMMAND_INVALID"),
        ([{"command": "ask", "description": ""}], "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "ask", "description": "字" * 257}], "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "ask", "description": "问"}] * 101, "", "BOT_COMMANDS_TOO_MUCH"),
        ([{"command": "ask", "description": "问"}], "zh-hans", "invalid language code specified"),
    ],
)
def test_commands_are_checked(api: Api, commands: list[Any], language: str, error: str) -> None:
    refusal = api.refusal("setMyCommands", commands=commands, language_code=language)
    assert refusal == (400, f"Bad Request: {error}")


def test_commands_are_kept_by_scope_and_language(server: TelegramServer, api: Api, user: User) -> None:
    ask = [{"command": "ask", "description": "问"}]
    api.result("setMyCommands", commands=ask, language_code="zh")
    api.result("setMyCommands", commands=ask, scope={"type": "chat", "chat_id": 1001})
    assert api.result("getMyCommands") == []
    assert api.result("getMyCommands", language_code="zh") == server.commands(language_code="zh") == ask
    assert server.commands("chat:1001") == ask
    api.result("deleteMyCommands", language_code="zh")
    assert server.commands(language_code="zh") == []
    assert "TOO_LONG" in api.refusal("setMyShortDescription", short_description="字" * 121)[1]


# -- faults and floods -------------------------------------------------------------------------


def test_faults_come_as_ordered(server: TelegramServer, api: Api, user: User) -> None:
    send = {"chat_id": 1001, "text": "x"}
    server.faults.fail_next("sendMessage", status=429, retry_after=2)
    assert api.call("sendMessage", **send)["parameters"] == {"retry_after": 2}
    server.faults.fail_next("sendMessage", status=500)
    assert api.refusal("sendMessage", **send) == (500, "Internal Server Error")
    assert len(server.violations) == 0  # the 500 came before the bot's retry was counted
    server.faults.fail_next("*", status=502)
    assert api.client.post(f"{server.url}/bot{TOKEN}/getMe").status_code == 502
    server.faults.fail_next("sendMessage", drop="before")
    with pytest.raises(httpx.RemoteProtocolError):
        api.call("sendMessage", **send)
    assert server.messages(user) == []
    server.faults.fail_next("sendMessage", drop="after")
    with pytest.raises(httpx.RemoteProtocolError):
        api.call("sendMessage", **send)
    assert len(server.messages(user)) == 1
    assert "before its retry_after was over" in server.violations[0]
    server.faults.fail_next("getMe", delay_s=0.2)
    started = time.monotonic()
    api.result("getMe")
    assert time.monotonic() - started >= 0.2
    assert [c.error for c in server.calls][0] == "429 Too Many Requests: retry after 2"


def test_a_dropped_getupdates_answer_is_not_lost(server: TelegramServer, api: Api, user: User) -> None:
    server.say(user, "甲")
    server.faults.fail_next("getUpdates", drop="after")
    with pytest.raises(httpx.RemoteProtocolError):
        api.call("getUpdates")
    assert api.updates()[0]["message"]["text"] == "甲"


@pytest.mark.parametrize(
    ("limit", "sends", "refused"),
    [
        ({"min_interval_s": 5.0}, [1001, 1001, -1001], [1001]),
        ({"group_per_minute": 2}, [-1001, -1001, 1001, -1001], [-1001]),
        ({"global_per_second": 2}, [1001, -1001, 1001], [1001]),
    ],
)
def test_floods_are_refused(
    no_network: None, limit: dict[str, Any], sends: list[int], refused: list[int]
) -> None:
    allow_loopback()
    with TelegramServer(TOKEN, **limit) as server, httpx.Client(trust_env=False) as client:
        api = Api(server, client)
        server.group(-1001, "办", [server.user(1001, "李", started=True)])
        answers = [(to, api.call("sendMessage", chat_id=to, text="x")) for to in sends]
        assert [to for to, answer in answers if not answer["ok"]] == refused
        assert all(a["ok"] or a["parameters"]["retry_after"] >= 1 for _, a in answers)
        assert len(server.violations) == 1
        assert api.result("sendChatAction", chat_id=1001, action="typing")


def test_waiting_in_vain_tells_what_was_seen(server: TelegramServer, api: Api, user: User) -> None:
    api.call("sendMessage", chat_id=5, text="x")
    with pytest.raises(AssertionError, match="sendMessage 400 Bad Request: chat not found"):
        server.wait_message(user, "x", timeout=0.1)


def test_it_stops_while_calls_are_open(no_network: None) -> None:
    allow_loopback()
    ended: list[Exception] = []

    def hang(url: str, method: str) -> None:
        try:
            httpx.post(f"{url}/bot{TOKEN}/{method}", json={"timeout": 30}, timeout=30, trust_env=False)
        except httpx.TransportError as error:
            ended.append(error)

    with TelegramServer(TOKEN) as server:
        server.faults.fail_next("getMe", delay_s=30)
        callers = [threading.Thread(target=hang, args=(server.url, m)) for m in ("getUpdates", "getMe")]
        for caller in callers:
            caller.start()
        server.wait_for(lambda: len(server.calls) == 2)
    for caller in callers:
        caller.join(5)
    assert len(ended) == 2


def test_a_call_the_server_cannot_digest_is_noted(server: TelegramServer, api: Api, user: User) -> None:
    answer = api.client.post(
        f"{server.url}/bot{TOKEN}/sendMessage", json={"chat_id": 1001, "text": "x", "reply_parameters": 5}
    )
    assert answer.status_code == 500
    assert "the test server failed at /bot123456:TEST/sendMessage" in server.violations[0]
    assert api.refusal("sendMessage", chat_id="@nobody", text="x") == (400, "Bad Request: chat not found")


# -- python-telegram-bot -----------------------------------------------------------------------


def builder(server: TelegramServer) -> Any:
    bot = Application.builder().token(TOKEN)
    return bot.base_url(f"{server.url}/bot").base_file_url(f"{server.url}/file/bot")


async def use_every_method(bot: telegram.Bot, file_id: str, query_id: str, said: int) -> None:
    await bot.set_my_commands(
        [telegram.BotCommand("ask", "提问")], telegram.BotCommandScopeAllGroupChats(), "zh"
    )
    assert (await bot.get_my_commands(telegram.BotCommandScopeAllGroupChats(), "zh"))[0].command == "ask"
    await bot.delete_my_commands()
    await bot.set_my_description("读报告")
    await bot.set_my_short_description("读报告")
    assert (await bot.get_chat(1001)).first_name == "李主任"
    assert (await bot.get_chat(-1001)).title == "法治办"
    assert isinstance(await bot.get_chat_member(-1001, 1001), telegram.ChatMemberOwner)
    assert len(await bot.get_chat_administrators(-1001)) == 1
    await bot.send_chat_action(1001, "typing")
    await bot.send_message_draft(1001, 3, "写")
    await bot.set_message_reaction(1001, said, "👀")
    await bot.answer_callback_query(query_id, "好", show_alert=True)
    file = await bot.get_file(file_id)
    assert bytes(await file.download_as_bytearray()) == b"abc"
    sent = await bot.send_document(1001, b"x,y", filename="表.csv", caption="<i>表</i>", parse_mode="HTML")
    assert sent.document is not None
    await bot.send_document(1001, sent.document.file_id)
    await bot.send_photo(1001, b"\xff\xd8\xff")
    assert (await bot.get_webhook_info()).pending_update_count > 0


async def converse(server: TelegramServer, file_id: str, query_id: str, said: int) -> None:
    async with builder(server).build().bot as bot:
        assert bot.username == "report_test_bot"
        await use_every_method(bot, file_id, query_id, said)
        keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("好", callback_data="ok")]])
        sent = await bot.send_message(
            1001, "<b>答</b>", "HTML", reply_markup=keyboard, reply_parameters=telegram.ReplyParameters(said)
        )
        with pytest.raises(telegram.error.BadRequest, match="not modified"):
            await sent.edit_text("<b>答</b>", "HTML", reply_markup=keyboard)
        await sent.edit_text("新")
        server.faults.fail_next("sendMessage", retry_after=3)
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_message(1001, "x")
        server.block(server.world.chats[1001])  # type: ignore[arg-type]
        with pytest.raises(telegram.error.Forbidden):
            await bot.send_message(1001, "x")
        await bot.leave_chat(-1001)


def test_python_telegram_bot_understands_every_answer(
    server: TelegramServer, user: User, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    said = server.say(user, "/start")
    server.send_document(user, "a.txt", b"abc")
    file_id = next(iter(server.world.files))
    query_id = server.press_raw(user, user, said, "x")
    asyncio.run(converse(server, file_id, query_id, said))
    answer = next(m for m in server.messages(user) if m.reply_to == said)
    assert (answer.text, answer.edits) == ("新", ["答"])
    assert server.callback_answers[query_id].show_alert
    assert [m.document for m in server.messages(user)][:2] == [("表.csv", b"x,y")] * 2


async def echo(update: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_message:
        await update.effective_message.reply_text(f"回声：{update.effective_message.text}", do_quote=True)


async def run_bot(server: TelegramServer, user: User, found: list[Message]) -> None:
    application = builder(server).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        await application.start()
        await application.updater.start_polling()
        for text in ("一", "二"):
            server.say(user, text)
            found.append(await asyncio.to_thread(server.wait_message, user, text))
        await application.updater.stop()
        await application.stop()


def test_a_polling_application_runs_against_it(server: TelegramServer, user: User) -> None:
    found: list[Message] = []
    asyncio.run(run_bot(server, user, found))
    assert [m.text for m in found] == ["回声：一", "回声：二"]
    assert server.pending_updates() == []
    # Stopping hangs up on a long poll and starts another at once: only that one may see a 409.
    assert {c.method for c in server.calls if c.error} <= {"getUpdates"}
    assert server.violations == []
