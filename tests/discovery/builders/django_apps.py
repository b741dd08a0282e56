"""Build and fill a Django application through its own migrations and models, for `record.py`.

    python builders/django_apps.py helpdesk|machina|wagtail  DATABASE_NAME      (PostgreSQL on 127.0.0.1)

Every model gets rows through the ORM: people with invented names, values by the kind of field.
"""

from __future__ import annotations

import datetime
import random
import sys
from decimal import Decimal

import django
from django.conf import settings

APPS = {
    "helpdesk": [
        "django.contrib.humanize",
        "bootstrap4form",
        "account",
        "pinax.invitations",
        "pinax.teams",
        "reversion",
        "rest_framework",
        "helpdesk",
    ],
    "machina": [
        "mptt",
        "haystack",
        "widget_tweaks",
        "machina",
        "machina.apps.forum",
        "machina.apps.forum_conversation",
        "machina.apps.forum_conversation.forum_attachments",
        "machina.apps.forum_conversation.forum_polls",
        "machina.apps.forum_feeds",
        "machina.apps.forum_moderation",
        "machina.apps.forum_search",
        "machina.apps.forum_tracking",
        "machina.apps.forum_member",
        "machina.apps.forum_permission",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "allauth.socialaccount",
        "allauth.usersessions",
    ],
    "wagtail": [
        "wagtail.contrib.forms",
        "wagtail.contrib.redirects",
        "wagtail.contrib.settings",
        "wagtail.contrib.search_promotions",
        "wagtail.embeds",
        "wagtail.sites",
        "wagtail.users",
        "wagtail.snippets",
        "wagtail.documents",
        "wagtail.images",
        "wagtail.search",
        "wagtail.admin",
        "wagtail",
        "modelcluster",
        "taggit",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "allauth.socialaccount",
        "allauth.usersessions",
    ],
}


