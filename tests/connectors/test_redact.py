"""No secret is shown by an error, what stands behind it, an exchange or a log."""

import base64
import json
import logging
import traceback
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.connectors.auth import Basic, Bearer, Fixed
from retour.connectors.errors import ConnectorError
from retour.connectors.http import Auth, Door, Exchange
from retour.connectors.redact import MASK, Redactor

from .loopback import DROP, HANG, says, serving, virtual_time

SECRET = "s3cr&t/w+rd=é'"
TOKEN = "eyJhbGciOi.JSUzI1NiJ9-live"


class TestSpellings:
    @given(st.text(min_size=4).filter(lambda secret: "§" not in secret), st.text("§"), st.text("§"))
    def test_a_secret_is_masked_however_a_request_spells_it(self, secret: str, before: str, after: str) -> None:
        for spelled in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]):
            assert Redactor([secret])(f"{before}{spelled}{after}") == f"{before}{MASK}{after}"

    @pytest.mark.parametrize("ahead", ["", "i", "id", "id1", "client:"])
    @pytest.mark.parametrize("behind", ["", "x", "xy", "xyz"])
    @pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
    def test_a_secret_inside_base64_is_masked(self, ahead: str, behind: str, encode: object) -> None:
        encoded = encode(f"{ahead}{SECRET}{behind}".encode()).decode()  # type: ignore[operator]
        shown = Redactor([SECRET])(encoded)
        assert MASK in shown
        # What is left are the letters of its surroundings, and one at each end that the secret shares with them.
        assert len(shown.replace(MASK, "").rstrip("=")) <= 4 * len(ahead) / 3 + 4 * len(behind) / 3 + 4

    def test_the_longer_secret_first(self) -> None:
        assert Redactor(["abcd", "abcdefgh"])("abcdefgh abcd") == f"{MASK} {MASK}"

    def test_nothing_is_masked_for_want_of_a_secret(self) -> None:
        assert Redactor(["", "x", "123"])("x 123 and the rest") == "x 123 and the rest"

    def test_no_half_of_a_secret_is_left_at_a_cut(self) -> None:
        secret = "0123456789" * 4
        for shift in range(60):
            shown = Redactor([secret]).clipped("a" * shift + secret * 20, 50)
            assert "0123" not in shown
            assert len(shown) <= 51


class TestNames:
    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("https://h/x?code=abc&y=1", f"https://h/x?code={MASK}&y=1"),
            ("https://h/x?a=1&access_token=abc#top", f"https://h/x?a=1&access_token={MASK}#top"),
            ("https://h/x?X-Amz-Signature=abc&X-Amz-Credential=AK/1", f"https://h/x?X-Amz-Signature={MASK}&X-Amz-Credential={MASK}"),
            ("https://h/x?API_KEY=abc;key=d", f"https://h/x?API_KEY={MASK};key={MASK}"),
            ("https://h/x?client_secret=abc&password=", f"https://h/x?client_secret={MASK}&password={MASK}"),
            ("https://h/x?sign=ABC", f"https://h/x?sign={MASK}"),
            ("https://h/token/abc/orders", f"https://h/token/{MASK}/orders"),
            ("https://h/v1/key/abc?x=1", f"https://h/v1/key/{MASK}?x=1"),
            ("https://h/x?postcode=1234AB&keyword=mug&page=2", "https://h/x?postcode=1234AB&keyword=mug&page=2"),
            ("https://h/orders?limit=9&email=noor%40example.org", f"https://h/orders?{MASK}"),
            ("https://h/orders?f[field]=customer_lastname&f[value]=Example", f"https://h/orders?{MASK}"),
            ("https://h/tokens/2021-03-01", "https://h/tokens/2021-03-01"),
        ],
    )  # fmt: skip
    def test_in_a_url(self, url: str, shown: str) -> None:
        assert Redactor(()).url(url) == shown

    @pytest.mark.parametrize(
        ("body", "shown"),
        [
            ('{"access_token": "abc", "code": "E1"}', f'{{"access_token": "{MASK}", "code": "E1"}}'),
            ('{"clientSecret":"a\\"b","key":"SKU"}', f'{{"clientSecret":"{MASK}","key":"SKU"}}'),
            ('{"password": 123456}', f'{{"password": "{MASK}"}}'),
            ('{"token": "cut in the mid', f'{{"token": "{MASK}"'),
            ("grant_type=x&refresh_token=abc&code=1", f"grant_type=x&refresh_token={MASK}&code=1"),
            ("got Bearer abc.def-123 instead", f"got Bearer {MASK} instead"),
            ("the bearer of this letter", "the bearer of this letter"),
        ],
    )
    def test_in_a_body(self, body: str, shown: str) -> None:
        assert Redactor(())(body) == shown


