"""The HTTP side: URLs, long polling, webhook posts. Runs in the server's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.web import Application, RequestHandler

from tests.telegram.faults import Fault, Faults, Flood
from tests.telegram.methods import METHODS
from tests.telegram.params import Params, Upload
from tests.telegram.profile import check_secret
from tests.telegram.rules import ApiError, bad_request
from tests.telegram.world import World

UNIT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass
class Call:
    """One request: `error` is what it was answered, or the fault that befell it."""

    method: str
    params: dict[str, Any]
    at: float
    files: dict[str, Upload] = field(default_factory=dict)
    error: str | None = None


@dataclass
class Webhook:
    url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: int = 0


@dataclass
class Poll:
    ended: bool = False


@dataclass
class Gateway:
    """What the handlers share."""

    token: str
    world: World
    faults: Faults = field(default_factory=Faults)
    flood: Flood = field(default_factory=Flood)
    calls: list[Call] = field(default_factory=list)
    webhook: Webhook = field(default_factory=Webhook)
    webhook_retry_s: float = 0.2
    conflict: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    poll: Poll | None = None

    def answer(self, name: str, params: Params) -> Any:
        method = METHODS.get(name) or HOOK_METHODS.get(name)
        if method is None or (name == "sendmessagedraft" and self.faults.refuse_drafts):
            raise ApiError(404, "Not Found")
        with self.world.lock:
            chat_id = params.values.get("chat_id")
            if chat_id is not None and name in METHODS:
                self.flood.check(name, self._flood_key(chat_id), self.world.violations)
            target = self if name in HOOK_METHODS else self.world
            result = method(target, params)  # type: ignore[arg-type]
        self.world.changed()
        return result

    def _flood_key(self, chat_id: Any) -> int:
        return int(chat_id) if str(chat_id).lstrip("-").isdigit() else 0

    def allow(self, params: Params) -> None:
        allowed = params.json("allowed_updates")
        if allowed is not None:
            self.world.updates.allowed = list(allowed)

    async def get_updates(self, params: Params, poll: Poll) -> list[dict[str, Any]]:
        if self.webhook.url:
            raise ApiError(409, HOOKED)
        self.allow(params)
        limit = min(max(params.integer("limit", 100) or 100, 1), 100)
        deadline = time.monotonic() + min(params.integer("timeout", 0) or 0, 50)
        with self.world.lock:
            self.world.updates.confirm(params.integer("offset", 0) or 0)
        self.end_poll()
        self.poll = poll
        while True:
            if poll.ended or self.conflict:
                raise ApiError(409, HOOKED if self.webhook.url else UNIT)
            with self.world.lock:
                ready = self.world.updates.ready(limit)
            if ready or time.monotonic() >= deadline:
                return ready
            await self.wait(deadline - time.monotonic())

    async def wait(self, seconds: float) -> None:
        event = self.stirred
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    def stir(self) -> None:
        """Wake every waiter; to be called in the event loop."""
        old, self.stirred = self.stirred, asyncio.Event()
        old.set()

    def end_poll(self) -> None:
        if self.poll:
            self.poll.ended = True
            self.stir()
        self.poll = None

    async def post_updates(self) -> None:
        """Post pending updates to the webhook one by one, each until it is taken."""
        client = AsyncHTTPClient(force_instance=True)
        try:
            while True:
                with self.world.lock:
                    ready = self.world.updates.ready(1) if self.webhook.url else []
                if not ready:
                    await self.wait(3600)
                elif await self._post(client, ready[0]):
                    with self.world.lock:
                        self.world.updates.pending.pop(ready[0]["update_id"], None)
                    self.world.changed()
                else:
                    await asyncio.sleep(self.webhook_retry_s)
        finally:
            client.close()

    async def _post(self, client: AsyncHTTPClient, update: dict[str, Any]) -> bool:
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook.secret
        body = json.dumps(update, ensure_ascii=False)
        # Telegram insists on https; on this machine there is no certificate to speak it with.
        url = self.webhook.url.replace("https://127.0.0.1:", "http://127.0.0.1:", 1)
        request = HTTPRequest(url, "POST", headers, body, request_timeout=30)
        try:
            await client.fetch(request)
        except HTTPError as error:
            self.webhook.last_error = f"Wrong response from the webhook: {error.code} {error.message}"
        except OSError as error:
            self.webhook.last_error = f"Connection failed: {error}"
        else:
            return True
        self.webhook.last_error_at = self.world.now()
        return False


def set_webhook(gateway: Gateway, params: Params) -> Any:
    url = urlsplit(params.text("url"))
    if not url.geturl():
        return delete_webhook(gateway, params)
    local = url.hostname in {"127.0.0.1", "localhost"}
    if url.scheme != "https" and not (url.scheme == "http" and local):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not local and url.port not in {None, 443, 80, 88, 8443}:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    gateway.webhook = Webhook(url.geturl(), check_secret(params.text("secret_token")))
    gateway.allow(params)
    _drop_pending(gateway, params)
    gateway.end_poll()
    gateway.stir()
    return True


def delete_webhook(gateway: Gateway, params: Params) -> Any:
    gateway.webhook = Webhook()
    _drop_pending(gateway, params)
    return True


def _drop_pending(gateway: Gateway, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        gateway.world.updates.pending.clear()


def get_webhook_info(gateway: Gateway, params: Params) -> Any:
    hook = gateway.webhook
    waiting = len(gateway.world.updates.pending)
    info: dict[str, Any] = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": waiting}
    if hook.last_error:
        info |= {"last_error_message": hook.last_error, "last_error_date": hook.last_error_at}
    if gateway.world.updates.allowed:
        info["allowed_updates"] = gateway.world.updates.allowed
    return info


HOOK_METHODS = {
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
}


class JsonHandler(RequestHandler):
    gateway: Gateway

    def initialize(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def check_token(self, token: str) -> None:
        if token != self.gateway.token:
            malformed = not token.partition(":")[0].isdigit()
            raise ApiError(404, "Not Found") if malformed else ApiError(401, "Unauthorized")

    def write_error_json(self, error: ApiError) -> None:
        self.set_status(error.code)
        answer: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
        if error.parameters:
            answer["parameters"] = error.parameters
            self.set_header("Retry-After", str(error.parameters.get("retry_after", "")))
        self.finish(answer)

    def log_exception(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """A call this server cannot digest must not pass for a passing fault of Telegram's."""
        self.gateway.world.violations.append(f"the test server failed at {self.request.path}: {error!r}")
        super().log_exception(kind, error, trace)


