"""Django's settings, from the environment (`waarborg.office.environment`). Nothing here is meant to be edited."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from waarborg.office.environment import read_environment

HERE = Path(__file__).parent
ENVIRONMENT = read_environment(os.environ)

SECRET_KEY, *SECRET_KEY_FALLBACKS = ENVIRONMENT.secrets
DEBUG = False
ALLOWED_HOSTS = [ENVIRONMENT.address.split("://", 1)[1].rsplit(":", 1)[0], "127.0.0.1", "localhost"]
ROOT_URLCONF = "waarborg.office.urls"
WSGI_APPLICATION = "waarborg.office.wsgi.application"
DATABASES = {"default": dict(ENVIRONMENT.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "waarborg.office.look",
    "waarborg.office.people",
    "waarborg.office.requests",
    "waarborg.office.jobs",
    "waarborg.office.post",
    "waarborg.office.api",
    "waarborg.office.centre",
    "waarborg.office.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "waarborg.office.look.context.look",
            ],
        },
    }
]

# Time and language: instants are UTC inside; a deployment's own zone and languages decide what people see.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English"), ("fr", "Français")]

# Staff sign in with an e-mail address, and never without a second factor.
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an officer, who knows the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "waarborg.office.people.adapter.StaffAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "Waarborg"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.secure
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENVIRONMENT.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.address]
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.secure else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.home / ".waarborg" / "static"
WHITENOISE_USE_FINDERS = True

DEFAULT_FROM_EMAIL = ENVIRONMENT.sender or "privacy@localhost"
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if ENVIRONMENT.mail.folder
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = ENVIRONMENT.mail.folder or None
EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.mail.host, ENVIRONMENT.mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.user, ENVIRONMENT.mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = ENVIRONMENT.mail.tls == "starttls", ENVIRONMENT.mail.tls == "implicit"
EMAIL_TIMEOUT = 20

LOGGING_CONFIG = None  # set up by `waarborg.office.observing`, which lets nothing personal through
