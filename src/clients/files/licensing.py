"""
Licensing: asks your Latchkey server whether this installation may run, believes signed answers only, and remembers the
last good one for the days without a network. Python 3.8 or later, the standard library alone.

    licensing = Licensing(api_key="lk_...")
    verdict = licensing.activate(key_from_the_customer)  # once
    verdict = licensing.check()                          # at each start, and daily
    if not verdict.allowed:
        print(verdict.why, verdict.help)

Nothing here raises: every method returns a value. `result` is what the server says, `allowed` is what follows from it:
a licence that is good, or was good lately while nobody can tell. Times are Unix seconds.
"""

import base64
import binascii
import hashlib
import http.client
import json
import os
import random
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

# Filled in when this file was printed.
SERVER = "@server@"
# The uuid of the product, and its name for messages.
PRODUCT = "@product@"
PRODUCT_NAME = "@product-name@"
# An API key with the preset "client". Anybody can read it here, so never another one.
API_KEY = "@api-key@"
# How many days the program may go on after the last good answer.
GRACE_DAYS = 7
# The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them.
PUBLIC_KEYS = ["@public-keys@"]

DAY = 86_400
CLOCK_ERROR = 300
ANSWER_BYTES_MAX = 1_000_000
# The description of a key on P-256 has this length, of RSA at least 294 bytes.
P256_BYTES = 91
FILE_NAME = "license-%s.json" % PRODUCT
GOOD = (200, 300, 301)

# What each refusal means, and what helps the customer. All other codes say nothing about the licence.
REFUSALS = {
    201: ("This licence key has not been sold.", "Ask the shop where you bought it."),
    202: ("The licence is not active on this device.", "Activate it again."),
    203: ("%s is not available at present." % PRODUCT_NAME, "Contact the vendor."),
    204: ("This licence is blocked.", "Contact the vendor."),
    205: ("This licence has ended.", "Renew it."),
    210: ("There is no such licence key for %s." % PRODUCT_NAME, "Check the key for typing errors."),
    215: ("The request named no device.", "Report this to the vendor: it is a fault of the program."),
    302: ("All seats of this licence are taken.", "Deactivate another device, or buy a further seat."),
    401: ("The licence was not active on this device.", "There is nothing to do."),
}


@dataclass(frozen=True)
class Verdict:
    """What is known of the licence: `result` is "good", "refused" or "cannot tell"."""

    result: str
    allowed: bool  # Whether the program may run.
    why: str  # A sentence for the customer,
    help: str = ""  # and what they can do.
    code: Optional[int] = None  # Of the answer, if there was a genuine one.
    until: Optional[float] = None  # Until when the program may run if the server stays silent.
    retry_after: Optional[int] = None  # The server asked to wait this many seconds.


@dataclass(frozen=True)
class Release:
    version: str
    numeric_version: int
    summary: str
    changelog: str
    date: str
    url: str  # Where to download it; good for some minutes.


NOTHING_ENTERED = Verdict(
    "refused", False, "No licence key has been entered yet.", "Enter the key that you have bought."
)


class _CannotTell(Exception):
    """Why there is no answer that can be believed."""

    def __init__(
        self,
        why: str,
        help: str = "Check the internet connection; the program asks again later.",
        code: Optional[int] = None,
        retry_after: Optional[int] = None,
    ):
        super().__init__(why)
        self.why, self.help, self.code, self.retry_after = why, help, code, retry_after


class _File(NamedTuple):
    key: str
    features: Any
    ends_at: float
    lapses_at: float


# One check in flight: others wait for it, and find its answer.
_turn = threading.Lock()


