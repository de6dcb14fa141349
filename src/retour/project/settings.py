"""Django's settings. An operator sets only environment variables:

RETOUR_HOME               the folder of database and keys (default `~/.retour`)
RETOUR_DATABASE           `postgresql://user:password@host:port/name` instead of SQLite in RETOUR_HOME
RETOUR_HOSTS              host names the pages answer to, separated by commas (default: this machine only)
RETOUR_HTTPS              1 when a proxy in front speaks HTTPS: secure cookies and HSTS
RETOUR_PRIVATE_ADDRESSES  `refuse` forbids connections to private and loopback addresses (default `allow`: only an
                          operator's own settings file can name them)
"""

import os
from hashlib import sha256
from secrets import token_hex
from typing import Any

from csp.constants import NONE, SELF

from retour.project.database import database
from retour.project.home import home, read_keys
from retour.project.logs import configure

HOME = home()
SECRET_KEYS = read_keys(HOME)
# Signing must not share a key with sealing. Without a home (`init` has not run) nothing outlives the process.
SECRET_KEY = sha256(b"retour signing " + SECRET_KEYS[-1].encode()).hexdigest() if SECRET_KEYS else token_hex(32)
ALLOW_PRIVATE_ADDRESSES = os.environ.get("RETOUR_PRIVATE_ADDRESSES", "allow") != "refuse"

DEBUG = False
HTTPS = os.environ.get("RETOUR_HTTPS") == "1"
ALLOWED_HOSTS = [name.strip() for name in os.environ.get("RETOUR_HOSTS", "").split(",") if name.strip()] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS] if HTTPS else []
ROOT_URLCONF = "retour.project.urls"
ASGI_APPLICATION = "retour.project.asgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "retour.store",
    "retour.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "retour.web.assets.Assets",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database(os.environ.get("RETOUR_DATABASE"), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "returns"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[str] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Room enough that guessing many names cannot push the count of one name out (`retour.web.signin`).
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
}
# Requests a second in the long run, and at once, for each company (`retour.channable_api.limits`).
COMPATIBLE_API_LIMIT = (4.0, 200)
LOG_LEVEL = os.environ.get("RETOUR_LOG_LEVEL", "WARNING")
configure(LOG_LEVEL)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_secret_address": {"()": "retour.project.logs.NoSecretAddress"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"filters": ["no_secret_address"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
