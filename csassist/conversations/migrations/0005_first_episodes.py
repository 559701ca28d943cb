from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def begin_first_episodes(apps, schema_editor):
    """All that was said before there were episodes is one; it is closed where the conversation is."""
    conversation = apps.get_model('conversations', 'Conversation')
    episode = apps.get_model('conversations', 'Episode')
    message = apps.get_model('conversations', 'Message')
    rows = conversation.objects.filter(messages__isnull=False).distinct().order_by('id')
    begun = (
        episode(
            conversation_id=row.pk, number=1, opened_at=row.created_at,
            closed_at=row.updated_at if row.status == 'closed' else None,
            closed_by='agent' if row.status == 'closed' else '',
        )
        for row in rows.only('id', 'created_at', 'updated_at', 'status').iterator(chunk_size=1000)
    )
    episode.objects.bulk_create(begun, batch_size=1000)
    first = episode.objects.filter(conversation=OuterRef('conversation')).values('id')[:1]
    message.objects.filter(episode=None).update(episode_id=Subquery(first))
    waiting = conversation.objects.filter(status='waiting_for_person')
    waiting.update(waiting_since=F('updated_at'))


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0004_owners_and_episodes'),
    ]

    operations = [
        migrations.RunPython(begin_first_episodes, migrations.RunPython.noop),
    ]
