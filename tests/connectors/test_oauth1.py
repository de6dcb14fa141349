"""OAuth 1.0a signatures, held to the examples of RFC 5849."""

from urllib.parse import parse_qsl

import pytest
from yarl import URL

from retour.connectors.call import Signs
from retour.connectors.oauth1 import OAuth1, base_string, encoded

AN_EXAMPLE = "http://photos.example.net/photos?file=vacation.jpg&size=original"


def test_the_base_string_of_the_rfc() -> None:
    """RFC 5849, 3.4.1.1: query, header and form together."""
    url = URL("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", encoded=True)
    said = {
        "oauth_consumer_key": "9djdj82h48djs9d2",
        "oauth_token": "kkk9d7dh3k39sjv7",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131201",
        "oauth_nonce": "7d8f3e4a",
    }
    form = parse_qsl("c2&a3=2+q", keep_blank_values=True)
    assert base_string("post", url, [*url.query.items(), *said.items(), *form]) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )


async def test_the_signature_of_the_rfc() -> None:
    """RFC 5849, 1.2, whose calls do not name the version; ours does, as RFC 5849, 3.1, allows."""
    signing = OAuth1(
        "dpf43f3p2l4k3l03",
        "kd94hf93k423kf44",
        "nnch734d00sl2jdk",
        "pfkkdhi9sl3r4s00",
        method="HMAC-SHA1",
        clock=lambda: 137131202.9,
        nonce=lambda: "chapoH",
        version=False,
    )
    _, headers = await signing.sign("GET", URL(AN_EXAMPLE), None)
    assert 'oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"' in headers["Authorization"]
    assert 'oauth_timestamp="137131202"' in headers["Authorization"]
    assert "oauth_version" not in headers["Authorization"]


async def test_each_attempt_is_signed_anew() -> None:
    signing = OAuth1("key", "secret", "token", "token-secret")
    assert isinstance(signing, Signs)
    url, first = await signing.sign("GET", URL(AN_EXAMPLE), None)
    _, second = await signing.sign("GET", URL(AN_EXAMPLE), None)
    assert url == URL(AN_EXAMPLE)
    assert first != second
    assert 'oauth_signature_method="HMAC-SHA256"' in first["Authorization"]
    assert 'oauth_version="1.0"' in first["Authorization"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://shop.example.org:443/rest/V1/orders", "https://shop.example.org/rest/V1/orders"),
        ("https://shop.example.org:8443/rest", "https://shop.example.org:8443/rest"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_the_address_that_is_signed(address: str, said: str) -> None:
    assert base_string("GET", URL(address), []) == f"GET&{encoded(said)}&"


def test_brackets_of_a_search_are_signed_encoded() -> None:
    url = URL("https://shop.example.org/rest/V1/orders").extend_query({"searchCriteria[pageSize]": "a b+c"})
    signed = base_string("GET", url, url.query.items())
    assert signed.endswith("&searchCriteria%255BpageSize%255D%3Da%2520b%252Bc")


def test_all_of_it_is_secret() -> None:
    assert set(OAuth1("key", "secret", "token", "token-secret").secrets()) == {"key", "secret", "token", "token-secret"}
