"""A settings file is read, or every mistake in it is shown with its line and what mends it."""

from pathlib import Path

import pytest

from retour.cli.references import References
from retour.cli.settings_file import SettingsFile, Slips, read
from tests.cli.hub import BOL_SECRET, ENVIRONMENT, MAGENTO_TOKEN, SETTINGS, settings_file


def _slips(folder: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    path = settings_file(folder, text)
    with pytest.raises(Slips) as caught:
        read(path, ENVIRONMENT if environment is None else environment)
    return str(caught.value).replace(f"{path}:", "").splitlines()


def _read(folder: Path, text: str = SETTINGS) -> SettingsFile:
    return read(settings_file(folder, text), ENVIRONMENT)


def test_settings_and_secrets_come_apart(tmp_path: Path) -> None:
    (company,) = _read(tmp_path).companies
    (project,) = company.projects
    shop, bol = project.connections
    assert (company.slug, company.name, project.slug, project.name) == ("acme", "Acme BV", "webshop", "Acme webshop")
    assert (shop.slug, shop.role, shop.connector) == ("shop", "shop", "magento2")
    assert shop.settings == {"base_url": "http://127.0.0.1:9101", "store_id": "1"}
    assert shop.secrets == {"token": MAGENTO_TOKEN}
    assert (bol.slug, bol.role, bol.connector) == ("bol-nl", "marketplace", "bol")
    assert bol.secrets == {"client_secret": BOL_SECRET}
    assert "client_secret" not in bol.settings
    assert BOL_SECRET not in repr(company)


def test_a_file_reference_counts_from_the_settings_file_and_loses_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "bol").write_text(f"{BOL_SECRET}\n")
    text = SETTINGS.replace('"env:BOL_SECRET"', '"file:keys/bol"')
    (company,) = _read(tmp_path, text).companies
    assert company.projects[0].connections[1].secrets == {"client_secret": BOL_SECRET}
    (tmp_path / "key").write_bytes(b" spaces and\nlines stay \r\n")
    assert References(tmp_path, {}).follow("file:key") == " spaces and\nlines stay "


def test_a_reference_also_stands_for_a_setting_that_is_no_secret(tmp_path: Path) -> None:
    text = SETTINGS.replace('client_id = "x"', 'client_id = "env:BOL_SECRET"')
    (company,) = _read(tmp_path, text).companies
    bol = company.projects[0].connections[1]
    assert bol.settings["client_id"] == BOL_SECRET
    assert "client_id" in bol.quiet


def test_names_may_be_left_out(tmp_path: Path) -> None:
    (company,) = _read(tmp_path, "[companies.acme.projects.webshop]").companies
    assert (company.name, company.projects[0].name) == ("acme", "webshop")


