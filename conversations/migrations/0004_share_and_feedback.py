import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import conversations.models.share


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0003_models"),
    ]

    operations = [
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('token', models.CharField(default=conversations.models.share.new_token, editable=False, max_length=64, unique=True)),
                ('title', models.CharField(blank=True, max_length=120)),
                ('scope', models.CharField(choices=[('people', 'Signed-in people'), ('anyone', 'Anyone with the link')], max_length=10)),
                ('views', models.PositiveIntegerField(default=0, help_text='Openings by others than the owner.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='conversations.conversation')),
                ('leaf', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='conversations.message')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('scope__in', ['people', 'anyone'])), name='share_scope_known')],
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thumb', models.CharField(choices=[('up', 'Good answer'), ('down', 'Bad answer')], max_length=4)),
                ('reasons', models.JSONField(blank=True, default=list)),
                ('words', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feedback', to='conversations.message')),
            ],
            options={
                'verbose_name_plural': 'feedback',
                'constraints': [models.CheckConstraint(condition=models.Q(('thumb__in', ['up', 'down'])), name='feedback_thumb_known')],
            },
        ),
    ]
