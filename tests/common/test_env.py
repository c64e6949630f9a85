import pytest
from django.core.exceptions import ImproperlyConfigured

from services.common import env


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of the repository without a file; the process has no variable but those that a test sets."""
    monkeypatch.setattr(env, "ROOT", tmp_path)
    for name in ("A", "EMBEDDED", "SHOP_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def read():
    return env.values.__wrapped__()


def test_environment_wins_over_the_file_and_the_file_over_the_running_shop(clone, monkeypatch):
    write(clone / ".shop" / "environment", "A=shop\n")
    assert read()["A"] == "shop"
    write(clone / ".env", "A=file\n")
    assert read()["A"] == "file"
    monkeypatch.setenv("A", "process")
    assert read()["A"] == "process"


def test_empty_value_counts_as_unset(clone, monkeypatch):
    write(clone / ".env", "A=file\n")
    monkeypatch.setenv("A", "")
    assert read()["A"] == "file"
    write(clone / ".env", "A=\n")
    assert "A" not in read()


def test_running_shop_has_no_part_where_the_mode_is_said(clone, monkeypatch):
    write(clone / ".shop" / "environment", "A=shop\n")
    monkeypatch.setenv("EMBEDDED", "0")
    assert "A" not in read()


def test_reading_a_file_changes_nothing_in_the_process(clone, monkeypatch):
    write(clone / ".env", "A=file\n")
    assert read()["A"] == "file"
    assert "A" not in env.os.environ


def test_shop_folder_may_lie_elsewhere(clone, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("elsewhere")
    write(folder / "environment", "A=elsewhere\n")
    monkeypatch.setenv("SHOP_FOLDER", str(folder))
    assert read()["A"] == "elsewhere"


def test_values_are_read_by_their_kind(given):
    given(TEXT=" a ", NUMBER="-7", YES="1", NO="0", WORDS="a, b,,c ")
    assert env.text("TEXT") == " a "
    assert env.integer("NUMBER", 1) == -7
    assert (env.flag("YES"), env.flag("NO", True)) == (True, False)
    assert env.words("WORDS") == ["a", "b", "c"]


def test_defaults_stand_where_nothing_is_said(given):
    given()
    assert (env.text("A", "x"), env.integer("A", 3), env.flag("A"), env.flag("A", True)) == ("x", 3, False, True)
    assert (env.words("A"), env.words("A", ["x", "y"])) == ([], ["x", "y"])


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: env.text("A"), r"set the environment variable A \(see .env.example\)"),
        (lambda: env.secret("A"), "set the secret A, or SECRETS_DIR"),
        (lambda: env.database("A"), "set the environment variable A"),
        (lambda: env.integer("WORD", 1), "WORD must be a whole number, not 'one'"),
        (lambda: env.flag("WORD"), "WORD must be 0 or 1, not 'one'"),
    ],
)
def test_what_is_missing_or_wrong_is_named(given, read, message):
    given(WORD="one")
    with pytest.raises(ImproperlyConfigured, match=message):
        read()


def test_secret_comes_from_the_environment_or_else_from_its_file(given, tmp_path):
    (tmp_path / "KEY").write_text("from the file\n")
    given(SECRETS_DIR=str(tmp_path))
    assert env.secret("KEY") == "from the file"
    given(SECRETS_DIR=str(tmp_path), KEY="from the environment")
    assert env.secret("KEY") == "from the environment"


def test_folder_of_secrets_without_the_file_is_as_good_as_none(given, tmp_path):
    given(SECRETS_DIR=str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="set the secret KEY"):
        env.secret("KEY")


def test_database_keeps_its_connections_and_bounds_its_statements(given):
    given(X_DATABASE_URL="postgres://ann:s%20p@db:5433/shop?sslmode=require")
    config = env.database("X_DATABASE_URL")
    assert (config["USER"], config["PASSWORD"], config["HOST"], config["PORT"], config["NAME"]) == (
        *("ann", "s p", "db"),
        *(5433, "shop"),
    )
    assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (None, True)
    assert config["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout=15000" in config["OPTIONS"]["options"]


def test_password_that_the_url_does_not_name_is_a_secret(given, tmp_path):
    (tmp_path / "X_DATABASE_PASSWORD").write_text("hidden")
    given(X_DATABASE_URL="postgresql://ann@db/shop", SECRETS_DIR=str(tmp_path))
    assert env.database("X_DATABASE_URL")["PASSWORD"] == "hidden"
    given(X_DATABASE_URL="postgresql://ann:told@db/shop", SECRETS_DIR=str(tmp_path))
    assert env.database("X_DATABASE_URL")["PASSWORD"] == "told"


@pytest.mark.parametrize("url", ["nonsense", "mysql://ann@db/shop", "postgres://ann@db:port/shop", "postgres://ann@db"])
def test_url_of_no_postgresql_database_is_refused(given, url):
    given(A=url)
    with pytest.raises(ImproperlyConfigured, match="A must look like postgres://"):
        env.database("A")


def test_mail_is_dropped_where_no_server_is_named(given):
    given()
    assert env.mail("EMAIL_URL")["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.parametrize(
    ("scheme", "tls", "ssl"), [("smtp", False, False), ("smtp+tls", True, False), ("smtp+ssl", False, True)]
)
def test_mail_goes_to_the_server_that_is_named(given, scheme, tls, ssl):
    given(EMAIL_URL=f"{scheme}://ann:pass@mail.test:587")
    config = env.mail("EMAIL_URL")
    assert (config["EMAIL_HOST_USER"], config["EMAIL_HOST_PASSWORD"]) == ("ann", "pass")
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"]) == ("mail.test", 587)
    assert (config["EMAIL_USE_TLS"], config["EMAIL_USE_SSL"]) == (tls, ssl)


@pytest.mark.parametrize("url", ["mail.test", "pop3://mail.test", "smtp://mail.test:port"])
def test_url_of_no_mail_server_is_refused(given, url):
    given(EMAIL_URL=url)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must look like smtp://"):
        env.mail("EMAIL_URL")