WHERE_BOL = "companies.acme.projects.webshop.marketplaces.bol-nl"
WHERE_SHOP = "companies.acme.projects.webshop.shop"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'connector = "magento2"',
            'connector = "magneto2"',
            f"6: {WHERE_SHOP}.connector: There is no shop connector 'magneto2'. Did you mean 'magento2'? ",
        ),
        (
            'connector = "bol"\n',
            "",
            f"8: {WHERE_BOL}.connector: It is missing. It says which platform this is, such as connector = ",
        ),
        (
            'client_id = "x"\n',
            "",
            f"10: {WHERE_BOL}.settings.client_id: This setting is missing. Client id of the API credentials.",
        ),
        (
            'client_id = "x"',
            'client_id = "x"\nclientid = "y"',
            f"14: {WHERE_BOL}.settings.clientid: There is no such setting. Did you mean 'client_id'? Settings: ",
        ),
        (
            'client_id = "x"',
            'client_id = "x"\nhandled_pages = "many"',
            f"14: {WHERE_BOL}.settings.handled_pages: Input should be a valid integer, unable to parse string as an ",
        ),
        (
            '"http://127.0.0.1:9102"',
            '"bol.com"',
            f"11: {WHERE_BOL}.settings.api_url: A web address is expected, such as https://api.bol.com.",
        ),
        (
            '"env:BOL_SECRET"',
            '"s3cret-in-clear"',
            f"14: {WHERE_BOL}.settings.client_secret: This is a secret and must not stand in this file. "
            'Write client_secret = "env:BOL_NL_CLIENT_SECRET" and set that variable, '
            'or client_secret = "file:PATH" with the path of a file that holds it.',
        ),
        (
            '"env:BOL_SECRET"',
            '"env:NOT_THERE"',
            f"14: {WHERE_BOL}.settings.client_secret: The environment variable NOT_THERE is not set. "
            "Set it where `retour apply` runs.",
        ),
        (
            'client_secret = "env:BOL_SECRET"\n',
            "",
            f"10: {WHERE_BOL}.settings.client_secret: This setting is missing. Client secret of the API credentials. "
            'Write client_secret = "env:BOL_NL_CLIENT_SECRET" and set that variable,',
        ),
        (
            'connector = "bol"',
            'connector = "bol"\npaused = "yes"',
            f"10: {WHERE_BOL}.paused: true or false is expected, without quotes.",
        ),
        (
            'connector = "bol"',
            'connector = "bol"\noptions = { refundlimit = 5 }',
            f"10: {WHERE_BOL}.options.refundlimit: There is no such setting. Did you mean 'refund_limit'? "
            "Settings: refund_limit, poll_every, deadlines.",
        ),
        (
            'connector = "bol"',
            'connector = "bol"\noptions = { refund_limit = "5" }',
            f"10: {WHERE_BOL}.options.refund_limit: Input should be a valid integer.",
        ),
        (
            'connector = "bol"',
            'connector = "bol"\noptions = { deadlines = { anser = 24 } }',
            f"10: {WHERE_BOL}.options.deadlines.anser: bol has no such deadline. It has none.",
        ),
        (
            ".marketplaces.bol-nl]\n",
            ".marketplace.bol-nl]\n",
            "8: companies.acme.projects.webshop.marketplace: This is not known here. Did you mean 'marketplaces'? "
            "Known: name, shop, marketplaces.",
        ),
        ('name = "Acme BV"', "name = 5", "2: companies.acme.name: A name of 1 to 200 letters is expected, in quotes."),
        (
            '[companies.acme.projects.webshop.shop]\nconnector = "magento2"\nsettings = ',
            "[[companies.acme.projects.webshop.shop]]\n[[companies.acme.projects.webshop.shop]]\nsettings = ",
            f"5: {WHERE_SHOP}: A project has one shop: give each other one a project of its own.",
        ),
    ],
)
def test_a_mistake_is_shown_with_its_line_and_what_mends_it(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SETTINGS
    slips = _slips(tmp_path, SETTINGS.replace(old, new, 1))
    assert slips[0].startswith(expected)
    assert "s3cret" not in "".join(slips)


def test_two_shops_are_told_apart_from_other_doubles(tmp_path: Path) -> None:
    double = f'{SETTINGS}[companies.acme.projects.webshop.shop]\nconnector = "magento2"\n'
    assert _slips(tmp_path, double) == [
        f"15: {WHERE_SHOP}: This table is there twice. A project has one shop: give the other one a project of its own."
    ]
    double = f"{SETTINGS}[companies.acme]\n"
    assert _slips(tmp_path, double) == ["15: companies.acme: This table is there twice."]


def test_all_mistakes_are_shown_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        SETTINGS.replace('name = "Acme BV"', 'nam = "Acme BV"')
        .replace("store_id", "store")
        .replace('client_id = "x"', 'clientid = "x"')
        .replace("bol-nl", "Bol_NL!")
        .replace(
            "[companies.acme.projects.webshop.marketplaces.Bol_NL!",
            '[companies.acme.projects.webshop.marketplaces."Bol NL!"',
        )
    )
    assert [slip.split(": ")[0:2] for slip in _slips(tmp_path, text, {})] == [
        ["2", "companies.acme.nam"],
        ["7", f"{WHERE_SHOP}.settings.store"],
        ["7", f"{WHERE_SHOP}.settings.token"],
        ["8", "companies.acme.projects.webshop.marketplaces.Bol NL!"],
        ["10", "companies.acme.projects.webshop.marketplaces.Bol NL!.settings.client_id"],
        ["13", "companies.acme.projects.webshop.marketplaces.Bol NL!.settings.clientid"],
        ["14", "companies.acme.projects.webshop.marketplaces.Bol NL!.settings.client_secret"],
    ]