AUTHS: list[Auth] = [Bearer(TOKEN), Basic("user", TOKEN), Fixed({"X-Api-Key": TOKEN})]
ECHO = f"{TOKEN} {SECRET} {base64.b64encode(f'user:{TOKEN}'.encode()).decode()}"
ANSWERS = {
    "dropped": DROP,
    "hung": HANG,
    "cut": says(200, ECHO, Content_Length="9999", Connection="close"),
    "no http": ECHO.encode() + b"\r\n\r\n",
    "no json": says(200, ECHO, X_Request_Id=TOKEN),
    "redirect": says(302, ECHO, Location=f"https://login.example.org/?token={TOKEN}"),
    **{f"{status} page": says(status, f"<html><p>{ECHO}</p></html>") for status in (400, 401, 403, 404, 429, 500, 503)},
    **{
        f"{status} problem": says(
            status, json.dumps({"title": ECHO, "violations": [{"name": TOKEN, "reason": SECRET}]}), X_Request_Id=TOKEN
        )
        for status in (400, 401, 403, 404, 429, 500, 503)
    },
}


@pytest.mark.parametrize("auth", AUTHS, ids=["bearer", "basic", "key"])
@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@virtual_time
async def test_no_failure_shows_a_secret(
    answer: bytes, verb: str, auth: Auth, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    left: list[Exchange] = []
    async with serving(answer) as server, _door(left) as door:
        error = await _failed(door, verb, f"{server.url}/key/{quote(SECRET, safe='')}", auth)
    assert left
    assert server.heard
    shown = [*_shown(error), *map(repr, left), caplog.text, *capfd.readouterr()]
    _assert_hidden(shown)


@pytest.mark.parametrize("shape", ["{}", '{{"message": "{}"}}'])
async def test_no_half_of_a_secret_is_left_where_words_are_cut(shape: str) -> None:
    secret = "0123456789" * 4
    for length in (*range(158, 201, 6), *range(458, 501, 6)):
        answer = says(400, shape.format("a" * length + secret), X_Request_Id="a" * length + secret)
        async with serving(answer) as server, Door(name="P", allow_private=True, secrets=[secret]) as door:
            with pytest.raises(ConnectorError) as caught:
                await door.write("PUT", server.url)
        assert "0123" not in f"{caught.value.words} {caught.value.request_id}"


@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize("target", ["closed", "barred", "malformed", "user", "line break"])
async def test_no_call_that_did_not_leave_shows_a_secret(verb: str, target: str) -> None:
    async with serving(DROP) as closed:
        pass
    url = {
        "closed": closed.url,
        "barred": "http://169.254.169.254",
        "malformed": "nothing",
        "user": f"http://{quote(SECRET, safe='')}:{TOKEN}@127.0.0.1:{closed.port}",
        "line break": closed.url,
    }[target]
    auth = Bearer(f"{TOKEN}\n") if target == "line break" else AUTHS[0]
    left: list[Exchange] = []
    async with _door(left) as door:
        error = await _failed(door, verb, f"{url}/{quote(SECRET, safe='')}", auth)
    _assert_hidden([*_shown(error), *map(repr, left)])


async def test_what_a_door_shows_of_itself() -> None:
    async with _door([]) as door:
        _assert_hidden([repr(door), repr(AUTHS)])


def _door(left: list[Exchange]) -> Door:
    return Door(name="Platform", allow_private=True, secrets=[SECRET], record=left.append)


async def _failed(door: Door, verb: str, url: str, auth: Auth) -> ConnectorError:
    call = {"auth": auth, "json": {"password": "unlisted-pw", "note": SECRET}, "params": {"code": "unlisted-code"}}
    with pytest.raises(ConnectorError) as caught:
        (await getattr(door, verb)("PUT", url, **call)).json()
    return caught.value


def _shown(error: BaseException) -> Iterator[str]:
    """What an error and everything behind it shows, also what tracebacks leave out."""
    behind: BaseException | None = error
    while behind is not None:
        yield from (str(behind), repr(behind), repr(behind.args), repr(vars(behind)))
        behind = behind.__cause__ or behind.__context__
    yield from traceback.format_exception(error)


def _assert_hidden(shown: list[str]) -> None:
    encoded = base64.b64encode(f"user:{TOKEN}".encode()).decode()
    for secret in (TOKEN, SECRET, quote(SECRET, safe=""), quote_plus(SECRET), encoded, "unlisted-pw", "unlisted-code"):
        for text in shown:
            assert secret not in text