def configure(app: str, database: str) -> None:
    settings.configure(
        SECRET_KEY="test",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.sites",
            "django.contrib.staticfiles",
            *APPS[app],
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": database,
                "USER": "postgres",
                "HOST": "127.0.0.1",
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        SITE_ID=1,
        ROOT_URLCONF="builders_urls",
        WAGTAIL_SITE_NAME="x",
        STATIC_URL="/static/",
        WAGTAILADMIN_BASE_URL="http://localhost",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
            "machina_attachments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        },
        TEMPLATES=[
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
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        SILENCED_SYSTEM_CHECKS=["models.W042"],
        WAGTAILSEARCH_BACKENDS={"default": {"BACKEND": "wagtail.search.backends.database"}},
    )
    import types

    urls = types.ModuleType("builders_urls")
    urls.urlpatterns = []
    sys.modules["builders_urls"] = urls
    django.setup()


def value(field, fake, i):
    from django.db import models as m

    name = field.name.lower()
    if field.choices:
        return random.choice([c[0] for c in field.flatchoices if c[0] not in (None, "")] or [""])
    if isinstance(field, m.EmailField) or ("email" in name and isinstance(field, m.CharField)):
        return fake.unique.email()
    if isinstance(field, m.GenericIPAddressField) or name == "ip":
        return fake.ipv4_public()
    if isinstance(field, m.BooleanField):
        return random.random() < 0.5
    if isinstance(field, m.DateTimeField):
        return fake.date_time_this_year(tzinfo=datetime.UTC)
    if isinstance(field, m.DateField):
        return fake.date_this_year()
    if isinstance(field, m.TimeField):
        return datetime.time(9, i % 60)
    if isinstance(field, m.DurationField):
        return datetime.timedelta(hours=1)
    if isinstance(field, m.UUIDField):
        import uuid

        return uuid.uuid4()
    if isinstance(field, m.JSONField):
        return {"note": fake.word(), "n": i}
    if isinstance(field, m.DecimalField):
        return Decimal(i)
    if isinstance(field, (m.IntegerField, m.FloatField)):
        return i + 1
    if isinstance(field, m.BinaryField):
        return b"x" * 8
    if isinstance(field, m.FileField):
        return f"uploads/{fake.file_name()}"
    if isinstance(field, m.URLField):
        return fake.url()[: field.max_length or 200]
    if isinstance(field, m.SlugField):
        return f"{fake.word()}-{i}"
    if isinstance(field, m.TextField):
        if "agent" in name:
            return fake.user_agent()
        return fake.paragraph(nb_sentences=3)
    text = {
        "first_name": fake.first_name,
        "last_name": fake.last_name,
        "username": fake.user_name,
        "name": fake.word,
        "key": fake.sha1,
        "token": fake.sha1,
        "session_key": fake.md5,
        "secret_key": fake.sha1,
    }.get(name, lambda: fake.sentence(nb_words=4))()
    text = f"{text}{i}" if field.unique else text
    return text[: field.max_length or 200]


def fill() -> None:
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.db import models as m
    from django.db import transaction
    from faker import Faker

    random.seed(7)
    fake = Faker(["nl_NL", "en_GB", "de_DE", "fr_FR"])
    Faker.seed(7)
    User = get_user_model()
    for _ in range(14):
        first, last = fake.first_name(), fake.last_name()
        user = User.objects.create_user(
            fake.unique.user_name(), fake.unique.email(), "geheim", first_name=first, last_name=last
        )
        user.last_login = fake.date_time_this_year(tzinfo=datetime.UTC)
        user.save()
    skip = {"auth.user", "contenttypes.contenttype", "auth.permission", "sites.site"}
    done = set(skip)
    for _round in range(4):
        for model in apps.get_models():
            if model._meta.label_lower in done or model._meta.proxy or not model._meta.managed:
                continue
            made = 0
            for i in range(12):
                data = {}
                ok = True
                for field in model._meta.concrete_fields:
                    if field.primary_key and field.get_internal_type().endswith("AutoField"):
                        continue
                    if isinstance(field, m.ForeignKey):
                        if field.remote_field.parent_link:
                            ok = False
                            break
                        options = list(field.remote_field.model._default_manager.all()[:40])
                        if not options and not field.null:
                            ok = False
                            break
                        pick = (
                            options[i % len(options)]
                            if isinstance(field, m.OneToOneField) and options
                            else (random.choice(options) if options else None)
                        )
                        data[field.name] = None if field.null and random.random() < 0.2 else pick
                    else:
                        data[field.name] = value(field, fake, i)
                if not ok:
                    continue
                if "object_id" in data and "content_type" in data:
                    target = data["content_type"].model_class() if data["content_type"] else None
                    keys = list(target._default_manager.values_list("pk", flat=True)[:10]) if target else []
                    data["object_id"] = random.choice(keys) if keys else 1
                try:
                    with transaction.atomic():
                        instance = model(**data)
                        if hasattr(model, "add_root"):
                            for f in ("path", "depth", "numchild", "lft", "rght", "rgt", "tree_id"):
                                data.pop(f, None)
                            model.add_root(instance=model(**data))
                        else:
                            instance.save()
                        for rel in model._meta.many_to_many:
                            through = rel.remote_field.through
                            if through._meta.auto_created:
                                getattr(instance, rel.name).add(
                                    *random.sample(list(rel.remote_field.model._default_manager.all()[:20]), k=1)
                                    if rel.remote_field.model._default_manager.exists()
                                    else []
                                )
                        made += 1
                except Exception as problem:  # a model that refuses invented values stays thinner
                    last_problem = problem
            if made:
                done.add(model._meta.label_lower)
    for model in apps.get_models():
        if model._meta.label_lower not in done:
            print("empty:", model._meta.label, file=sys.stderr)


if __name__ == "__main__":
    configure(sys.argv[1], sys.argv[2])
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    fill()
    print("filled")