def test_a_bad_short_name_gets_a_proposal(tmp_path: Path) -> None:
    assert _slips(tmp_path, '[companies."Acme BV"]') == [
        "1: companies.Acme BV: A short name has 1 to 50 small letters, digits and hyphens, and no hyphen at its ends. "
        "'acme-bv' would do."
    ]


def test_a_marketplace_cannot_take_the_name_of_the_shop(tmp_path: Path) -> None:
    text = SETTINGS.replace(".bol-nl", ".shop")
    assert _slips(tmp_path, text) == [
        "8: companies.acme.projects.webshop.marketplaces.shop: "
        "A marketplace cannot be called shop: that is the name of the project's shop."
    ]


def test_a_secret_inside_another_setting_is_refused_too(tmp_path: Path) -> None:
    """Magento's plugin shows one address that holds the token; its connector takes it apart."""
    hook = "http://127.0.0.1:9101/channable/returns/hook/store/1/code/tok-en-in-clear"
    text = SETTINGS.replace(
        '{ base_url = "http://127.0.0.1:9101/", store_id = "1", token = "env:ACME_MAGENTO_TOKEN" }',
        f'{{ base_url = "{hook}" }}',
    )
    (slip,) = _slips(tmp_path, text)
    assert slip == (
        f"7: {WHERE_SHOP}.settings.base_url: It holds the secret token, which must not stand in this file. "
        'Write base_url = "env:SHOP_BASE_URL" and set that variable, '
        'or base_url = "file:PATH" with the path of a file that holds it.'
    )
    pasted = SETTINGS.replace(
        '{ base_url = "http://127.0.0.1:9101/", store_id = "1", token = "env:ACME_MAGENTO_TOKEN" }',
        '{ base_url = "env:HOOK" }',
    )
    (company,) = read(settings_file(tmp_path, pasted), {**ENVIRONMENT, "HOOK": hook}).companies
    shop = company.projects[0].connections[0]
    assert (shop.settings["base_url"], shop.secrets) == ("http://127.0.0.1:9101", {"token": "tok-en-in-clear"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[companies.acme\n", "1: This is not TOML: "),
        ('[companies.acme]\nname = "x\n', "2: This is not TOML: "),
        ("[companies]\nacme = 5\n", "2: companies.acme: A table is expected, such as [companies.acme]."),
        ("companies = []\n", "1: companies: A table is expected, such as [companies]."),
        (
            "[[companies.acme.projects]]\n",
            "1: companies.acme.projects: A table is expected, such as [companies.acme.projects].",
        ),
        ("[acme]\n", "1: acme: This is not known here. Known: companies."),
    ],
)
def test_what_is_no_settings_file_is_said_so(tmp_path: Path, text: str, expected: str) -> None:
    slips = _slips(tmp_path, text)
    assert slips[0].startswith(expected)


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Slips, match=r"retour\.toml:1: The file cannot be read: No such file or directory\."):
        read(tmp_path / "retour.toml", {})
    path = tmp_path / "latin.toml"
    path.write_bytes(b'[companies.acme]\nname = "Caf\xe9"\n')
    with pytest.raises(Slips, match=r"latin\.toml:2: The file is not text in UTF-8"):
        read(path, {})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"\n", "is empty."),
        (b"\xff\xfe", "is not text in UTF-8."),
        (b"x" * 70_000, "is larger than 64 KiB; it cannot be a setting."),
    ],
)
def test_a_file_reference_that_leads_nowhere(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    (slip,) = _slips(tmp_path, SETTINGS.replace('"env:BOL_SECRET"', '"file:key"'))
    assert slip == f"14: {WHERE_BOL}.settings.client_secret: The file {tmp_path / 'key'} {words}"


def test_the_example_is_a_good_file() -> None:
    example = Path(__file__).parents[2] / "examples" / "retour.toml"
    (company,) = read(example, ENVIRONMENT).companies
    assert [connection.connector for connection in company.projects[0].connections] == ["magento2", "bol"]
