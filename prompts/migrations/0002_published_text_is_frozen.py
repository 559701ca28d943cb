"""
A trigger that refuses to change a version once it was published, for whoever writes around the services.

A later migration that rebuilds this table on SQLite drops the trigger with it: such a migration ends with
`migrations.RunPython(create, drop)` again, and the tests say so when it does not.
"""

from django.db import migrations

REFUSAL = "a published prompt version cannot be changed"
CHANGED = (
    "OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.text <> OLD.text OR NEW.number <> OLD.number"
    " OR NEW.note <> OLD.note OR NEW.prompt_id <> OLD.prompt_id OR NEW.published_at <> OLD.published_at)"
)

SQLITE = f"""
CREATE TRIGGER prompt_version_frozen BEFORE UPDATE ON prompts_promptversion WHEN {CHANGED}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
"""
POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION prompt_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END
$$
"""
POSTGRESQL = f"""
CREATE TRIGGER prompt_version_frozen BEFORE UPDATE ON prompts_promptversion
FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION prompt_version_frozen()
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION)
        schema_editor.execute(POSTGRESQL)
    else:
        schema_editor.execute(SQLITE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER prompt_version_frozen ON prompts_promptversion")
        schema_editor.execute("DROP FUNCTION prompt_version_frozen()")
    else:
        schema_editor.execute("DROP TRIGGER prompt_version_frozen")


class Migration(migrations.Migration):
    dependencies = [("prompts", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
