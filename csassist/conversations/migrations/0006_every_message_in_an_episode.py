import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0005_first_episodes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='episode',
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='conversations.episode',
                verbose_name='episode',
            ),
        ),
    ]