class NotFoundHandler(JsonHandler):
    def prepare(self) -> None:
        self.write_error_json(ApiError(404, "Not Found"))


class FileHandler(JsonHandler):
    def get(self, token: str, path: str) -> None:
        try:
            self.check_token(token)
        except ApiError as error:
            self.write_error_json(error)
            return
        file = next((f for f in self.gateway.world.files.values() if f.path == path), None)
        if file is None:
            self.write_error_json(ApiError(404, "Not Found"))
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.finish(file.data)


class MethodHandler(JsonHandler):
    poll: Poll

    def on_connection_close(self) -> None:
        if getattr(self, "poll", None):
            self.poll.ended = True
            self.gateway.stir()

    async def get(self, token: str, name: str) -> None:
        await self._serve(token, name)

    async def post(self, token: str, name: str) -> None:
        await self._serve(token, name)

    async def _serve(self, token: str, name: str) -> None:
        call = Call(name, {}, time.time())
        self.gateway.calls.append(call)
        with contextlib.suppress(StreamClosedError):
            try:
                self.check_token(token)
                await self._answer(name.lower(), call)
            except ApiError as error:
                call.error = f"{error.code} {error.description}"
                self.write_error_json(error)
        self.gateway.world.changed()

    async def _answer(self, name: str, call: Call) -> None:
        params = self._params()
        call.params, call.files = params.values, params.files
        fault = self.gateway.faults.take(name)
        if fault and await self._befalls(fault, params, call):
            return
        if name == "getupdates":
            self.poll = Poll()
            result: Any = await self.gateway.get_updates(params, self.poll)
        else:
            result = self.gateway.answer(name, params)
        if fault and fault.drop == "after":
            self._hang_up(call, "dropped after the call")
            return
        await self.finish({"ok": True, "result": result})

    async def _befalls(self, fault: Fault, params: Params, call: Call) -> bool:
        """Do what a fault does before the call; True if that ends it."""
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.drop == "before":
            self._hang_up(call, "dropped before the call")
            return True
        error = fault.error()
        if error is None:
            return False
        if error.code == 429 and "chat_id" in params.values:
            chat_id = params.integer("chat_id") or 0
            self.gateway.flood.pause(chat_id, error.parameters["retry_after"])
        if error.code not in {502, 504}:
            raise error
        call.error = str(error.code)
        self.set_status(error.code)
        await self.finish(f"<html><head><title>{error.code} {error.description}</title></head></html>")
        return True

    def _hang_up(self, call: Call, why: str) -> None:
        call.error = why
        self.detach().close()

    def _params(self) -> Params:
        values: dict[str, Any] = {
            name: self.decode_argument(found[-1], name) for name, found in self.request.arguments.items()
        }
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            try:
                values |= json.loads(self.request.body or b"{}")
            except (json.JSONDecodeError, TypeError) as error:
                raise bad_request("can't parse JSON object") from error
        files = {
            name: Upload(found[-1].filename, found[-1].body, found[-1].content_type)
            for name, found in self.request.files.items()
        }
        return Params(values, files)


def application(gateway: Gateway) -> Application:
    shared = {"gateway": gateway}
    return Application(
        [
            (r"/bot([^/]+)/(\w+)", MethodHandler, shared),
            (r"/file/bot([^/]+)/(.+)", FileHandler, shared),
        ],
        default_handler_class=NotFoundHandler,
        default_handler_args=shared,
        log_function=lambda handler: None,
    )
