"""Configuration: TOML in, a ready destination out, or what is wrong and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import plugin

from event_router.config import PLACEHOLDER, Config, ConfigError, destination, read_config, sources
from event_router.plugins import Catalogue, Failure, load_object

GOOD = '[destinations.promoter]\nplugin = "promoter"\napi_key = { env = "KEY" }\ncampaign_id = 1\n[delivery]\nconcurrency = 4\n'


def config(tmp_path: Path, text: str) -> Config:
    """Return the configuration in a text."""
    path = tmp_path / "router.toml"
    path.write_text(text, "utf-8")
    return read_config(path)


def refused(tmp_path: Path, text: str, **environ: str) -> ConfigError:
    """Return the error of a configuration that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        destination(config(tmp_path, text), "promoter", environ)
    return caught.value


def test_good(tmp_path: Path) -> None:
    """Settings, limits and a secret by reference arrive."""
    read = config(tmp_path, GOOD)
    assert read.policy("promoter").concurrency == 4
    ready = destination(read, "promoter", {"KEY": "s3cret"})
    assert ready.secrets() == ("s3cret",)
    assert ready.settings.campaign_id == 1


def test_secrets_from_files(tmp_path: Path) -> None:
    """A file is looked for beside the configuration; the space around its text does not count."""
    (tmp_path / "key").write_text(" s3cret\n")
    text = GOOD.replace('{ env = "KEY" }', '{ file = "key" }')
    assert destination(config(tmp_path, text), "promoter", {}).secrets() == ("s3cret",)


def test_placeholders(tmp_path: Path) -> None:
    """Commands that send nothing need no secret, whether it is referred to or left out."""
    for text in (GOOD, '[destinations.promoter]\nplugin = "promoter"\n'):
        assert destination(config(tmp_path, text), "promoter", {}, placeholders=True).secrets() == (PLACEHOLDER,)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("x = [", "config.not_toml", "is not TOML"),
        ("delivry = 1", "config.unknown", "Did you mean delivery?"),
        ("[delivery]\nconcurrency = 0", "config.minimum", "at least 1"),
        ('[destinations."a b"]\nplugin = "promoter"', "config.bad_name", "'a b'"),
        ('[destinations.promotor]\nplugin = "promoter"', "config.no_destination", "Did you mean promotor?"),
        ("", "config.no_destination", "There are: none."),
        ('[destinations.promoter]\nplugin = "nope"', "config.no_plugin", "event-router plugins"),
        ('[destinations.promoter]\nplugin = "promoter"', "settings.required", "[destinations.promoter] $.api_key"),
        (GOOD, "config.secret_missing", "environment variable KEY"),
        (GOOD.replace("env", "file"), "config.secret_missing", "the file"),
        (GOOD.replace("{ env = ", "{ vault = "), "settings.type", "api_key"),
        (GOOD.replace("campaign_id", "campagin_id"), "config.secret_missing", "KEY"),
    ],
)
def test_wrong(tmp_path: Path, text: str, code: str, said: str) -> None:
    """Each mistake has its code and says what to do."""
    error = refused(tmp_path, text)
    assert error.code == code
    assert said in str(error)


def test_not_there(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        read_config(tmp_path / "no.toml")
    assert caught.value.code == "config.not_readable"


def test_failed_and_contradicting_plugins() -> None:
    """A plugin that did not load says why; one that refuses its settings too."""
    named = Config({"promoter": {"plugin": "small"}})
    with pytest.raises(ConfigError, match="broken"):
        destination(
            named, "promoter", {}, catalogue=Catalogue({}, (Failure("small", "d 1", "plugin.import_failed", "broken"),))
        )

    def load_settings(settings: object) -> object:
        raise ValueError("this and that contradict each other")

    loaded = load_object("small", plugin(load_settings=load_settings))
    with pytest.raises(ConfigError, match="contradict") as caught:
        destination(named, "promoter", {}, catalogue=Catalogue({"small": loaded}))
    assert caught.value.code == "settings.refused"


def test_tables_of_the_router(tmp_path: Path) -> None:
    """Sources with their keys, limits of doors and engine, and a destination's own delivery limits arrive."""
    read = config(
        tmp_path,
        GOOD
        + """
[sources.web]
write_key = { env = "WEB" }
webhook_secret = "s3cret"
[doors]
cors_origins = ["https://shop.example"]
[engine]
keep = 60
[log]
level = "warning"
[destinations.other]
plugin = "promoter"
[destinations.other.delivery]
requests_per_second = 10
""",
    )
    (web,) = sources(read, {"WEB": "key"})
    assert (web.name, web.write_key.reveal(), web.webhook_secret and web.webhook_secret.reveal()) == (
        "web",
        "key",
        "s3cret",
    )
    assert (read.doors.cors_origins, read.engine.keep, read.log_level) == (("https://shop.example",), 60, "warning")
    assert (read.policy("other").requests_per_second, read.policy("promoter").requests_per_second) == (10, 0)
    assert (read.policy("other").concurrency, read.policy("other", {"attempts": 5}).attempts) == (4, 5)
    with pytest.raises(ConfigError, match="WEB is not set"):
        sources(read, {})