class Licensing:
    """
    The licence of this installation. `folder` is where to keep it, by default the user's folder for the data of
    programs; `device` names this device, otherwise the variable LICENSE_DEVICE does, otherwise a random name that is
    made once and kept; `bind_to_machine` takes the machine's id, hashed with the product, instead. The last four are
    for tests.
    """

    def __init__(
        self,
        api_key: str = API_KEY,
        server: str = SERVER,
        grace_days: int = GRACE_DAYS,
        folder: Union[str, Path, None] = None,
        device: Optional[str] = None,
        bind_to_machine: bool = False,
        now: Callable[[], float] = time.time,
        machine: Optional[str] = None,
        deadline: float = 10.0,
        pause: float = 0.5,
    ):
        self._api_key, self._server, self._grace_days = api_key, server.rstrip("/"), grace_days
        self._path = Path(folder if folder is not None else _usual_folder()) / FILE_NAME
        self._named_device = device or os.environ.get("LICENSE_DEVICE") or None
        self._is_bound, self._machine = bind_to_machine, machine
        self._clock, self._deadline, self._pause = now, deadline, pause
        # What is kept, as text and as data.
        self._saved = ""
        self._memory: Dict[str, Any] = {}
        self._trusted: List[bytes] = []

    def activate(self, license_key: str) -> Verdict:
        """Takes a seat for this device. Call it when the customer enters a key."""
        with self._in_turn():
            key = _tidy(license_key)
            if key != self._memory.get("key"):
                self._forget(key)
            # Kept before the request: a device that is not known again would take a seat at each start.
            if not self._save() and not self._named_device:
                return self._cannot_tell(
                    _CannotTell("This device cannot keep its licence.", "Make the data folder of the program writable.")
                )
            return self._decide("activate")

    def check(self, is_due: bool = False) -> Verdict:
        """Says whether the program may run. Asks the server once a day, or at once with `is_due`."""
        with self._in_turn():
            if not self._memory.get("key"):
                return NOTHING_ENTERED
            now, until = self._now(), self._until()
            if not is_due and until >= now and now < self._memory.get("due", 0) <= now + DAY:
                return _good(until)
            pause_end = max(self._memory.get("paused_until", 0), self._memory.get("busy_until", 0))
            if not is_due and now < pause_end <= now + 7200:
                return self._cannot_tell(_CannotTell("The licence server did not answer lately."))
            return self._decide("verify")

    def deactivate(self) -> Verdict:
        """Frees the seat of this device, and forgets the licence."""
        with self._in_turn():
            if not self._memory.get("key"):
                return NOTHING_ENTERED
            try:
                said, _ = self._ask("deactivate")
                code = said["code"]
                if code not in ("400", 400, 401):
                    return self._judge(said)
                self._forget()
                if code == 401:
                    return _refused(401)
                return Verdict("good", False, "The licence was deactivated on this device.", code=400)
            except _CannotTell as trouble:
                return self._cannot_tell(trouble)

    def feature(self, name: str) -> Union[bool, int, float, str, None]:
        """The value of a feature of the licence; None without it, or while the program may not run."""
        with self._in_turn():
            file = self._kept_file()
            if not file or self._until() < self._now():
                return None
            # A licence without features has an empty list here.
            return file.features.get(name) if isinstance(file.features, dict) else None

    def update(self) -> Optional[Release]:
        """The newest published release; None if there is none, or nobody can tell."""
        with self._in_turn():
            try:
                said, _ = self._ask("access-downloadables")
                if said["code"] != 600 or not said["downloadables"]:
                    return None
                newest = said["downloadables"][0]
                names = ("version", "numeric_version", "update_summary", "changelog", "release_date", "url")
                return Release(*(newest[name] for name in names))
            except (_CannotTell, LookupError, TypeError):
                return None

    def report(self, group: str, value: Union[int, float, str], version: str, user: str = "") -> bool:
        """Reports a number or a text to the vendor; whether it arrived."""
        with self._in_turn():
            is_text = isinstance(value, str)
            fields = {
                "user_identifier": user or self._device(),
                "activation_identifier": self._device(),
                "product_version": version,
                "data_group": group,
                "data_type": "text" if is_text else "numeric-single-value",
                "text_data" if is_text else "numeric_data_single_value": str(value),
            }
            try:
                return self._ask("send-telemetry-data", fields)[0]["code"] in (830, 831)
            except _CannotTell:
                return False

    def offline_file(self, grace_days: int = 30) -> Optional[str]:
        """Fetches a file that holds for a day and this many days more, keeps it, and returns its text; or None."""
        with self._in_turn():
            try:
                return self._fetch_file(grace_days)
            except _CannotTell:
                return None

    def use_offline_file(self, text: str) -> Verdict:
        """Takes a file that was fetched elsewhere for this device, which may never be online."""
        with self._in_turn():
            try:
                file = self._open_file(text.strip())
                if file.ends_at < self._now():
                    return _refused(205)
                if self._is_set_back() or file.lapses_at < self._now():
                    raise _CannotTell("This file has lapsed.", "Ask for a new one.")
            except _CannotTell as trouble:
                return self._cannot_tell(trouble)
            self._memory = {"key": file.key, **self._memory, "file": text.strip()}
            return _good(file.lapses_at)

    def device_name(self) -> str:
        """The name of this device, as the server knows it. Show it to customers whose machine is never online."""
        with self._in_turn():
            return self._device()

    # Asking and judging

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Reads what is kept, and keeps what has changed. Others wait, in other processes too, and find its answer."""
        with _turn, _lock_of(self._path):
            self._load()
            try:
                yield
            finally:
                self._save()


    def _decide(self, endpoint: str) -> Verdict:
        # Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
        failures = self._memory.get("failures", 0)
        pause = min(3600, 60 * 2 ** min(failures, 9)) * (1 + random.random() / 4)
        self._memory.update(failures=failures + 1, paused_until=int(self._now() + pause) + 1)
        try:
            said, text = self._ask(endpoint)
            if not _is_good(said["code"]):
                return self._judge(said)
        except _CannotTell as trouble:
            return self._cannot_tell(trouble)
        now = self._now()
        for name in ("paused_until", "busy_until", "failures"):
            self._memory.pop(name, None)
        # Copies that started together come back apart.
        self._memory.update(answer=text, latest=now, due=now + DAY - random.randrange(4 * 3600))
        self._renew_file()
        note = "" if self._save() else "It could not be kept: make the data folder of the program writable."
        return _good(self._until(), note, said["code"])

    def _judge(self, said: Dict[str, Any]) -> Verdict:
        """What a genuine answer means that is not good."""
        code = said["code"]
        if type(code) is not int or code not in REFUSALS:
            raise _CannotTell(
                "The licence server says: %s." % said.get("message"), code=code if type(code) is int else None
            )
        # Or a customer who was refused could go on by pulling the plug.
        for name in ("answer", "file", "due", "paused_until", "failures"):
            self._memory.pop(name, None)
        return _refused(code)

    def _cannot_tell(self, trouble: _CannotTell) -> Verdict:
        now, until = self._now(), self._until()
        if trouble.retry_after:
            self._memory["busy_until"] = now + trouble.retry_after
        if not self._is_set_back():
            self._memory["latest"] = max(now, self._memory.get("latest", 0))
        granted = until if until > 0 else None
        return Verdict(
            "cannot tell", until >= now, trouble.why, trouble.help, trouble.code, granted, trouble.retry_after
        )

    def _until(self) -> float:
        """Until when the kept proofs let the program run; 0 for not at all."""
        if self._is_set_back():
            return 0
        file, answer = self._kept_file(), self._kept_answer()
        grace_end = answer["timestamp"] + self._grace_days * DAY if answer else 0
        return min(file.ends_at, max(grace_end, file.lapses_at)) if file else grace_end

    def _is_set_back(self) -> bool:
        return self._now() < self._memory.get("latest", 0) - CLOCK_ERROR

    # Messages

    def _ask(self, endpoint: str, more: Optional[Dict[str, str]] = None) -> Tuple[Dict[str, Any], str]:
        """Asks the server. Raises unless the answer is genuine, fresh, and about this key, device and product."""
        now, busy_until = self._now(), self._memory.get("busy_until", 0)
        if now < busy_until <= now + 3600:
            raise _CannotTell("The licence server is busy.", "Try again later.", retry_after=int(busy_until - now))
        fields = {"license_key": self._memory.get("key", ""), "identifier": self._device(), **(more or {})}
        text, nonce = self._send(endpoint, fields)
        said = _open(text, self._trusted)
        if said is None and self._follow_keys():
            said = _open(text, self._trusted)
        if said is None:
            raise _CannotTell("The answer was not signed by the licence server.")
        if abs(said["timestamp"] - now) > CLOCK_ERROR:
            raise _CannotTell("The clock of this device is wrong.", "Set date and time, then try again.")
        if _is_about_license(said["code"]) and not (said.get("nonce") == nonce and self._is_mine(said)):
            raise _CannotTell("The answer is to another request.")
        return said, text

    def _is_mine(self, said: Dict[str, Any]) -> bool:
        """Whether an answer is about this licence key, device and product."""
        if said.get("license_key_sha256") != _sha256(self._memory.get("key", "")):
            return False
        # A report goes without device and product, and 210 without a product: there is no such key, or none of it.
        if said["code"] in (830, 831):
            return True
        is_of_device = said.get("identifier_sha256") == _sha256(self._device())
        return is_of_device and (said["code"] == 210 or said.get("product_uuid") == PRODUCT)

    def _send(self, endpoint: str, fields: Dict[str, str]) -> Tuple[str, str]:
        """Posts a form, three times at most. Returns the body of the answer, and the nonce of its request."""
        give_up = time.monotonic() + self._deadline
        for attempt in (1, 2, 3):
            nonce = secrets.token_hex(16)
            form = {**fields, "nonce": nonce, "product_id": PRODUCT, "signature_algorithm": "ES256"}
            request = urllib.request.Request(
                self._address(endpoint),
                urllib.parse.urlencode(form).encode(),
                {"Authorization": "Bearer " + self._api_key},
            )
            try:
                status, text, retry_after = _fetch(request, give_up)
                if retry_after > 0:
                    wait = min(retry_after, 3600)
                    raise _CannotTell("The licence server is busy.", "Try again later.", retry_after=wait)
                if status < 500 or attempt == 3:
                    return text, nonce
            except OSError:
                if attempt == 3 or time.monotonic() >= give_up:
                    break
            time.sleep(min(self._pause * attempt * (0.5 + random.random()), max(0, give_up - time.monotonic())))
        raise _CannotTell("The licence server cannot be reached.")

    def _address(self, path: str) -> str:
        return "%s/api/v1/%s" % (self._server, path)

    def _kept_answer(self) -> Optional[Dict[str, Any]]:
        """What the kept answer says, if it is still worth something."""
        try:
            said = _open(self._memory.get("answer", ""), self._trusted)
        except _CannotTell:
            return None
        if not said or not _is_good(said["code"]) or not self._is_mine(said):
            return None
        return None if said["timestamp"] > self._now() + CLOCK_ERROR else said

    # Offline files

    def _renew_file(self) -> None:
        """Fetches a file as good as the kept one: it has the licence's features and its end."""
        kept = self._kept_file()
        days_left = int(kept.lapses_at - self._now()) // DAY if kept else 0
        try:
            self._fetch_file(max(0, self._grace_days - 1, days_left - 1))
        except _CannotTell:
            pass  # The old one stays.

    def _fetch_file(self, grace_days: int) -> str:
        key = urllib.parse.quote(self._memory.get("key", ""), safe="")
        device = self._device()
        fields = {"identifier": device, "hardware_id": device, "grace_period_days": str(grace_days)}
        text, _ = self._send("licenses/%s/offline-file" % key, fields)
        if self._open_file(text).lapses_at < self._now():
            raise _CannotTell("This file has lapsed.")
        self._memory["file"] = text
        return text

    def _kept_file(self) -> Optional[_File]:
        try:
            return self._open_file(self._memory.get("file", ""))
        except _CannotTell:
            return None

    def _open_file(self, text: str) -> _File:
        """Reads an offline file. Raises unless it is genuine and for this device, licence and product."""
        # The signature is over the file as it stands, without itself.
        before, _, rest = text.rpartition(',"signature":"')
        signature, _, after = rest.partition('"')
        file = _parse(text)
        is_whole = before != "" and file.get("signature") == signature
        if not is_whole or not _is_signed(before + after, signature, self._trusted):
            raise _CannotTell("This file was not signed by the licence server.", "Ask for a new one.")
        try:
            license, issued_at = file["license"], _seconds(file["issued_at"])
            ends_at = _seconds(license["ends_at"]) if license["ends_at"] else float("inf")
            lapses_at = min(_seconds(license["expires_at"]) + file["grace_period_days"] * DAY, ends_at)
            found = _File(license["key"], license["features"], ends_at, lapses_at)
            devices = (license["hardware_id"], license["domain"])
        except (LookupError, TypeError, ValueError):
            raise _CannotTell("This is no offline file.", "Ask for a new one.") from None
        key = self._memory.get("key")
        if self._device() not in devices or (key and _plain(key) != _plain(found.key)):
            raise _CannotTell("This file is for another device or licence.", "Ask for one for this device.")
        # A file that names no product needs a good answer beside it, which does.
        product = file.get("product_uuid")
        if product != PRODUCT if product else not self._kept_answer():
            raise _CannotTell("This file is not for %s." % PRODUCT_NAME, "Ask for a new one.")
        if issued_at > self._now() + CLOCK_ERROR:
            raise _CannotTell("The clock of this device is wrong.", "Set date and time, then try again.")
        return found

    # Keys and memory

    def _follow_keys(self) -> bool:
        """Follows certificates to the keys that the server lists. Whether anything was learnt."""
        query = urllib.parse.urlencode({"product_id": PRODUCT, "signature_algorithm": "ES256"})
        try:
            request = urllib.request.Request(self._address("keys?" + query))
            _, text, _ = _fetch(request, time.monotonic() + self._deadline)
            listed = _listed(_parse(_bytes(_parse(text).get("response_base64")).decode("utf-8", "replace")).get("keys"))
            reached = _reach(listed)
            said = _open(text, reached)
        except (OSError, _CannotTell):
            return False
        # Everybody gets the same list, so only its time shows that it is not an old one.
        if not said or abs(said["timestamp"] - self._now()) > CLOCK_ERROR:
            return False
        self._memory["keys"], self._trusted = listed, reached
        return True

    def _load(self) -> None:
        try:
            self._saved = self._path.read_text("utf-8")
        except (OSError, ValueError):
            self._saved = ""
        self._memory = _remembered(_parse(self._saved))
        machine_id = self._machine if self._machine is not None else _machine_id()
        machine = _sha256("%s\n%s" % (PRODUCT, machine_id)) if machine_id else None
        if machine and self._memory.get("machine", machine) != machine:
            # Copied from another machine: its seat stays there.
            self._memory = {name: self._memory[name] for name in ("key",) if name in self._memory}
        if machine:
            self._memory["machine"] = machine
        if machine and self._is_bound:
            self._memory["device"] = machine
        self._memory.setdefault("device", secrets.token_hex(16))
        self._trusted = _reach(self._memory.get("keys", []))

    def _save(self) -> bool:
        """Replaces the file in one step, so that a crash leaves the old one. Whether it was kept."""
        text = json.dumps(self._memory)
        if text == self._saved:
            return True
        # Of this process alone: another one may write as well where there is no lock.
        fresh = self._path.with_name("%s.%d.new" % (FILE_NAME, os.getpid()))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(str(fresh), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(str(fresh), str(self._path))
            self._saved = text
            return True
        except OSError:
            return False

    def _forget(self, key: Optional[str] = None) -> None:
        """Forgets the licence; who this device is stays."""
        kept = ("device", "machine", "keys", "latest")
        self._memory = {name: self._memory[name] for name in kept if name in self._memory}
        if key is not None:
            self._memory["key"] = key

    def _now(self) -> int:
        return int(self._clock())

    def _device(self) -> str:
        return self._named_device or self._memory["device"]


def _good(until: float, note: str = "", code: Optional[int] = None) -> Verdict:
    return Verdict("good", True, "The licence is good.", note, code, until if until < float("inf") else None)


def _refused(code: int) -> Verdict:
    why, help = REFUSALS[code]
    return Verdict("refused", False, why, help, code)


def _is_good(code: Any) -> bool:
    return type(code) is int and code in GOOD


def _is_about_license(code: Any) -> bool:
    """Codes below 200 and above 9000 are about the request or the server."""
    return not isinstance(code, int) or 200 <= code < 9000


def _tidy(key: str) -> str:
    """A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens."""
    seen = re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", key)
    return re.sub(r"\s+", " ", re.sub("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]", "-", seen)).strip()


def _plain(key: str) -> str:
    """A key without what the server overlooks."""
    return re.sub(r"[\W_]", "", key.upper())


def _seconds(iso: str) -> float:
    return datetime.strptime(iso[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()


def _parse(text: str) -> Dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _remembered(kept: Dict[str, Any]) -> Dict[str, Any]:
    """What was kept, without what is not of its kind: somebody may have edited the file."""
    kinds: Dict[str, Any] = dict.fromkeys(("device", "machine", "key", "answer", "file"), str)
    kinds.update(dict.fromkeys(("latest", "due", "paused_until", "busy_until", "failures"), (int, float)))
    memory = {name: value for name, value in kept.items() if isinstance(value, kinds.get(name, ()))}
    return {**memory, "keys": _listed(kept.get("keys"))}


def _fetch(request: urllib.request.Request, give_up: float) -> Tuple[int, str, int]:
    """The status, the body and the seconds to wait. Raises an OSError without an answer."""
    opener = urllib.request.build_opener(_NoRedirection)
    try:
        answer = opener.open(request, timeout=max(0.01, give_up - time.monotonic()))
    except urllib.error.HTTPError as refusal:
        answer = refusal
    except (ValueError, http.client.HTTPException) as nonsense:
        raise OSError("no answer") from nonsense
    try:
        with answer:
            # Piece by piece: the timeout holds for each, and a server may drip.
            body, piece, length = b"", b"-", answer.headers.get("Content-Length")
            while piece and len(body) < ANSWER_BYTES_MAX and time.monotonic() < give_up:
                piece = answer.read1(65_536)
                body += piece
            if length is not None and length != str(len(body)):
                raise OSError("half an answer, or too long")
            wait = answer.headers.get("Retry-After") or ""
            return answer.getcode(), body.decode("utf-8", "replace"), int(wait) if wait.isdigit() else 0
    except (ValueError, http.client.HTTPException) as half:
        raise OSError("half an answer") from half


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A redirection leads to a stranger's page."""

    def redirect_request(self, *_: Any) -> None:
        return None


# Keys and signatures


def _open(text: str, keys: List[bytes]) -> Optional[Dict[str, Any]]:
    """What was signed; None unless one of these keys has signed it."""
    envelope = _parse(text)
    signed, signature = envelope.get("response_base64"), envelope.get("signature")
    if not isinstance(signed, str) or not isinstance(signature, str):
        raise _CannotTell("Something else than the licence server has answered.")
    if not _is_signed(signed, signature, keys):
        return None
    # Only what was signed counts: anybody on the way can change the "response" beside it.
    said = _parse(_bytes(signed).decode("utf-8", "replace"))
    return said if type(said.get("timestamp")) is int and "code" in said else None


def _listed(keys: Any) -> List[Dict[str, str]]:
    """The keys of a list that are described as keys are."""
    names = ("key_id", "public_key", "state", "certified_by", "certificate")
    rows = keys if isinstance(keys, list) else []
    return [{name: str(row.get(name)) for name in names} for row in rows if isinstance(row, dict)]


def _reach(listed: List[Dict[str, str]]) -> List[bytes]:
    """The keys that may sign: the printed ones, and those that certificates lead to; without retired ones."""
    reached = [_bytes(key) for key in PUBLIC_KEYS]
    keys = [(row, _bytes(re.sub(r"-----[^-]+-----|\s", "", row["public_key"]))) for row in listed]
    before = -1
    while before < len(reached):
        before = len(reached)
        for row, key in keys:
            for certifier, signer in keys:
                if key in reached or signer not in reached or certifier["key_id"] != row["certified_by"]:
                    continue
                digest = hashlib.sha256(key).hexdigest()
                first = "latchkey companion certificate" if len(key) == P256_BYTES else "latchkey key certificate"
                text = "\n".join((first, certifier["key_id"], row["key_id"], digest))
                if _is_signed(text, row["certificate"], [signer]):
                    reached.append(key)
    retired = [key for row, key in keys if row["state"] == "retired"]
    return [key for key in reached if key not in retired]


def _is_signed(text: str, signature: str, keys: List[bytes]) -> bool:
    """Whether one of these keys, RSA or P-256, has signed the text."""
    digest, given = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), _bytes(signature)
    for key in keys:
        try:
            if (_is_signed_p256 if len(key) == P256_BYTES else _is_signed_rsa)(digest, given, key):
                return True
        except (ValueError, IndexError):
            pass  # No key: the next one.
    return False


def _is_signed_rsa(digest: bytes, signature: bytes, key: bytes) -> bool:
    """RSA PKCS#1 v1.5 with SHA-256 (RFC 8017, 8.2.2): the only block that would be right is compared as a whole."""
    outer = _der(key)[0]
    numbers = _der(_der(_der(outer)[1][1:])[0])
    modulus, exponent = int.from_bytes(numbers[0], "big"), int.from_bytes(numbers[1], "big")
    size = (modulus.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    tail = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    block = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
    return pow(int.from_bytes(signature, "big"), exponent, modulus) == int.from_bytes(block, "big")


def _der(data: bytes) -> List[bytes]:
    """The contents of the elements of DER that stand one behind the other."""
    found, at = [], 0
    while at < len(data):
        size, at = data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        found.append(data[at : at + size])
        at += size
    return found


# P-256 (FIPS 186-5): y² = x³ − 3x + b over the integers modulo P; G generates a group of N points.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_Point = Optional[Tuple[int, int]]


@lru_cache(maxsize=16)
def _is_signed_p256(digest: bytes, signature: bytes, key: bytes) -> bool:
    """ECDSA with SHA-256; the signature is r and s, 32 bytes each. Nothing here is secret, so time tells nothing."""
    x, y = int.from_bytes(key[27:59], "big"), int.from_bytes(key[59:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    is_on_curve = x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0
    if len(signature) != 64 or not is_on_curve or not 0 < r < N or not 0 < s < N:
        return False
    inverse = pow(s, -1, N)
    point = _add(_times(int.from_bytes(digest, "big") * inverse % N, G), _times(r * inverse % N, (x, y)))
    return point is not None and point[0] % N == r


def _add(a: _Point, b: _Point) -> _Point:
    """The sum of two points; None is the point at infinity."""
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _times(factor: int, point: _Point) -> _Point:
    result: _Point = None
    while factor:
        if factor & 1:
            result = _add(result, point)
        point, factor = _add(point, point), factor >> 1
    return result


def _bytes(text: Any) -> bytes:
    """The bytes behind base64; none if it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return b""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# The platform


@contextmanager
def _lock_of(path: Path) -> Iterator[None]:
    """Waits while another process holds this lock; goes on without it where the system gives none."""
    name = os.path.join(tempfile.gettempdir(), _sha256(os.path.abspath(str(path))) + ".lock")
    with ExitStack() as held:
        try:
            file = held.enter_context(open(name, "ab"))
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass
        yield


def _usual_folder() -> Path:
    """The user's folder for the data of programs."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or home)
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "licenses"


def _machine_id() -> Optional[str]:
    """The id that the operating system has given this machine; None where there is none."""
    try:
        if sys.platform == "darwin":
            said = subprocess.run(
                ["ioreg", "-rd1", "-c", "IOPlatformExpertDevice"], stdout=subprocess.PIPE, timeout=2, check=True
            ).stdout.decode("utf-8", "replace")
            found = re.search(r'IOPlatformUUID" = "([^"]+)', said)
            return found.group(1) if found else None
        if sys.platform == "win32":
            import winreg

            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return Path("/etc/machine-id").read_text("ascii").strip() or None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
